//! The scheduler and the kubelets: a pod gets a node, an address and ready containers; a Job's pod ends; a deleted pod goes.
use super::nodes::bound_to;
use super::nodes::tolerates;
use super::template::hex;
use crate::world::controller::Controller;
use crate::world::controller::Timers;
use crate::world::objects::all;
use crate::world::objects::change;
use crate::world::objects::deleting;
use crate::world::objects::items;
use crate::world::objects::name;
use crate::world::objects::stamp;
use crate::world::objects::text;
use crate::world::objects::uid;
use crate::world::store::DeleteOptions;
use crate::world::store::Id;
use crate::world::store::Store;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

// Seconds until a scheduled pod is ready, until a Job's pod has ended, until a deleted pod is gone.
const START: f64 = 1.0;
const RUN: f64 = 3.0;
const STOP: f64 = 2.0;

/// The scheduler and every kubelet.
#[derive(Debug)]
pub struct Pods {
    timers: Timers,
    addresses: u32,
}

impl Pods {
    /// With `pace` seconds of the platform in each second.
    pub fn new(pace: f64) -> Self {
        Self { timers: Timers::new(pace), addresses: 100 }
    }
}

impl Controller for Pods {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        for (id, pod) in all(store, "pods") {
            let key = uid(&pod).to_owned();
            if deleting(&pod) {
                if self.timers.passed(&format!("stop {key}"), STOP, now) {
                    drop(store.delete(&id, &DeleteOptions { grace: Some(0), ..DeleteOptions::default() }));
                }
                continue;
            }
            match text(&pod["status"]["phase"]) {
                _ if pod["spec"]["nodeName"].is_null() => self.schedule(store, &id, &pod, now),
                "Pending" | "" if self.timers.passed(&format!("start {key}"), START, now) => {
                    self.addresses += 1;
                    let status = running(store, &pod, self.addresses, now);
                    change(store, &id, |p| p["status"] = status);
                }
                "Running" if pod["spec"]["restartPolicy"] != "Always" && self.timers.passed(&format!("run {key}"), RUN, now) => {
                    let status = ended(&pod, now);
                    change(store, &id, |p| p["status"] = status);
                }
                _ => {}
            }
        }
    }
}

impl Pods {
    fn schedule(&self, store: &mut Store, id: &Id, pod: &Value, now: DateTime<Utc>) {
        let unbound = |v: &Value| {
            let claim = text(&v["persistentVolumeClaim"]["claimName"]);
            !claim.is_empty()
                && store.get(&Id::new("persistentvolumeclaims", &id.namespace, claim)).is_none_or(|c| c["status"]["phase"] != "Bound")
        };
        let condition =
            |status: &str| json!({"type": "PodScheduled", "status": status, "lastProbeTime": null, "lastTransitionTime": stamp(now)});
        if items(&pod["spec"]["volumes"]).any(unbound) {
            if pod["status"]["conditions"].is_null() {
                let mut told = condition("False");
                told["reason"] = "Unschedulable".into();
                told["message"] = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.".into();
                change(store, id, |p| p["status"]["conditions"] = json!([told]));
            }
            return;
        }
        let bound = bound_to(pod);
        let busy = |node: &str| store.list("pods", None).filter(|p| p["spec"]["nodeName"] == node).count();
        let fits = |n: &&Value| if bound.is_empty() { tolerates(&pod["spec"], n) } else { name(n) == bound };
        let node = store.list("nodes", None).filter(fits).map(|n| name(n).to_owned()).min_by_key(|n| busy(n));
        if let Some(node) = node {
            let mut bound = pod.clone();
            bound["spec"]["nodeName"] = node.into();
            bound["status"]["conditions"] = json!([condition("True")]);
            // Binding is a subresource: no new generation.
            drop(store.replace(id, bound));
        }
    }
}

fn containers<'a>(pod: &'a Value, list: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    items(&pod["spec"][list]).map(|c| (text(&c["name"]), text(&c["image"])))
}

fn running(store: &Store, pod: &Value, address: u32, now: DateTime<Utc>) -> Value {
    let node = store.get(&Id::new("nodes", "", text(&pod["spec"]["nodeName"])));
    let host = node.map_or(Value::Null, |n| n["status"]["addresses"][0]["address"].clone());
    let range = node.map_or("10.244.0.0/24", |n| text(&n["spec"]["podCIDR"]));
    let stem = range.rsplit_once('.').map_or("10.244.0", |(s, _)| s);
    let ip = if pod["spec"]["hostNetwork"] == true { host.clone() } else { format!("{stem}.{}", address % 250 + 1).into() };
    let generation = &pod["metadata"]["generation"];
    let met = |kind: &str| {
        json!({"type": kind, "status": "True", "observedGeneration": generation, "lastProbeTime": null,
        "lastTransitionTime": stamp(now)})
    };
    let mut conditions: Vec<Value> = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"].map(met).into();
    conditions.extend(items(&pod["status"]["conditions"]).filter(|c| c["type"] == "PodScheduled").cloned());
    let state = json!({"running": {"startedAt": stamp(now)}});
    let done = json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": stamp(now), "finishedAt": stamp(now)}});
    let told = |list: &str, state: &Value, up: bool| -> Value {
        let one = |(name, image): (&str, &str)| {
            let bare = image.split_once('@').map_or(image, |(i, _)| i);
            let bare = bare.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(bare, |(i, _)| i);
            json!({"name": name, "image": image, "imageID": format!("{bare}@sha256:{}", hex(image)),
                "containerID": format!("containerd://{}", hex(&format!("{}{name}", uid(pod)))),
                "ready": true, "started": up, "restartCount": 0, "state": state, "lastState": {}})
        };
        containers(pod, list).map(one).collect()
    };
    let mut status = json!({"phase": "Running", "conditions": conditions, "containerStatuses": told("containers", &state, true),
        "hostIP": host, "hostIPs": [{"ip": host}],
        "podIP": ip, "podIPs": [{"ip": ip}], "qosClass": pod["status"]["qosClass"], "startTime": stamp(now),
        "observedGeneration": generation});
    if pod["spec"]["initContainers"].is_array() {
        status["initContainerStatuses"] = told("initContainers", &done, false);
    }
    status
}

fn ended(pod: &Value, now: DateTime<Utc>) -> Value {
    let mut status = pod["status"].clone();
    status["phase"] = "Succeeded".into();
    for condition in status["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] != "PodScheduled" {
            condition["reason"] = "PodCompleted".into();
        }
        if matches!(text(&condition["type"]), "Ready" | "ContainersReady" | "PodReadyToStartContainers") {
            condition["status"] = "False".into();
            condition["lastTransitionTime"] = stamp(now);
        }
    }
    for container in status["containerStatuses"].as_array_mut().into_iter().flatten() {
        let started = container["state"]["running"]["startedAt"].clone();
        container["ready"] = false.into();
        container["started"] = false.into();
        container["state"] = json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": started,
            "finishedAt": stamp(now), "containerID": container["containerID"]}});
    }
    status
}
