//! The tabs of the support pages (SPEC 8).

use super::request;
use crate::domain::directory::View;
use crate::domain::external::HelpdeskKind;
use crate::domain::ids::DomainId;
use crate::domain::number;
use crate::domain::support::{Level, SupportStatus, SupportTab};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::helpdesk::ticket_page;
use crate::server::store::external;
use crate::server::store::support::{self, ListedSupport, Selection, Whose};
use crate::wire::Page;
use crate::wire::error::AppError;
use crate::wire::support::{External, SupportFilter, SupportList, SupportRow};

const PAGE_SIZE: usize = 50;

/// The domain whose tickets a Domain View sees under All Tickets.
fn domain_of_view(caller: &Caller) -> Option<&DomainId> {
    match caller.view() {
        Some(View::Domain(domain)) if caller.reads_support_of(domain) => Some(domain),
        _ => None,
    }
}

fn sees_all(caller: &Caller) -> bool {
    caller.reads_every_ticket() || domain_of_view(caller).is_some()
}

/// The tabs a caller has: All Tickets not in a Project View, External Ticket only while a system is connected.
fn tabs(caller: &Caller, is_connected: bool) -> Vec<SupportTab> {
    let has = |tab: &SupportTab| match tab {
        SupportTab::All => sees_all(caller),
        SupportTab::External => is_connected,
        SupportTab::Mine | SupportTab::Pending | SupportTab::Resolved => true,
    };
    SupportTab::ALL.iter().copied().filter(has).collect()
}

pub async fn list(
    app: &App,
    caller: &Caller,
    tab: SupportTab,
    filter: &SupportFilter,
) -> Result<SupportList, AppError> {
    if tab == SupportTab::All && !sees_all(caller) {
        let message = "All Tickets belongs to the System View and to Domain Views. Switch the view and try again.";
        return Err(AppError::Forbidden(message.into()));
    }
    let system = external::system(&app.db).await?.map(|system| (system.kind, system.address));
    if tab == SupportTab::External && system.is_none() {
        return Err(AppError::NotFound);
    }
    let (tabs, may_request) = (tabs(caller, system.is_some()), request::check(app, caller).await.is_ok());
    let may_write_replies = caller.view().is_some_and(|view| caller.person.writes_replies_in(view));
    let Some((selection, backwards)) = read(tab, filter) else {
        let page = Page { rows: vec![], next: None, previous: None };
        return Ok(SupportList { page, tabs, may_request, may_write_replies });
    };
    let all = caller.reads_every_ticket();
    let whose = Whose { person: &caller.person.id, domain: domain_of_view(caller), all };
    let mut found = support::page(&app.db, tab, whose, &selection).await?;
    let more = found.len() > PAGE_SIZE;
    found.truncate(PAGE_SIZE);
    if backwards {
        found.reverse();
    }
    let key = |row: Option<&ListedSupport>| row.map(|row| format!("{}-{}", row.queue, row.number));
    let (first, last) = (key(found.first()), key(found.last()));
    let came_from_before = selection.beyond.is_some();
    let (next, previous) = match backwards {
        false => (last.filter(|_| more), first.filter(|_| came_from_before)),
        true => (last, first.filter(|_| more)),
    };
    let rows = found.into_iter().map(|listed| row(caller, listed, system.as_ref())).collect();
    Ok(SupportList { page: Page { rows, next, previous }, tabs, may_request, may_write_replies })
}

/// Reads the typed filter. `true` if it asks for the page before a key, which is read in the opposite order. `None` if
/// a value can match nothing (an id that is no number, say).
fn read(tab: SupportTab, filter: &SupportFilter) -> Option<(Selection, bool)> {
    let text = |typed: &str| Some(typed.trim().to_owned()).filter(|text| !text.is_empty());
    let backwards = filter.before.is_some();
    // My Pending begins with the most urgent and the oldest tickets, the other tabs with the newest.
    let ascending = tab == SupportTab::Pending || filter.sort == "oldest";
    let beyond = filter.before.as_ref().or(filter.after.as_ref()).and_then(|key| {
        let (queue, number) = key.split_once('-')?;
        Some((number::whole(queue)?, number::whole(number)?))
    });
    let selection = Selection {
        number: match text(&filter.id) {
            None => None,
            Some(id) => Some(number::ticket(&id)?),
        },
        status: match text(&filter.status) {
            None => None,
            Some(key) => Some(SupportStatus::from_key(&key)?),
        },
        level: match text(&filter.priority) {
            None => None,
            Some(key) => Some(Level::from_key(&key)?),
        },
        initiator: text(&filter.initiator),
        text: text(&filter.text),
        ascending: ascending != backwards,
        beyond,
        limit: PAGE_SIZE as i64 + 1,
    };
    Some((selection, backwards))
}

/// Why something isn't in the other system, as the caller may read it. Where that system is and how its outage looks from
/// here concern those who can mend it.
fn problem_for(caller: &Caller, why: String) -> String {
    let names_address = ["http://", "https://"].iter().any(|scheme| why.contains(scheme));
    if !names_address || caller.administers_system() {
        return why;
    }
    "It has a problem; administrators see which in the System View.".into()
}

/// A row as the caller may act on it; `system` is the connected one, and its address.
pub(super) fn row(caller: &Caller, listed: ListedSupport, system: Option<&(HelpdeskKind, String)>) -> SupportRow {
    let status = listed.status;
    let id = listed.remote_id;
    // A ticket that was made in another kind of system isn't found in the connected one.
    let system = system.filter(|(kind, _)| listed.remote_kind.as_deref() == Some(kind.key()));
    let external = listed.remote_status.map(|status| External {
        href: id.as_ref().zip(system).map(|(id, (kind, address))| ticket_page(*kind, address, id)),
        id,
        status,
        owner: listed.remote_owner.unwrap_or_default(),
        problem: listed.problem.map(|why| problem_for(caller, why)),
    });
    SupportRow {
        number: listed.number,
        level: listed.level,
        title: listed.title,
        initiator: listed.initiator,
        status,
        handler: listed.handler,
        submitted_at: listed.submitted_at,
        closed_at: listed.closed_at,
        may_end: status.is_open() && listed.initiator_id == caller.person.id,
        may_take: status.waits_for_handler() && listed.is_mine,
        external,
        waits_for_nobody: status.waits_for_handler() && !listed.has_handler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_filter_is_read_or_matches_nothing(typed in "#?[0-9]{0,20}|\\PC{0,20}", key in "[0-9-]{0,30}|\\PC{0,20}", pending in any::<bool>()) {
            let tab = if pending { SupportTab::Pending } else { SupportTab::Mine };
            let filter = SupportFilter { id: typed.clone(), before: Some(key.clone()), ..SupportFilter::default() };
            match read(tab, &filter) {
                Some((selection, backwards)) => {
                    prop_assert!(backwards && selection.limit == PAGE_SIZE as i64 + 1);
                    prop_assert_eq!(selection.ascending, !pending);
                    prop_assert!(selection.beyond.is_none() || key.contains('-'));
                }
                None => prop_assert!(!typed.trim().is_empty()),
            }
        }
    }
}
