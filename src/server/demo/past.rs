//! The demo's history: tickets of the last days with the hosts they brought, made by the real use cases under a clock
//! that is set back.

use crate::domain::host::{DEFAULT_SYSTEM_DISK_GIB, HostForm, HostStatus};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::support::{Level, SupportForm, SupportTab};
use crate::domain::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::domain::workflow::Tab;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::ManualClock;
use crate::server::cloud::{EmbeddedInventory, Faults};
use crate::server::jobs;
use crate::server::service::support::handling::Entry;
use crate::server::service::support::{self, handling, request};
use crate::server::service::workflow::decide::{self, Ruling};
use crate::server::service::workflow::{details, lists};
use crate::server::service::{hosts, requests};
use crate::server::store::{directory, host};
use crate::wire::error::AppError;
use crate::wire::hosts::HostFilter;
use crate::wire::support::SupportFilter;
use crate::wire::workflow::{Asked, TicketFilter};
use std::sync::Arc;

enum Ending {
    /// Passed by these approvers, link after link.
    Passed(&'static [&'static str]),
    Rejected(&'static str, &'static str),
    Undone(&'static str),
}

struct Past {
    ago: Millis,
    asked_by: &'static str,
    name: &'static str,
    quantity: &'static str,
    specification: &'static str,
    reason: &'static str,
    ending: Ending,
}

/// The demo's host applications, oldest first.
const TICKETS: [Past; 5] = [
    Past {
        ago: 6 * DAY,
        asked_by: "member",
        name: "frontend",
        quantity: "2",
        specification: "c2.medium",
        reason: "The new site goes live next week.",
        ending: Ending::Passed(&["owner", "sysadmin"]),
    },
    Past {
        ago: 5 * DAY,
        asked_by: "member",
        name: "render-farm",
        quantity: "4",
        specification: "c8.xlarge",
        reason: "Previews take too long.",
        ending: Ending::Rejected("coowner", "Use the shared render queue first; ask again if it doesn't do."),
    },
    Past {
        ago: 3 * DAY,
        asked_by: "shopper",
        name: "shop-db",
        quantity: "1",
        specification: "c4.large",
        reason: "The catalogue outgrew the old one.",
        ending: Ending::Passed(&["shopowner", "deputy"]),
    },
    Past {
        ago: 2 * DAY,
        asked_by: "owner",
        name: "ci-runner",
        quantity: "1",
        specification: "c4.large",
        reason: "",
        ending: Ending::Passed(&["coowner", "sysadmin"]),
    },
    Past {
        ago: DAY,
        asked_by: "member",
        name: "scratch",
        quantity: "1",
        specification: "c1.small",
        reason: "",
        ending: Ending::Undone("Found a free one."),
    },
];

/// Owner and name of the one demo host that is stopped.
const STOPPED: (&str, &str) = ("owner", "ci-runner");

/// Makes the tickets and hosts, each under a clock set to its time.
pub async fn tickets(app: &App) -> Result<(), AppError> {
    for past in TICKETS {
        let clock = Arc::new(ManualClock::at(app.now() - past.ago));
        let cloud = EmbeddedInventory::new(app.db.clone(), clock.clone(), app.settings.deploy_delay, Faults::default());
        let then = App { clock: clock.clone(), cloud: Arc::new(cloud), ..app.clone() };
        play(&then, &clock, &past).await?;
    }
    stop(app).await?;
    help(app).await
}

/// Makes a support ticket that was solved, so that the demo has a thread to look at.
async fn help(app: &App) -> Result<(), AppError> {
    let clock = Arc::new(ManualClock::at(app.now() - DAY));
    let then = App { clock: clock.clone(), ..app.clone() };
    let (member, helpdesk) = (person(&then, "member").await?, person(&then, "helpdesk").await?);
    let form = SupportForm { description: PROBLEM.into(), level: Level::Moderate.key().into(), follows: String::new() };
    request::request(&then, &member, &form, &[]).await?;
    let mine = support::lists::list(&then, &member, SupportTab::Mine, &SupportFilter::default()).await?;
    let number = mine.page.rows.first().map(|row| row.number).ok_or(AppError::NotFound)?;
    clock.advance(20 * MINUTE);
    handling::take(&then, &helpdesk, number).await?;
    clock.advance(5 * MINUTE);
    handling::reply(&then, &helpdesk, number, Entry::reply(ANSWER)).await?;
    clock.advance(2 * HOUR);
    handling::reply(&then, &member, number, Entry::reply("That was it, thank you!")).await?;
    clock.advance(MINUTE);
    handling::end(&then, &member, number, "yes", "5", "", "/").await?;
    Ok(())
}

