//! Fills a database for measuring: many tickets in every state, with their tasks, records, holds and hosts.
//!
//! Only for `make bench`. It writes rows in bulk, past the rules that single changes keep, so that a hundred thousand
//! tickets take seconds; what it writes is what the rules would have left behind.

use super::app::App;
use super::service::oplog::sealing::{self, Sealed};
use super::store::db::Tx;
use super::store::{directory, host, process, ticket};
use crate::domain::host::HostRequest;
use crate::domain::ids::ProjectId;
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::server::store::value::args;
use crate::wire::error::AppError;

/// How many people ask beside `member`, if [`company`] hasn't added its own.
const REQUESTERS: i64 = 200;
/// Open tickets are only among this many newest ones: over the years closed tickets grow in number, open ones don't.
const UNDER_WAY: i64 = 10_000;
/// Hosts are only of this many newest tickets; those of older tickets are gone.
const STANDING: i64 = 100_000;
/// Placeholder for the host's name in the payload, which is otherwise equal for all tickets.
const NAME: &str = "NAME-OF-THE-HOST";

/// A statement with the numbers from `$1` to `$2` as rows of `n(i)`.
macro_rules! numbers {
    ($rest:literal) => {
        concat!("WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) ", $rest)
    };
}

mod bare;
mod help;
mod log;
mod people;
mod sequence;

pub use bare::bare_commits;

use sequence::number_on_after;

/// Fills a database as a large company's would be after years: projects and people, `tickets` workflow tickets, support
/// tickets with a long thread, and the sealed operation log.
pub async fn company(app: &App, tickets: i64) -> Result<(), AppError> {
    people::insert(app).await?;
    fill(app, tickets).await?;
    help::insert(app, tickets / 20).await?;
    log::insert(app, 2 * tickets).await?;
    while sealing::seal_settled(app).await? != Sealed::Everything {}
    analyze(app).await
}

/// Adds workflow tickets to demo data. A tenth of the newest wait for a decision, half of those at each link. Every
/// second ticket is `member`'s, in project `web`. The others are in a [`company`]'s projects, if there are any, else in
/// `web`.
pub async fn fill(app: &App, tickets: i64) -> Result<(), AppError> {
    if tickets < 1 {
        return Ok(());
    }
    let web = directory::projects(&app.db).await?.into_iter().find(|project| project.name == "web");
    let offer = host::offer(&app.db, None).await?;
    let (Some(web), Some(specification), Some(image)) =
        (web, offer.specifications.into_iter().next(), offer.images.into_iter().next())
    else {
        return Err(AppError::refused("This is for a database with demo data."));
    };
    let request = HostRequest {
        name: NAME.into(),
        quantity: 1,
        project: web.id.clone(),
        specification,
        image,
        system_disk_gib: 30,
        data_disks_gib: vec![],
        description: String::new(),
        reason: "For measuring.".into(),
    };
    let mut tx = app.quiet().await?;
    let first = ticket::next_number(&mut tx).await?;
    let last = first + tickets - 1;
    let projects: i64 = tx.scalar("SELECT COUNT(*) FROM project WHERE id LIKE 'bench-project-%'", args![]).await?;
    let requesters = if projects == 0 { REQUESTERS } else { people::REQUESTERS };
    let span = Span { first, last, now: app.now(), projects, requesters };
    if projects == 0 {
        insert_requesters(&mut tx, &web.id, span.now).await?;
    }
    insert_tickets(&mut tx, &request, &span).await?;
    insert_tasks(&mut tx, &span).await?;
    insert_records(&mut tx, &span).await?;
    insert_holds(&mut tx, &request, &span).await?;
    insert_hosts(&mut tx, &request, &span).await?;
    number_on_after(&mut tx, last).await?;
    tx.commit().await?;
    analyze(app).await
}

/// Updates the planner's statistics. Postgres vacuums too, as autovacuum would have over the years.
async fn analyze(app: &App) -> Result<(), AppError> {
    if let Some(pool) = app.db.postgres() {
        // VACUUM isn't allowed in a transaction.
        sqlx::query("VACUUM (ANALYZE)").execute(pool).await?;
        return Ok(());
    }
    let mut tx = app.quiet().await?;
    tx.exec("ANALYZE", args![]).await?;
    tx.commit().await?;
    Ok(())
}

/// The numbers of the new tickets, and the time (ms) from which their dates count back.
struct Span {
    first: i64,
    last: i64,
    now: Millis,
    /// How many projects there are beside `web`, and how many people ask in them or, without any, in `web`.
    projects: i64,
    requesters: i64,
}

