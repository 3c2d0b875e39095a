//! Making hosts: each step is asked of the cloud, polled and written down by jobs of its own, until the host is Running
//! or Deploy failed.
//!
//! A handler reads where the host stands, calls the cloud with an idempotency key, and writes the result in one short
//! transaction that changes nothing if the host has moved on. So it may be killed anywhere and run again.

use crate::api::error::AppError;
use crate::domain::host::{HostRequest, HostStatus, host_amounts};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::oplog::{Operation, ResourceType};
use crate::domain::time::{HOUR, Millis, SECOND};
use crate::server::app::{App, Operator};
use crate::server::clock::new_id;
use crate::server::cloud::{MachineSpec, MakeStep, Progress};
use crate::server::jobs::{AfterCleanUp, Failure, Job, Outcome};
use crate::server::service::quota;
use crate::server::service::workflow::execution;
use crate::server::store::host::step::{self, Step, StepState};
use crate::server::store::{host, job, ticket};
use crate::server::work::{Subject, Work};
use serde_json::json;

/// What the cloud hasn't finished by then has failed.
const LIMIT: Millis = HOUR;
const SHORTEST_PAUSE: Millis = SECOND / 10;
const LONGEST_PAUSE: Millis = 5 * SECOND;

/// Inserts the hosts of a request as Deploying and enqueues the first step of each.
pub(in crate::server::service) async fn begin(
    work: &mut Work,
    ticket: Option<TicketNumber>,
    request: &HostRequest,
) -> Result<Vec<HostId>, AppError> {
    let ids: Vec<HostId> = request.host_names().iter().map(|_| new_id().into()).collect();
    host::insert(&mut work.tx, &ids, request, ticket, work.now).await?;
    step::insert(&mut work.tx, &ids, ticket).await?;
    for id in &ids {
        work.enqueue(Job::StartHostStep { host: id.clone(), position: 0, attempt: 1 }.at(work.now)).await?;
    }
    Ok(ids)
}

