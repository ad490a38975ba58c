//! Who says of himself that something is wrong is not healthy, whatever his other words and numbers are.
use crate::laws::{Case, OFF, OPEN, REFUTED, TRIP, app, entry, lists, new};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A condition of an Application in one bundle.
fn says(one: &mut Collected, name: &str, condition: &str) {
    app(one, name)["status"]["conditions"] = json!([{"type": condition, "message": "x", "lastTransitionTime": "2026-11-23T18:00:00Z"}]);
}

/// A condition of core's Deployment in the last bundle.
fn adds(all: &mut [Collected], condition: Value) {
    let of = &mut object(&mut all[1], "deployments", "mlops-prod", "fastapi")["status"]["conditions"];
    let conditions = of.as_array_mut().unwrap();
    conditions.retain(|c| c["type"] != condition["type"]);
    conditions.push(condition);
}

pub const CASES: &[Case] = &[
    (
        "healthy: an Application with an error among its conditions is not known to be healthy",
        OFF,
        |all| says(&mut all[1], "fastapi-prod", "ComparisonError"),
        &[("core.healthy", OPEN)],
    ),
    (
        "healthy: a warning among its conditions says nothing of its health",
        OFF,
        |all| says(&mut all[1], "fastapi-prod", "OrphanedResourceWarning"),
        &[("core.healthy", "proven")],
    ),
    (
        "restored: nor is one that came back with an error known to be back",
        TRIP,
        |all| says(&mut all[2], "feast-dev", "SyncError"),
        &[("optional.restored", OPEN)],
    ),
    (
        "healthy: a sync that failed since leaves open whether the Application fares as before",
        OFF,
        |all| app(&mut all[1], "fastapi-prod")["status"]["operationState"]["phase"] = json!("Failed"),
        &[("core.healthy", OPEN)],
    ),
    (
        "healthy: a Deployment that says it is not available is not healthy",
        OFF,
        |all| adds(all, json!({"type": "Available", "status": "False"})),
        &[("core.healthy", REFUTED)],
    ),
    (
        "healthy: nor is one whose new pods do not come in time",
        OFF,
        |all| adds(all, json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"})),
        &[("core.healthy", REFUTED)],
    ),
    (
        "healthy: an API whose server answered before and does not any more leaves it open",
        OFF,
        |all| {
            for (one, status) in all.iter_mut().zip(["True", "False"]) {
                let mut service = new("apiregistration.k8s.io/v1", "APIService", "", "v1.custom.metrics");
                service["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:apiregistration.k8s.io/APIService:mlops-prod/v1.custom.metrics"});
                service["spec"] =
                    json!({"group": "custom.metrics", "version": "v1", "service": {"namespace": "mlops-prod", "name": "fastapi"}});
                service["status"] = json!({"conditions": [{"type": "Available", "status": status}]});
                items(one, "apiservices").push(service);
                lists(app(one, "fastapi-prod"), entry("apiregistration.k8s.io", "APIService", "", "v1.custom.metrics"));
            }
        },
        &[("core.healthy", OPEN)],
    ),
];
