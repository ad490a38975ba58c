//! Law 14: what well-known controllers add, take and write leaves a claim open; it neither refutes nor proves.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, answered, app, changing, entry, lists, new, owned_by};
use crate::samples::items;
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A Job that the cluster takes away a minute after it has ended.
fn with_an_end() -> Value {
    let mut job = new("batch/v1", "Job", "default", "once");
    job["spec"] = json!({"ttlSecondsAfterFinished": 60, "template": {"spec": {"containers": []}}});
    job
}

/// A config map that an operator writes for a custom resource.
fn operated(all: &mut [Collected], namespace: &str) {
    for (i, one) in all.iter_mut().enumerate() {
        let operator = new("monitoring.example.com/v1", "Metrics", namespace, "main");
        let owner = operator["metadata"]["uid"].clone();
        answered(one, "monitoring.example.com", "metrics", vec![operator]);
        let mut map = new("v1", "ConfigMap", namespace, "rules");
        map["data"] = json!({"rules.yaml": i.to_string()});
        owned_by(&mut map, "monitoring.example.com/v1", "Metrics", "main", &owner);
        items(one, "configmaps").push(map);
    }
}

/// A Job that an Application of a protected layer lists, as a hook or not.
fn run(all: &mut Collected, is_hook: bool) {
    let mut job = new("batch/v1", "Job", "mlops-prod", "migrate-2f1c");
    let mark = "fastapi-prod:batch/Job:mlops-prod/migrate-2f1c";
    job["metadata"]["annotations"] = json!({"argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/tracking-id": mark});
    job["spec"] = json!({"template": {"spec": {"containers": []}}});
    let mut listed = entry("batch", "Job", "mlops-prod", "migrate-2f1c");
    if is_hook {
        listed["hook"] = json!(true);
    } else {
        job["metadata"]["annotations"]["argocd.argoproj.io/hook"] = json!("Skip");
    }
    lists(app(all, "fastapi-prod"), listed);
    items(all, "jobs").push(job);
}

pub const CASES: &[Case] = &[
    (
        "law 14: a hook that a sync makes under a new name is a doubt",
        OFF,
        |all| run(&mut all[1], true),
        &[("changes.confined", OPEN), ("core.unchanged", OPEN), ("core.undisturbed", PROVEN)],
    ),
    (
        "law 14: what is no hook is a change when it comes",
        OFF,
        |all| run(&mut all[1], false),
        &[("changes.confined", REFUTED), ("core.unchanged", REFUTED)],
    ),
    (
        "law 14: what an operator writes into its own config map is a doubt, and in another's a change",
        OFF,
        |all| operated(all, "mlops-prod"),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: so it is where operator and config map are of no layer",
        OFF,
        |all| operated(all, "kube-public"),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: what an object of a kind that is not kept controls comes and goes with it",
        OFF,
        |all| {
            let mut pod = items(&mut all[1], "pods")[0].clone();
            pod["metadata"] = new("v1", "Pod", "default", "upload")["metadata"].clone();
            owned_by(&mut pod, "velero.io/v2alpha1", "DataUpload", "upload", &json!("upload-1"));
            items(&mut all[1], "pods").push(pod);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: an owner that is not there writes nothing",
        OFF,
        |all| {
            changing(all, "mlops-prod", |map, _| {
                owned_by(map, "monitoring.example.com/v1", "Metrics", "main", &json!("none"));
            });
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: what a passing object controls is a doubt when it comes",
        OFF,
        |all| {
            let mut job = with_an_end();
            job["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "trivy-operator"});
            let owner = job["metadata"]["uid"].clone();
            let mut secret = new("v1", "Secret", "default", "pull");
            owned_by(&mut secret, "batch/v1", "Job", "once", &owner);
            items(&mut all[0], "jobs").push(job);
            items(&mut all[0], "secrets").push(secret);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: a job that the cluster takes away is a doubt when it goes",
        OFF,
        |all| items(&mut all[0], "jobs").push(with_an_end()),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: a job that comes is a change, whatever it says of its end",
        OFF,
        |all| items(&mut all[1], "jobs").push(with_an_end()),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a token with which nodes join comes and goes, and is a doubt",
        OFF,
        |all| {
            let mut token = new("v1", "Secret", "kube-system", "bootstrap-token-abcdef");
            token["type"] = json!("bootstrap.kubernetes.io/token");
            items(&mut all[1], "secrets").push(token);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: a pod that a builder makes for a step is a doubt when it comes",
        OFF,
        |all| {
            let mut pod = items(&mut all[1], "pods")[0].clone();
            pod["metadata"] = new("v1", "Pod", "default", "wp-01hzxw")["metadata"].clone();
            pod["metadata"]["labels"] = json!({"step": "build"});
            items(&mut all[1], "pods").push(pod);
        },
        &[("changes.confined", OPEN)],
    ),
];
