//! What was not well before: ON brings back what was, and waits for no more.
use super::git;
use super::stage::{APPS, Stage};
use serde_json::{Value, json};

/// A manual child that nobody has synced: the root has just made it.
pub fn never_synced(stage: &Stage) {
    const CHILD: &str = "feast-notebooks";
    let uid = |s: &Stage| s.app(CHILD).map(|a| a["metadata"]["uid"].clone());
    let is_bare = |a: &Value| a["status"]["sync"]["status"] == "OutOfSync" && a["status"]["health"]["status"] == "Missing";
    let before = uid(stage);
    stage.ground.delete(APPS, "argocd", CHILD);
    stage.until("the root makes the child again", |s| uid(s) != before && s.app(CHILD).is_some_and(|a| is_bare(&a)));
    let said = stage.prove(&["round-trip"]).ended(0);
    let said = said.naming(&["result: proven", "Application argocd/feast-notebooks", "was never synced before"]);
    assert!(!said.out.contains("synced by evid itself"), "{}", said.out);
    let child = stage.app(CHILD).unwrap();
    assert!(is_bare(&child) && child["status"]["history"].is_null() && child["status"]["operationState"].is_null(), "{child:#}");
}

/// A Deployment whose pods find no node.
fn nowhere() -> Value {
    let labels = json!({"app.kubernetes.io/name": "feast-nowhere"});
    let spec = json!({"nodeSelector": {"example.com/disk": "none"}, "containers": [{"name": "main", "image": "busybox:1.36"}]});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "feast-nowhere", "namespace": "feast-dev"},
        "spec": {"replicas": 1, "progressDeadlineSeconds": 10, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec}}})
}

/// A child that was Degraded before is so again: ON says it and waits no longer.
pub fn degraded(stage: &Stage) {
    const CHILD: &str = "feast-ui";
    let put = |s: &Stage, there: bool| git::extra(s, CHILD, "workloads/feast-ui/nowhere.yaml", &nowhere(), there);
    let health = |s: &Stage| s.app(CHILD).map(|a| a["status"]["health"]["status"].clone());
    stage.later(move |s| {
        put(s, false);
        s.refresh();
        s.until("what is Degraded is gone", |s| s.ground.get("deployments.apps", "feast-dev", "feast-nowhere").is_none());
    });
    put(stage, true);
    stage.refresh();
    stage.until("the child is Degraded", |s| health(s) == Some("Degraded".into()));
    let said = stage.prove(&["round-trip"]).ended(0);
    said.naming(&["result: proven", "just as it was before", "is as unhealthy as it was before", "Application argocd/feast-ui"]);
    assert_eq!(health(stage), Some("Degraded".into()));
}
