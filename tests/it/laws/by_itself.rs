//! Law 14: what comes, goes and is written without anybody's doing, as its own form says. It leaves a claim open, and never proves it.
use crate::laws::{Case, OFF, OPEN, REFUTED, answered, new, owned_by};
use crate::samples::items;
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// Puts an object of a kind into each bundle that it is given for.
fn each(all: &mut [Collected], resource: &str, objects: [Option<Value>; 2]) {
    for (one, object) in all.iter_mut().zip(objects) {
        items(one, resource).extend(object);
    }
}

/// The same of a custom resource.
fn each_own(all: &mut [Collected], resource: &str, objects: [Option<Value>; 2]) {
    for (one, object) in all.iter_mut().zip(objects) {
        answered(one, "ops.example.org", resource, object.into_iter().collect());
    }
}

fn own(kind: &str, name: &str, spec: Value) -> Value {
    let mut object = new("ops.example.org/v1", kind, "default", name);
    object["spec"] = spec;
    object
}

/// A custom resource that was made for a NetworkPolicy which stands.
fn made_for_policy(all: &mut [Collected], specs: [Value; 2]) {
    let policy = new("networking.k8s.io/v1", "NetworkPolicy", "default", "deny");
    let uid = policy["metadata"]["uid"].clone();
    each(all, "networkpolicies", [Some(policy.clone()), Some(policy)]);
    let made = specs.map(|spec| {
        let mut made = own("Endpoint", "deny-x", spec);
        owned_by(&mut made, "networking.k8s.io/v1", "NetworkPolicy", "deny", &uid);
        Some(made)
    });
    each_own(all, "endpoints", made);
}

fn map(name: &str, data: Value) -> Value {
    let mut map = new("v1", "ConfigMap", "default", name);
    map["data"] = data;
    map
}

/// A pod that nobody controls.
fn bare_pod(phase: &str) -> Value {
    let mut pod = new("v1", "Pod", "default", "task");
    pod["spec"] = json!({"restartPolicy": "Never", "containers": [{"name": "a", "image": "a:1"}]});
    pod["status"] = json!({"phase": phase});
    pod
}

/// A Deployment with this count, beside one whose command line names what it scales.
fn scaled(all: &mut [Collected], target: &str, counts: [i64; 2]) {
    let deployment = |name: &str, count: i64, command: &str| {
        let mut one = new("apps/v1", "Deployment", "default", name);
        let containers = json!([{"name": "a", "image": "a:1", "command": ["/scaler", command]}]);
        one["spec"] = json!({"replicas": count, "selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}});
        one
    };
    for (one, count) in all.iter_mut().zip(counts) {
        items(one, "deployments").push(deployment("dns", count, "serve"));
        items(one, "deployments").push(deployment("scaler", 1, &format!("--target=deployment/{target}")));
    }
}

/// Writes into the metadata of the first node of the second bundle.
fn on_node(all: &mut [Collected], place: &str, key: &str) {
    items(&mut all[1], "nodes")[0]["metadata"][place][key] = json!("on");
}

pub const CASES: &[Case] = &[
    (
        "law 14: what an operator keeps for an object that stands is written by it",
        OFF,
        |all| made_for_policy(all, [json!({"ips": ["10.0.0.1"]}), json!({"ips": ["10.0.0.2"]})]),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: what runs there is a change",
        OFF,
        |all| made_for_policy(all, [json!({"image": "a:1"}), json!({"image": "b:1"})]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: each field may be written for a reason of its own",
        OFF,
        |all| {
            let at = all[1].started.clone().unwrap_or_default();
            let lock = |at: &str, hash: &str| {
                let mut lock = map("lock", json!({"at": at}));
                lock["metadata"]["annotations"] = json!({"x.example.org/hash": hash});
                Some(lock)
            };
            each(all, "configmaps", [lock("2026-11-23T17:00:00Z", "0a1b2c3d"), lock(&at, "4e5f6a7b")]);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: a numbered copy of settings follows another one",
        OFF,
        |all| {
            each(all, "configmaps", [Some(map("config-8", json!({}))), Some(map("config-8", json!({})))]);
            each(all, "configmaps", [None, Some(map("config-9", json!({})))]);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: one that follows none is a change",
        OFF,
        |all| each(all, "configmaps", [None, Some(map("config-9", json!({})))]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a pod that has run to its end does nothing any more",
        OFF,
        |all| each(all, "pods", [None, Some(bare_pod("Succeeded"))]),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: one that runs is a change",
        OFF,
        |all| each(all, "pods", [None, Some(bare_pod("Running"))]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a resource that says how long it stays goes by itself",
        OFF,
        |all| each_own(all, "runs", [Some(own("Run", "one", json!({"ttlSecondsAfterFinished": 60}))), None]),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: a resource has another one in its place, under a name that is drawn for each",
        OFF,
        |all| {
            for (one, name) in all.iter_mut().zip(["i-0a1b", "i-0c2d"]) {
                answered(one, "ops.example.org", "hosts", vec![own("Host", name, json!({}))]);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: one that goes alone is a change",
        OFF,
        |all| each_own(all, "hosts", [Some(own("Host", "i-0a1b", json!({}))), None]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a count is written by the program whose command line names it",
        OFF,
        |all| scaled(all, "dns", [2, 3]),
        &[("changes.confined", OPEN)],
    ),
    ("law 14: but no program scales to nothing", OFF, |all| scaled(all, "dns", [2, 0]), &[("changes.confined", REFUTED)]),
    ("law 14: nor what it does not name", OFF, |all| scaled(all, "other", [2, 3]), &[("changes.confined", REFUTED)]),
    (
        "law 14: agents note on a node how it fares",
        OFF,
        |all| on_node(all, "annotations", "x.example.org/state"),
        &[("changes.confined", OPEN)],
    ),
    ("law 14: a label places pods", OFF, |all| on_node(all, "labels", "x.example.org/state"), &[("changes.confined", REFUTED)]),
];
