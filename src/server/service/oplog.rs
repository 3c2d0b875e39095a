//! Reading the operation log: who may, the list, one record. [`crate::server::work`] writes it. The modules below
//! export it and make it tamper-evident, by sealing, retention and verifying.

mod chain;
pub mod export;
pub mod retention;
pub mod sealing;
pub mod verify;

use super::days;
use super::rights::require_system_view;
use crate::domain::directory::{Reach, View};
use crate::domain::ids::DomainId;
use crate::domain::number;
use crate::domain::oplog::{Operation, Outcome, ResourceType};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::oplog::{self, Key, Record, Selection, seal};
use crate::wire::error::AppError;
use crate::wire::logs::{LogFilter, LogList, LogRecord, LogRow};
use serde_json::{Value, json};

pub const PAGE_SIZE: i64 = 20;
/// How many records a list shows at most; it goes on from a key.
const MOST_SHOWN: i64 = 1_000;
/// How many names a typed part of a name may stand for at most.
const MOST_OPERATORS: i64 = 20;
const WHAT: &str = "Operation Log";

/// The domain whose records the caller may see; `None` for all records.
fn visible(caller: &Caller) -> Result<Option<DomainId>, AppError> {
    match caller.view() {
        Some(View::System) => require_system_view(caller, WHAT).map(|()| None),
        Some(View::Domain(domain)) if caller.person.is_admin_of_domain(domain) => Ok(Some(domain.clone())),
        _ if caller.person.held.iter().any(|held| held.reach != Reach::Project) => Err(AppError::Forbidden(format!(
            "{WHAT} belongs to the System View and the Domain Views. Switch the view and try again."
        ))),
        _ => Err(AppError::Forbidden(format!("{WHAT} is for administrators."))),
    }
}

/// What a filter selects among the records that the caller may see; `None` if it can match nothing.
async fn selection(app: &App, caller: &Caller, filter: &LogFilter) -> Result<Option<Selection>, AppError> {
    let domain = visible(caller)?;
    let about = match (filter.about_type.as_str(), filter.about_id.as_str()) {
        ("", "") => None,
        (resource, id) => match ResourceType::from_key(resource) {
            None => return Ok(None),
            // Only the System View has a process's details page.
            Some(ResourceType::Process) => {
                require_system_view(caller, WHAT)?;
                Some((ResourceType::Process, id.to_owned()))
            }
            Some(resource) => Some((resource, id.to_owned())),
        },
    };
    let zone = days::zone(&filter.zone);
    Ok(Some(Selection {
        domain,
        about,
        operators: operators(app, filter.operator.trim()).await?,
        operation: Operation::from_key(&filter.operation),
        resource_type: ResourceType::from_key(&filter.resource_type),
        result: Outcome::from_key(&filter.result),
        from: days::first_instant(&filter.from, zone),
        to: days::last_instant(&filter.to, zone),
        after: parse_key(&filter.after),
        between: None,
    }))
}

/// The names that a typed text may mean: only the equal one if somebody has it, else all that contain the text.
async fn operators(app: &App, typed: &str) -> Result<Option<Vec<String>>, AppError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let mut names = oplog::names_containing(&app.db, typed, MOST_OPERATORS).await?;
    let system = crate::domain::oplog::Operator::system().name;
    if system.to_lowercase().contains(&typed.to_lowercase()) {
        names.push(system);
    }
    if let Some(exact) = names.iter().find(|name| name.eq_ignore_ascii_case(typed)) {
        return Ok(Some(vec![exact.clone()]));
    }
    // People without an account (any more) are found by their whole name.
    names.push(typed.to_owned());
    Ok(Some(names))
}

fn written_key(key: Key) -> String {
    format!("{}-{}", key.at, key.number)
}

fn parse_key(text: &str) -> Option<Key> {
    let (at, number) = text.split_once('-')?;
    Some(Key { at: number::whole(at)?, number: number::whole(number)? })
}

