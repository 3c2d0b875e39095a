//! Asking for what may need approval, one file per kind: each makes a ticket where the process of its type is enabled,
//! and is done at once where it isn't.

pub mod hosts;
pub mod join;
pub mod operations;
pub mod quota;

use crate::domain::oplog::Subject;
use crate::server::store::directory::Project;

fn in_project(subject: Subject, project: &Project) -> Subject {
    subject.in_project(&project.id, &project.name).in_domain(&project.domain_id, &project.domain_name)
}
