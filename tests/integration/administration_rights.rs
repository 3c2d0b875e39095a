//! Who may do what in administration: every service function × every demo person in every view × own, same domain, foreign.

use crate::common::{EVERYBODY, TestApp};
use countersign::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use countersign::server::caller::Caller;
use countersign::server::service::directory::{self, domains, impact, projects, roles, users};
use countersign::server::service::system_settings;
use countersign::server::store::directory as store;
use countersign::server::store::value::args;
use countersign::wire::directory::{DirectoryFilter, ImpactAsk, RoleForm, UserForm};
use countersign::wire::error::AppError;
use countersign::wire::settings::SettingsForm;

/// `y`: the caller was let in, whether or not the rest of the call was in order. `f`: forbidden. `-`: answered as if
/// the target weren't there.
fn verdict<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> char {
    match outcome {
        Ok(_) | Err(AppError::Refused(_) | AppError::Invalid(_)) => 'y',
        Err(AppError::Forbidden(_)) => 'f',
        Err(AppError::NotFound) => '-',
        Err(other) => panic!("{other:?}"),
    }
}

/// What the functions are tried on: something of one domain. No call changes anything, even where the caller is let in.
struct Target {
    domain: DomainId,
    project: ProjectId,
    /// An ordinary user.
    user: UserId,
}

/// The verdicts on everything that belongs to no domain: the four lists, what only the System View makes, the settings.
async fn of_the_system(app: &TestApp, caller: &Caller) -> String {
    let (all, role, auditor) = (DirectoryFilter::default(), RoleForm::default(), RoleId::from("member"));
    [
        verdict(domains::list(app, caller, &all).await),
        verdict(projects::list(app, caller, &all).await),
        verdict(users::list(app, caller, &all).await),
        verdict(roles::list(app, caller, &all).await),
        verdict(domains::create(app, caller, "", "").await),
        verdict(roles::create(app, caller, &role).await),
        verdict(roles::edit(app, caller, &auditor, &role).await),
        verdict(roles::delete(app, caller, &auditor).await),
        verdict(system_settings::get(app, caller).await),
        verdict(
            system_settings::save(app, caller, &SettingsForm { auto_close: "x".into(), ..Default::default() }).await,
        ),
        verdict(system_settings::turn_on_three_level(app, caller).await),
    ]
    .into_iter()
    .collect()
}

/// The verdicts on everything that lies in a domain.
async fn within(app: &TestApp, caller: &Caller, target: &Target) -> String {
    let Target { domain, project, user } = target;
    let nameless = UserForm { domain: domain.0.clone(), ..Default::default() };
    let (member, admin) = (RoleId::from("viewer"), RoleId::from("admin"));
    [
        verdict(domains::edit(app, caller, domain, "", "").await),
        verdict(domains::delete(app, caller, domain).await),
        verdict(projects::create(app, caller, "", domain.as_str(), "").await),
        verdict(projects::edit(app, caller, project, "", "").await),
        // The owner's host is in it, so that it stays.
        verdict(projects::delete(app, caller, project).await),
        verdict(users::get(app, caller, user).await),
        verdict(users::create(app, caller, &nameless, "", "").await),
        verdict(users::edit(app, caller, user, &UserForm::default()).await),
        verdict(users::set_enabled(app, caller, user, true).await),
        verdict(users::reset_password(app, caller, user, "", "").await),
        // The next call takes the role away again.
        verdict(directory::assign(app, caller, user, project, &member).await),
        verdict(directory::unassign(app, caller, user, project, &member).await),
        verdict(directory::unassign(app, caller, user, project, &admin).await),
        verdict(impact::of(app, caller, &ImpactAsk { user: user.0.clone(), ..Default::default() }).await),
        verdict(impact::of(app, caller, &ImpactAsk { project: project.0.clone(), ..Default::default() }).await),
    ]
    .into_iter()
    .collect()
}

