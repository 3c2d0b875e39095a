//! What has to hold whatever happens to servers: killed at random instants, the database stopped or cut off, the disk
//! full, the clock set, cloud and helpdesk slow and failing, servers racing. No confirmed change is lost, none is made
//! that was denied, none twice; quota, tasks and the operation log stay right. A few rounds run in `make test`; `make
//! faults` goes through hundreds.

#[path = "../common/mod.rs"]
mod common;
#[path = "../deploying/mod.rs"]
mod deploying;

mod adapters;
mod campaign;
mod clock;
mod fake_helpdesk;
mod full_disk;
mod invariants;
mod kills;
mod ledger;
mod load;
mod outages;
mod own_postgres;
mod person;
mod report;
mod server;

use common::Engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_race_and_one_is_killed() {
    kills::one_of_two_killed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut() {
    outages::connections_cut().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_and_started() {
    outages::postgres_stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full() {
    full_disk::disk_full().await;
}

/// Makes `NAME::sqlite` and `NAME::postgres` of a campaign that takes the database it runs on.
macro_rules! on_both {
    ($($name:ident: $campaign:path;)+) => { $(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $campaign(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $campaign(Engine::Postgres).await;
            }
        }
    )+ };
}

on_both! {
    killed_under_load: kills::killed_under_load;
    the_clock_is_set: clock::set_forwards_and_back;
    the_cloud_is_unsteady: adapters::unsteady_cloud;
    the_helpdesk_is_unsteady: adapters::unsteady_helpdesk;
    a_reply_before_the_ticket_is_known: adapters::a_reply_before_the_ticket_is_known;
}
