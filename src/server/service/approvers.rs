//! Who a link means, in words.

use crate::domain::ids::{RoleId, UserId};
use crate::domain::process::Approver;
use crate::server::store::directory::{Account, Role};
use std::collections::HashMap;

/// The names that links speak of.
pub struct Names {
    people: HashMap<UserId, String>,
    roles: HashMap<RoleId, String>,
}

impl Names {
    pub fn of(people: &[Account], roles: &[Role]) -> Names {
        Names {
            people: people.iter().map(|person| (person.id.clone(), person.display_name.clone())).collect(),
            roles: roles.iter().map(|role| (role.id.clone(), role.name.clone())).collect(),
        }
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
