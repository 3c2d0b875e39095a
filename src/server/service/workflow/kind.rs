//! What the engine asks of a request, whose payload answers in a file of `service::requests`, above the engine: what
//! stands in its way, what its approver chooses, and how it is carried out, taken up again and given up.

use super::grant::{Choices, Grant};
use crate::domain::ids::{DomainId, TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::domain::request::{Request, request_kinds};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::db::Db;
use crate::server::store::ticket::Ticket;
use crate::server::work::Work;
use crate::wire::error::AppError;
use async_trait::async_trait;

/// How far carrying out is once it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Jobs go on with it.
    UnderWay,
    /// The request was carried out in this transaction. The text says what was done, for the ticket's record.
    Done(String),
}

/// The Pass that has no link after it. The ticket is locked.
#[derive(Debug, Clone, Copy)]
pub struct LastPass<'a> {
    pub ticket: &'a Ticket,
    /// Who passed it.
    pub caller: Option<&'a Caller>,
    pub grant: &'a Grant,
}

/// What is special about a request. Whoever has nothing to say to a question leaves it out.
#[async_trait]
pub trait RequestKind: Send + Sync {
    /// Whether its Pass gives roles to somebody. The directory is locked for that before the ticket is, and the record of
    /// the operation says what was granted.
    fn gives_roles() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Refuses a request of which there may be one at a time only, while another ticket asks for it. What the question
    /// depends on is locked, so of two at once the second sees the first. `amends` is the ticket whose request it replaces.
    async fn refuse_second(
        &self,
        _work: &mut Work,
        _initiator: &UserId,
        _amends: Option<TicketNumber>,
    ) -> Result<(), AppError> {
        Ok(())
    }

    /// Refuses what can't be done as it was asked for, and says why: before it is submitted, at every Pass, and (because
    /// the last Pass begins it) when it is carried out. What a ticket takes of the quota is weighed at submission, and
    /// held since.
    async fn check(&self, _work: &mut Work) -> Result<(), AppError> {
        Ok(())
    }

    /// What [`RequestKind::check`] would refuse as things are now.
    async fn obstacles(&self, _db: &Db) -> Result<Vec<String>, AppError> {
        Ok(vec![])
    }

    /// Which other open tickets can't be passed any more once this one is, in a sentence each; empty if there is none. An
    /// approver is told so before deciding. `own` is the request's ticket.
    async fn rivals(&self, _db: &Db, _ticket_type: TicketType, _own: TicketNumber) -> Result<String, AppError> {
        Ok(String::new())
    }

    /// What the Pass dialog lets its approver choose; `domain` is the ticket's.
    async fn choices(&self, _app: &App, _caller: &Caller, _domain: Option<&DomainId>) -> Result<Choices, AppError> {
        Ok(Choices::default())
    }

    /// The last Pass: begins what the ticket asks for, or does it.
    async fn execute(&self, work: &mut Work, pass: LastPass<'_>) -> Result<Begun, AppError>;

    /// Retry: takes up again what failed. What is done by the last Pass itself can't have failed.
    async fn resume(&self, _work: &mut Work, _number: TicketNumber) -> Result<(), AppError> {
        Ok(())
    }

    /// Abandon: removes what was left half done; keeps what was done.
    async fn give_up(&self, _work: &mut Work, _number: TicketNumber) -> Result<(), AppError> {
        Ok(())
    }
}

macro_rules! kinds {
    ($($variant:ident($payload:ty): $($ticket_type:ident)|+;)+) => {
        /// Who answers for this request.
        pub fn kind(request: &Request) -> &dyn RequestKind {
            match request {
                $(Request::$variant(payload) => payload,)+
            }
        }

        /// Whether a Pass of such a ticket gives roles to somebody.
        pub fn gives_roles(ticket_type: TicketType) -> bool {
            match ticket_type {
                $($(TicketType::$ticket_type)|+ => <$payload as RequestKind>::gives_roles(),)+
                _ => false,
            }
        }
    };
}
request_kinds!(kinds);