async fn insert_requesters(tx: &mut Tx, web: &ProjectId, now: Millis) -> sqlx::Result<()> {
    people::insert_requesters(tx, REQUESTERS, now).await?;
    tx.exec(
        numbers!(
            "INSERT INTO assignment (account_id, project_id, role_id, created_at)
             SELECT 'requester-' || i, $3, 'member', $4 FROM n WHERE TRUE
             ON CONFLICT DO NOTHING"
        ),
        args![0_i64, REQUESTERS - 1, web, now],
    )
    .await?;
    Ok(())
}

/// Of twenty tickets one waits at each link, one was rejected, one undone, and sixteen succeeded. Among older tickets
/// ([`UNDER_WAY`]) none waits, and eighteen succeeded.
async fn insert_tickets(tx: &mut Tx, request: &HostRequest, span: &Span) -> Result<(), AppError> {
    let process = process::share_by_type(tx, TicketType::ApplyMachine).await?;
    let Some(process) = process.filter(|p| p.definition.links.len() == 2) else {
        return Err(AppError::refused("This is for a database whose Host Application has the demo's two links."));
    };
    let payload = serde_json::to_string(request)?;
    let links = &process.definition.links;
    tx.exec(
        numbers!(
            "INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id,
               resource_name, payload, status, process_result, execution_result, link, links, stage, version,
               submitted_at, closed_at, waits_role, waits_scope, waits_scope_id, self_approval, names_hosts)
             SELECT i, 'apply-machine', $3, $4,
               CASE WHEN i % 2 = 0 THEN (SELECT id FROM account WHERE username = 'member')
                 ELSE 'requester-' || (i / 2 % $11) END,
               CASE WHEN i % 2 = 0 OR $12 = 0 THEN $5 ELSE 'bench-project-' || (i / 2 % NULLIF($12, 0)) END,
               'default', 'bench-' || i, REPLACE($6, $7, 'bench-' || i),
               CASE kind WHEN 0 THEN 'incomplete' WHEN 1 THEN 'incomplete' WHEN 3 THEN 'canceled' ELSE 'completed' END,
               CASE kind WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN 'rejected' WHEN 3 THEN NULL ELSE 'approved' END,
               CASE WHEN kind > 3 THEN 'succeeded' END,
               CASE kind WHEN 0 THEN 0 WHEN 2 THEN 0 WHEN 3 THEN 0 ELSE 1 END,
               2,
               CASE kind WHEN 0 THEN $8 WHEN 2 THEN $8 WHEN 3 THEN $8 ELSE $9 END,
               CASE kind WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 2 ELSE 4 END,
               $10 - ($2 - i + 60) * 60000,
               CASE WHEN kind > 1 THEN $10 - ($2 - i) * 60000 END,
               CASE kind WHEN 0 THEN 'project_owner' WHEN 1 THEN 'admin' END,
               CASE kind WHEN 0 THEN 'project' WHEN 1 THEN 'global' END,
               CASE kind WHEN 0 THEN $5 END,
               FALSE, FALSE
             FROM (SELECT i, CASE WHEN i % 20 < 2 AND i <= $2 - $13 THEN 10 ELSE i % 20 END AS kind FROM n) AS n"
        ),
        args![
            span.first,
            span.last,
            &process.id,
            process.version,
            &request.project,
            payload,
            NAME,
            &links[0].name,
            &links[1].name,
            span.now,
            span.requesters,
            span.projects,
            UNDER_WAY
        ],
    )
    .await?;
    Ok(())
}

/// Adds the tasks: of the project's two owners at the first link, of `sysadmin` and `deputy` at the second. Each pair
/// takes turns at deciding.
async fn insert_tasks(tx: &mut Tx, span: &Span) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at, ended_at)
         SELECT t.number, 0, a.id,
           CASE WHEN t.status = 'incomplete' AND t.link = 0 THEN 'open'
                WHEN t.status <> 'canceled' AND (a.username = 'owner' OR a.username LIKE '%-a') = (t.number / 20 % 2 = 0) THEN 'decided'
                ELSE 'missed' END,
           t.submitted_at,
           CASE WHEN t.status = 'incomplete' AND t.link = 0 THEN NULL ELSE t.submitted_at + 600000 END
         FROM ticket t JOIN assignment x ON x.project_id = t.project_id AND x.role_id = 'project_owner'
           JOIN account a ON a.id = x.account_id
         WHERE t.number BETWEEN $1 AND $2",
        args![span.first, span.last],
    )
    .await?;
    tx.exec(
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at, ended_at)
         SELECT t.number, 1, a.id,
           CASE WHEN t.status = 'incomplete' THEN 'open'
                WHEN (a.username = 'sysadmin') = (t.number / 20 % 2 = 0) THEN 'decided'
                ELSE 'missed' END,
           t.submitted_at + 600000,
           CASE WHEN t.status = 'incomplete' THEN NULL ELSE t.submitted_at + 1200000 END
         FROM ticket t JOIN account a ON a.username IN ('sysadmin', 'deputy')
         WHERE t.link = 1 AND t.number BETWEEN $1 AND $2",
        args![span.first, span.last],
    )
    .await?;
    Ok(())
}

