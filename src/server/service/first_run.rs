//! What a new database begins with: the first domain and project, the built-in roles, a catalogue. Also the one-time
//! link with which the first administrator sets a password.

use super::attempts;
use super::sign_in::{SignedIn, open_session};
use crate::domain::directory::{DEFAULT_DOMAIN, Reach, built_in};
use crate::domain::ids::{DomainId, ProjectId, UserId};
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::time::{DAY, Millis};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::auth::{password, token};
use crate::server::clock::new_id;
use crate::server::store::{directory, session};
use crate::server::work::Work;
use crate::wire::error::AppError;

pub const SYSTEM_PROJECT: &str = "system";
const LINK_LIFETIME: Millis = DAY;

const ROLES: [(&str, Reach, &str); 6] = [
    (built_in::ADMIN, Reach::System, "Administers everything; opens the System View."),
    (built_in::DOMAIN_ADMIN, Reach::Domain, "Administers the domain of its project; opens the Domain View."),
    (built_in::PROJECT_OWNER, Reach::Project, "Owns the project: operates its hosts and approves for it."),
    (built_in::MEMBER, Reach::Project, "Works in the project and operates its hosts."),
    (built_in::VIEWER, Reach::Project, "Reads; may ask for support and membership."),
    (built_in::SUPPORT, Reach::Project, "Answers technical support tickets."),
];

/// Name, vCPU, memory in MiB; the first is what the create form is preset with.
const SPECIFICATIONS: [(&str, i64, i64); 6] = [
    ("c1.small", 1, 1_024),
    ("c2.medium", 2, 4_096),
    ("c4.large", 4, 8_192),
    ("m4.large", 4, 16_384),
    ("c8.xlarge", 8, 16_384),
    ("m16.2xlarge", 16, 65_536),
];

/// Id and name; the first is what the create form is preset with.
const IMAGES: [(&str, &str); 5] = [
    ("debian-13", "Debian 13"),
    ("ubuntu-24.04", "Ubuntu 24.04 LTS"),
    ("rocky-9", "Rocky Linux 9"),
    ("alma-9", "AlmaLinux 9"),
    ("windows-2025", "Windows Server 2025"),
];

/// Fills a new database with its base data; does nothing if it has them.
pub async fn base_data(app: &App) -> Result<(), AppError> {
    let domain = DomainId::from(DEFAULT_DOMAIN);
    if directory::domain(&app.db, &domain).await?.is_some() {
        return Ok(());
    }
    let subject = Subject::new(ResourceType::Domain, DEFAULT_DOMAIN, "Default").in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(Operator::system(), Operation::Create, subject).await?;
    let outcome = write_base_data(&mut work, &domain).await;
    work.finish(outcome).await
}

async fn write_base_data(work: &mut Work, domain: &DomainId) -> Result<(), AppError> {
    let now = work.now;
    let tx = &mut work.tx;
    directory::insert_domain(tx, domain, "Default", now).await?;
    directory::insert_project(tx, &SYSTEM_PROJECT.into(), domain, SYSTEM_PROJECT, now).await?;
    for (name, reach, description) in ROLES {
        directory::insert_built_in_role(tx, name, reach, description).await?;
    }
    for (position, (name, vcpu, memory_mib)) in (0..).zip(SPECIFICATIONS) {
        directory::insert_specification(tx, name, vcpu, memory_mib, position).await?;
    }
    for (position, (id, name)) in (0..).zip(IMAGES) {
        directory::insert_image(tx, id, name, position).await?;
    }
    Ok(())
}

/// Whether there is no account yet, so that a one-time link may make the first one.
pub async fn is_open(app: &App) -> Result<bool, AppError> {
    Ok(!directory::has_accounts(&app.db).await?)
}

/// A new one-time link's token, while there is no account yet. Earlier links end.
pub async fn setup_token(app: &App) -> Result<Option<String>, AppError> {
    if directory::has_accounts(&app.db).await? {
        return Ok(None);
    }
    let token = token::new();
    let mut tx = app.quiet().await?;
    session::insert_setup_link(&mut tx, &token::hash(&token), app.now(), app.now() + LINK_LIFETIME).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Makes the first administrator through the one-time link and signs them in.
pub async fn set_up(
    app: &App,
    token: &str,
    username: &str,
    password: &str,
    repeat: &str,
    ip: &str,
) -> Result<SignedIn, AppError> {
    let username = username.trim();
    let checked = check(app, username, password, repeat).await;
    let id = UserId::from(new_id());
    let operator = Operator { id: None, name: "One-time link".into(), view: String::new(), ip: ip.to_owned() };
    let subject = Subject::new(ResourceType::User, &id, username.chars().take(100).collect::<String>())
        .in_project(SYSTEM_PROJECT, SYSTEM_PROJECT)
        .in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(operator, Operation::Create, subject).await?;
    let outcome = match checked {
        Ok(hash) => create_admin(&mut work, &id, token, username, &hash, ip).await,
        Err(refusal) => Err(refusal),
    };
    let token = work.finish(outcome).await?;
    let person = directory::person(&app.db, &id).await?.ok_or(AppError::SignedOut)?;
    Ok(SignedIn { token, person })
}

async fn check(app: &App, username: &str, password: &str, repeat: &str) -> Result<String, AppError> {
    if directory::has_accounts(&app.db).await? {
        return Err(AppError::refused(
            "This system is set up already. Sign in, or ask an administrator for an account.",
        ));
    }
    let mut problems = Problems::default();
    let name = problems.required("username", "Username", username, 60);
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@".contains(c)) {
        problems.add("username", "Username takes the letters A to Z and a to z, digits, '-', '_', '.' and '@'.");
    }
    password::check(&mut problems, password, repeat);
    problems.or(())?;
    password::hash(password.to_owned()).await
}

async fn create_admin(
    work: &mut Work,
    id: &UserId,
    token: &str,
    username: &str,
    hash: &str,
    ip: &str,
) -> Result<String, AppError> {
    let now = work.now;
    let usable = session::use_setup_link(&mut work.tx, &token::hash(token), now).await?;
    if !usable || directory::has_accounts_in(&mut work.tx).await? {
        return Err(AppError::refused(
            "This link was used before or has expired, or the server has made a newer one since. Restart the server to get a new one.",
        ));
    }
    let domain = DomainId::from(DEFAULT_DOMAIN);
    let account =
        directory::NewAccount { id, domain: &domain, username, display_name: username, password_hash: hash, now };
    directory::insert_account(&mut work.tx, &account).await?;
    attempts::know(&mut work.tx, id, ip, now).await?;
    let project = ProjectId::from(SYSTEM_PROJECT);
    directory::assign(&mut work.tx, id, &project, &built_in::ADMIN.into(), now).await?;
    open_session(work, id, ip).await
}
