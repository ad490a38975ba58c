//! The `/scale` subresource: the number of replicas of a workload.
use serde_json::{Value, json};

pub(super) fn of(object: &Value) -> Value {
    let meta = &object["metadata"];
    let labels = object["spec"]["selector"]["matchLabels"].as_object();
    let selector: Vec<String> = labels.into_iter().flatten().map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect();
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"], "resourceVersion": meta["resourceVersion"],
            "creationTimestamp": meta["creationTimestamp"]},
        "spec": {"replicas": object["spec"]["replicas"].as_u64().unwrap_or(1)},
        "status": {"replicas": object["status"]["replicas"].as_u64().unwrap_or(0), "selector": selector.join(",")},
    })
}

/// A workload with the replicas, and the precondition, of a Scale object.
pub(super) fn into(object: &Value, scale: &Value) -> Value {
    let mut new = object.clone();
    new["spec"]["replicas"] = scale["spec"]["replicas"].as_u64().unwrap_or(0).into();
    new["metadata"]["resourceVersion"] = scale["metadata"]["resourceVersion"].clone();
    new
}
