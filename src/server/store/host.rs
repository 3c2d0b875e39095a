//! Hosts and the catalogues they are made from. Changes of existing hosts are in [`change`], the steps of making and
//! changing them in [`step`].

pub mod change;
pub mod step;

use super::change::Change;
use super::db::{Db, Tx};
use super::directory::Project;
use super::process;
use super::sql::{Sql, read_rows, truth};
use super::value::{Val, args};
use crate::domain::directory::View;
use crate::domain::host::{HostRequest, HostStatus, Image, Specification};
use crate::domain::ids::{DomainId, HostId, ProjectId, TicketNumber, UserId};
use crate::domain::process::{Definition, TicketType};
use crate::domain::time::Millis;
use serde::Deserialize;
use serde_json::json;

/// The specifications that hosts can have, in the catalogue's order.
pub async fn specifications(db: &Db) -> sqlx::Result<Vec<Specification>> {
    db.all("SELECT id, name, vcpu, memory_mib FROM specification ORDER BY position, id", args![]).await
}

/// What the form for a new host offers: the two catalogues in their order, the projects, and the process that approves
/// it.
pub struct Offer {
    pub specifications: Vec<Specification>,
    pub images: Vec<Image>,
    /// The definition of the process of Host Application, if it is enabled.
    pub process: Option<Definition>,
    /// The projects of the System or Domain View that was asked about, sorted by name; none for a Project View.
    pub projects: Vec<Project>,
}

pub async fn offer(db: &Db, view: Option<&View>) -> sqlx::Result<Offer> {
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    sql.rows("id, name, vcpu, memory_mib", "position, id").push(" FROM specification) AS specifications, ");
    sql.rows("id, name", "position, id").push(" FROM image) AS images, (SELECT v.definition FROM process p");
    sql.push(
        " JOIN process_version v ON v.process_id = p.id AND v.version = p.version WHERE p.enabled AND p.ticket_type = ",
    );
    sql.bind(TicketType::ApplyMachine.key()).push(") AS process, ");
    sql.rows("p.id, p.name, p.domain_id, d.name", "p.name, p.id");
    sql.push(" FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.deleted_at IS NULL");
    match view {
        Some(View::System) => &mut sql,
        Some(View::Domain(id)) => sql.push(" AND p.domain_id = ").bind(id),
        Some(View::Project(_)) | None => sql.push(" AND 1 = 0"),
    };
    sql.push(") AS projects");
    let (text, args) = sql.done();
    let row: Option<(String, String, Option<String>, String)> = db.opt(text, args).await?;
    let (specifications, images, process, projects) = row.ok_or(sqlx::Error::RowNotFound)?;
    let project = |(id, name, domain_id, domain_name)| Project { id, name, domain_id, domain_name };
    Ok(Offer {
        specifications: read_rows(&specifications)?,
        images: read_rows(&images)?,
        process: process.as_deref().map(process::read_definition).transpose()?,
        projects: read_rows(&projects)?.into_iter().map(project).collect(),
    })
}

/// A host as lists and its page show it; its fields are [`FIELDS`].
#[derive(Debug, Clone, sqlx::FromRow, Deserialize)]
pub struct Host {
    pub id: HostId,
    pub name: String,
    pub project_id: ProjectId,
    pub project_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    pub specification_name: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub image_name: String,
    pub system_disk_gib: i64,
    /// A JSON array of whole GiB.
    pub data_disks_gib: String,
    #[sqlx(try_from = "String")]
    pub status: HostStatus,
    #[serde(deserialize_with = "truth")]
    pub delete_locked: bool,
    /// JSON of the [`Change`](crate::domain::host_operation::Change) under way.
    pub change: Option<String>,
    pub description: String,
    pub created_at: Millis,
    /// When it was moved to the trash.
    pub trashed_at: Option<Millis>,
    /// The ticket that made it, if the reader may read that ticket.
    pub readable_ticket: Option<TicketNumber>,
}

const FIELDS: &str =
    "id, name, project_id, project_name, domain_id, domain_name, specification_name, vcpu, memory_mib, image_name,
  system_disk_gib, data_disks_gib, status, delete_locked, change, description, created_at, trashed_at, readable_ticket";

/// The person who reads a host. The number of a host's ticket is shown only to those who may read that ticket.
pub struct Reader<'a> {
    pub user: &'a UserId,
    pub reads_all_tickets: bool,
}

