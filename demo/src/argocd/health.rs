//! How Argo CD says that an object fares: its built-in checks, as of 3.2. Knows no Application's total.
use crate::kubernetes::replicas::is_late;
use crate::world::objects::{deleting, held_by, number};
use serde::Serialize;
use serde_json::{Value, json};

/// Health, from the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub enum Health {
    Healthy,
    Suspended,
    Progressing,
    Missing,
    Degraded,
    Unknown,
}

/// The health of an object; none where its kind has no check (such as an Application, since 1.8).
pub fn health(object: &Value) -> Option<Health> {
    if deleting(object) && !held_by(object, "argocd.argoproj.io/hook-finalizer") {
        return Some(Health::Progressing);
    }
    let kind = object["kind"].as_str().unwrap_or_default();
    let status = &object["status"];
    Some(match kind {
        "Deployment" => deployment(object),
        "StatefulSet" => stateful_set(object),
        "DaemonSet" => {
            let short = |field: &str| number(&status[field]) < number(&status["desiredNumberScheduled"]);
            done(observed(object) && !short("updatedNumberScheduled") && !short("numberAvailable"))
        }
        "ReplicaSet" => done(observed(object) && number(&status["availableReplicas"]) >= number(&object["spec"]["replicas"])),
        "PersistentVolumeClaim" => match status["phase"].as_str() {
            Some("Bound") => Health::Healthy,
            Some("Lost") => Health::Degraded,
            _ => Health::Progressing,
        },
        "Service" => done(object["spec"]["type"] != "LoadBalancer" || !status["loadBalancer"]["ingress"].is_null()),
        "Ingress" => done(status["loadBalancer"]["ingress"].as_array().is_some_and(|l| !l.is_empty())),
        "Pod" => match status["phase"].as_str() {
            Some("Succeeded") => Health::Healthy,
            Some("Failed") => Health::Degraded,
            Some("Running") => done(condition(status, "Ready") == Some("True")),
            _ => Health::Progressing,
        },
        "Job" => job(status),
        "CronJob" => cron_job(object),
        "HorizontalPodAutoscaler" => done(["AbleToScale", "ScalingLimited"].iter().any(|t| condition(status, t) == Some("True"))),
        "APIService" => done(condition(status, "Available") == Some("True")),
        _ => return None,
    })
}

/// Whether a kind has a check at all: what Argo CD ≤ 3.3 calls Missing where it is not there.
pub fn has_check(kind: &str) -> bool {
    kind != "APIService" && health(&json!({"kind": kind})).is_some()
}

fn done(yes: bool) -> Health {
    if yes { Health::Healthy } else { Health::Progressing }
}

fn observed(object: &Value) -> bool {
    number(&object["metadata"]["generation"]) <= number(&object["status"]["observedGeneration"])
}

fn condition<'a>(status: &'a Value, kind: &str) -> Option<&'a str> {
    status["conditions"].as_array()?.iter().find(|c| c["type"] == kind)?["status"].as_str()
}

fn deployment(object: &Value) -> Health {
    let status = &object["status"];
    if object["spec"]["paused"] == true {
        return Health::Suspended;
    }
    if observed(object) && is_late(object) {
        return Health::Degraded;
    }
    let (wanted, updated) = (number(&object["spec"]["replicas"]), number(&status["updatedReplicas"]));
    done(observed(object) && updated >= wanted && number(&status["replicas"]) <= updated && number(&status["availableReplicas"]) >= updated)
}

fn stateful_set(object: &Value) -> Health {
    let status = &object["status"];
    let seen = observed(object) && number(&status["observedGeneration"]) > 0;
    done(seen && number(&status["readyReplicas"]) >= number(&object["spec"]["replicas"]))
}

fn job(status: &Value) -> Health {
    let has = |kind: &str| condition(status, kind).is_some();
    match () {
        () if has("Failed") => Health::Degraded,
        () if condition(status, "Suspended") == Some("True") => Health::Suspended,
        () if has("Complete") => Health::Healthy,
        () => Health::Progressing,
    }
}

fn cron_job(object: &Value) -> Health {
    let (status, active) = (&object["status"], object["status"]["active"].as_array().is_some_and(|a| !a.is_empty()));
    let (scheduled, succeeded) = (status["lastScheduleTime"].as_str(), status["lastSuccessfulTime"].as_str());
    match (scheduled, succeeded) {
        _ if object["spec"]["suspend"] == true || active => Health::Healthy,
        (Some(scheduled), Some(succeeded)) if succeeded < scheduled => Health::Degraded,
        _ => Health::Healthy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_has_no_health_of_its_own_until_it_is_deleted() {
        let mut app = json!({"kind": "Application", "metadata": {}, "status": {"health": {"status": "Degraded"}}});
        assert_eq!(health(&app), None);
        app["metadata"]["deletionTimestamp"] = json!("2030-01-01T00:00:00Z");
        assert_eq!(health(&app), Some(Health::Progressing));
    }

    #[test]
    fn a_deployment_is_healthy_when_its_new_pods_are_there() {
        let mut object = json!({"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2},
            "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}});
        assert_eq!(health(&object), Some(Health::Healthy));
        for (pointer, value) in
            [("/status/availableReplicas", 1), ("/status/updatedReplicas", 1), ("/status/replicas", 3), ("/metadata/generation", 3)]
        {
            let before = std::mem::replace(object.pointer_mut(pointer).unwrap(), json!(value));
            assert_eq!(health(&object), Some(Health::Progressing), "{pointer}");
            *object.pointer_mut(pointer).unwrap() = before;
        }
    }

    #[test]
    fn a_claim_that_waits_is_progressing_for_ever() {
        assert_eq!(health(&json!({"kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}})), Some(Health::Progressing));
    }
}
