//! What must not go unseen: each is refuted, left open or refused, with the object named.
use super::ground::Ground;
use super::stage::{APPS, ROOT, Stage};
use evid_demo::faults::Denied;
use evid_demo::seed::git::TRACKING;
use evid_demo::world::table::Outage;
use serde_json::{Value, json};
use std::time::Duration;

/// Something of a child outlives it: on the demo its finalizer is stripped, on a real cluster, where there is no time for that,
/// somebody puts an object back as soon as the child is gone.
pub fn orphan(stage: &Stage) {
    stage.begin();
    let mark = "feast-offline:/ConfigMap:feast-dev/feast-offline";
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": "v"},
        "metadata": {"name": "feast-offline", "namespace": "feast-dev", "annotations": {TRACKING: mark}}});
    let said = std::thread::scope(|scope| {
        let ground = &stage.ground;
        if !ground.is_demo() {
            stage.later(|s| s.ground.delete("configmaps", "feast-dev", "feast-offline"));
            scope.spawn(move || {
                while ground.get(APPS, "argocd", "feast-offline").is_some() {
                    std::thread::sleep(Duration::from_millis(100));
                }
                ground.create("configmaps", "feast-dev", &object);
            });
        }
        stage.off(&[])
    });
    said.ended(1).naming(&["ConfigMap feast-dev/feast-offline"]);
    stage.capture("off").ended(0);
    stage.verdicts(&["begin", "off"]).say("optional.absent", "refuted", "feast-offline");
    stage.evid(&["switch", "status"]).naming(&["feast-offline"]);
}

pub fn core_pod(stage: &Stage) {
    stage.begin();
    let pods = |s: &Stage| -> Vec<Value> {
        let own = |p: &Value| {
            p["metadata"]["namespace"] == "mlops-prod"
                && p["metadata"]["labels"]["app.kubernetes.io/name"] == "fastapi"
                && p["metadata"]["deletionTimestamp"].is_null()
        };
        s.ground.list("pods").into_iter().filter(own).collect()
    };
    let ready =
        |p: &Value| p["status"]["conditions"].as_array().is_some_and(|c| c.iter().any(|c| c["type"] == "Ready" && c["status"] == "True"));
    let before = pods(stage);
    let name = before[0]["metadata"]["name"].as_str().unwrap();
    stage.ground.delete("pods", "mlops-prod", name);
    let there = before.len();
    stage.until("another pod is ready", |s| {
        s.ground.get("pods", "mlops-prod", name).is_none() && pods(s).iter().filter(|p| ready(p)).count() == there
    });
    stage.settled();
    stage.capture("after").ended(0);
    let verdicts = stage.verdicts(&["begin", "after"]);
    verdicts.say("core.undisturbed", "refuted", name);
    assert_eq!(verdicts.of["core.unchanged"], "proven");
}

pub fn core_changed(stage: &Stage) {
    stage.begin();
    let change = |value: Value| json!({"data": {"added-by-hand": value}});
    stage.ground.patch("configmaps", "ingress", "ingress-controller", &change("x".into()));
    stage.later(move |s| s.ground.patch("configmaps", "ingress", "ingress-controller", &change(Value::Null)));
    stage.capture("after").ended(0);
    let verdicts = stage.verdicts(&["begin", "after"]);
    verdicts.say("core.unchanged", "refuted", "ingress-controller");
    assert_eq!(verdicts.of["core.undisturbed"], "proven");
}

pub fn volume(stage: &Stage) {
    stage.begin();
    let policy = |word: &str| json!({"spec": {"persistentVolumeReclaimPolicy": word}});
    stage.ground.patch("persistentvolumes", "", "triton-model-repo-prod", &policy("Delete"));
    stage.later(move |s| s.ground.patch("persistentvolumes", "", "triton-model-repo-prod", &policy("Retain")));
    stage.capture("after").ended(0);
    stage.verdicts(&["begin", "after"]).say("storage.retained", "refuted", "triton-model-repo-prod");
}

