//! The embedded inventory keeps the port's promises: a request that is sent again does nothing twice, also when it
//! comes late.

use crate::common::TestApp;
use countersign::domain::ids::HostId;
use countersign::domain::machine::{CloudStep, MAKE, MachineSpec};
use countersign::server::cloud::{CloudProvider, EmbeddedInventory, Progress};
use countersign::server::store::inventory;

fn machine() -> MachineSpec {
    MachineSpec { name: "web".into(), image: "Debian 12".into(), vcpu: 1, memory_mib: 1_024, disks_gib: 10 }
}

fn cloud(app: &TestApp, deploy_delay: i64, faults: &str) -> EmbeddedInventory {
    EmbeddedInventory::new(app.db.clone(), app.clock.clone(), deploy_delay, faults.parse().expect("faults"))
}

async fn machines(app: &TestApp) -> Vec<(HostId, String)> {
    inventory::machines(&app.db).await.expect("query")
}

both! {
    async fn a_step_takes_its_share_of_the_delay(app) {
        let (cloud, tag) = (cloud(&app, 3_000, ""), HostId::from("h"));
        for step in MAKE {
            let request = step.key();
            assert_eq!(cloud.start(request, &tag, step, &machine()).await, Ok(Progress::Pending));
            app.clock.advance(999);
            assert_eq!(cloud.poll(request).await, Ok(Progress::Pending));
            app.clock.advance(1);
            assert_eq!(cloud.poll(request).await, Ok(Progress::Done));
        }
        assert_eq!(machines(&app).await, [(tag, "boot".into())]);
    }

    async fn a_request_asked_again_is_found_and_not_started_again(app) {
        let (cloud, tag) = (cloud(&app, 3_000, ""), HostId::from("h"));
        for pause in [0, 600, 400] {
            app.clock.advance(pause);
            cloud.start("r", &tag, CloudStep::Schedule, &machine()).await.expect("available");
        }
        assert_eq!(cloud.poll("r").await, Ok(Progress::Done), "counted from the first time");
        assert_eq!(machines(&app).await.len(), 1);
    }

    async fn the_same_request_from_two_at_once_is_one(app) {
        let (cloud, tag) = (cloud(&app, 0, "schedule:1"), HostId::from("h"));
        let spec = machine();
        let start = || cloud.start("r", &tag, CloudStep::Schedule, &spec);
        let (first, second) = tokio::join!(start(), start());
        assert_eq!((first, second), (Ok(Progress::Pending), Ok(Progress::Pending)));
        assert!(matches!(cloud.poll("r").await, Ok(Progress::Failed(_))));
        assert_eq!(machines(&app).await.len(), 1);
    }

    async fn the_first_starts_of_a_step_fail_as_often_as_they_should(app) {
        let cloud = cloud(&app, 0, "boot:2");
        let mut failed = Vec::new();
        for i in 0..4 {
            let (request, tag) = (format!("r{i}"), HostId::from(format!("h{i}")));
            cloud.start(&request, &tag, CloudStep::Schedule, &machine()).await.expect("available");
            let boot = format!("{request}/boot");
            cloud.start(&boot, &tag, CloudStep::Boot, &machine()).await.expect("available");
            assert_eq!(cloud.poll(&request).await, Ok(Progress::Done));
            failed.push(matches!(cloud.poll(&boot).await, Ok(Progress::Failed(why)) if why.contains("did not come up")));
        }
        assert_eq!(failed, [true, true, false, false]);
    }

    async fn a_clean_up_leaves_nothing_and_can_be_repeated(app) {
        let (cloud, tag) = (cloud(&app, 0, ""), HostId::from("h"));
        assert_eq!(cloud.clean_up("before", &tag).await, Ok(Progress::Done), "also when there is nothing");
        cloud.start("r/1", &tag, CloudStep::Schedule, &machine()).await.expect("available");
        assert_eq!(cloud.clean_up("c/2", &tag).await, Ok(Progress::Done));
        assert_eq!(machines(&app).await, []);
        cloud.start("r/1", &tag, CloudStep::Schedule, &machine()).await.expect("available");
        assert_eq!(machines(&app).await, [], "a start that comes late finds itself done long ago");
        cloud.start("r/2", &tag, CloudStep::Schedule, &machine()).await.expect("available");
        assert_eq!(cloud.clean_up("c/2", &tag).await, Ok(Progress::Done));
        assert_eq!(machines(&app).await.len(), 1, "a clean-up that comes late takes nothing of the next attempt");
    }

    async fn an_unknown_request_has_failed(app) {
        assert!(matches!(cloud(&app, 0, "").poll("never").await, Ok(Progress::Failed(_))));
    }
}
