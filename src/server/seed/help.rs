//! Support tickets of `member`, most of them closed, and one with a thread of a thousand replies.

use super::sequence::number_on_after;
use crate::domain::directory::View;
use crate::domain::process::TicketType;
use crate::domain::support::SupportForm;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::support::{handling, request};
use crate::server::store::value::args;
use crate::server::store::{directory, process, ticket};
use crate::wire::error::AppError;

/// How many of the newest tickets are open.
const OPEN: i64 = 500;
const REPLIES: i64 = 1_000;

pub(super) async fn insert(app: &App, tickets: i64) -> Result<(), AppError> {
    bulk(app, tickets).await?;
    thread(app).await
}

async fn bulk(app: &App, tickets: i64) -> Result<(), AppError> {
    if tickets < 1 {
        return Ok(());
    }
    let mut tx = app.quiet().await?;
    let found = process::share_by_type(&mut tx, TicketType::CustomerService).await?;
    let process = found.ok_or(AppError::NotFound)?;
    let first = ticket::next_number(&mut tx).await?;
    let last = first + tickets - 1;
    let stage = process.definition.links.first().map(|link| link.name.clone()).unwrap_or_default();
    tx.exec(
        numbers!(
            "INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id,
               resource_name, payload, status, link, links, stage, version, submitted_at, closed_at, waits_role,
               waits_scope, waits_scope_id, self_approval, names_hosts, support, queue)
             SELECT i, 'customer-service', $3, $4, a.id, p.id, 'default', 'Trouble ' || i, '{}',
               CASE WHEN i > $2 - $7 THEN 'incomplete' ELSE 'completed' END, 0, 1, $5, 1,
               $6 - ($2 - i) * 60, CASE WHEN i <= $2 - $7 THEN $6 - ($2 - i) * 60 + 1 END,
               CASE WHEN i > $2 - $7 THEN 'support' END, CASE WHEN i > $2 - $7 THEN 'domain' END,
               CASE WHEN i > $2 - $7 THEN 'default' END, FALSE, FALSE, 1, CASE WHEN i > $2 - $7 THEN 4 ELSE 9 END
             FROM n JOIN account a ON a.username = 'member' JOIN project p ON p.name = 'web' AND p.domain_id = 'default'"
        ),
        args![first, last, &process.id, process.version, stage, app.now(), OPEN],
    )
    .await?;
    let rest = [
        "INSERT INTO support (number, level, status, posts)
         SELECT number, 'minor', CASE WHEN status = 'incomplete' THEN 'submitted' ELSE 'closed' END, 1
         FROM ticket WHERE number BETWEEN $1 AND $2",
        "INSERT INTO post (ticket_number, position, kind, author_id, author_name, body, at)
         SELECT t.number, 0, 'reply', a.id, a.display_name, t.resource_name, t.submitted_at
         FROM ticket t JOIN account a ON a.id = t.initiator_id WHERE t.number BETWEEN $1 AND $2",
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at, ended_at, queue)
         SELECT t.number, 0, a.id, CASE WHEN t.status = 'incomplete' THEN 'open' ELSE 'missed' END, t.submitted_at,
           t.closed_at, t.queue
         FROM ticket t JOIN account a ON a.username IN ('helpdesk', 'helpdesk2') WHERE t.number BETWEEN $1 AND $2",
    ];
    for sql in rest {
        tx.exec(sql, args![first, last]).await?;
    }
    number_on_after(&mut tx, last).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the newest ticket, with the long thread. Use cases write its first and last entry; the others come in bulk.
async fn thread(app: &App) -> Result<(), AppError> {
    let web = directory::projects(&app.db).await?.into_iter().find(|project| project.name == "web");
    let web = web.ok_or(AppError::NotFound)?.id;
    let member = caller(app, "member", View::Project(web.clone())).await?;
    let form = SupportForm { description: "A long story".into(), ..SupportForm::default() };
    request::request(app, &member, &form, &[]).await?;
    let last = ticket::last_of(&app.db, &member.person.id, TicketType::CustomerService).await?;
    let number = last.ok_or(AppError::NotFound)?;
    let mut tx = app.quiet().await?;
    tx.exec(
        numbers!(
            "INSERT INTO post (ticket_number, position, kind, author_id, author_name, body, at)
             SELECT $3, i, 'reply', a.id, a.display_name,
               'Reply **' || i || '** with a [link](https://example.com/), and some more words, as replies have.', $4
             FROM n JOIN account a ON a.username = CASE WHEN i % 2 = 0 THEN 'member' ELSE 'helpdesk' END"
        ),
        args![1_i64, REPLIES - 1, number, app.now()],
    )
    .await?;
    let sql = "UPDATE support SET posts = $2, first_reply_at = $3 WHERE number = $1";
    tx.exec(sql, args![number, REPLIES, app.now()]).await?;
    tx.commit().await?;
    let helpdesk = caller(app, "helpdesk", View::Project(web)).await?;
    handling::reply(app, &helpdesk, number, handling::Entry::reply("The end, for now.")).await?;
    Ok(())
}

async fn caller(app: &App, username: &str, view: View) -> Result<Caller, AppError> {
    let account = directory::find_by_username(&app.db, username).await?.ok_or(AppError::NotFound)?;
    let person = directory::person(&app.db, &account.id).await?.ok_or(AppError::NotFound)?;
    Ok(Caller::of(person, Some(&view), true, String::new(), ""))
}