impl Reader<'_> {
    /// Adds the condition that the reader may read a ticket. `number`: the ticket's number as an SQL expression.
    fn may_read(&self, sql: &mut Sql, number: &'static str) {
        sql.push("(").bind(self.reads_all_tickets);
        sql.push(" OR EXISTS (SELECT 1 FROM ticket t WHERE t.number = ").push(number);
        sql.push(" AND t.initiator_id = ").bind(self.user);
        sql.push(") OR EXISTS (SELECT 1 FROM task t WHERE t.ticket_number = ").push(number);
        sql.push(" AND t.account_id = ").bind(self.user).push("))");
    }
}

/// Which page of the list of hosts is read.
pub struct Listing<'a> {
    pub view: &'a View,
    /// A part of the name; empty filters nothing.
    pub name: &'a str,
    /// `None`: every host that isn't in the trash.
    pub status: Option<HostStatus>,
    pub position: Position<'a>,
    pub limit: i64,
}

/// Where a page begins, by a host's id. The list goes from the newest to the oldest.
#[derive(Clone, Copy)]
pub enum Position<'a> {
    Top,
    After(&'a str),
    Before(&'a str),
}

const TABLES: &str = " FROM host h JOIN project p ON p.id = h.project_id JOIN domain d ON d.id = p.domain_id";

/// Begins a statement with the columns of a [`Host`].
fn select(db: &Db, reader: &Reader<'_>) -> Sql {
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT h.id, h.name, h.project_id, p.name AS project_name, p.domain_id, d.name AS domain_name,
           h.specification_name, h.vcpu, h.memory_mib, h.image_name, h.system_disk_gib, h.data_disks_gib, h.status,
           h.delete_locked, h.change, h.description, h.created_at, h.trashed_at, CASE WHEN ",
    );
    reader.may_read(&mut sql, "h.ticket_number");
    sql.push(" THEN h.ticket_number END AS readable_ticket");
    sql
}

/// Reads one page of hosts, newest first.
pub async fn list(db: &Db, listing: &Listing<'_>, reader: &Reader<'_>) -> sqlx::Result<Vec<Host>> {
    let mut sql = select(db, reader);
    sql.push(TABLES);
    match listing.status {
        Some(status) => sql.push(" WHERE h.status = ").bind(status.key()),
        None => sql.push(" WHERE h.status <> 'in_trash'"),
    };
    match listing.view {
        View::System => {}
        View::Domain(id) => {
            sql.push(" AND p.domain_id = ").bind(id);
        }
        View::Project(id) => {
            sql.push(" AND h.project_id = ").bind(id);
        }
    }
    if !listing.name.is_empty() {
        sql.push(" AND LOWER(h.name)").contains(listing.name);
    }
    match listing.position {
        Position::Top => sql.push(" ORDER BY h.id DESC"),
        Position::After(id) => sql.push(" AND h.id < ").bind(id).push(" ORDER BY h.id DESC"),
        Position::Before(id) => sql.push(" AND h.id > ").bind(id).push(" ORDER BY h.id"),
    };
    sql.limit(listing.limit);
    let is_upwards = matches!(listing.position, Position::Before(_));
    let mut hosts: Vec<Host> = sql.list(db, FIELDS, if is_upwards { "id" } else { "id DESC" }).await?;
    if is_upwards {
        hosts.reverse();
    }
    Ok(hosts)
}

/// Which of these names hosts of the project have, those in the trash too.
pub async fn names_taken(db: &Db, project: &ProjectId, names: Vec<String>) -> sqlx::Result<Vec<String>> {
    let sql = db.dialect().pick(
        "SELECT DISTINCT name FROM host WHERE project_id = $1 AND name IN (SELECT value FROM json_each($2)) ORDER BY name",
        "SELECT DISTINCT name FROM host WHERE project_id = $1 AND name = ANY($2) ORDER BY name",
    );
    db.scalars(sql, args![project, names]).await
}

