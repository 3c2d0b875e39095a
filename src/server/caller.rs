//! Who is asking: the person, the view they work in, and where the request comes from.

use crate::domain::directory::{NamedView, Person, Reach, View};
use crate::domain::ids::DomainId;
use crate::domain::oplog::Operator;
use crate::server::store::bell::Bell;

/// A signed-in person with the view of the session, as of this request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// The view in force; `None` for a person without any project.
    pub view: Option<NamedView>,
    pub three_level: bool,
    /// The bell's counts and the enabled types, read together with the session; `None` if they weren't asked for.
    pub bell: Option<Bell>,
    pub session_hash: String,
    pub ip: String,
}

impl Caller {
    /// The person in the wanted view if they still hold it, else in their widest view.
    pub fn of(person: Person, wanted: Option<&View>, three_level: bool, session_hash: String, ip: &str) -> Caller {
        let in_force = person.view(wanted, three_level);
        let view = person.views(three_level).into_iter().find(|v| Some(&v.view) == in_force.as_ref());
        Caller { person, view, three_level, bell: None, session_hash, ip: ip.to_owned() }
    }

    pub fn view(&self) -> Option<&View> {
        self.view.as_ref().map(|v| &v.view)
    }

    pub fn is_system_view(&self) -> bool {
        self.view() == Some(&View::System)
    }

    /// Whether they are a system administrator who works in the System View.
    pub fn administers_system(&self) -> bool {
        self.is_system_view() && self.person.is_system_admin()
    }

    /// Whether every ticket may be read, whoever submitted it and whoever decides it (SPEC 7).
    pub fn reads_every_ticket(&self) -> bool {
        self.administers_system()
    }

    /// Whether they work in the Domain View of this domain, which shows its support tickets.
    pub fn reads_support_of(&self, domain: &DomainId) -> bool {
        matches!(self.view(), Some(View::Domain(own)) if own == domain) && self.person.is_admin_of_domain(domain)
    }

    /// Whether the person may open pages of the directory: for that, a role must reach beyond its project.
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

/// The IP address that the request comes from; empty if unknown.
#[derive(Debug, Clone, Default)]
pub struct ClientIp(pub String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::Held;

    fn caller(reach: Reach, wanted: &View) -> Caller {
        let held = Held {
            role: "role".into(),
            reach,
            project: "web".into(),
            project_name: "web".into(),
            domain: "default".into(),
            domain_name: "Default".into(),
        };
        let (id, domain) = ("u".into(), "default".into());
        let person = Person { id, username: "u".into(), display_name: "U".into(), domain, held: vec![held] };
        Caller::of(person, Some(wanted), true, String::new(), "")
    }

    #[test]
    fn the_system_view_and_the_role_are_both_needed() {
        let (system, domain, web) = (View::System, View::Domain("default".into()), View::Project("web".into()));
        // The role, the view that the session wants, the view in force, and whether every ticket is read.
        let table = [
            (Reach::System, &system, &system, true),
            (Reach::System, &web, &web, false),
            // A session that wants the System View outlives the role.
            (Reach::Domain, &system, &domain, false),
            (Reach::Project, &system, &web, false),
        ];
        for (reach, wanted, in_force, reads) in table {
            let caller = caller(reach, wanted);
            assert_eq!(caller.view(), Some(in_force), "{reach:?} in {wanted:?}");
            assert_eq!(
                (caller.reads_every_ticket(), caller.administers_system()),
                (reads, reads),
                "{reach:?} in {wanted:?}"
            );
            assert_eq!(caller.is_system_view(), reads, "nobody else is in the System View");
        }
        let former = Caller { person: caller(Reach::Project, &web).person, ..caller(Reach::System, &system) };
        assert!(former.is_system_view() && !former.reads_every_ticket() && !former.administers_system());
    }
}
