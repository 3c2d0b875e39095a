//! The table of the payloads of workflow tickets, each with the ticket types that it serves.
//!
//! **This table is the one place that knows all of them.** It is a macro that hands its lines to another one, which makes
//! of them what a part of the program needs: here the enum [`Request`], in `server::service::workflow::kind` what the
//! engine asks of a request, in `ui::requests` what the pages ask of it. So a payload that a part of the program doesn't
//! know is an error of the compiler.

use super::directory::{Person, View};
use super::ids::{DomainId, ProjectId};
use super::payload::Payload;
use super::process::TicketType;
use super::support;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Hands the table to the macro of this name.
macro_rules! request_kinds {
    ($make:ident) => {
        $make! {
            Host($crate::domain::host::HostRequest): ApplyMachine;
            Adjust($crate::domain::host_operation::AdjustRequest): ApplyServerChangeconfig;
            Delete($crate::domain::host_operation::DeleteRequest): ApplyServerDelete;
            Join($crate::domain::join::JoinRequest): ApplyJoinProject;
            Quota($crate::domain::quota_request::QuotaRequest): ApplyProjectQuota | ApplyDomainQuota;
        }
    };
}
pub(crate) use request_kinds;

macro_rules! declare {
    ($($variant:ident($payload:ty): $($ticket_type:ident)|+;)+) => {
        /// One of the payloads. What it says of itself is asked of it directly: a request is its [`Payload`].
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        pub enum Request {
            $($variant($payload),)+
        }

        /// A request in a format that doesn't describe itself and so can't be read by a tag among the fields.
        #[derive(Serialize, Deserialize)]
        #[serde(remote = "Request")]
        pub enum UntaggedRequest {
            $($variant($payload),)+
        }

        impl Deref for Request {
            type Target = dyn Payload;

            fn deref(&self) -> &Self::Target {
                match self {
                    $(Request::$variant(payload) => payload,)+
                }
            }
        }

        #[cfg(feature = "ssr")]
        impl Request {
            /// The payload as a ticket keeps it: the type is the ticket's own, and not said twice.
            pub fn payload(&self) -> serde_json::Value {
                match self {
                    $(Request::$variant(payload) => serde_json::json!(payload),)+
                }
            }

            /// Reads what [`Request::payload`] wrote.
            pub fn read(ticket_type: TicketType, payload: &str) -> serde_json::Result<Request> {
                match ticket_type {
                    $($(TicketType::$ticket_type)|+ => serde_json::from_str(payload).map(Request::$variant),)+
                    TicketType::CustomerService => {
                        Err(serde::de::Error::custom("a support ticket is no workflow request"))
                    }
                }
            }
        }

        impl TicketType {
            /// Why several tickets of this type can't be passed together; `None` where they can.
            pub fn passed_alone(self) -> Option<&'static str> {
                match self {
                    $($(TicketType::$ticket_type)|+ => <$payload as Payload>::passed_alone(),)+
                    TicketType::CustomerService => None,
                }
            }
        }

        impl Person {
            /// Whether the person may start a ticket of this type for the given place (SPEC 3, the table's last column).
            ///
            /// `project` is the ticket's project with its domain, or `None` where the type has only a domain or none.
            pub fn may_start(
                &self,
                ticket_type: TicketType,
                project: Option<&ProjectId>,
                domain: &DomainId,
            ) -> bool {
                match ticket_type {
                    $($(TicketType::$ticket_type)|+ => {
                        <$payload as Payload>::may_start(self, ticket_type, project, domain)
                    })+
                    TicketType::CustomerService => support::may_start(self, project, domain),
                }
            }

            /// Whether the bell lets the person start such a ticket in this view.
            pub fn is_offered(&self, ticket_type: TicketType, view: &View) -> bool {
                match ticket_type {
                    $($(TicketType::$ticket_type)|+ => {
                        <$payload as Payload>::is_offered(self, ticket_type, view)
                    })+
                    TicketType::CustomerService => support::is_offered(self, view),
                }
            }
        }
    };
}
request_kinds!(declare);
