//! Roots and children that somebody else makes: a parent, an ApplicationSet.
use super::git;
use super::git::{commit, marked};
use super::ground::Ground;
use super::stage::{APPS, FINALIZER, ROOT, Stage, documents};
use evid_demo::seed::git::TRACKING;
use evid_demo::world::objects::LAST_APPLIED;
use serde_json::{Value, json};
use std::sync::Arc;

const REPOSITORY: &str = "https://git.example.com/mlops/platform.git";

/// An Application of these sources, automated.
fn application(name: &str, source: Value, finalizers: Value) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "finalizers": finalizers},
        "spec": {"project": "optional", "source": source,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "argocd"},
            "syncPolicy": {"automated": {"prune": true, "selfHeal": true}}}})
}

/// A parent manages the root, heals it, and so turns the switch on again: nothing may be removed.
pub fn managed_root(stage: &Stage) {
    commit(stage, "switches", "bootstrap", documents(&Stage::sample("bootstrap/12-root-optional.yaml")));
    let source = json!({"repoURL": REPOSITORY, "targetRevision": "main", "path": "bootstrap", "directory": {"include": "12-*"}});
    stage.ground.create(APPS, "argocd", &application("switches", source, json!([])));
    let applied = stage.app(ROOT).unwrap()["metadata"]["annotations"][LAST_APPLIED].clone();
    stage.later(move |s| {
        s.ground.delete(APPS, "argocd", "switches");
        s.until("the parent is gone", |s| s.app("switches").is_none());
        s.patch_app(ROOT, &json!({"metadata": {"annotations": {TRACKING: null, LAST_APPLIED: applied}}}));
    });
    stage.until("the parent manages the root", |s| {
        let marked = s.app(ROOT).unwrap()["metadata"]["annotations"][TRACKING].as_str().is_some_and(|t| t.starts_with("switches:"));
        marked && s.app("switches").unwrap()["status"]["sync"]["status"] == "Synced"
    });
    let uids = |s: &Stage| -> Vec<Value> {
        s.ground.list(APPS).iter().map(|a| json!([a["metadata"]["uid"], a["metadata"]["deletionTimestamp"]])).collect()
    };
    let before = uids(stage);
    stage.evid(&["switch", "status"]).naming(&["argocd/switches"]);
    stage.off(&[]).ended(1).naming(&["argocd/switches"]);
    assert_eq!(uids(stage), before, "something was removed");
    assert!(stage.app(ROOT).unwrap()["spec"]["syncPolicy"]["automated"].is_object());
}

const SET: &str = "applicationsets.argoproj.io";

fn set() -> Value {
    let source = json!({"repoURL": REPOSITORY, "targetRevision": "main", "path": "workloads/feast-tenants"});
    let mut template = application("{{name}}", source, json!([FINALIZER]));
    template["metadata"].as_object_mut().unwrap().remove("namespace");
    template["spec"]["destination"]["namespace"] = "feast-dev".into();
    let template = json!({"metadata": template["metadata"], "spec": template["spec"]});
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "feast-tenants", "namespace": "argocd"},
        "spec": {"generators": [{"list": {"elements": [{"name": "feast-tenant-a"}]}}], "template": template}})
}

fn tenants_object() -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "feast-tenant", "namespace": "feast-dev"}, "data": {"tenant": "a"}})
}

/// Puts the set beside the root's children, or takes it away.
fn declare(stage: &Stage, there: bool) {
    match &stage.ground {
        Ground::Demo(demo) => {
            commit(stage, "feast-tenant-a", "workloads/feast-tenants", vec![tenants_object()]);
            let source = json!({"repoURL": REPOSITORY, "targetRevision": "main", "path": "workloads/feast-tenants"});
            let mut app = application("feast-tenant-a", source, json!([FINALIZER]));
            app["spec"]["destination"]["namespace"] = "feast-dev".into();
            let mut git = demo.git.lock().unwrap();
            git.revision = format!("{:0>40}", if there { "1" } else { "2" });
            let root = Arc::make_mut(&mut git.rendered.get_mut(ROOT).unwrap().manifests);
            root.retain(|m| m["kind"] != "ApplicationSet");
            if there {
                root.push(marked(set(), ROOT));
                git.generated.insert("feast-tenant-a".into(), ("feast-tenants".into(), app));
            } else {
                git.generated.remove("feast-tenant-a");
            }
        }
        Ground::Real(real) if there => git::push(
            stage,
            real,
            &[("apps/optional/feast-tenants.yaml", &set()), ("workloads/feast-tenants/config.yaml", &tenants_object())],
        ),
        Ground::Real(real) => git::put_back(real),
    }
}

/// The root's Git holds an ApplicationSet: it goes and comes back with the layer, and so does what it makes.
pub fn application_set(stage: &Stage) {
    stage.later(|s| {
        declare(s, false);
        s.refresh();
        s.until("what the set made is gone", |s| {
            s.app("feast-tenant-a").is_none() && s.ground.get(SET, "argocd", "feast-tenants").is_none()
        });
    });
    declare(stage, true);
    stage.refresh();
    stage.until("the set has made its Application", |s| {
        s.app("feast-tenant-a").is_some_and(|a| a["status"]["health"]["status"] == "Healthy")
    });
    stage.prove(&["round-trip"]).ended(0).naming(&["result: proven"]);
    assert!(stage.app("feast-tenant-a").is_some());
}