pub async fn list(app: &App, caller: &Caller, filter: &LogFilter) -> Result<LogList, AppError> {
    let shown = number::whole(&filter.shown).unwrap_or(PAGE_SIZE).clamp(PAGE_SIZE, MOST_SHOWN);
    let zone = days::zone(&filter.zone).name().to_owned();
    let Some(selection) = selection(app, caller, filter).await? else {
        return Ok(LogList { rows: vec![], more: false, zone });
    };
    let mut records = oplog::list(&app.db, &selection, shown + 1).await?;
    let more = records.len() as i64 > shown;
    records.truncate(usize::try_from(shown).unwrap_or_default());
    Ok(LogList { rows: records.iter().map(row).collect(), more, zone })
}

fn row(record: &Record) -> LogRow {
    LogRow {
        number: record.number,
        at: record.at,
        operator: record.operator_name.clone(),
        operation: operation_label(record),
        resource_type: type_label(record),
        resource_name: record.resource_name.clone(),
        result: Outcome::from_key(&record.result).unwrap_or(Outcome::Failed),
        ip: record.ip.clone(),
        key: written_key(record.key()),
    }
}

/// The operation's label; a word that this version doesn't know is shown as it is stored.
fn operation_label(record: &Record) -> String {
    Operation::from_key(&record.operation).map_or_else(|| record.operation.clone(), |o| o.label().to_owned())
}

fn type_label(record: &Record) -> String {
    ResourceType::from_key(&record.resource_type).map_or_else(|| record.resource_type.clone(), |r| r.label().to_owned())
}

/// One record, if the caller may see it; that of another domain is treated as not existing.
pub async fn get(app: &App, caller: &Caller, number: i64) -> Result<LogRecord, AppError> {
    let domain = visible(caller)?;
    let record = oplog::get(&app.db, number).await?.ok_or(AppError::NotFound)?;
    if domain.is_some_and(|domain| record.domain_id.as_deref() != Some(domain.as_str())) {
        return Err(AppError::NotFound);
    }
    let details: Value = serde_json::from_str(&record.details)?;
    Ok(LogRecord {
        row: row(&record),
        details: if details.is_null() { String::new() } else { serde_json::to_string_pretty(&details)? },
        text: whole_text(&record, details)?,
        seal: seal::covering(&app.db, number).await?,
        operator_id: record.operator_id,
        view: record.view,
        resource_id: record.resource_id,
        project: record.project_name.filter(|name| !name.is_empty()).or(record.project_id),
        domain: record.domain_name.filter(|name| !name.is_empty()).or(record.domain_id),
        reason: record.reason,
    })
}

fn whole_text(record: &Record, details: Value) -> Result<String, AppError> {
    let text = serde_json::to_string_pretty(&json!({
        "number": record.number,
        "time": crate::domain::time::iso(record.at),
        "operator": {"id": record.operator_id, "name": record.operator_name},
        "view": record.view,
        "operation": record.operation,
        "resource": {"type": record.resource_type, "id": record.resource_id, "name": record.resource_name},
        "project": {"id": record.project_id, "name": record.project_name},
        "domain": {"id": record.domain_id, "name": record.domain_name},
        "result": record.result,
        "reason": record.reason,
        "ip": record.ip,
        "details": details,
    }))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_a_key_or_none(text in "-?[0-9]{0,20}-?[0-9-]{0,20}|\\PC{0,20}") {
            if let Some(key) = parse_key(&text) {
                assert_eq!(parse_key(&written_key(key)), Some(key), "{text}");
            }
            let _ = chain::read_entry(&text);
        }
    }

    #[test]
    fn keys_read_back() {
        let key = Key { at: 1_795_507_509_000, number: 12 };
        assert_eq!(parse_key(&written_key(key)), Some(key));
        for wrong in ["", "12", "a-1", "1-b"] {
            assert_eq!(parse_key(wrong), None);
        }
    }
}
