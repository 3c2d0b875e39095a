//! `kill -9` of the server at a random instant under load.

use super::campaign::Campaign;
use super::report;
use crate::common::Engine;
use rand::RngExt;

/// How many rounds there are between checks of everything.
const CHECK_EVERY: usize = 20;

pub async fn killed_under_load(engine: Engine) {
    let name = match engine {
        Engine::Sqlite => "kill -9, SQLite",
        Engine::Postgres => "kill -9, Postgres",
    };
    let (mut campaign, mut server) = Campaign::on(engine, "kill", report::seed(name)).await;
    let rounds = report::rounds(6, 1);
    for round in 1..=rounds {
        let load = campaign.load(&[&server]);
        campaign.moment(500).await;
        server.kill();
        campaign.counts.faults += 1;
        campaign.end(load).await;
        // Half the time the server is the first to open what its predecessor left.
        let before = campaign.rng.random_ratio(1, 2);
        if before {
            campaign.check_remains().await;
        }
        server = campaign.recipe.start();
        if !before {
            campaign.check_answers().await;
        }
        if round % CHECK_EVERY == 0 {
            campaign.check_all().await;
        }
    }
    let counts = campaign.finish().await;
    assert_eq!(counts.failed, 0, "a killed server answers nothing, and a living one has no reason to fail");
    report::row(name, counts);
    server.kill();
}

/// Two servers on one Postgres, racing for the same jobs; now the one is killed, now the other.
pub async fn one_of_two_killed() {
    let name = "two servers, one killed, Postgres";
    let (mut campaign, first) = Campaign::on(Engine::Postgres, "two", report::seed(name)).await;
    let mut servers = vec![first, campaign.recipe.start()];
    let rounds = report::rounds(3, 5);
    for round in 1..=rounds {
        let load = campaign.load(&servers.iter().collect::<Vec<_>>());
        campaign.moment(500).await;
        let place = campaign.rng.random_range(0..servers.len());
        servers.remove(place).kill();
        campaign.counts.faults += 1;
        campaign.moment(200).await;
        campaign.end(load).await;
        campaign.check_answers().await;
        servers.push(campaign.recipe.start());
        if round % CHECK_EVERY == 0 {
            campaign.check_all().await;
        }
    }
    let counts = campaign.finish().await;
    assert_eq!(counts.failed, 0, "the other goes on");
    report::row(name, counts);
    servers.into_iter().for_each(|server| server.kill());
}
