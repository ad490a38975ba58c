//! What excuses one field of one object excuses no other: each case changes something that looks like what controllers write by themselves.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, new, owned_by, uid};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

const GONE: &str = "00000000-0000-4000-8000-00000000dead";

/// The pod of a workload.
fn pod<'a>(one: &'a mut Collected, of: &str) -> &'a mut Value {
    let is_its = |pod: &&mut Value| pod["metadata"]["name"].as_str().unwrap().starts_with(of);
    items(one, "pods").iter_mut().find(is_its).unwrap()
}

/// A volume of the core layer that goes with its claim, and the claim's uid as the volume names it.
fn volume(one: &mut Collected, claim: &str) {
    let core = object(one, "persistentvolumes", "", "triton-model-repo-prod");
    core["spec"]["persistentVolumeReclaimPolicy"] = json!("Delete");
    if !claim.is_empty() {
        core["spec"]["claimRef"]["uid"] = json!(claim);
    }
}

fn ready(pod: &mut Value, is: &str) {
    for condition in pod["status"]["conditions"].as_array_mut().unwrap().iter_mut().filter(|c| c["type"] == "Ready") {
        condition["status"] = json!(is);
    }
}

/// An autoscaler that wants at least two of a workload, which says how many it is to have.
fn at_least_two(one: &mut Collected, replicas: u64) {
    let mut scaler = new("autoscaling/v2", "HorizontalPodAutoscaler", "feast-dev", "feast-ui");
    scaler["spec"] =
        json!({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "feast-ui"}, "minReplicas": 2, "maxReplicas": 5});
    scaler["status"] = json!({"desiredReplicas": 2, "conditions": [{"type": "ScalingActive", "status": "True"}]});
    items(one, "horizontalpodautoscalers").push(scaler);
    object(one, "deployments", "feast-dev", "feast-ui")["spec"]["replicas"] = json!(replicas);
}

/// A Job of the core layer that works on a queue.
fn queue(one: &mut Collected, completions: Option<u64>) {
    let mut job = new("batch/v1", "Job", "mlops-prod", "queue");
    job["spec"] = json!({"parallelism": 3, "template": {"spec": {"containers": [{"name": "a", "image": "a:1"}]}}});
    if let Some(completions) = completions {
        job["spec"]["completions"] = json!(completions);
    }
    items(one, "jobs").push(job);
}

/// A Rollout of the core layer.
fn rollout(one: &mut Collected, pod: Value) {
    let mut rollout = new("argoproj.io/v1alpha1", "Rollout", "mlops-prod", "canary");
    rollout["spec"] = json!({"replicas": 0, "template": {"spec": pod}});
    answered(one, "argoproj.io", "rollouts", vec![rollout]);
}

fn containers(names: [&str; 2], hook: bool) -> Value {
    let container = |name: &&str| match hook && *name == "proxy" {
        true => json!({"name": name, "image": "a:1", "lifecycle": {"postStart": {"exec": {"command": ["wait"]}}}}),
        false => json!({"name": name, "image": "a:1"}),
    };
    json!({"containers": names.iter().map(container).collect::<Vec<_>>()})
}

