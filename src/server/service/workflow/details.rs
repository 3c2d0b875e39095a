//! One ticket with everything its page shows.

use super::decide::{check_concerned, digest};
use super::grant::Choices;
use super::kind::kind;
use super::lists::row;
use super::route::{self, People};
use super::tasks::Route;
use super::{reads_by_right, steps};
use crate::domain::ids::TicketNumber;
use crate::domain::process::Definition;
use crate::domain::quota::{Amounts, Standing};
use crate::domain::request::Request;
use crate::domain::workflow::{ProcessResult, RecordKind, State, Status, TaskState};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::quota;
use crate::server::store::directory::Project;
use crate::server::store::task::NamedTask;
use crate::server::store::ticket::{RecordRow, Ticket};
use crate::server::store::ticket_page::{self, Page};
use crate::wire::error::AppError;
use crate::wire::workflow::{Asked, Decision, Record, Stage, StageState, TicketDetail, TicketRow};

/// A ticket as its own page shows it. Unknown and foreign numbers are the same.
pub async fn get(app: &App, caller: &Caller, number: TicketNumber) -> Result<TicketDetail, AppError> {
    let page = read(app, caller, number).await?;
    let Page { ticket, listed, definition, project, domain, tasks, records, steps, .. } = page;
    let row = row(&caller.person.id, listed, &tasks);
    let request = Request::read(ticket.ticket_type, &ticket.payload)?;
    let state = ticket.state();
    let standings = match shows_standings(&request, &state) {
        true => standings(app, &ticket, project.as_ref(), domain.as_deref()).await?,
        false => vec![],
    };
    let may_act = ticket.initiator_id == caller.person.id || caller.administers_system();
    let is_more_ahead = state.is_waiting() && state.link + 1 < definition.links.len() as i64;
    let ahead = match is_more_ahead {
        true => route::could_decide(&app.db, &Route::of(&ticket, &definition)).await?,
        false => vec![],
    };
    Ok(TicketDetail {
        domain,
        process_version: ticket.process_version,
        summary: request.summary(row.project.as_deref()),
        seen: digest(&ticket),
        may_amend: ticket.initiator_id == caller.person.id && state.is_undecided(),
        obstacles: if state.is_waiting() { kind(&request).obstacles(&app.db).await? } else { vec![] },
        request,
        standings,
        stages: stages(&state, &definition, &ahead, &tasks, &records),
        records: records.into_iter().map(record).collect(),
        steps: steps::shown(steps),
        may_retry: may_act && state.has_failed(),
        may_abandon: may_act && state.has_failed(),
        row,
    })
}

/// Whether the page weighs the request against the quota as it is now: what is over would tell of another time.
fn shows_standings(request: &Request, state: &State) -> bool {
    let takes_some = request.takes() != Amounts::default();
    state.status == Status::Incomplete && (request.changes_quota() || (takes_some && state.execution.is_none()))
}

/// How the quotas stand that the ticket counts against: those of its project, or of its domain where it has no project.
async fn standings(
    app: &App,
    ticket: &Ticket,
    project: Option<&Project>,
    domain: Option<&str>,
) -> Result<Vec<Standing>, AppError> {
    match (project, &ticket.domain_id, domain) {
        (Some(project), ..) => {
            Ok(quota::standings_of(&app.db, std::slice::from_ref(project)).await?.pop().unwrap_or_default())
        }
        (None, Some(id), Some(name)) if ticket.project_id.is_none() => {
            let survey = quota::survey(&app.db, std::slice::from_ref(id), &[]).await?;
            Ok(vec![survey.of_domain(id, name)])
        }
        _ => Ok(vec![]),
    }
}

/// What the dialog that asks this needs. Whoever reads the ticket and was never asked to decide is told so before a dialog
/// opens that would refuse them; whoever comes too late, by its OK.
pub async fn decision(app: &App, caller: &Caller, number: TicketNumber, asked: Asked) -> Result<Decision, AppError> {
    let Page { ticket, listed, definition, tasks, is_concerned, .. } = read(app, caller, number).await?;
    let is_weighed = matches!(asked, Asked::Pass | Asked::Reject);
    if is_weighed {
        check_concerned(&caller.person.id, &ticket, &definition, is_concerned)?;
    }
    let row = row(&caller.person.id, listed, &tasks);
    let request = Request::read(ticket.ticket_type, &ticket.payload)?;
    let Choices { projects, roles, wished } = match row.may_decide {
        true => kind(&request).choices(app, caller, ticket.domain_id.as_ref()).await?,
        false => Choices::default(),
    };
    let reason = Some(request.reason()).filter(|reason| is_weighed && !reason.is_empty());
    let reason = reason.map(|reason| format!("Reason: {reason}")).unwrap_or_default();
    let about = about(&row, &ticket, &request, &definition, asked);
    let rivals = match is_weighed {
        true => kind(&request).rivals(&app.db, ticket.ticket_type, number).await?,
        false => String::new(),
    };
    let particulars = if rivals.is_empty() { request.particulars() } else { rivals };
    let (version, seen, ticket_type) = (row.version, digest(&ticket), ticket.ticket_type);
    Ok(Decision { number, version, seen, about, particulars, reason, ticket_type, projects, roles, wished })
}

