//! What the tests of administration share: forms, what is found in the directory, and how a refusal reads.

use super::TestApp;
use countersign::domain::ids::{DomainId, RoleId};
use countersign::server::store::directory as store;
use countersign::wire::Done;
use countersign::wire::directory::{DirectoryFilter, RoleForm, UserForm};
use countersign::wire::error::AppError;

pub const PASSWORD: &str = "long enough";

pub fn all() -> DirectoryFilter {
    DirectoryFilter::default()
}

pub fn search(text: &str) -> DirectoryFilter {
    DirectoryFilter { search: text.into(), ..all() }
}

pub async fn domain(app: &TestApp, name: &str) -> DomainId {
    let domains = store::domains(&app.db).await.expect("query");
    domains.into_iter().find(|d| d.name == name).unwrap_or_else(|| panic!("no domain {name}")).id
}

pub async fn role(app: &TestApp, name: &str) -> RoleId {
    let roles = store::roles(&app.db).await.expect("query");
    roles.into_iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no role {name}")).id
}

pub fn person(username: &str) -> UserForm {
    UserForm { username: username.into(), ..Default::default() }
}

pub fn role_form(name: &str, reach: &str) -> RoleForm {
    RoleForm { name: name.into(), reach: reach.into(), description: String::new() }
}

pub fn at<'a>(field: &str, outcome: &'a Result<Done, AppError>) -> &'a str {
    outcome
        .as_ref()
        .expect_err("refused")
        .problem(field)
        .unwrap_or_else(|| panic!("no problem at {field}: {outcome:?}"))
}

pub fn refused(outcome: Result<Done, AppError>) -> String {
    match outcome {
        Err(AppError::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}