pub const CASES: &[Case] = &[
    (
        "a label that moves on a database's pods moves on no other",
        OFF,
        |all| {
            for (one, role) in all.iter_mut().zip(["primary", "quarantined"]) {
                pod(one, "triton-")["metadata"]["labels"]["role"] = json!(role);
            }
        },
        &[("core.unchanged", REFUTED), ("core.undisturbed", REFUTED)],
    ),
    (
        "a label that moves on a database's pods is none of its changes",
        OFF,
        |all| {
            for (one, role) in all.iter_mut().zip(["master", "replica"]) {
                pod(one, "triton-")["metadata"]["labels"]["role"] = json!(role);
                pod(one, "triton-")["metadata"]["labels"]["application"] = json!("spilo");
            }
        },
        &[("changes.confined", "inconclusive|proven")],
    ),
    (
        "an owner that is another instance is its own change",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let owner = uid(one, "deployments", "mlops-prod", "triton");
                let mut map = new("v1", "ConfigMap", "mlops-prod", "owned");
                owned_by(&mut map, "apps/v1", "Deployment", "triton", &owner);
                items(one, "configmaps").push(map);
            }
            object(&mut all[1], "configmaps", "mlops-prod", "owned")["metadata"]["ownerReferences"][0]["uid"] = json!(GONE);
        },
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "a volume whose claim is said to be another is released",
        OFF,
        |all| {
            volume(&mut all[0], "");
            volume(&mut all[1], GONE);
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "a pod that tolerates every taint does not tolerate what admission adds",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["spec"]["tolerations"].as_array_mut().unwrap().push(json!({"operator": "Exists"})),
        &[("optional.restored", OPEN)],
    ),
    (
        "a switch that comes back with another policy is another switch",
        TRIP,
        |all| app(&mut all[2], "root-optional")["spec"]["syncPolicy"]["automated"]["allowEmpty"] = json!(true),
        &[("switch.kept", REFUTED)],
    ),
    (
        "a switch that is given something while it is off is another switch",
        TRIP,
        |all| {
            let root = app(&mut all[1], "root-optional");
            root["spec"]["syncPolicy"] = json!({"managedNamespaceMetadata": {"labels": {"a": "b"}}});
        },
        &[("switch.kept", REFUTED)],
    ),
    (
        "a switch that has no policy at all while it is off is kept",
        TRIP,
        |all| {
            let root = app(&mut all[1], "root-optional");
            root["spec"].as_object_mut().unwrap().remove("syncPolicy");
        },
        &[("switch.kept", PROVEN)],
    ),
    (
        "a label that takes a slice out of the proxies' sight is a change",
        OFF,
        |all| {
            let slices = items(&mut all[1], "endpointslices").iter_mut();
            let mut own = slices.filter(|s| s["metadata"]["namespace"] == "mlops-prod");
            own.next().unwrap()["metadata"]["labels"]["service.kubernetes.io/headless"] = json!("");
        },
        &[("core.unchanged", REFUTED)],
    ),
    (
        "a Service that leads to none of its pods any more is not seen to serve",
        OFF,
        |all| {
            let slices = items(&mut all[1], "endpointslices").iter_mut();
            slices.filter(|s| s["metadata"]["namespace"] == "mlops-prod").for_each(|s| s["endpoints"] = json!([]));
        },
        &[("core.undisturbed", OPEN)],
    ),
    (
        "restarts that one bundle does not tell of are not seen",
        OFF,
        |all| drop(pod(&mut all[1], "triton-")["status"].as_object_mut().unwrap().remove("containerStatuses")),
        &[("core.undisturbed", OPEN)],
    ),
    (
        "what came back is not whole while a pod that its workload counts is not ready",
        TRIP,
        |all| ready(pod(&mut all[2], "feast-ui-"), "False"),
        &[("optional.restored", OPEN)],
    ),
    (
        "fewer than an autoscaler allows is no default",
        TRIP,
        |all| {
            for (one, replicas) in [(0, 2), (2, 1)] {
                at_least_two(&mut all[one], replicas);
            }
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "a Job without completions works on a queue",
        OFF,
        |all| {
            queue(&mut all[0], None);
            queue(&mut all[1], Some(1));
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "a person's finalizer on a pod is a change",
        OFF,
        |all| pod(&mut all[1], "triton-")["metadata"]["finalizers"] = json!(["example.org/hold"]),
        &[("core.unchanged", REFUTED)],
    ),
    (
        "a pod that its Job has counted is the same",
        OFF,
        |all| pod(&mut all[0], "triton-")["metadata"]["finalizers"] = json!(["batch.kubernetes.io/job-tracking"]),
        &[("core.unchanged", PROVEN)],
    ),
    (
        "containers start one after the other where one has a hook",
        OFF,
        |all| {
            rollout(&mut all[0], containers(["proxy", "web"], true));
            rollout(&mut all[1], containers(["web", "proxy"], true));
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "containers without a hook have no order",
        OFF,
        |all| {
            rollout(&mut all[0], containers(["proxy", "web"], false));
            rollout(&mut all[1], containers(["web", "proxy"], false));
        },
        &[("changes.confined", PROVEN)],
    ),
    (
        "the account of a custom resource's pods is written once",
        OFF,
        |all| {
            for (one, account) in all.iter_mut().zip(["a", "b"]) {
                rollout(one, json!({"serviceAccount": account, "containers": []}));
            }
        },
        &[("changes.confined", REFUTED)],
    ),
];
