//! A link's approvers by their names, for people to read.

use crate::domain::ids::{RoleId, UserId};
use crate::domain::process::Approver;
use std::collections::HashMap;

/// The names of roles and people.
pub struct Names {
    people: HashMap<UserId, String>,
    roles: HashMap<RoleId, String>,
}

impl Names {
    /// `people`: those who aren't disabled.
    pub fn new(roles: Vec<(RoleId, String)>, people: Vec<(UserId, String)>) -> Names {
        Names { people: people.into_iter().collect(), roles: roles.into_iter().collect() }
    }

    /// The short form of a link: `role@scope`, or the persons' names.
    pub fn label(&self, approver: &Approver) -> String {
        match approver {
            Approver::Role { role, scope } => {
                let name = self.roles.get(role).map_or("(deleted role)", String::as_str);
                format!("{name}@{}", scope.key())
            }
            Approver::Persons { persons } => {
                let names = persons.iter().map(|id| self.people.get(id).map_or("(disabled)", String::as_str));
                names.collect::<Vec<_>>().join(", ")
            }
        }
    }
}