/// What the dialog is about, and what its OK will do.
fn about(row: &TicketRow, ticket: &Ticket, request: &Request, definition: &Definition, asked: Asked) -> String {
    let (number, initiator) = (row.number, &row.initiator);
    let what = request.summary(row.project.as_deref());
    let then = match definition.links.get(ticket.state().link as usize + 1) {
        Some(next) => format!("Next: {}.", next.name),
        None => "Then it is carried out.".to_owned(),
    };
    match asked {
        Asked::Pass => match request.chosen_by_approver(initiator) {
            Some(chosen) => format!("#{number}. Pass: {chosen}"),
            None => format!("#{number} of {initiator}. Pass: {what}. {then}"),
        },
        Asked::Reject => {
            format!("#{number} of {initiator}. Reject: the ticket ends, and this isn't done: {what}.")
        }
        Asked::Undo | Asked::Abandon => format!("#{number}: {what}"),
    }
}

async fn read(app: &App, caller: &Caller, number: TicketNumber) -> Result<Page, AppError> {
    let page = ticket_page::read(&app.db, number, &caller.person.id).await?.ok_or(AppError::NotFound)?;
    let is_readable =
        page.ticket.ticket_type.is_workflow() && (page.is_concerned || reads_by_right(caller, &page.ticket));
    if is_readable { Ok(page) } else { Err(AppError::NotFound) }
}

fn record(row: RecordRow) -> Record {
    Record { kind: row.kind, stage: row.stage, actor: row.actor_name, note: row.note, at: row.at }
}

/// The stepper: Submit, each link, Execution. `ahead`: who could decide at each link, where somebody still may.
fn stages(
    state: &State,
    definition: &Definition,
    ahead: &[People],
    tasks: &[NamedTask],
    records: &[RecordRow],
) -> Vec<Stage> {
    let submitted = records.iter().find(|r| r.kind == RecordKind::Submit);
    let mut stages = vec![Stage {
        name: "Submit".into(),
        state: StageState::Done,
        who: submitted.map(|r| r.actor_name.clone()).unwrap_or_default(),
        at: submitted.map(|r| r.at),
    }];
    for (i, link) in definition.links.iter().enumerate() {
        let index = i as i64;
        let at_link: Vec<&NamedTask> = tasks.iter().filter(|t| t.link == index).collect();
        let decided = at_link.iter().find(|t| t.state == TaskState::Decided);
        let stage_state = match () {
            () if index > state.link => StageState::Ahead,
            () if index < state.link || state.process == Some(ProcessResult::Approved) => StageState::Done,
            () if state.process == Some(ProcessResult::Rejected) => StageState::Rejected,
            () if state.status == Status::Canceled => StageState::Canceled,
            () => StageState::Current,
        };
        let open: Vec<&str> = at_link.iter().filter(|t| t.state == TaskState::Open).map(|t| t.name.as_str()).collect();
        let undone = records.iter().find(|r| r.kind == RecordKind::Undo);
        let who = match (stage_state, decided) {
            (_, Some(task)) => task.name.clone(),
            (StageState::Current, None) if open.is_empty() => "waits for nobody: no approver is assigned".to_owned(),
            (StageState::Current, None) => People::new(&open).to_string(),
            (StageState::Ahead, None) => match ahead.get(i) {
                None => "not reached".to_owned(),
                Some(people) if people.total == 0 => "nobody could approve now".to_owned(),
                Some(people) => people.to_string(),
            },
            _ => undone.map(|r| format!("undone by {}", r.actor_name)).unwrap_or_default(),
        };
        let at = match stage_state {
            StageState::Canceled => undone.map(|r| r.at),
            _ => decided.and_then(|t| t.ended_at),
        };
        stages.push(Stage { name: link.name.clone(), state: stage_state, who, at });
    }
    stages.push(execution_stage(state, records));
    stages
}

fn execution_stage(state: &State, records: &[RecordRow]) -> Stage {
    use crate::domain::workflow::ExecutionResult::{Failed, InProgress, Succeeded};
    let ended = |kinds: &[RecordKind]| records.iter().rfind(|r| kinds.contains(&r.kind)).map(|r| r.at);
    let (stage_state, who, at) = match state.execution {
        None => (StageState::Ahead, "", None),
        Some(InProgress) => (StageState::Current, "in progress", None),
        Some(Succeeded) => (StageState::Done, "succeeded", ended(&[RecordKind::Succeed])),
        Some(Failed) if state.status == Status::Canceled => {
            (StageState::Canceled, "abandoned", ended(&[RecordKind::Abandon]))
        }
        Some(Failed) => (StageState::Failed, "failed", ended(&[RecordKind::Fail])),
    };
    Stage { name: "Execution".into(), state: stage_state, who: who.into(), at }
}
