//! One workflow ticket with everything its page shows, read by one statement. Its tasks, records and steps come as JSON
//! texts.

use super::db::Db;
use super::directory::Project;
use super::host::step::Shown;
use super::sql::{Sql, read_rows};
use super::task::NamedTask;
use super::ticket::{RecordRow, Ticket};
use super::ticket_list::{COLUMNS, ListedTicket};
use crate::domain::ids::{HostId, ProjectId, TicketNumber, UserId};
use crate::domain::machine::{CloudStep, StepState};
use crate::domain::process::Definition;
use crate::domain::time::Millis;
use crate::domain::workflow::{RecordKind, TaskState};

/// A ticket, with the names that its page shows.
pub struct Page {
    pub ticket: Ticket,
    pub listed: ListedTicket,
    pub definition: Definition,
    /// Whether the reader has or had a task in the ticket.
    pub is_concerned: bool,
    /// Its project, unless that was deleted.
    pub project: Option<Project>,
    /// The name of its domain, unless that was deleted.
    pub domain: Option<String>,
    /// Its open and decided tasks, in the order of their links and names.
    pub tasks: Vec<NamedTask>,
    /// Its history, oldest first.
    pub records: Vec<RecordRow>,
    /// The steps of all its hosts, host by host.
    pub steps: Vec<Shown>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    ticket: Ticket,
    #[sqlx(flatten)]
    listed: ListedTicket,
    definition: String,
    is_concerned: bool,
    live_project: Option<ProjectId>,
    domain_name: Option<String>,
    tasks: String,
    records: String,
    steps: String,
}

/// Reads the ticket of this number. `reader` decides [`Page::is_concerned`] only.
pub async fn read(db: &Db, number: TicketNumber, reader: &UserId) -> sqlx::Result<Option<Page>> {
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    sql.push(
        ", t.process_id, t.process_version, t.project_id, t.domain_id, t.payload, t.self_approval, v.definition,
         CASE WHEN p.deleted_at IS NULL THEN p.id END AS live_project, d.name AS domain_name,
         EXISTS (SELECT 1 FROM task m WHERE m.ticket_number = t.number AND m.account_id = ",
    );
    sql.bind(reader).push(") AS is_concerned, ");
    sql.rows("k.link, k.account_id, u.display_name, k.state, k.ended_at", "k.link, u.display_name").push(
        " FROM task k JOIN account u ON u.id = k.account_id
          WHERE k.ticket_number = t.number AND k.state IN ('open', 'decided')) AS tasks, ",
    );
    sql.rows("r.kind, r.stage, r.actor_name, r.note, r.at", "r.position")
        .push(" FROM ticket_record r WHERE r.ticket_number = t.number) AS records, ");
    sql.rows(
        "s.host_id, s.host_name, s.step, s.state, s.error, s.started_at, s.ended_at",
        "s.host_id, s.operation, s.position",
    )
    .push(" FROM host_step s WHERE s.ticket_number = t.number) AS steps ");
    sql.push(
        "FROM ticket t
         JOIN process_version v ON v.process_id = t.process_id AND v.version = t.process_version
         JOIN account u ON u.id = t.initiator_id
         LEFT JOIN project p ON p.id = t.project_id
         LEFT JOIN domain d ON d.id = t.domain_id AND d.deleted_at IS NULL
         WHERE t.number = ",
    );
    sql.bind(number);
    let (text, args) = sql.done();
    db.opt::<Row>(text, args).await?.map(Row::read).transpose()
}

impl Row {
    fn read(self) -> sqlx::Result<Page> {
        type Task = (i64, UserId, String, TaskState, Option<Millis>);
        type Record = (RecordKind, String, String, String, Millis);
        type Step = (HostId, String, CloudStep, StepState, Option<String>, Option<Millis>, Option<Millis>);
        let number = self.ticket.number;
        let task = |(link, account_id, name, state, ended_at): Task| NamedTask {
            ticket_number: number,
            link,
            account_id,
            name,
            state,
            ended_at,
        };
        let record = |(kind, stage, actor_name, note, at): Record| RecordRow { kind, stage, actor_name, note, at };
        let step = |(host_id, host, step, state, error, started_at, ended_at): Step| Shown {
            host_id,
            host,
            step,
            state,
            error,
            started_at,
            ended_at,
        };
        let project = match (&self.live_project, &self.listed.project, &self.ticket.domain_id) {
            (Some(id), Some(name), Some(domain)) => Some(Project {
                id: id.clone(),
                name: name.clone(),
                domain_id: domain.clone(),
                domain_name: self.domain_name.clone().unwrap_or_default(),
            }),
            _ => None,
        };
        let definition = serde_json::from_str(&self.definition).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Page {
            definition,
            is_concerned: self.is_concerned,
            project,
            domain: self.domain_name,
            tasks: read_rows(&self.tasks)?.into_iter().map(task).collect(),
            records: read_rows(&self.records)?.into_iter().map(record).collect(),
            steps: read_rows(&self.steps)?.into_iter().map(step).collect(),
            ticket: self.ticket,
            listed: self.listed,
        })
    }
}
