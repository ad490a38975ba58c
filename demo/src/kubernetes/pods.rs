//! The scheduler and the kubelets: a pod gets a node, an address and ready containers; a Job's pod ends; a deleted pod goes.
use super::kubelet;
use super::nodes::{bound_to, fits};
use crate::world::controller::{Controller, Timers, always};
use crate::world::objects::{all, change, deleting, items, name, stamp, text, uid};
use crate::world::store::{DeleteOptions, Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

// Seconds until a scheduled pod is ready, until a Job's pod has ended, and until a deleted pod is gone.
const START: f64 = 1.0;
const RUN: f64 = 3.0;
const STOP: f64 = 2.0;

/// The scheduler and every kubelet.
pub fn control(pace: f64) -> Box<dyn Controller> {
    let (mut timers, mut addresses) = (Timers::new(pace), 100);
    always(move |store, now| {
        for (id, pod) in all(store, "pods") {
            let key = uid(&pod).to_owned();
            if deleting(&pod) {
                if timers.passed(&format!("stop {key}"), STOP, now) {
                    drop(store.delete(&id, &DeleteOptions { grace: Some(0), ..DeleteOptions::default() }));
                }
                continue;
            }
            match text(&pod["status"]["phase"]) {
                _ if pod["spec"]["nodeName"].is_null() => schedule(store, &id, &pod, now),
                "Pending" | "" if timers.passed(&format!("start {key}"), START, now) => {
                    addresses += 1;
                    let status = kubelet::running(store, &pod, addresses, now);
                    change(store, &id, |p| p["status"] = status);
                }
                "Running" if pod["spec"]["restartPolicy"] != "Always" && timers.passed(&format!("run {key}"), RUN, now) => {
                    let status = kubelet::ended(&pod, now);
                    change(store, &id, |p| p["status"] = status);
                }
                _ => {}
            }
        }
    })
}

fn schedule(store: &mut Store, id: &Id, pod: &Value, now: DateTime<Utc>) {
    let unbound = |v: &Value| {
        let claim = text(&v["persistentVolumeClaim"]["claimName"]);
        !claim.is_empty()
            && store.get(&Id::new("persistentvolumeclaims", &id.namespace, claim)).is_none_or(|c| c["status"]["phase"] != "Bound")
    };
    let condition =
        |status: &str| json!({"type": "PodScheduled", "status": status, "lastProbeTime": null, "lastTransitionTime": stamp(now)});
    let unschedulable = |store: &mut Store, why: &str| {
        if pod["status"]["conditions"].is_null() {
            let mut told = condition("False");
            told["reason"] = "Unschedulable".into();
            told["message"] = format!("0/3 nodes are available: {why}.").into();
            change(store, id, |p| p["status"]["conditions"] = json!([told]));
        }
    };
    if items(&pod["spec"]["volumes"]).any(unbound) {
        return unschedulable(store, "pod has unbound immediate PersistentVolumeClaims");
    }
    let bound = bound_to(pod);
    let busy = |node: &str| store.list("pods", None).filter(|p| p["spec"]["nodeName"] == node).count();
    let fit = |n: &&Value| if bound.is_empty() { fits(&pod["spec"], n) } else { name(n) == bound };
    let node = store.list("nodes", None).filter(fit).map(|n| name(n).to_owned()).min_by_key(|n| busy(n));
    let Some(node) = node else {
        return unschedulable(store, "3 node(s) didn't match Pod's node affinity/selector");
    };
    let mut bound = pod.clone();
    bound["spec"]["nodeName"] = node.into();
    bound["status"]["conditions"] = json!([condition("True")]);
    // Binding is a subresource: it makes no new generation.
    drop(store.replace(id, bound));
}
