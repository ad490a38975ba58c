//! Back as healthy as it was: what was unhealthy before may be so again, and no worse.
use crate::laws::{Case, PROVEN, REFUTED, TRIP, app};
use crate::samples::object;
use crate::support::json;

pub const CASES: &[Case] = &[
    (
        "restored: what is as unhealthy as it was before is back",
        TRIP,
        |all| {
            for i in [0, 2] {
                app(&mut all[i], "feast-dev")["status"]["health"]["status"] = json!("Degraded");
            }
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "restored: the same word for another cause is not back",
        TRIP,
        |all| {
            for (i, kind) in [(0, "Deployment"), (2, "CronJob")] {
                let app = app(&mut all[i], "feast-dev");
                app["status"]["health"]["status"] = json!("Degraded");
                let entries = app["status"]["resources"].as_array_mut().unwrap();
                entries.iter_mut().find(|e| e["kind"] == kind).unwrap()["health"] = json!({"status": "Degraded"});
            }
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: what was unhealthy before and is worse now is not back",
        TRIP,
        |all| {
            app(&mut all[0], "feast-dev")["status"]["health"]["status"] = json!("Progressing");
            app(&mut all[2], "feast-dev")["status"]["health"]["status"] = json!("Degraded");
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: a workload that was short of replicas and lacks more of them now is not back",
        TRIP,
        |all| {
            for (i, available) in [(0, 1), (2, 0)] {
                let ui = object(&mut all[i], "deployments", "feast-dev", "feast-ui");
                ui["spec"]["replicas"] = json!(2);
                ui["status"]["availableReplicas"] = json!(available);
            }
        },
        &[("optional.restored", REFUTED)],
    ),
];
