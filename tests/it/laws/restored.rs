//! Back as healthy as it was: what was unhealthy before may be so again, and no worse.
use crate::laws::{Case, PROVEN, REFUTED, TRIP, app, entry, lists, new};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A pod without an owner, that an Application lists, and that has a volume of this name and content before and after.
fn bare_pod(all: &mut [Collected], volumes: [Value; 2]) {
    for (i, volume) in [0, 2].into_iter().zip(volumes) {
        let mut pod = new("v1", "Pod", "feast-dev", "tool");
        pod["metadata"]["uid"] = json!(format!("tool-{i}"));
        pod["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:/Pod:feast-dev/tool"});
        let mount = json!({"name": volume["name"].clone(), "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"});
        pod["spec"] = json!({"containers": [{"name": "c", "image": "c", "volumeMounts": [mount]}], "volumes": [volume]});
        pod["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
        items(&mut all[i], "pods").push(pod);
        lists(app(&mut all[i], "feast-dev"), entry("", "Pod", "feast-dev", "tool"));
    }
}

pub const CASES: &[Case] = &[
    (
        "restored: the name of the volume with its account's token is drawn anew for a bare pod too",
        TRIP,
        |all| {
            let volume = |name: &str| json!({"name": name, "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}});
            bare_pod(all, [volume("kube-api-access-abcde"), volume("kube-api-access-fghij")]);
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "restored: another volume under such a name is another one",
        TRIP,
        |all| {
            let token = json!({"name": "kube-api-access-abcde", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}});
            bare_pod(all, [token, json!({"name": "kube-api-access-fghij", "hostPath": {"path": "/"}})]);
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: what is as unhealthy as it was before is back",
        TRIP,
        |all| {
            for i in [0, 2] {
                app(&mut all[i], "feast-dev")["status"]["health"]["status"] = json!("Degraded");
            }
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "restored: the same word for another cause is not back",
        TRIP,
        |all| {
            for (i, kind) in [(0, "Deployment"), (2, "CronJob")] {
                let app = app(&mut all[i], "feast-dev");
                app["status"]["health"]["status"] = json!("Degraded");
                let entries = app["status"]["resources"].as_array_mut().unwrap();
                entries.iter_mut().find(|e| e["kind"] == kind).unwrap()["health"] = json!({"status": "Degraded"});
            }
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: what was unhealthy before and is worse now is not back",
        TRIP,
        |all| {
            app(&mut all[0], "feast-dev")["status"]["health"]["status"] = json!("Progressing");
            app(&mut all[2], "feast-dev")["status"]["health"]["status"] = json!("Degraded");
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: a workload that was short of replicas and lacks more of them now is not back",
        TRIP,
        |all| {
            for (i, available) in [(0, 1), (2, 0)] {
                let ui = object(&mut all[i], "deployments", "feast-dev", "feast-ui");
                ui["spec"]["replicas"] = json!(2);
                ui["status"]["availableReplicas"] = json!(available);
            }
        },
        &[("optional.restored", REFUTED)],
    ),
];