/// A user who may not list pods, secrets and claims.
pub fn forbidden(stage: &Stage) {
    stage.begin();
    const NEITHER: [&str; 3] = ["pods", "secrets", "persistentvolumeclaims"];
    const ROLES: [&str; 2] = ["clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io"];
    let other_user: &[&str] = match &stage.ground {
        Ground::Demo(demo) => {
            let deny = |resource: &&str| Denied { verb: "list".into(), resource: (*resource).into(), namespace: String::new() };
            demo.server.faults().deny(NEITHER.iter().map(deny).collect());
            stage.later(|s| {
                if let Ground::Demo(demo) = &s.ground {
                    demo.server.faults().clear()
                }
            });
            &[]
        }
        Ground::Real(_) => {
            let meta = json!({"name": "evid-limited"});
            let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta, "rules": [
                {"apiGroups": ["apps", "batch", "argoproj.io"], "resources": ["*"], "verbs": ["get", "list"]},
                {"apiGroups": [""], "resources": ["namespaces", "configmaps", "services", "persistentvolumes"], "verbs": ["get", "list"]}]});
            let bound = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "evid-limited"},
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "limited"}]});
            stage.later(|s| ROLES.iter().for_each(|r| s.ground.delete(r, "", "evid-limited")));
            stage.ground.create(ROLES[0], "", &role);
            stage.ground.create(ROLES[1], "", &bound);
            &["--as", "limited"]
        }
    };
    stage.evid(&[&["capture", "limited"], other_user].concat()).ended(3).naming(&["pods", "persistentvolumeclaims"]);
    let verdicts = stage.verdicts(&["begin", "limited"]);
    verdicts.say("evidence.complete", "inconclusive", "pods");
    assert!(!verdicts.of.values().any(|v| v == "refuted"), "{:?}", verdicts.unproven());
    stage.off(other_user).ended(2).naming(&["refused, nothing was written", "PersistentVolumeClaim"]);
}

/// The root is switched on by hand, and nobody thinks of the manual child.
pub fn forgotten_child(stage: &Stage) {
    stage.begin();
    stage.off(&[]).ended(0);
    stage.capture("off").ended(0);
    let options = stage.app(ROOT).unwrap()["spec"]["syncPolicy"]["syncOptions"].clone();
    stage.patch_app(
        ROOT,
        &json!({"spec": {"syncPolicy": {"automated": {"prune": true, "selfHeal": true}}}, "status": {"operationState": null},
            "operation": {"initiatedBy": {"username": "somebody"}, "sync": {"prune": true, "syncOptions": options}}}),
    );
    let well =
        |a: &Value| a["status"]["sync"]["status"] == "Synced" && a["status"]["health"]["status"] == "Healthy" && a["operation"].is_null();
    stage.until("all but one is there", |s| {
        let apps = s.ground.list(APPS);
        apps.len() == 34 && apps.iter().all(|a| well(a) || a["metadata"]["name"] == "feast-notebooks")
    });
    stage.capture("on").ended(0);
    stage.verdicts(&["begin", "off", "on"]).say("optional.restored", "refuted", "feast-notebooks");
    stage.evid(&["switch", "status"]).naming(&["feast-notebooks"]);
}

pub fn probe_down(stage: &Stage) {
    stage.capture_probed("well").ended(0);
    match &stage.ground {
        Ground::Demo(demo) => demo.responder.fail("8000", Outage::Down, ""),
        Ground::Real(real) => std::fs::write(real.state.join("responder.json"), r#"{"8000": {"mode": "down"}}"#).unwrap(),
    }
    stage.later(|s| match &s.ground {
        Ground::Demo(demo) => demo.responder.heal(),
        Ground::Real(real) => std::fs::remove_file(real.state.join("responder.json")).unwrap(),
    });
    stage.capture_probed("after");
    stage.verdicts(&["well", "after"]).say("core.answering", "refuted", "fastapi-dev health");
}

/// Off goes by cascade then; on can't, and says what it waits for.
pub fn repository_down(stage: &Stage) {
    let Ground::Demo(demo) = &stage.ground else { return };
    let git = demo.git.clone();
    stage.later(move |_| git.lock().unwrap().down = false);
    stage.off(&[]).ended(0).naming(&["cascade"]);
    stage.evid(&["switch", "on", "--yes"]).ended(1).naming(&["Application argocd/root-optional", "ComparisonError"]);
}
