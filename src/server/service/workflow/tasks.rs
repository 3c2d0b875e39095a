//! Opening a link: who may decide there, each of them with a task.

use crate::domain::ids::UserId;
use crate::domain::process::{Approver, Definition, Scope};
use crate::domain::workflow::{TaskState, may_decide};
use crate::server::store::task::{self, Place};
use crate::server::store::ticket::{self, Ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// What a link's rule is applied to: the ticket's own place, and who asked.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    pub definition: &'a Definition,
    pub project: Option<&'a str>,
    pub domain: Option<&'a str>,
    pub initiator: &'a UserId,
}

impl<'a> Route<'a> {
    /// The route of a ticket by the process it goes by.
    pub fn of(ticket: &'a Ticket, definition: &'a Definition) -> Route<'a> {
        Route {
            definition,
            project: ticket.project_id.as_ref().map(|id| id.as_str()),
            domain: ticket.domain_id.as_ref().map(|id| id.as_str()),
            initiator: &ticket.initiator_id,
        }
    }

    /// Where a role has to be held. A ticket without a project takes the scope project as its domain (SPEC 3).
    pub fn place(&self, role: &'a str, scope: Scope) -> Place<'a> {
        let (scope, scope_id) = match (scope, self.project) {
            (Scope::Global, _) => (Scope::Global, None),
            (Scope::Project, Some(project)) => (Scope::Project, Some(project)),
            (Scope::Project | Scope::Domain, _) => (Scope::Domain, self.domain),
        };
        Place { role, scope, scope_id }
    }

    /// Everybody who could decide at this link now.
    pub async fn approvers(&self, work: &mut Work, link: usize) -> Result<Vec<UserId>, AppError> {
        let found = match &self.definition.links[link].approver {
            Approver::Role { role, scope } => task::holders(&mut work.tx, self.place(role.as_str(), *scope)).await?,
            Approver::Persons { persons } => task::enabled_among(&mut work.tx, persons).await?,
        };
        Ok(found.into_iter().filter(|user| may_decide(self.definition, self.initiator, user)).collect())
    }

    /// Whether this user may decide at the link now, asked anew of the directory.
    pub async fn is_approver(&self, work: &mut Work, link: usize, user: &UserId) -> Result<bool, AppError> {
        if !may_decide(self.definition, self.initiator, user) {
            return Ok(false);
        }
        Ok(match &self.definition.links[link].approver {
            Approver::Role { role, scope } => {
                task::holds(&mut work.tx, self.place(role.as_str(), *scope), user).await?
            }
            Approver::Persons { persons } => {
                persons.contains(user)
                    && !task::enabled_among(&mut work.tx, std::slice::from_ref(user)).await?.is_empty()
            }
        })
    }

    /// The first link nobody could decide, by name; such a route is refused at submission.
    pub async fn empty_link(&self, work: &mut Work) -> Result<Option<String>, AppError> {
        for (i, link) in self.definition.links.iter().enumerate() {
            if self.approvers(work, i).await?.is_empty() {
                return Ok(Some(format!("link {} \u{201c}{}\u{201d}", i + 1, link.name)));
            }
        }
        Ok(None)
    }

    /// Opens a link: a task for each who may decide, and a note of whom it waits for. Persons who are named but disabled
    /// get a withdrawn task, which comes back with them.
    pub async fn open(&self, work: &mut Work, number: i64, link: i64) -> Result<(), AppError> {
        let index = link as usize;
        let now = work.now;
        let approvers = self.approvers(work, index).await?;
        task::insert(&mut work.tx, number, link, &approvers, TaskState::Open, now).await?;
        match &self.definition.links[index].approver {
            Approver::Role { role, scope } => {
                let place = self.place(role.as_str(), *scope);
                ticket::set_waits(&mut work.tx, number, Some((place.role, place.scope, place.scope_id))).await?;
            }
            Approver::Persons { persons } => {
                let absent: Vec<UserId> = persons
                    .iter()
                    .filter(|p| !approvers.contains(p) && may_decide(self.definition, self.initiator, p))
                    .cloned()
                    .collect();
                task::insert(&mut work.tx, number, link, &absent, TaskState::Withdrawn, now).await?;
                ticket::set_waits(&mut work.tx, number, None).await?;
            }
        }
        Ok(())
    }
}
