//! Example people, projects and processes (SPEC 9), for trying Countersign out and for its tests.

mod past;

use super::service::quota::set_limits;
use crate::domain::directory::{DEFAULT_DOMAIN, built_in};
use crate::domain::ids::{DomainId, ProcessId, ProjectId, UserId};
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::process::{Approver, Definition, Kind, Link, Scope, TicketType, default_link_name};
use crate::domain::quota::Key;
use crate::server::app::App;
use crate::server::auth::password;
use crate::server::clock::new_id;
use crate::server::store::quota::LimitScope;
use crate::server::store::{directory, process, setting};
use crate::server::work::Work;
use crate::wire::error::AppError;
use std::collections::BTreeMap;

/// The password of every demo account. No account outside the demo gets a known password.
pub const PASSWORD: &str = "countersign";

/// A person's roles, each with its project. Projects are named as in SPEC 9; `system` exists already.
type Roles = &'static [(&'static str, &'static str)];

const OF_DEFAULT: [(&str, Roles); 10] = [
    ("sysadmin", &[(built_in::ADMIN, "system")]),
    ("deputy", &[(built_in::ADMIN, "system"), (built_in::DOMAIN_ADMIN, "web")]),
    ("domainadmin", &[(built_in::DOMAIN_ADMIN, "web")]),
    ("owner", &[(built_in::PROJECT_OWNER, "web")]),
    ("coowner", &[(built_in::PROJECT_OWNER, "web"), (built_in::PROJECT_OWNER, "system")]),
    ("member", &[(built_in::MEMBER, "web")]),
    ("viewer", &[(built_in::VIEWER, "web")]),
    ("helpdesk", &[(built_in::SUPPORT, "web"), (built_in::SUPPORT, "shop")]),
    ("helpdesk2", &[(built_in::SUPPORT, "web"), (built_in::SUPPORT, "shop")]),
    ("newcomer", &[]),
];

const OF_ACME: [(&str, Roles); 4] = [
    ("acmeadmin", &[(built_in::DOMAIN_ADMIN, "shop")]),
    ("acmedeputy", &[(built_in::DOMAIN_ADMIN, "shop")]),
    ("shopowner", &[(built_in::PROJECT_OWNER, "shop")]),
    ("shopper", &[(built_in::MEMBER, "shop")]),
];

type Links = &'static [(&'static str, Scope)];

const PROCESSES: [(TicketType, Links); 7] = [
    (TicketType::ApplyMachine, &[(built_in::PROJECT_OWNER, Scope::Project), (built_in::ADMIN, Scope::Global)]),
    (TicketType::ApplyServerChangeconfig, &[(built_in::PROJECT_OWNER, Scope::Project)]),
    (
        TicketType::ApplyServerDelete,
        &[(built_in::PROJECT_OWNER, Scope::Project), (built_in::DOMAIN_ADMIN, Scope::Domain)],
    ),
    (TicketType::ApplyJoinProject, &[(built_in::DOMAIN_ADMIN, Scope::Domain)]),
    (TicketType::ApplyProjectQuota, &[(built_in::DOMAIN_ADMIN, Scope::Domain)]),
    (TicketType::ApplyDomainQuota, &[(built_in::ADMIN, Scope::Global)]),
    (TicketType::CustomerService, &[(built_in::SUPPORT, Scope::Domain)]),
];

/// Whether the demo made the accounts of this database, so that everybody's password is [`PASSWORD`].
pub async fn made_the_accounts(app: &App) -> Result<bool, AppError> {
    Ok(setting::get(&app.db, setting::DEMO).await?.as_deref() == Some(setting::ON))
}

/// Everything the demo begins with, if the database has no account yet.
pub async fn seed(app: &App) -> Result<(), AppError> {
    if people_and_processes(app).await? {
        past::tickets(app).await?;
        tracing::info!("demo data is in place; everybody's password is {PASSWORD}");
    }
    Ok(())
}

/// Adds people, projects and processes if the database has no account yet; returns whether it added them.
pub async fn people_and_processes(app: &App) -> Result<bool, AppError> {
    if directory::has_accounts(&app.db).await? {
        return Ok(false);
    }
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let subject = Subject::new(ResourceType::Setting, "demo", "Demo data").in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(Operator::system(), Operation::Create, subject).await?;
    let outcome = write(&mut work, &hash).await;
    work.finish(outcome).await?;
    Ok(true)
}

async fn write(work: &mut Work, hash: &str) -> Result<(), AppError> {
    let now = work.now;
    let tx = &mut work.tx;
    setting::set(tx, setting::THREE_LEVEL, setting::ON).await?;
    setting::set(tx, setting::DEMO, setting::ON).await?;
    let default = DomainId::from(DEFAULT_DOMAIN);
    let acme = DomainId::from(new_id());
    directory::insert_domain(tx, &acme, "acme", now).await?;
    let mut projects = BTreeMap::from([("system", ProjectId::from(super::service::first_run::SYSTEM_PROJECT))]);
    for (name, domain) in [("web", &default), ("shop", &acme)] {
        let id = ProjectId::from(new_id());
        directory::insert_project(tx, &id, domain, name, now).await?;
        projects.insert(name, id);
    }
    let of_default = OF_DEFAULT.iter().map(|(username, roles)| (&default, *username, *roles));
    let of_acme = OF_ACME.iter().map(|(username, roles)| (&acme, *username, *roles));
    for (domain, username, roles) in of_default.chain(of_acme) {
        let id = UserId::from(new_id());
        let account =
            directory::NewAccount { id: &id, domain, username, display_name: username, password_hash: hash, now };
        directory::insert_account(tx, &account).await?;
        for (role, project) in roles {
            directory::assign(tx, &id, &projects[project], &(*role).into(), now).await?;
        }
    }
    let limits = BTreeMap::from([(Key::Vcpu, 64), (Key::Memory, 128 * Key::Memory.divisor())]);
    set_limits(tx, &LimitScope::Project(projects["web"].clone()), &limits).await?;
    for (ticket_type, links) in PROCESSES {
        let id = ProcessId::from(new_id());
        process::insert(tx, &id, ticket_type, "", &definition(links), now).await?;
        process::set_enabled(tx, &id, true, now).await?;
    }
    Ok(())
}

fn definition(links: Links) -> Definition {
    let link = |(index, (role, scope)): (usize, &(&str, Scope))| Link {
        name: default_link_name(index).to_owned(),
        approver: Approver::Role { role: (*role).into(), scope: *scope },
    };
    Definition {
        kind: Kind::BuiltIn,
        links: links.iter().enumerate().map(link).collect(),
        self_approval: false,
        queue: None,
    }
}
