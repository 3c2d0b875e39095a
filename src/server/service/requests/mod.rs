//! Asking for what may need approval, one file per area, and what the engine of tickets asks of such a request
//! ([`super::workflow::kind`]). Where the process of its type is enabled it becomes a ticket.
//! Where it isn't, hosts are made, adjusted and deleted at once, and an application to join is refused. A quota is set at
//! once in the System View always, and in a Domain View where no process is enabled.

pub mod hosts;
pub mod join;
pub mod operations;
pub mod quota;
mod rivals;

use crate::domain::oplog::Subject;
use crate::server::store::directory::Project;

fn in_project(subject: Subject, project: &Project) -> Subject {
    subject.in_project(&project.id, &project.name).in_domain(&project.domain_id, &project.domain_name)
}
