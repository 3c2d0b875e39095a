//! What every use case is handed: the database, the clock, the settings, the ports; and who is asking.

use super::clock::Clock;
use super::cloud::CloudProvider;
use super::events::Events;
use super::settings::Settings;
use super::store::bell::Bell;
use super::store::db::Db;
use crate::domain::directory::{NamedView, Person, Reach, View};
use crate::domain::ids::DomainId;
use crate::domain::oplog::Operator;
use crate::domain::time::Millis;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Notify;

/// The running application; cloning it shares everything.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub settings: Arc<Settings>,
    pub cloud: Arc<dyn CloudProvider>,
    /// Wakes the job runner of this process after a commit that enqueued something.
    pub wake: Arc<Notify>,
    /// Set once the server was told to stop: it isn't to be sent anything new.
    pub stopping: Arc<AtomicBool>,
    /// What other transactions change, told to the open streams of this process.
    pub events: Arc<Events>,
}

impl App {
    pub fn now(&self) -> Millis {
        self.clock.now()
    }
}

/// A signed-in person with the view of the session, as of this request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// The view in force; `None` for a person without any project.
    pub view: Option<NamedView>,
    pub three_level: bool,
    /// As it was read with the session; `None` where nobody asked for it.
    pub bell: Option<Bell>,
    pub session_hash: String,
    pub ip: String,
}

impl Caller {
    pub fn view(&self) -> Option<&View> {
        self.view.as_ref().map(|v| &v.view)
    }

    pub fn is_system_view(&self) -> bool {
        self.view() == Some(&View::System)
    }

    /// Whether they work in the Domain View of this domain, which shows its support tickets.
    pub fn reads_support_of(&self, domain: &DomainId) -> bool {
        matches!(self.view(), Some(View::Domain(own)) if own == domain) && self.person.is_admin_of_domain(domain)
    }

    /// Whether any page of the directory is for this person.
    pub fn administers(&self) -> bool {
        self.person.held.iter().any(|held| held.reach != Reach::Project)
    }

    pub fn operator(&self) -> Operator {
        Operator {
            id: Some(self.person.id.clone()),
            name: self.person.username.clone(),
            view: self.view.as_ref().map_or_else(String::new, |v| v.label.clone()),
            ip: self.ip.clone(),
        }
    }
}