/// A host, and those of the open tickets about it that the reader may read, oldest first.
pub async fn get(
    db: &Db,
    id: &HostId,
    reader: &Reader<'_>,
) -> sqlx::Result<Option<(Host, Vec<(TicketNumber, TicketType)>)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        host: Host,
        open: String,
    }
    let mut sql = select(db, reader);
    sql.push(", ").rows("w.number, w.ticket_type", "w.number");
    sql.push(" FROM ticket_host o JOIN ticket w ON w.number = o.ticket_number WHERE o.host_id = h.id AND ");
    reader.may_read(&mut sql, "w.number");
    sql.push(") AS open").push(TABLES).push(" WHERE h.id = ").bind(id);
    let (text, args) = sql.done();
    let row: Option<Row> = db.opt(text, args).await?;
    row.map(|row| Ok((row.host, read_rows(&row.open)?))).transpose()
}

/// Adds the hosts of a request, one for each id and name, all Deploying.
pub async fn insert(
    tx: &mut Tx,
    ids: &[HostId],
    request: &HostRequest,
    ticket: Option<TicketNumber>,
    now: Millis,
) -> sqlx::Result<()> {
    let sql = tx.dialect().pick(
        "INSERT INTO host (id, name, project_id, ticket_number, specification_name, vcpu, memory_mib, image_name,
           system_disk_gib, data_disks_gib, disks_gib, status, description, created_at)
         SELECT i.value, n.value, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'deploying', $12, $13
         FROM json_each($1) i JOIN json_each($2) n ON n.key = i.key",
        "INSERT INTO host (id, name, project_id, ticket_number, specification_name, vcpu, memory_mib, image_name,
           system_disk_gib, data_disks_gib, disks_gib, status, description, created_at)
         SELECT n.id, n.name, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'deploying', $12, $13
         FROM unnest($1, $2) AS n (id, name)",
    );
    let disks_gib = request.system_disk_gib + request.data_disks_gib.iter().sum::<i64>();
    let args = args![
        texts(ids),
        request.host_names(),
        &request.project,
        ticket,
        &request.specification.name,
        request.specification.vcpu,
        request.specification.memory_mib,
        &request.image.name,
        request.system_disk_gib,
        json!(request.data_disks_gib).to_string(),
        disks_gib,
        &request.description,
        now,
    ];
    tx.exec(sql, args).await?;
    tx.changed(Change::HostIn(request.project.clone()));
    Ok(())
}

/// Moves a host from one status to another; `false` if it wasn't in the first.
pub async fn set_status(tx: &mut Tx, id: &HostId, from: HostStatus, to: HostStatus) -> sqlx::Result<bool> {
    let sql = "UPDATE host SET status = $3 WHERE id = $1 AND status = $2 RETURNING project_id";
    change_host(tx, sql, args![id, from.key(), to.key()]).await
}

/// Runs a statement that returns the project of the host it changed; `false` if it changed none.
async fn change_host(tx: &mut Tx, sql: &'static str, args: Vec<Val>) -> sqlx::Result<bool> {
    let project: Option<ProjectId> = tx.scalar_opt(sql, args).await?;
    let changed = project.is_some();
    if let Some(project) = project {
        tx.changed(Change::HostIn(project));
    }
    Ok(changed)
}

/// A host that couldn't be made, with its attempt and its size.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FailedHost {
    pub id: HostId,
    pub attempt: i64,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub disks_gib: i64,
}

/// The ticket's hosts that couldn't be made, sorted by id.
pub async fn failed_of_ticket(tx: &mut Tx, ticket: TicketNumber) -> sqlx::Result<Vec<FailedHost>> {
    tx.all(
        "SELECT h.id, s.attempt, h.vcpu, h.memory_mib, h.disks_gib
         FROM host h JOIN host_step s ON s.host_id = h.id AND s.operation = 0 AND s.position = 0
         WHERE h.ticket_number = $1 AND h.status = 'deploy_failed' ORDER BY h.id",
        args![ticket],
    )
    .await
}

/// Deletes a host that couldn't be made, with its steps; `false` if there is no such host.
pub async fn remove_failed(tx: &mut Tx, id: &HostId) -> sqlx::Result<bool> {
    let sql = "DELETE FROM host_step WHERE host_id IN (SELECT id FROM host WHERE id = $1 AND status = 'deploy_failed')";
    tx.exec(sql, args![id]).await?;
    let sql = "DELETE FROM host WHERE id = $1 AND status = 'deploy_failed' RETURNING project_id";
    change_host(tx, sql, args![id]).await
}

fn texts(ids: &[HostId]) -> Vec<String> {
    ids.iter().map(|id| id.0.clone()).collect()
}
