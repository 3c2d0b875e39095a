//! Carrying out what is done to hosts, from making them to clearing them from the trash: each step is asked of the cloud,
//! polled and written down by jobs of its own, until the operation is over.
//!
//! A handler reads where the host stands, calls the cloud with an idempotency key, and writes the result in one short
//! transaction that changes nothing if the host has moved on. So it may be killed anywhere and run again.

use crate::domain::host::{HostRequest, HostStatus, host_amounts};
use crate::domain::host_operation::{Change, Configuration};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::machine::{CloudStep, MachineSpec, StepState};
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::quota::{Amounts, Key};
use crate::domain::time::{HOUR, Millis, SECOND};
use crate::server::app::App;
use crate::server::clock::new_id;
use crate::server::cloud::Progress;
use crate::server::job::{AfterCleanUp, Failure, Job, Outcome};
use crate::server::service::quota;
use crate::server::store::host::change::{self, Existing};
use crate::server::store::host::step::{self, Step, StepKey};
use crate::server::store::{host, job, ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;
use futures::future::BoxFuture;
use serde_json::json;

/// What the cloud hasn't finished by then has failed.
const LIMIT: Millis = HOUR;
const SHORTEST_PAUSE: Millis = SECOND / 10;
const LONGEST_PAUSE: Millis = 5 * SECOND;

/// Takes the next step of the ticket that a host's operation belongs to, once that operation is over; the ticket is
/// locked. It is handed in by whoever runs the jobs: a ticket's steps begin operations, so they stand above this file.
pub type Settled = for<'a> fn(&'a mut Work, TicketNumber) -> BoxFuture<'a, Result<(), AppError>>;

/// Inserts the hosts of a request as Deploying and enqueues the first step of each.
pub(in crate::server::service) async fn begin_making(
    work: &mut Work,
    ticket: Option<TicketNumber>,
    request: &HostRequest,
) -> Result<Vec<HostId>, AppError> {
    let names = request.host_names();
    let ids: Vec<HostId> = names.iter().map(|_| new_id().into()).collect();
    host::insert(&mut work.tx, &ids, request, ticket, work.now).await?;
    step::insert_making(&mut work.tx, &ids, names, ticket).await?;
    for id in &ids {
        let first = StepKey { host: id.clone(), operation: 0, position: 0, attempt: 1 };
        work.enqueue(Job::StartHostStep(first).at(work.now)).await?;
    }
    Ok(ids)
}

/// Notes a change as under way with a host that is locked, and enqueues its first step. `growth` is what the host takes
/// beyond what it has; the quota was weighed before.
pub(in crate::server::service) async fn begin_change(
    work: &mut Work,
    host: &Existing,
    change: &Change,
    ticket: Option<TicketNumber>,
    growth: &Amounts,
) -> Result<(), AppError> {
    let growing = [growth.get(Key::Vcpu), growth.get(Key::Memory), growth.get(Key::Storage) / Key::Storage.divisor()];
    let operation = change::begin(&mut work.tx, host, change, growing).await?;
    let steps = steps(change, host);
    step::insert(&mut work.tx, &host.id, &host.name, operation, &steps, ticket).await?;
    let first = StepKey { host: host.id.clone(), operation, position: 0, attempt: 1 };
    work.enqueue(Job::StartHostStep(first).at(work.now)).await
}

/// The steps of a change, in their order.
fn steps(change: &Change, host: &Existing) -> Vec<CloudStep> {
    use CloudStep::{AttachDisks, Remove, Resize, Restore, Start, Stop, Trash};
    let is_running = host.status == HostStatus::Running;
    let mut steps = Vec::new();
    match change {
        Change::Adjust { after, auto_start } => {
            steps.extend(is_running.then_some(Stop));
            steps.push(Resize);
            let adds_disks = host.configuration().is_ok_and(|now| now.data_disks_gib != after.data_disks_gib);
            steps.extend(adds_disks.then_some(AttachDisks));
            steps.extend(auto_start.then_some(Start));
        }
        Change::Delete => {
            steps.extend(is_running.then_some(Stop));
            steps.push(Trash);
        }
        Change::Restore => steps.push(Restore),
        Change::Clear => steps.push(Remove),
        Change::Start => steps.push(Start),
        Change::Stop => steps.push(Stop),
    }
    steps
}

