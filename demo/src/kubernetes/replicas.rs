//! Deployments and ReplicaSets: roll-outs, and the wanted number of pods.
use super::template::{Hashes, pod};
use crate::world::controller::{Controller, Timers, always, on};
use crate::world::objects::{
    LAST_APPLIED, all, change, controller, create, deleting, ended, items, name, namespace, number, ready, reference, remove, set_status,
    stamp, text, uid, with_condition,
};
use crate::world::store::{DeleteOptions, Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SETS: &str = "replicasets.apps";
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";
const LATE: &str = "ProgressDeadlineExceeded";

/// The deployment and the replica set controller.
pub fn control() -> Box<dyn Controller> {
    let mut hashes = Hashes::default();
    on(&["deployments.apps", "replicasets.apps", "pods"], move |store, now| {
        for (id, deployment) in all(store, "deployments.apps").into_iter().filter(|(_, d)| !deleting(d)) {
            roll_out(store, &mut hashes, &id, &deployment, now);
        }
        for (id, set) in all(store, SETS) {
            replica_set(store, &id, &set);
        }
    })
}

/// Ends the roll-outs that do not get further within their time.
pub fn deadlines(pace: f64) -> Box<dyn Controller> {
    let (mut timers, mut waiting) = (Timers::new(pace), BTreeSet::new());
    always(move |store, now| {
        let progress = |d: &Value| items(&d["status"]["conditions"]).find(|c| c["type"] == "Progressing").cloned();
        let begun = |(id, d): (Id, &Value)| {
            let said = progress(d).filter(|c| c["reason"] == "ReplicaSetUpdated" && !deleting(d))?;
            let key = format!("{} {} {}", uid(d), d["metadata"]["generation"], d["status"]["availableReplicas"]);
            Some((id, key, number(&d["spec"]["progressDeadlineSeconds"]), said))
        };
        let all: Vec<_> = store.entries("deployments.apps", None).map(|(id, d)| (id.clone(), &**d)).filter_map(begun).collect();
        let waits: BTreeSet<String> = all.iter().map(|(_, key, ..)| key.clone()).collect();
        // What got further begins anew where it is here again.
        for key in waiting.difference(&waits) {
            timers.forget(key);
        }
        waiting = waits;
        for (id, key, seconds, mut said) in all {
            #[allow(clippy::cast_precision_loss, reason = "minutes")]
            if timers.passed(&key, seconds as f64, now) {
                (said["status"], said["reason"]) = ("False".into(), LATE.into());
                change(store, &id, |d| d["status"]["conditions"] = with_condition(&d["status"]["conditions"], "Progressing", said, now));
            }
        }
    })
}

/// Whether its roll-out did not get further in its time.
pub fn is_late(deployment: &Value) -> bool {
    items(&deployment["status"]["conditions"]).any(|c| c["type"] == "Progressing" && c["reason"] == LATE)
}

fn roll_out(store: &mut Store, hashes: &mut Hashes, id: &Id, deployment: &Value, now: DateTime<Utc>) {
    if deployment["spec"]["replicas"].is_null() {
        return change(store, id, |d| d["spec"]["replicas"] = 1.into());
    }
    let (owner, template) = (format!("{}/{}", id.namespace, id.name), &deployment["spec"]["template"]);
    let sets: Vec<Value> = store.list(SETS, Some(&id.namespace)).filter(|s| controller(s) == uid(deployment)).cloned().collect();
    for set in &sets {
        hashes.learn(&owner, &unhashed(&set["spec"]["template"]), text(&set["metadata"]["labels"][HASH]));
    }
    let hash = hashes.of(&owner, template);
    let current = sets.iter().find(|s| s["metadata"]["labels"][HASH] == hash);
    let Some(current) = current else {
        let last = sets.iter().filter_map(|s| text(&s["metadata"]["annotations"][REVISION]).parse::<u64>().ok()).max().unwrap_or(0);
        create(store, SETS, &id.namespace, replica_set_of(deployment, &hash, last + 1));
        return change(store, id, |d| d["metadata"]["annotations"][REVISION] = (last + 1).to_string().into());
    };
    let wanted = number(&deployment["spec"]["replicas"]);
    scale(store, current, wanted);
    if number(&current["status"]["availableReplicas"]) >= wanted {
        for old in sets.iter().filter(|s| uid(s) != uid(current)) {
            scale(store, old, 0);
        }
    }
    set_status(store, id, deployment_status(deployment, current, &sets, now));
}

fn scale(store: &mut Store, set: &Value, wanted: i64) {
    if number(&set["spec"]["replicas"]) != wanted {
        change(store, &Id::new(SETS, namespace(set), name(set)), |s| {
            s["spec"]["replicas"] = wanted.into();
            s["metadata"]["annotations"]["deployment.kubernetes.io/desired-replicas"] = wanted.to_string().into();
            s["metadata"]["annotations"]["deployment.kubernetes.io/max-replicas"] = (wanted + 1).to_string().into();
        });
    }
}

fn unhashed(template: &Value) -> Value {
    let mut template = template.clone();
    remove(&mut template["metadata"]["labels"], HASH);
    template
}

fn replica_set_of(deployment: &Value, hash: &str, revision: u64) -> Value {
    let wanted = number(&deployment["spec"]["replicas"]);
    let mut template = deployment["spec"]["template"].clone();
    template["metadata"]["labels"][HASH] = hash.into();
    let mut selector = deployment["spec"]["selector"].clone();
    selector["matchLabels"][HASH] = hash.into();
    let mut annotations = deployment["metadata"]["annotations"].clone();
    remove(&mut annotations, LAST_APPLIED);
    annotations[REVISION] = revision.to_string().into();
    annotations["deployment.kubernetes.io/desired-replicas"] = wanted.to_string().into();
    annotations["deployment.kubernetes.io/max-replicas"] = (wanted + 1).to_string().into();
    let labels = template["metadata"]["labels"].clone();
    json!({"metadata": {"name": format!("{}-{hash}", name(deployment)), "labels": labels, "annotations": annotations,
        "ownerReferences": reference(deployment)},
        "spec": {"replicas": wanted, "selector": selector, "template": template}, "status": {"replicas": 0}})
}

fn deployment_status(deployment: &Value, current: &Value, sets: &[Value], now: DateTime<Utc>) -> Value {
    let sum = |field: &str| sets.iter().map(|s| number(&s["status"][field])).sum::<i64>();
    let (wanted, available) = (number(&deployment["spec"]["replicas"]), sum("availableReplicas"));
    let updated = number(&current["status"]["replicas"]);
    let mut status = json!({"observedGeneration": deployment["metadata"]["generation"], "terminatingReplicas": 0});
    for (field, count) in [
        ("replicas", sum("replicas")),
        ("updatedReplicas", updated),
        ("readyReplicas", sum("readyReplicas")),
        ("availableReplicas", available),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    if wanted > available {
        status["unavailableReplicas"] = (wanted - available).into();
    }
    let enough = available >= wanted;
    let told = |met: bool, yes: (&str, String), no: (&str, String)| {
        let (reason, message) = if met { yes } else { no };
        json!({"status": if met { "True" } else { "False" }, "reason": reason, "message": message})
    };
    let mut minimum = told(
        enough,
        ("MinimumReplicasAvailable", "Deployment has minimum availability.".into()),
        ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.".into()),
    );
    let done = enough && updated >= wanted && sum("replicas") <= updated;
    let set = name(current);
    let more = available > number(&deployment["status"]["availableReplicas"]);
    let mut progress = told(
        done || more
            || !is_late(deployment)
            || number(&deployment["status"]["observedGeneration"]) != number(&deployment["metadata"]["generation"]),
        if done {
            ("NewReplicaSetAvailable", format!("ReplicaSet \"{set}\" has successfully progressed."))
        } else {
            ("ReplicaSetUpdated", format!("ReplicaSet \"{set}\" is progressing."))
        },
        (LATE, format!("ReplicaSet \"{set}\" has timed out progressing.")),
    );
    for (kind, new) in [("Progressing", &mut progress), ("Available", &mut minimum)] {
        let old = items(&deployment["status"]["conditions"]).find(|c| c["type"] == kind);
        let same = old.filter(|o| o["status"] == new["status"] && (o["reason"] == new["reason"] || kind == "Available"));
        new["lastUpdateTime"] = same.map_or_else(|| stamp(now), |o| o["lastUpdateTime"].clone());
    }
    let conditions = with_condition(&deployment["status"]["conditions"], "Available", minimum, now);
    status["conditions"] = with_condition(&conditions, "Progressing", progress, now);
    status
}

fn replica_set(store: &mut Store, id: &Id, set: &Value) {
    let pods: Vec<Value> =
        store.list("pods", Some(&id.namespace)).filter(|p| controller(p) == uid(set) && !deleting(p) && !ended(p)).cloned().collect();
    let wanted = usize::try_from(number(&set["spec"]["replicas"])).unwrap_or(0);
    if !deleting(set) {
        for _ in pods.len()..wanted {
            create(store, "pods", &id.namespace, pod(set, &set["spec"]["template"], &json!({})));
        }
        for extra in pods.iter().rev().take(pods.len().saturating_sub(wanted)) {
            drop(store.delete(&Id::new("pods", namespace(extra), name(extra)), &DeleteOptions::default()));
        }
    }
    let pods: Vec<&Value> =
        store.list("pods", Some(&id.namespace)).filter(|p| controller(p) == uid(set) && !deleting(p) && !ended(p)).collect();
    let ready = pods.iter().filter(|p| ready(p)).count();
    let mut status = json!({"replicas": pods.len(), "observedGeneration": set["metadata"]["generation"], "terminatingReplicas": 0});
    if !pods.is_empty() {
        status["fullyLabeledReplicas"] = pods.len().into();
    }
    if ready > 0 {
        status["readyReplicas"] = ready.into();
        status["availableReplicas"] = ready.into();
    }
    set_status(store, id, status);
}