/// Job: asks the cloud to begin a waiting step.
pub async fn start_step(app: &App, host: &HostId, position: i64, attempt: i64) -> Result<Outcome, Failure> {
    let Some(step) = current(app, host, position, attempt, StepState::Waiting).await? else {
        return Ok(Outcome::Done);
    };
    let request = request_key(&step, step.step.key());
    let machine = MachineSpec {
        name: step.name.clone(),
        image: step.image_name.clone(),
        vcpu: step.vcpu,
        memory_mib: step.memory_mib,
        disks_gib: step.disks_gib,
    };
    match app.cloud.start(&request, host, step.step, &machine).await {
        Err(unavailable) => return Err(Failure::Retry(unavailable.to_string())),
        Ok(Progress::Failed(reason)) => conclude(app, &step, Err(&reason)).await?,
        Ok(Progress::Pending | Progress::Done) => {
            let now = app.now();
            let mut tx = app.db.begin().await?;
            if step::begin(&mut tx, host, position, attempt, now).await? {
                let poll = Job::PollHostStep { host: host.clone(), position, attempt };
                job::push(&mut tx, &poll.at(now + SHORTEST_PAUSE)).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(Outcome::Done)
}

/// Job: asks the cloud how far a running step is, and goes on to the next when it is done.
pub async fn poll_step(app: &App, host: &HostId, position: i64, attempt: i64) -> Result<Outcome, Failure> {
    let Some(step) = current(app, host, position, attempt, StepState::Running).await? else {
        return Ok(Outcome::Done);
    };
    match app.cloud.poll(&request_key(&step, step.step.key())).await {
        Err(unavailable) => return Err(Failure::Retry(unavailable.to_string())),
        Ok(Progress::Pending) => match pause(app, step.started_at.unwrap_or_default()) {
            Some(outcome) => return Ok(outcome),
            None => conclude(app, &step, Err("The cloud has not finished this step within an hour.")).await?,
        },
        Ok(Progress::Failed(reason)) => conclude(app, &step, Err(&reason)).await?,
        Ok(Progress::Done) if is_last(&step) => conclude(app, &step, Ok(())).await?,
        Ok(Progress::Done) => {
            let now = app.now();
            let mut tx = app.db.begin().await?;
            if step::complete(&mut tx, host, position, attempt, now).await? {
                let next = Job::StartHostStep { host: host.clone(), position: position + 1, attempt };
                job::push(&mut tx, &next.at(now)).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(Outcome::Done)
}

/// Job: removes what a failed attempt left in the cloud, then makes the host once more or forgets it.
pub async fn clean_up(
    app: &App,
    host: &HostId,
    attempt: i64,
    then: AfterCleanUp,
    since: Millis,
) -> Result<Outcome, Failure> {
    let is_current = |step: &Step| {
        let waits_for_this = match then {
            AfterCleanUp::Start => step.status == HostStatus::Deploying && step.state == StepState::Waiting,
            AfterCleanUp::Remove => step.status == HostStatus::DeployFailed,
        };
        waits_for_this && step.attempt == attempt
    };
    let Some(step) = step::get(&app.db, host, 0).await?.filter(is_current) else {
        return Ok(Outcome::Done);
    };
    let action = match then {
        AfterCleanUp::Start => "clean_up",
        AfterCleanUp::Remove => "remove",
    };
    match (app.cloud.clean_up(&request_key(&step, action), host).await, then) {
        (Err(unavailable), _) => return Err(Failure::Retry(unavailable.to_string())),
        (Ok(Progress::Failed(reason)), _) => return Err(Failure::Dead(reason)),
        (Ok(Progress::Pending), _) => {
            let too_long = || Failure::Dead("The cloud has not finished removing it within an hour.".into());
            return pause(app, since).ok_or_else(too_long);
        }
        (Ok(Progress::Done), AfterCleanUp::Start) => {
            let mut tx = app.db.begin().await?;
            let first = Job::StartHostStep { host: host.clone(), position: 0, attempt };
            job::push(&mut tx, &first.at(app.now())).await?;
            tx.commit().await?;
        }
        (Ok(Progress::Done), AfterCleanUp::Remove) => forget(app, &step).await?,
    }
    Ok(Outcome::Done)
}

/// A step, or the clean-up before the first, is given up for this reason.
pub async fn fail_step(app: &App, host: &HostId, position: i64, attempt: i64, reason: &str) -> Result<(), AppError> {
    match step::get(&app.db, host, position).await? {
        Some(step) if step.attempt == attempt => conclude(app, &step, Err(reason)).await,
        _ => Ok(()),
    }
}

/// Removing a failed host from the cloud is given up: the host stays in the list, and the log says why.
pub async fn removal_failed(app: &App, host: &HostId, reason: &str) -> Result<(), AppError> {
    let Some(step) = step::get(&app.db, host, 0).await? else {
        return Ok(());
    };
    let mut work = app.work(Operator::system(), Operation::Execute, subject(&step)).await?;
    work.details(json!({"ticket": step.ticket_number, "removed": false}));
    work.failed(reason);
    work.finish(Ok(())).await
}

/// The host's step, if it is in this state at this attempt, with the host still Deploying.
async fn current(
    app: &App,
    host: &HostId,
    position: i64,
    attempt: i64,
    state: StepState,
) -> sqlx::Result<Option<Step>> {
    let is_current = |s: &Step| s.status == HostStatus::Deploying && s.attempt == attempt && s.state == state;
    Ok(step::get(&app.db, host, position).await?.filter(is_current))
}

/// When to ask again about what began at `since`: soon at first, then less and less often; `None` when it took too long.
fn pause(app: &App, since: Millis) -> Option<Outcome> {
    let now = app.now();
    let waited = now - since;
    let pause = (waited / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    (waited < LIMIT).then_some(Outcome::Again(now + pause))
}

fn is_last(step: &Step) -> bool {
    step.position + 1 == MakeStep::ALL.len() as i64
}

/// The idempotency key of one call: who asked, the host, what for, and which attempt it is.
fn request_key(step: &Step, action: &str) -> String {
    let origin = step.ticket_number.map_or_else(|| "direct".to_owned(), |number| format!("ticket-{number}"));
    format!("{origin}/{}/{action}/{}", step.host, step.attempt)
}

/// Ends the making of a host: Running, or Deploy failed for a reason. Done once, whoever asks for it again.
async fn conclude(app: &App, step: &Step, verdict: Result<(), &str>) -> Result<(), AppError> {
    let mut work = app.work(Operator::system(), Operation::Execute, subject(step)).await?;
    match settle(&mut work, step, verdict).await {
        // The host had moved on: nothing to change, nothing to record.
        Ok(false) => Ok(()),
        Ok(true) => work.finish(Ok(())).await,
        Err(error) => work.finish(Err(error)).await,
    }
}

async fn settle(work: &mut Work, step: &Step, verdict: Result<(), &str>) -> Result<bool, AppError> {
    if let Some(number) = step.ticket_number {
        // The ticket first, as everybody locks; so the hosts of a ticket end one after the other and one is the last.
        ticket::lock(&mut work.tx, number).await?;
    }
    let (host, position, attempt, now) = (&step.host, step.position, step.attempt, work.now);
    let (is_current, status) = match verdict {
        Ok(()) => (step::complete(&mut work.tx, host, position, attempt, now).await?, HostStatus::Running),
        Err(why) => (step::fail(&mut work.tx, host, position, attempt, why, now).await?, HostStatus::DeployFailed),
    };
    if !is_current || !host::set_status(&mut work.tx, host, HostStatus::Deploying, status).await? {
        return Ok(false);
    }
    let mut details = json!({
        "ticket": step.ticket_number,
        "before": {"status": HostStatus::Deploying},
        "after": {"status": status},
    });
    if let Err(reason) = verdict {
        details["step"] = json!(step.step);
        work.failed(reason);
    }
    work.details(details);
    if let Some(number) = step.ticket_number {
        if verdict.is_err() {
            let amounts = host_amounts(step.vcpu, step.memory_mib, step.disks_gib);
            quota::hold(work, number, &step.project_id, &amounts).await?;
        }
        execution::host_settled(work, number).await?;
    }
    Ok(true)
}

async fn forget(app: &App, step: &Step) -> Result<(), AppError> {
    let mut work = app.work(Operator::system(), Operation::Execute, subject(step)).await?;
    work.details(json!({"ticket": step.ticket_number, "removed": true}));
    match host::remove_failed(&mut work.tx, &step.host).await {
        Ok(false) => Ok(()),
        Ok(true) => work.finish(Ok(())).await,
        Err(error) => work.finish(Err(error.into())).await,
    }
}

fn subject(step: &Step) -> Subject {
    Subject::new(ResourceType::Host, &step.host, &step.name)
        .in_project(&step.project_id, &step.project_name)
        .in_domain(&step.domain_id, &step.domain_name)
}