/// Job: asks the cloud to begin a waiting step.
pub async fn start_step(app: &App, key: &StepKey, settled: Settled) -> Result<Outcome, Failure> {
    let Some(step) = current(app, key, StepState::Waiting).await? else {
        return Ok(Outcome::Done);
    };
    let request = request_key(&step, step.step.key());
    let machine = machine(&step).map_err(|error| Failure::Dead(AppError::from(error).to_string()))?;
    match app.cloud.start(&request, &key.host, step.step, &machine).await {
        Err(unavailable) => return Err(Failure::Retry(unavailable.to_string())),
        Ok(Progress::Failed(reason)) => conclude(app, &step, Err(&reason), settled).await?,
        Ok(Progress::Pending | Progress::Done) => {
            let now = app.now();
            let mut tx = app.quiet().await?;
            if step::begin(&mut tx, key, now).await? {
                job::push(&mut tx, &Job::PollHostStep(key.clone()).at(now + SHORTEST_PAUSE)).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(Outcome::Done)
}

/// Job: asks the cloud how far a running step is, and goes on to the next when it is done.
pub async fn poll_step(app: &App, key: &StepKey, settled: Settled) -> Result<Outcome, Failure> {
    let Some(step) = current(app, key, StepState::Running).await? else {
        return Ok(Outcome::Done);
    };
    match app.cloud.poll(&request_key(&step, step.step.key())).await {
        Err(unavailable) => return Err(Failure::Retry(unavailable.to_string())),
        Ok(Progress::Pending) => match pause(app, step.started_at.unwrap_or_default()) {
            Some(outcome) => return Ok(outcome),
            None => conclude(app, &step, Err("The cloud has not finished this step within an hour."), settled).await?,
        },
        Ok(Progress::Failed(reason)) => conclude(app, &step, Err(&reason), settled).await?,
        Ok(Progress::Done) if step.is_last => conclude(app, &step, Ok(()), settled).await?,
        Ok(Progress::Done) => {
            let now = app.now();
            let mut tx = app.quiet().await?;
            if step::complete(&mut tx, key, now).await? {
                let next = StepKey { position: key.position + 1, ..key.clone() };
                job::push(&mut tx, &Job::StartHostStep(next).at(now)).await?;
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
    let Some(step) = step::get(&app.db, host, 0, 0).await?.filter(is_current) else {
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
            let mut tx = app.quiet().await?;
            job::push(&mut tx, &Job::StartHostStep(step.key()).at(app.now())).await?;
            tx.commit().await?;
        }
        (Ok(Progress::Done), AfterCleanUp::Remove) => forget(app, &step).await?,
    }
    Ok(Outcome::Done)
}

/// A step, or the clean-up before the first, is given up for this reason.
pub async fn fail_step(app: &App, key: &StepKey, reason: &str, settled: Settled) -> Result<(), AppError> {
    match step::get(&app.db, &key.host, key.operation, key.position).await? {
        Some(step) if step.attempt == key.attempt => conclude(app, &step, Err(reason), settled).await,
        _ => Ok(()),
    }
}

/// Removing a failed host from the cloud is given up: the host stays in the list, and the log says why.
pub async fn removal_failed(app: &App, host: &HostId, reason: &str) -> Result<(), AppError> {
    let Some(step) = step::get(&app.db, host, 0, 0).await? else {
        return Ok(());
    };
    let mut work = app.work(Operator::system(), Operation::Execute, subject(&step)).await?;
    work.details(json!({"ticket": step.ticket_number, "removed": false}));
    work.failed(reason);
    work.finish(Ok(())).await
}

/// The step, if it is in this state at this attempt, and its operation is under way.
async fn current(app: &App, key: &StepKey, state: StepState) -> sqlx::Result<Option<Step>> {
    let found = step::get(&app.db, &key.host, key.operation, key.position).await?;
    Ok(found.filter(|step| step.attempt == key.attempt && step.state == state && is_under_way(step)))
}

fn is_under_way(step: &Step) -> bool {
    let is_latest = step.operation == step.latest_operation;
    is_latest && if step.operation == 0 { step.status == HostStatus::Deploying } else { step.change.is_some() }
}

/// What is under way with the host, if it isn't its making.
fn change_of(step: &Step) -> serde_json::Result<Option<Change>> {
    step.change.as_deref().map(serde_json::from_str).transpose()
}

/// The machine as the step is to leave it.
fn machine(step: &Step) -> serde_json::Result<MachineSpec> {
    let mut machine = MachineSpec {
        name: step.name.clone(),
        image: step.image_name.clone(),
        vcpu: step.vcpu,
        memory_mib: step.memory_mib,
        disks_gib: step.disks_gib,
    };
    if let Some(Change::Adjust { after, .. }) = change_of(step)? {
        machine =
            MachineSpec { vcpu: after.vcpu, memory_mib: after.memory_mib, disks_gib: after.disks_gib(), ..machine };
    }
    Ok(machine)
}

/// When to ask again about what began at `since`: soon at first, then less and less often; `None` when it took too long.
fn pause(app: &App, since: Millis) -> Option<Outcome> {
    let now = app.now();
    let waited = now - since;
    let pause = (waited / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    (waited < LIMIT).then_some(Outcome::Again(now + pause))
}

/// The idempotency key of one call: who asked, the host, which of its operations, what for, and which attempt it is.
fn request_key(step: &Step, action: &str) -> String {
    let origin = step.ticket_number.map_or_else(|| "direct".to_owned(), |number| format!("ticket-{number}"));
    let operation = if step.operation == 0 { String::new() } else { format!("/{}", step.operation) };
    format!("{origin}/{}{operation}/{action}/{}", step.host, step.attempt)
}

/// Ends an operation, well or for a reason. Done once, whoever asks for it again.
async fn conclude(app: &App, step: &Step, verdict: Result<(), &str>, settled: Settled) -> Result<(), AppError> {
    let mut work = app.work(Operator::system(), Operation::Execute, subject(step)).await?;
    match settle(&mut work, step, verdict, settled).await {
        // The host had moved on: nothing to change, nothing to record.
        Ok(false) => Ok(()),
        Ok(true) => work.finish(Ok(())).await,
        Err(error) => work.finish(Err(error)).await,
    }
}

async fn settle(work: &mut Work, step: &Step, verdict: Result<(), &str>, settled: Settled) -> Result<bool, AppError> {
    if let Some(number) = step.ticket_number {
        // The ticket first, as everybody locks; so the hosts of a ticket end one after the other and one is the last.
        ticket::lock(&mut work.tx, number).await?;
    }
    let (key, now) = (step.key(), work.now);
    let is_current = match verdict {
        Ok(()) => step::complete(&mut work.tx, &key, now).await?,
        Err(why) => step::fail(&mut work.tx, &key, why, now).await?,
    };
    if !is_current || !is_under_way(step) {
        return Ok(false);
    }
    let (after, held) = match change_of(step)? {
        None => settle_making(work, step, verdict).await?,
        Some(change) => settle_change(work, step, &change, verdict).await?,
    };
    let mut details = json!({
        "ticket": step.ticket_number,
        "before": {"status": step.status},
        "after": {"status": after},
    });
    if let Some(change) = &step.change {
        details["change"] = serde_json::from_str(change)?;
    }
    if let Err(reason) = verdict {
        details["step"] = json!(step.step);
        work.failed(reason);
    }
    work.details(details);
    if let Some(number) = step.ticket_number {
        quota::hold(work, number, &step.project_id, &held).await?;
        settled(work, number).await?;
    }
    Ok(true)
}

/// The status the host has from now on (none when it is gone), and what its ticket holds again because it failed.
type After = (Option<HostStatus>, Amounts);

async fn settle_making(work: &mut Work, step: &Step, verdict: Result<(), &str>) -> Result<After, AppError> {
    let (status, held) = match verdict {
        Ok(()) => (HostStatus::Running, Amounts::default()),
        Err(_) => (HostStatus::DeployFailed, host_amounts(step.vcpu, step.memory_mib, step.disks_gib)),
    };
    host::set_status(&mut work.tx, &step.host, HostStatus::Deploying, status).await?;
    Ok((Some(status), held))
}

async fn settle_change(
    work: &mut Work,
    step: &Step,
    change: &Change,
    verdict: Result<(), &str>,
) -> Result<After, AppError> {
    let mut held = Amounts::default();
    let status = match (change, verdict) {
        (Change::Clear, Ok(())) => {
            change::remove(&mut work.tx, &step.host).await?;
            return Ok((None, held));
        }
        (Change::Adjust { after, auto_start }, Ok(())) => {
            change::set_configuration(&mut work.tx, &step.host, after).await?;
            if *auto_start { HostStatus::Running } else { HostStatus::Stopped }
        }
        (Change::Delete, Ok(())) => HostStatus::InTrash,
        (Change::Restore | Change::Stop, Ok(())) => HostStatus::Stopped,
        (Change::Start, Ok(())) => HostStatus::Running,
        (Change::Adjust { after, .. }, Err(_)) => {
            held = keep_what_was_reached(work, step, after).await?;
            status_after_failure(work, step).await?
        }
        (Change::Delete, Err(_)) => status_after_failure(work, step).await?,
        (Change::Restore | Change::Clear | Change::Start | Change::Stop, Err(_)) => step.status,
    };
    change::end(&mut work.tx, &step.host, status, work.now).await?;
    Ok((Some(status), held))
}

/// An adjustment that broke off: the host has what its steps achieved. Tells what of its growth is still to come.
async fn keep_what_was_reached(work: &mut Work, step: &Step, after: &Configuration) -> Result<Amounts, AppError> {
    let Some(host) = change::lock(&mut work.tx, std::slice::from_ref(&step.host)).await?.pop() else {
        return Ok(Amounts::default());
    };
    let mut reached = host.configuration()?;
    let is_done = |state: Option<StepState>| state == Some(StepState::Done);
    if is_done(step::state_of(&mut work.tx, &step.key(), CloudStep::Resize).await?) {
        reached = Configuration { data_disks_gib: reached.data_disks_gib, ..after.clone() };
    }
    if is_done(step::state_of(&mut work.tx, &step.key(), CloudStep::AttachDisks).await?) {
        reached.data_disks_gib.clone_from(&after.data_disks_gib);
    }
    change::set_configuration(&mut work.tx, &step.host, &reached).await?;
    Ok(after.growth_from(&reached))
}

/// Where a change that broke off left the host: stopped if it was, or if the change got as far as stopping it.
async fn status_after_failure(work: &mut Work, step: &Step) -> Result<HostStatus, AppError> {
    Ok(match step::state_of(&mut work.tx, &step.key(), CloudStep::Stop).await? {
        Some(StepState::Waiting | StepState::Running | StepState::Failed) => HostStatus::Running,
        Some(StepState::Done) | None => HostStatus::Stopped,
    })
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
