//! Sessions after signing in: who makes a request, switching the view, changing the password, signing out.

use super::attempts::Attempt;
use crate::domain::address::FIRST_PAGE;
use crate::domain::directory::View;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::time::{MINUTE, Millis};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::auth::{password, token};
use crate::server::caller::Caller;
use crate::server::store::{directory, session};
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

const ACCOUNT_PAGE: &str = "/account";

/// The caller to whom a session's token belongs; `None` if the session is over or never was.
pub async fn authenticate(app: &App, token: &str, ip: &str) -> Result<Option<Caller>, AppError> {
    let (now, hash) = (app.now(), token::hash(token));
    let Some((live, bell)) = session::live(&app.db, &hash, now, now - app.settings.session_idle).await? else {
        return Ok(None);
    };
    if now - live.seen_at >= MINUTE {
        // Once a minute is exact enough for the idle limit, and spares nearly every request a write.
        if let Err(error) = note_seen(app, &hash, now).await {
            // On a full disk people can still read.
            tracing::warn!("a session's last request can't be noted: {error}");
        }
    }
    let wanted = live.view.as_deref().and_then(View::from_key);
    Ok(Some(Caller { bell: Some(bell), ..Caller::of(live.person, wanted.as_ref(), live.three_level, hash, ip) }))
}

async fn note_seen(app: &App, hash: &str, now: Millis) -> sqlx::Result<()> {
    let mut tx = app.quiet().await?;
    session::touch(&mut tx, hash, now).await?;
    tx.commit().await
}

/// Switches the session to another view. A view that the caller doesn't hold is treated as not existing.
pub async fn switch_view(app: &App, caller: &Caller, key: &str) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::User, &caller.person.id, &caller.person.username);
    let mut work = app.work(caller.operator(), Operation::SwitchView, subject).await?;
    let before = caller.view.as_ref().map(|v| v.label.clone());
    let wanted = View::from_key(key);
    let held = caller.person.views(caller.three_level).into_iter().find(|v| Some(&v.view) == wanted.as_ref());
    let outcome = match held {
        None => Err(AppError::NotFound),
        Some(held) => {
            work.details(json!({"before": before, "after": held.label}));
            let set = session::set_view(&mut work.tx, &caller.session_hash, &held.view.key()).await;
            set.map(|()| Done::new(format!("You work in {} now.", held.label), FIRST_PAGE)).map_err(AppError::from)
        }
    };
    work.finish(outcome).await
}

/// Sets a new password and ends the account's other sessions, which somebody else may be using.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    current: &str,
    new: &str,
    repeat: &str,
) -> Result<Done, AppError> {
    let checked = check_change(app, caller, current, new, repeat).await;
    let subject = Subject::new(ResourceType::User, &caller.person.id, &caller.person.username);
    let mut work = app.work(caller.operator(), Operation::ChangePassword, subject).await?;
    let outcome = match checked {
        Err(refusal) => Err(refusal),
        Ok((attempt, hash)) => {
            let written: Result<u64, AppError> = async {
                attempt.succeeded(&mut work.tx, &caller.person.id).await?;
                directory::set_password_hash(&mut work.tx, &caller.person.id, &hash).await?;
                Ok(session::end_others(&mut work.tx, &caller.person.id, Some(&caller.session_hash)).await?)
            }
            .await;
            written.map(|ended| Done::new(format!("Your password is changed.{}", and_ended(ended)), ACCOUNT_PAGE))
        }
    };
    work.finish(outcome).await
}

/// The new password's hash, if the current password is right and the new one good. Holds no transaction while hashing.
async fn check_change(
    app: &App,
    caller: &Caller,
    current: &str,
    new: &str,
    repeat: &str,
) -> Result<(Attempt, String), AppError> {
    let mut problems = Problems::default();
    if current.is_empty() {
        problems.add("current", "Type your current password.");
    }
    password::check(&mut problems, new, repeat);
    if problems.is_empty() && new == current {
        problems.add("password", "This is the password you have now. Choose another one.");
    }
    problems.or(())?;
    let attempt = Attempt::begin(app, &caller.person.username, &caller.ip).await?;
    let stored = directory::password_hash(&app.db, &caller.person.id).await?;
    if !password::verify(current.to_owned(), stored).await? {
        let mut problems = Problems::default();
        problems.add("current", "This is not your current password.");
        problems.or(())?;
    }
    Ok((attempt, password::hash(new.to_owned()).await?))
}

fn and_ended(sessions: u64) -> String {
    match sessions {
        0 => String::new(),
        1 => " Your other session has ended.".to_owned(),
        n => format!(" Your {n} other sessions have ended."),
    }
}

/// Ends every session of the caller but this one.
pub async fn sign_out_everywhere(app: &App, caller: &Caller) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::User, &caller.person.id, &caller.person.username);
    let mut work = app.work(caller.operator(), Operation::SignOut, subject).await?;
    let ended = session::end_others(&mut work.tx, &caller.person.id, Some(&caller.session_hash)).await;
    if let Ok(ended) = &ended {
        work.details(json!({"everywhere": true, "sessions": ended}));
    }
    let said = |ended| match ended {
        0 => "You are signed in nowhere else.".to_owned(),
        n => and_ended(n).trim().to_owned(),
    };
    let outcome = ended.map(|ended| Done::new(said(ended), ACCOUNT_PAGE)).map_err(AppError::from);
    work.finish(outcome).await
}

/// Ends the caller's session.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), AppError> {
    let subject = Subject::new(ResourceType::User, &caller.person.id, &caller.person.username);
    let mut work = app.work(caller.operator(), Operation::SignOut, subject).await?;
    let outcome = session::end(&mut work.tx, &caller.session_hash).await.map(|_| ()).map_err(AppError::from);
    work.finish(outcome).await
}