async fn insert_records(tx: &mut Tx, span: &Span) -> sqlx::Result<()> {
    let into = [
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at)
         SELECT t.number, 1, 'submit', 'Submit', a.id, a.display_name, 'For measuring.', t.submitted_at
         FROM ticket t JOIN account a ON a.id = t.initiator_id
         WHERE t.number BETWEEN $1 AND $2",
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at, link,
           link_opened_at)
         SELECT t.number, 2, CASE WHEN t.link = 1 THEN 'pass' ELSE 'reject' END, 'Leadership Approval', a.id,
           a.display_name, '', k.ended_at, k.link, k.opened_at
         FROM ticket t JOIN task k ON k.ticket_number = t.number AND k.link = 0 AND k.state = 'decided'
           JOIN account a ON a.id = k.account_id
         WHERE t.number BETWEEN $1 AND $2",
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at, link,
           link_opened_at)
         SELECT t.number, 2, 'undo', 'Leadership Approval', a.id, a.display_name, 'Not needed.', t.closed_at, t.link,
           t.submitted_at
         FROM ticket t JOIN account a ON a.id = t.initiator_id
         WHERE t.status = 'canceled' AND t.number BETWEEN $1 AND $2",
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at, link,
           link_opened_at)
         SELECT t.number, 3, 'pass', t.stage, a.id, a.display_name, '', k.ended_at, k.link, k.opened_at
         FROM ticket t JOIN task k ON k.ticket_number = t.number AND k.link = 1 AND k.state = 'decided'
           JOIN account a ON a.id = k.account_id
         WHERE t.number BETWEEN $1 AND $2",
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at)
         SELECT t.number, 4, 'succeed', 'Execution', NULL, 'Countersign', '', t.closed_at
         FROM ticket t
         WHERE t.execution_result = 'succeeded' AND t.number BETWEEN $1 AND $2",
    ];
    for sql in into {
        tx.exec(sql, args![span.first, span.last]).await?;
    }
    Ok(())
}

async fn insert_holds(tx: &mut Tx, request: &HostRequest, span: &Span) -> sqlx::Result<()> {
    for (key, amount) in request.total().iter() {
        tx.exec(
            "INSERT INTO quota_hold (ticket_number, key, amount, project_id, domain_id)
             SELECT number, $3, $4, project_id, domain_id FROM ticket
             WHERE status = 'incomplete' AND number BETWEEN $1 AND $2",
            args![span.first, span.last, key.key(), amount],
        )
        .await?;
    }
    Ok(())
}

/// Of every ten newer tickets one still has its host.
async fn insert_hosts(tx: &mut Tx, request: &HostRequest, span: &Span) -> sqlx::Result<()> {
    let specification = &request.specification;
    tx.exec(
        "INSERT INTO host (id, project_id, ticket_number, name, specification_name, vcpu, memory_mib, image_name,
           system_disk_gib, data_disks_gib, disks_gib, status, description, created_at)
         SELECT '00000000-0000-7000-8000-' || SUBSTR('000000000000' || number, LENGTH('000000000000' || number) - 11),
           project_id, number, resource_name, $3, $4, $5, $6, $7, '[]', $7, 'running', '', closed_at
         FROM ticket
         WHERE execution_result = 'succeeded' AND number % 20 IN (4, 15) AND number BETWEEN $1 AND $2 AND number > $2 - $8",
        args![
            span.first,
            span.last,
            &specification.name,
            specification.vcpu,
            specification.memory_mib,
            &request.image.name,
            request.system_disk_gib,
            STANDING
        ],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_names_its_host_once() {
        let request = HostRequest {
            name: NAME.into(),
            quantity: 1,
            project: "p".into(),
            specification: crate::domain::host::Specification {
                id: "s".into(),
                name: "s".into(),
                vcpu: 1,
                memory_mib: 1,
            },
            image: crate::domain::host::Image { id: "i".into(), name: "i".into() },
            system_disk_gib: 30,
            data_disks_gib: vec![],
            description: String::new(),
            reason: String::new(),
        };
        assert_eq!(serde_json::to_string(&request).expect("JSON").matches(NAME).count(), 1);
    }
}
