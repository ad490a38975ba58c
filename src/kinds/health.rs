//! How health is read: a closed list of readers that rule files name. Each gives healthy, unhealthy or unknown, and the facts that show
//! it. The rules for workloads follow Argo CD's own health checks; a missing value is unknown, never healthy.
use crate::model::meta::{list, text};
use crate::model::words;
use crate::value::{Map, Value};

words! {
    /// The health of an object.
    Health {
        Healthy = "healthy",
        Unhealthy = "unhealthy",
        /// Not known, or an operation is running.
        Unknown = "unknown",
    }
}

/// Health and the facts (pointer → value) that show it.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    pub health: Health,
    /// What it rests on.
    pub facts: Map,
}

type Reader = (&'static str, &'static [&'static str], fn(&Value) -> Health);

const READERS: &[Reader] = &[
    (
        "application",
        &[
            "/status/sync/status",
            "/status/health/status",
            "/operation",
            "/status/operationState/phase",
            "/status/operationState/startedAt",
            "/status/operationState/finishedAt",
            "/status/reconciledAt",
            "/metadata/annotations/argocd.argoproj.io~1refresh",
            "/metadata/deletionTimestamp",
        ],
        application,
    ),
    (
        "deployment",
        &[
            "/spec/replicas",
            "/status/replicas",
            "/status/updatedReplicas",
            "/status/availableReplicas",
            "/metadata/generation",
            "/status/observedGeneration",
        ],
        deployment,
    ),
    (
        "statefulset",
        &[
            "/spec/replicas",
            "/status/readyReplicas",
            "/status/availableReplicas",
            "/status/updatedReplicas",
            "/metadata/generation",
            "/status/observedGeneration",
        ],
        stateful_set,
    ),
    (
        "daemonset",
        &[
            "/status/desiredNumberScheduled",
            "/status/updatedNumberScheduled",
            "/status/numberAvailable",
            "/metadata/generation",
            "/status/observedGeneration",
        ],
        daemon_set,
    ),
    ("replicas", &["/spec/replicas", "/status/replicas", "/status/availableReplicas"], replicas),
    ("pod", &["/status/phase", "/metadata/deletionTimestamp"], pod),
    ("job", &["/status/succeeded", "/status/failed", "/status/active"], job),
    ("phase-bound", &["/status/phase"], |v| phase(v, &["Bound"], &["Lost", "Pending"])),
    ("phase-volume", &["/status/phase"], |v| phase(v, &["Bound", "Available"], &["Failed", "Released"])),
    ("phase-active", &["/status/phase"], |v| phase(v, &["Active"], &["Terminating"])),
    (
        "rollout",
        &["/spec/replicas", "/status/phase", "/status/availableReplicas", "/metadata/generation", "/status/observedGeneration"],
        rollout,
    ),
    ("condition-ready", &[], |v| condition(v, "Ready")),
    ("condition-available", &[], |v| condition(v, "Available")),
    ("condition-established", &[], |v| condition(v, "Established")),
];

/// The names that a rule may give.
pub fn vocabulary() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|(name, _, _)| *name)
}

/// Reads an object's health by the named reader; none for a name that is not in the vocabulary.
pub fn read(reader: &str, object: &Value) -> Option<Reading> {
    let (_, facts, read) = READERS.iter().find(|(name, _, _)| *name == reader)?;
    let mut facts: Map = facts.iter().filter_map(|p| object.pointer(p).map(|v| ((*p).to_owned(), v.clone()))).collect();
    let ill = match reader {
        "application" => ill(object, |kind, _, _| kind.ends_with("Error")),
        "deployment" => ill(object, deployment_fails),
        _ => None,
    };
    if let Some((i, condition)) = ill {
        facts.extend(["type", "reason"].iter().filter_map(|f| Some((format!("/status/conditions/{i}/{f}"), condition.get(f)?.clone()))));
    }
    Some(Reading { health: read(object), facts })
}

/// The first condition that says that something is wrong, by its type, status and reason, and its place in the list.
fn ill(o: &Value, is_ill: fn(&str, &str, &str) -> bool) -> Option<(usize, &Value)> {
    list(o, "/status/conditions").enumerate().find(|(_, c)| is_ill(text(c, "/type"), text(c, "/status"), text(c, "/reason")))
}

/// Kubernetes 1.36, pkg/controller/deployment/util/deployment_util.go: each of these is taken back when all its pods are there.
fn deployment_fails(kind: &str, status: &str, reason: &str) -> bool {
    match kind {
        "Available" => status == "False",
        "ReplicaFailure" => status == "True",
        _ => kind == "Progressing" && reason == "ProgressDeadlineExceeded",
    }
}

