//! Fifty approvers decide five hundred tickets at once: every ticket gets one outcome, and nobody is told anything but
//! that somebody else was first.

use crate::common;
use crate::common::TestApp;
use crate::deploying::{form, number_in};
use countersign::domain::ids::UserId;
use countersign::domain::quota::{Key, UNLIMITED};
use countersign::server::caller::Caller;
use countersign::server::clock::new_id;
use countersign::server::service::quota::{LimitScope, set_limits};
use countersign::server::service::requests;
use countersign::server::store::directory;
use countersign::wire::error::AppError;
use futures::future::join_all;
use std::collections::BTreeMap;

const APPROVERS: usize = 50;
const TICKETS: usize = 500;

/// Owners of `web`, besides those of the demo.
async fn owners(app: &TestApp) -> Vec<Caller> {
    let (web, domain) = (app.project("web").await, "default".into());
    let mut tx = app.db.begin().await.expect("begin");
    let names: Vec<String> = (0..APPROVERS).map(|i| format!("owner-{i:02}")).collect();
    for name in &names {
        let id = UserId(new_id());
        let account = directory::NewAccount {
            id: &id,
            domain: &domain,
            username: name,
            display_name: name,
            password_hash: "none",
            now: app.now(),
        };
        directory::insert_account(&mut tx, &account).await.expect("insert");
        directory::assign(&mut tx, &id, &web, &"project_owner".into(), app.now()).await.expect("assign");
    }
    let none: BTreeMap<_, _> = Key::ALL.iter().map(|key| (*key, UNLIMITED)).collect();
    set_limits(&mut tx, &LimitScope::Project(web), &none).await.expect("set");
    tx.commit().await.expect("commit");
    join_all(names.iter().map(|name| app.caller(name))).await
}

/// Lets one approver decide a part of the tickets, beginning at a place of their own. Two of three decisions are a
/// Pass. Returns how many succeeded, and what the approver was told otherwise.
async fn decide_all(app: &TestApp, who: &Caller, first: usize, numbers: &[i64]) -> (usize, Vec<String>) {
    let mut decided = 0;
    let mut told = Vec::new();
    // Neighbours begin close to each other, so that they meet.
    for i in 0..numbers.len() / 5 {
        let number = numbers[(first * numbers.len() / APPROVERS + i) % numbers.len()];
        let answer = match (first + i) % 3 {
            0 => common::reject(app, who, number, 1, "", "/").await,
            _ => common::pass(app, who, number, 1, "", "/").await,
        };
        match answer {
            Ok(_) => decided += 1,
            Err(AppError::Refused(why)) => told.push(why),
            Err(other) => panic!("{}: {other:?}", who.person.username),
        }
    }
    (decided, told)
}

both! {
    async fn everybody_at_once(app) {
        let owners = owners(&app).await;
        let member = app.caller("member").await;
        let form = form(&app, "web", "crowd", 1).await;
        let mut numbers = Vec::with_capacity(TICKETS);
        for _ in 0..TICKETS {
            numbers.push(number_in(&requests::hosts::create(&app, &member, &form, None).await.expect("submitted")));
        }
        let all = join_all(owners.iter().enumerate().map(|(i, who)| {
            let (app, who, numbers) = (app.clone(), who.clone(), numbers.clone());
            tokio::spawn(async move { decide_all(&app, &who, i, &numbers).await })
        }))
        .await;
        let mut outcomes = 0;
        for answers in all {
            let (decided, told) = answers.expect("no panic");
            outcomes += decided;
            for why in told {
                assert!(why.contains("was already passed at") || why.contains("was already rejected at"), "{why}");
                assert!(why.contains(" by owner-") && why.contains(" on 2026-"), "{why}");
            }
        }
        assert_eq!(outcomes, TICKETS, "one outcome for every ticket");
        let sql = "SELECT COUNT(*) FROM task WHERE state = 'decided'";
        assert_eq!(app.db.scalar::<i64>(sql, vec![]).await.expect("query"), TICKETS as i64);
        let sql = "SELECT COUNT(*) FROM task WHERE state = 'open' AND link = 0";
        assert_eq!(app.db.scalar::<i64>(sql, vec![]).await.expect("query"), 0, "nothing waits at the first link");
    }
}