const PROBLEM: &str = "No space left on frontend-1\n\nThe deployment of this morning stopped with\n\n```\n\
    write /srv/www/index.html: no space left on device\n```\n\nWhat can I remove, or do I need a **data disk**?";
const ANSWER: &str = "Old logs filled it: `/var/log` takes 21 GiB. Two ways out:\n\n1. remove what is older than a week, or\n\
    2. ask for a data disk with *Adjust configuration*.\n\nDoes the first do for now?";

async fn play(app: &App, clock: &ManualClock, past: &Past) -> Result<(), AppError> {
    let asker = person(app, past.asked_by).await?;
    let form = hosts::form(app, &asker).await?;
    let typed = HostForm {
        name: past.name.into(),
        quantity: past.quantity.into(),
        project: form.projects.first().map(|p| p.project.value.clone()).unwrap_or_default(),
        specification: past.specification.into(),
        image: form.images.first().map(|i| i.id.0.clone()).unwrap_or_default(),
        system_disk: DEFAULT_SYSTEM_DISK_GIB.to_string(),
        reason: past.reason.into(),
        ..Default::default()
    };
    requests::hosts::create(app, &asker, &typed, None).await?;
    let (number, version) = newest_of(app, &asker).await?;
    match past.ending {
        Ending::Passed(approvers) => {
            for approver in approvers {
                clock.advance(40 * MINUTE);
                let approver = person(app, approver).await?;
                decide::pass(app, &approver, ruling(app, &approver, number, "").await?).await?;
            }
            deploy(app, clock).await?;
        }
        Ending::Rejected(approver, why) => {
            clock.advance(2 * HOUR);
            let approver = person(app, approver).await?;
            decide::reject(app, &approver, ruling(app, &approver, number, why).await?).await?;
        }
        Ending::Undone(why) => {
            clock.advance(5 * MINUTE);
            decide::undo(app, &asker, number, version, why, "/").await?;
        }
    }
    Ok(())
}

async fn person(app: &App, username: &str) -> Result<Caller, AppError> {
    let account = directory::find_by_username(&app.db, username).await?.ok_or(AppError::NotFound)?;
    let person = directory::person(&app.db, &account.id).await?.ok_or(AppError::NotFound)?;
    Ok(Caller::of(person, None, true, String::new(), ""))
}

async fn ruling(app: &App, approver: &Caller, number: i64, note: &str) -> Result<Ruling, AppError> {
    let shown = details::decision(app, approver, number, Asked::Pass).await?;
    Ok(Ruling { number, version: shown.version, seen: shown.seen, note: note.into(), ..Ruling::default() })
}

/// Number and version of the ticket this person submitted last.
async fn newest_of(app: &App, caller: &Caller) -> Result<(i64, i64), AppError> {
    let mine = lists::list(app, caller, Tab::Mine, &TicketFilter::default()).await?;
    mine.page.rows.first().map(|row| (row.number, row.version)).ok_or(AppError::NotFound)
}

/// Runs the jobs of what was approved and moves the clock on until all are done, for 600 s of that clock at most.
async fn deploy(app: &App, clock: &ManualClock) -> Result<(), AppError> {
    for _ in 0..600 {
        jobs::run_due(app).await?;
        if jobs::leftovers(app).await?.is_empty() {
            break;
        }
        clock.advance(SECOND);
    }
    Ok(())
}

async fn stop(app: &App) -> Result<(), AppError> {
    let (owner, name) = STOPPED;
    let owner = person(app, owner).await?;
    let found = hosts::list(app, &owner, &HostFilter { name: name.into(), ..Default::default() }).await?;
    let row = found.page.rows.into_iter().next().ok_or(AppError::NotFound)?;
    let mut work =
        app.work(owner.operator(), Operation::Stop, Subject::new(ResourceType::Host, &row.id, row.name)).await?;
    let stopped = host::set_status(&mut work.tx, &row.id, HostStatus::Running, HostStatus::Stopped).await;
    work.finish(stopped.map(drop).map_err(AppError::from)).await
}