async fn target(app: &TestApp, domain: &str, project: &str, user: &str) -> Target {
    let domains = store::domains(&app.db).await.expect("query");
    let domain = domains.into_iter().find(|d| d.name == domain).expect("a domain").id;
    let target = Target { domain, project: app.project(project).await, user: app.user(user).await };
    let sql =
        "INSERT INTO host (id, project_id, name, specification_name, vcpu, memory_mib, image_name, system_disk_gib,
                 data_disks_gib, disks_gib, status, description, created_at)
               VALUES ($1, $2, 'stays', 's', 1, 1, 'i', 1, '[]', 1, 'in_trash', '', 0)";
    let mut tx = app.db.begin().await.expect("begin");
    tx.exec(sql, args![project, &target.project]).await.expect("a host");
    tx.commit().await.expect("commit");
    target
}

const SYSTEM: (&str, &str, &str) = ("yyyyyyyyyyy", "yyyyyyyyyyyyyyy", "yyyyyyyyyyyyyyy");
// Lists and what is in the domain; no domains made or deleted, no roles changed, no settings, no role that reaches wider.
const DOMAIN: (&str, &str, &str) = ("yyyyfffffff", "yfyyyyyyyyyyfyy", "---------------");
const NOTHING: (&str, &str, &str) = ("fffffffffff", "fffffffffffffff", "fffffffffffffff");

both! {
    async fn every_function_by_everybody_on_own_and_foreign(app) {
        let default = target(&app, "Default", "web", "newcomer").await;
        let acme = target(&app, "acme", "shop", "shopper").await;
        let mut seen = (0, 0, 0);
        for username in EVERYBODY {
            for caller in app.callers(username).await {
                let view = caller.view.as_ref().map_or("none", |v| v.label.as_str()).to_owned();
                let is_of_acme = view == "Domain View: acme";
                let (own, foreign) = if is_of_acme { (&acme, &default) } else { (&default, &acme) };
                let expected = match view.as_str() {
                    "System View" => SYSTEM,
                    view if view.starts_with("Domain View") => DOMAIN,
                    _ => NOTHING,
                };
                match expected {
                    SYSTEM => seen.0 += 1,
                    DOMAIN => seen.1 += 1,
                    _ => seen.2 += 1,
                }
                assert_eq!(of_the_system(&app, &caller).await, expected.0, "{username} in {view}, the system's");
                assert_eq!(within(&app, &caller, own).await, expected.1, "{username} in {view}, own");
                assert_eq!(within(&app, &caller, foreign).await, expected.2, "{username} in {view}, foreign");
            }
        }
        assert_eq!(seen, (2, 4, 18), "views tried: of the system, of a domain, and all others");
    }

    async fn unknown_is_answered_like_foreign(app) {
        let unknown = Target { domain: "no".into(), project: "no".into(), user: "no".into() };
        let acme = app.caller("acmeadmin").await;
        assert_eq!(within(&app, &acme, &unknown).await, DOMAIN.2);
        let system = app.caller("sysadmin").await;
        // An unknown domain is a problem of the field where it is chosen.
        assert_eq!(within(&app, &system, &unknown).await, "--y---y--------");
    }

    async fn a_held_role_tells_to_switch_the_view(app) {
        let hint = async |who: &str, view: &str| {
            let caller = app.caller_in(who, view).await;
            match users::list(&app, &caller, &DirectoryFilter::default()).await {
                Err(AppError::Forbidden(why)) => why.contains("Switch the view"),
                other => panic!("{other:?}"),
            }
        };
        assert!(hint("sysadmin", "Project View: system").await);
        assert!(hint("domainadmin", "Project View: web").await);
        assert!(!hint("owner", "Project View: web").await, "owner holds no such view");
    }

    async fn people_of_the_own_domain_who_reach_beyond_it_are_the_system_views(app) {
        let caller = app.caller("domainadmin").await;
        let wide = Target { user: app.user("sysadmin").await, ..target(&app, "Default", "web", "owner").await };
        //                                               d d p p p u u u u u r r r i i
        assert_eq!(within(&app, &caller, &wide).await, "yfyyyyyfffyyfyy");
        assert_eq!(within(&app, &app.caller("sysadmin").await, &wide).await, SYSTEM.1);
    }
}
