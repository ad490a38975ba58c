//! The status that a kubelet reports for a pod. Writes nothing.
use super::template::hex;
use crate::world::objects::{items, stamp, text, uid};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

fn containers<'a>(pod: &'a Value, list: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    items(&pod["spec"][list]).map(|c| (text(&c["name"]), text(&c["image"])))
}

pub fn running(store: &Store, pod: &Value, address: u32, now: DateTime<Utc>) -> Value {
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

pub fn ended(pod: &Value, now: DateTime<Utc>) -> Value {
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