/// Whether an Application is unsettled: an operation or a refresh runs, or it was not reconciled since its last operation.
pub fn application_is_unsettled(app: &Value) -> bool {
    let phase = text(app, "/status/operationState/phase");
    let finished = text(app, "/status/operationState/finishedAt");
    app.get("operation").is_some_and(|o| !o.is_null())
        || matches!(phase, "Running" | "Terminating")
        || app.pointer("/metadata/annotations/argocd.argoproj.io~1refresh").is_some()
        || !finished.is_empty() && text(app, "/status/reconciledAt") < finished
}

fn application(app: &Value) -> Health {
    // Where a comparison, its health or its spec could not be judged, its words are those of another time (Argo CD 3.6,
    // controller/state.go; ApplicationCondition.IsError in pkg/apis/application/v1alpha1/types.go).
    if application_is_unsettled(app) || ill(app, |kind, _, _| kind.ends_with("Error")).is_some() {
        return Health::Unknown;
    }
    match (text(app, "/status/sync/status"), text(app, "/status/health/status")) {
        ("Synced", "Healthy") if app.pointer("/metadata/deletionTimestamp").is_none() => Health::Healthy,
        ("Unknown" | "", _) | (_, "Unknown" | "") => Health::Unknown,
        _ => Health::Unhealthy,
    }
}

fn deployment(o: &Value) -> Health {
    let wanted = number(o, "/spec/replicas").unwrap_or(1);
    if !observed(o) {
        return Health::Unknown;
    }
    let at = |p| number(o, p).unwrap_or(0);
    all(ill(o, deployment_fails).is_none()
        && at("/status/updatedReplicas") >= wanted
        && at("/status/replicas") <= at("/status/updatedReplicas")
        && at("/status/availableReplicas") >= wanted)
}

fn stateful_set(o: &Value) -> Health {
    let wanted = number(o, "/spec/replicas").unwrap_or(1);
    if !observed(o) {
        return Health::Unknown;
    }
    // availableReplicas exists since Kubernetes 1.22.
    let available = number(o, "/status/availableReplicas").or_else(|| number(o, "/status/readyReplicas")).unwrap_or(0);
    let partitioned = o.pointer("/spec/updateStrategy/rollingUpdate/partition").and_then(Value::as_i64).unwrap_or(0) > 0;
    let on_delete = text(o, "/spec/updateStrategy/type") == "OnDelete";
    let updated = partitioned || on_delete || text(o, "/status/updateRevision") == text(o, "/status/currentRevision");
    all(available >= wanted && updated)
}

fn daemon_set(o: &Value) -> Health {
    if !observed(o) {
        return Health::Unknown;
    }
    let Some(wanted) = number(o, "/status/desiredNumberScheduled") else { return Health::Unknown };
    let on_delete = text(o, "/spec/updateStrategy/type") == "OnDelete";
    let at = |p| number(o, p).unwrap_or(0);
    all((on_delete || at("/status/updatedNumberScheduled") >= wanted) && at("/status/numberAvailable") >= wanted)
}

fn replicas(o: &Value) -> Health {
    let wanted = number(o, "/spec/replicas").unwrap_or(1);
    all(number(o, "/status/availableReplicas").unwrap_or(0) >= wanted)
}

/// A word acquits nothing that the counts accuse.
fn rollout(o: &Value) -> Health {
    match phase(o, &["Healthy"], &["Degraded", "Paused"]) {
        Health::Healthy => replicas(o),
        other => other,
    }
}

fn pod(o: &Value) -> Health {
    match text(o, "/status/phase") {
        "Succeeded" => Health::Healthy,
        "Running" => condition(o, "Ready"),
        "" | "Unknown" => Health::Unknown,
        _ => Health::Unhealthy,
    }
}

fn job(o: &Value) -> Health {
    match (condition(o, "Complete"), condition(o, "Failed")) {
        (Health::Healthy, _) => Health::Healthy,
        (_, Health::Healthy) => Health::Unhealthy,
        _ => Health::Unknown,
    }
}

fn phase(o: &Value, good: &[&str], bad: &[&str]) -> Health {
    let phase = text(o, "/status/phase");
    if good.contains(&phase) {
        Health::Healthy
    } else if bad.contains(&phase) {
        Health::Unhealthy
    } else {
        Health::Unknown
    }
}

fn condition(o: &Value, wanted: &str) -> Health {
    match list(o, "/status/conditions").find(|c| text(c, "/type") == wanted).map(|c| text(c, "/status")) {
        Some("True") => Health::Healthy,
        Some("False") => Health::Unhealthy,
        _ => Health::Unknown,
    }
}

fn observed(o: &Value) -> bool {
    let seen = number(o, "/status/observedGeneration");
    seen.is_some() && seen >= number(o, "/metadata/generation")
}

fn all(good: bool) -> Health {
    if good { Health::Healthy } else { Health::Unhealthy }
}

fn number(o: &Value, pointer: &str) -> Option<i64> {
    o.pointer(pointer).and_then(Value::as_i64)
}
