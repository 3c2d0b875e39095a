//! Administration of domains, projects, roles and users. The System View sees all of it, a Domain View its own domain;
//! what lies outside is treated as not existing.
//!
//! Every change takes the directory's lock first, so that its checks still hold when it is written.

mod assignments;
pub mod domains;
pub mod impact;
pub mod projects;
pub mod roles;
pub mod users;

pub use assignments::{assign, unassign};
pub use users::set_enabled;

use crate::domain::directory::{Reach, View};
use crate::domain::ids::DomainId;
use crate::domain::number::counted;
use crate::domain::validation::{Problem, Problems};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::directory::list::Position;
use crate::server::store::directory::{self, Domain, change};
use crate::server::work::Work;
use crate::wire::error::AppError;
use crate::wire::{Choice, Page};

const PAGE_SIZE: usize = 50;
const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 1_000;

/// The domain that the administrator is bound to in this view; `None` in the System View. Refuses everybody else.
fn admin_scope(caller: &Caller) -> Result<Option<&DomainId>, AppError> {
    match caller.view() {
        Some(View::System) if caller.person.is_system_admin() => Ok(None),
        Some(View::Domain(domain)) if caller.person.is_admin_of_domain(domain) => Ok(Some(domain)),
        _ => Err(AppError::Forbidden(refusal(caller).to_owned())),
    }
}

fn refusal(caller: &Caller) -> &'static str {
    let of_a_domain = caller.three_level && caller.person.held.iter().any(|held| held.reach == Reach::Domain);
    if caller.person.is_system_admin() || of_a_domain {
        "Administration belongs to the System View and the Domain View. Switch the view and try again."
    } else {
        "Administration is for administrators of the system or of a domain."
    }
}

/// Whether the scope, as [`admin_scope`] gives it, includes this domain.
fn within(scope: Option<&DomainId>, domain: &DomainId) -> bool {
    scope.is_none_or(|scope| scope == domain)
}

/// The domain for something new: the scope's own, or the chosen one. While the three-level hierarchy is off there is
/// only the default domain.
async fn chosen_domain(
    work: &mut Work,
    scope: Option<&DomainId>,
    three_level: bool,
    typed: &str,
) -> Result<Domain, AppError> {
    let wanted = match (scope, three_level, typed.trim()) {
        (Some(own), _, "") => own.clone(),
        (None, false, "") => crate::domain::directory::DEFAULT_DOMAIN.into(),
        (_, _, typed) => DomainId::from(typed),
    };
    if !within(scope, &wanted) {
        return Err(AppError::NotFound);
    }
    let allowed = three_level || wanted.as_str() == crate::domain::directory::DEFAULT_DOMAIN;
    let found = directory::domain_in(&mut work.tx, &wanted).await?.filter(|_| allowed);
    found.ok_or_else(|| at_field("domain", "Choose one of the domains."))
}

/// The domains that the caller can choose from.
async fn domain_choices(app: &App, caller: &Caller, scope: Option<&DomainId>) -> Result<Vec<Choice>, AppError> {
    let domains = directory::domains(&app.db).await?;
    let offered = domains.into_iter().filter(|domain| {
        within(scope, &domain.id)
            && (caller.three_level || domain.id.as_str() == crate::domain::directory::DEFAULT_DOMAIN)
    });
    Ok(offered.map(|domain| Choice { value: domain.id.0, label: domain.name }).collect())
}

/// A name people read: required, one line, without control characters.
fn name(problems: &mut Problems, field: &str, label: &str, typed: &str) -> String {
    let name = problems.required(field, label, typed, MAX_NAME);
    if name.chars().any(char::is_control) {
        problems.add(field, format!("{label} can't hold control characters."));
    }
    name
}

fn description(problems: &mut Problems, typed: &str) -> String {
    problems.text("description", "Description", typed, MAX_DESCRIPTION)
}

fn at_field(field: &str, message: &str) -> AppError {
    AppError::Invalid(vec![Problem { field: field.into(), message: message.into() }])
}

/// A unique name that is taken, perhaps since a moment ago, is a problem of its field and not a fault of ours.
fn unless_taken(error: sqlx::Error, field: &str, message: &str) -> AppError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => at_field(field, message),
        _ => error.into(),
    }
}

/// Refuses a change after which nobody could administer the system any more.
async fn keep_an_administrator(work: &mut Work) -> Result<(), AppError> {
    if change::has_system_admin(&mut work.tx).await? {
        return Ok(());
    }
    Err(AppError::refused(
        "This would leave nobody to administer the system. Give a role that reaches the whole system to somebody else first.",
    ))
}

/// Where a page begins, by the keys `after` and `before` of its address.
fn position<'a>(after: &'a Option<String>, before: &'a Option<String>) -> Position<'a> {
    match (after, before) {
        (_, Some(key)) => Position::Before(key),
        (Some(key), None) => Position::After(key),
        (None, None) => Position::Top,
    }
}

/// Cuts the rows that were read (one more than a page holds, if there are more) to a page with its neighbours' keys.
fn page<T>(mut rows: Vec<T>, position: Position<'_>, key: impl Fn(&T) -> String) -> Page<T> {
    let has_more = rows.len() > PAGE_SIZE;
    match position {
        // A page before a key is read backwards, so its first row is the one too many.
        Position::Before(_) if has_more => drop(rows.remove(0)),
        _ => rows.truncate(PAGE_SIZE),
    }
    let (first, last) = (rows.first().map(&key), rows.last().map(&key));
    let (next, previous) = match position {
        Position::Top => (last.filter(|_| has_more), None),
        Position::After(_) => (last.filter(|_| has_more), first),
        Position::Before(_) => (last, first.filter(|_| has_more)),
    };
    Page { rows, next, previous }
}

fn into_rows<A, B>(page: Page<A>, row: impl Fn(A) -> B) -> Page<B> {
    Page { rows: page.rows.into_iter().map(row).collect(), next: page.next, previous: page.previous }
}

/// "1 host, 2 users and 3 open tickets": how many there are of each, without what there is none of.
fn what_is_left(counts: &[(i64, &str, &str)]) -> String {
    let words: Vec<_> = counts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| counted(*number, one, many))
        .collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Both values, or, if both are invalid, the problems of both forms together.
fn both<A, B>(a: Result<A, AppError>, b: Result<B, AppError>) -> Result<(A, B), AppError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(AppError::Invalid(mut problems)), Err(AppError::Invalid(more))) => {
            problems.extend(more);
            Err(AppError::Invalid(problems))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}
