//! Signing in by user name and password.

use super::attempts::Attempt;
use crate::domain::directory::Person;
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::origin::LOCAL;
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::auth::{password, token};
use crate::server::store::directory::Account;
use crate::server::store::{directory, session};
use crate::server::work::Work;
use crate::wire::error::AppError;

const MAX_USERNAME: usize = 100;

/// A new session. Its token belongs in the person's cookie and nowhere else.
pub struct SignedIn {
    pub token: String,
    pub person: Person,
}

/// Signs in and ends the browser's earlier session, whose hash is `before`. An unknown name and a wrong password get
/// one answer, after equal time.
pub async fn sign_in(
    app: &App,
    username: &str,
    password: String,
    before: Option<&str>,
    ip: &str,
) -> Result<SignedIn, AppError> {
    let username = username.trim();
    let checked = check(app, username, password, ip).await;
    let shown: String = username.chars().take(MAX_USERNAME).collect();
    let id = checked.as_ref().ok().map(|(account, _)| account.id.clone());
    let subject = Subject::new(ResourceType::User, id.as_ref().map_or("", |id| id.as_str()), &shown);
    let operator = Operator { id, name: shown, view: String::new(), ip: ip.to_owned() };
    let mut work = app.work(operator, Operation::SignIn, subject).await?;
    let outcome = match checked {
        Ok((account, attempt)) => admit(&mut work, &account, &attempt, before, ip).await,
        Err(refusal) => Err(refusal),
    };
    let token = work.finish(outcome).await?;
    let person = directory::find_by_username(&app.db, username).await?.ok_or(AppError::SignedOut)?;
    let person = directory::person(&app.db, &person.id).await?.ok_or(AppError::SignedOut)?;
    Ok(SignedIn { token, person })
}

/// The account that the typed name and password fit. Holds no transaction, because hashing takes long.
async fn check(app: &App, username: &str, typed: String, ip: &str) -> Result<(Account, Attempt), AppError> {
    let mut problems = Problems::default();
    if username.is_empty() {
        problems.add("username", "Type your user name.");
    }
    if typed.is_empty() {
        problems.add("password", "Type your password.");
    }
    problems.or(())?;
    if username.chars().count() > MAX_USERNAME {
        return Err(wrong());
    }
    let account = directory::find_by_username(&app.db, username).await?;
    let name = account.as_ref().map_or(username, |account| account.username.as_str());
    let attempt = Attempt::begin(app, name, ip).await?;
    let stored = match &account {
        Some(account) => directory::password_hash(&app.db, &account.id).await?,
        None => None,
    };
    let fits = password::verify(typed, stored).await?;
    match account {
        Some(account) if fits && account.enabled => Ok((account, attempt)),
        Some(_) if fits => Err(AppError::refused("This account is disabled. Ask an administrator to enable it.")),
        _ => Err(wrong()),
    }
}

fn wrong() -> AppError {
    AppError::refused("Username or password is wrong.")
}

async fn admit(
    work: &mut Work,
    account: &Account,
    attempt: &Attempt,
    before: Option<&str>,
    ip: &str,
) -> Result<String, AppError> {
    attempt.succeeded(&mut work.tx, &account.id).await?;
    if let Some(before) = before {
        session::end(&mut work.tx, before).await?;
    }
    open_session(work, &account.id, ip).await
}

/// Makes a session for the account and returns its token. Also deletes everybody's sessions that are over.
pub(super) async fn open_session(
    work: &mut Work,
    account: &crate::domain::ids::UserId,
    ip: &str,
) -> Result<String, AppError> {
    let settings = &work.app().settings;
    let (seen_after, expires_at) = (work.now - settings.session_idle, work.now + settings.session_lifetime);
    session::prune(&mut work.tx, work.now, seen_after).await?;
    let token = token::new();
    let new = session::NewSession {
        token_hash: &token::hash(&token),
        account,
        view: None,
        created_at: work.now,
        expires_at,
        ip,
        provider: LOCAL,
    };
    session::insert(&mut work.tx, &new).await?;
    Ok(token)
}
