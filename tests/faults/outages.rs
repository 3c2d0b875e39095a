//! Postgres stopped and started under load, and its connections cut: the server stays, says that something failed, and goes
//! on by itself.

use super::campaign::Campaign;
use super::own_postgres::{OwnPostgres, cut};
use super::report;
use super::server::Server;
use crate::common::{Engine, Folder};
use countersign::server::store::db::Db;
use rand::RngExt;
use std::time::{Duration, Instant};

const CHECK_EVERY: usize = 5;
/// Longer than any recovery takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn connections_cut() {
    let name = "connections cut, Postgres";
    let (mut campaign, mut server) = Campaign::on(Engine::Postgres, "cut", report::seed(name)).await;
    let knife = Db::open(&campaign.recipe.database_url).await.expect("the database");
    let mut cuts = 0;
    for round in 1..=report::rounds(3, 5) {
        let load = campaign.load(&[&server]);
        for _ in 0..3 {
            campaign.moment(200).await;
            cuts += cut(&knife).await;
            campaign.counts.faults += 1;
        }
        campaign.moment(100).await;
        campaign.end(load).await;
        campaign.check_answers().await;
        if round % CHECK_EVERY == 0 {
            campaign.check_all().await;
        }
    }
    assert!(server.is_running(), "the server lives");
    assert!(cuts > 0, "there was something to cut");
    let counts = campaign.finish().await;
    assert_eq!(counts.unanswered, 0, "everything was answered");
    report::row(name, counts);
    knife.close().await;
    server.kill();
}

pub async fn postgres_stopped() {
    let name = "Postgres stopped and started";
    let (postgres, folder) = (OwnPostgres::start().await, Folder::new());
    let (mut campaign, mut server) =
        Campaign::at(postgres.url.clone(), folder.path(), "stop", report::seed(name)).await;
    for round in 1..=report::rounds(2, 15) {
        let load = campaign.load(&[&server]);
        campaign.moment(300).await;
        postgres.stop(if campaign.rng.random_ratio(1, 2) { "fast" } else { "immediate" });
        campaign.counts.faults += 1;
        campaign.moment(1_500).await;
        assert!(server.is_running(), "the server lives");
        postgres.start_again();
        ready(&server).await;
        campaign.moment(500).await;
        campaign.end(load).await;
        campaign.check_answers().await;
        if round % CHECK_EVERY == 0 {
            campaign.check_all().await;
        }
    }
    let counts = campaign.finish().await;
    assert!(counts.failed > 0, "nobody noticed");
    assert_eq!(counts.unanswered, 0, "everything was answered");
    report::row(name, counts);
    server.kill();
}

/// Waits until the server says that it is ready for requests.
async fn ready(server: &Server) {
    let begun = Instant::now();
    let address = format!("{}/readyz", server.base);
    while !reqwest::get(&address).await.expect("an answer").status().is_success() {
        assert!(begun.elapsed() < PATIENCE, "the server doesn't go on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
