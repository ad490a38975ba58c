//! What hangs: a root, an object; and what is refused before it could.
use super::stage::{APPS, PROJECTS, ROOT, Stage, documents};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

/// The AppProject of the switched layer, as the sample declares it.
fn declared_project() -> Value {
    let all = documents(&Stage::sample("bootstrap/00-projects.yaml"));
    all.into_iter().find(|p| p["metadata"]["name"] == "optional").unwrap()
}

pub fn root(stage: &Stage) {
    stage.begin();
    let uids = |stage: &Stage| -> Vec<(String, Value)> {
        let mut all: Vec<_> =
            stage.ground.list(APPS).iter().map(|a| (a["metadata"]["name"].to_string(), a["metadata"]["uid"].clone())).collect();
        all.retain(|(name, _)| *name != format!("\"{ROOT}\""));
        all
    };
    let before = uids(stage);
    stage.ground.delete(PROJECTS, "argocd", "optional");
    stage.ground.delete(APPS, "argocd", ROOT);
    let hangs = |a: &Value| a["status"]["conditions"].to_string().contains("DeletionError");
    stage.until("the root hangs", |s| s.app(ROOT).is_some_and(|a| hangs(&a)));
    stage.evid(&["switch", "status"]).naming(&["root-optional", "optional"]);
    stage.evid(&["switch", "off", "--yes"]).ended(2).naming(&["root-optional"]);
    stage.evid(&["switch", "repair", "--yes"]).ended(2).naming(&["AppProject"]);
    stage.evid(&["switch", "repair", "--yes", "-f", "evidence/begin.evid.zip"]).ended(0);
    assert!(stage.app(ROOT).unwrap()["metadata"]["deletionTimestamp"].is_null());
    assert_eq!(uids(stage), before, "a child was deleted");
    stage.refresh();
}

pub fn project(stage: &Stage) {
    stage.ground.delete(PROJECTS, "argocd", "optional");
    stage.later(|s| {
        s.ground.create(PROJECTS, "argocd", &declared_project());
        s.refresh();
    });
    stage.off(&[]).ended(2).naming(&["refused, nothing was written", "Application argocd/feast-dev its AppProject is not there"]);
    stage
        .evid(&["switch", "on", "--yes"])
        .ended(2)
        .naming(&["refused, nothing was written", "Application argocd/root-optional its AppProject"]);
    stage.prove(&["round-trip"]).ended(2).naming(&["its AppProject is not there"]);
}

pub fn held_object(stage: &Stage) {
    stage.begin();
    let hold = |finalizers: Value| json!({"metadata": {"finalizers": finalizers}});
    stage.ground.patch("configmaps", "feast-dev", "feast-env", &hold(json!(["feast.example.com/keep"])));
    stage.later(move |s| s.ground.patch("configmaps", "feast-dev", "feast-env", &hold(Value::Null)));
    let said = stage.off(&["--timeout", "45s"]).ended(3);
    said.naming(&["ConfigMap feast-dev/feast-env", "feast.example.com/keep"]);
    stage.evid(&["switch", "status"]).naming(&["feast-env"]);
    stage.capture("off").ended(0);
    stage.verdicts(&["begin", "off"]).say("optional.absent", "refuted", "feast-env");
}

/// Somebody's finalizer holds an object for a while after its deletion began, and then lets it go.
pub fn held_for_a_while(stage: &Stage) {
    const HELD: (&str, &str, &str) = ("configmaps", "feast-dev", "feast-env");
    let (kind, namespace, name) = HELD;
    let hold = |finalizers: Value| json!({"metadata": {"finalizers": finalizers}});
    stage.ground.patch(kind, namespace, name, &hold(json!(["feast.example.com/keep"])));
    let ground = &stage.ground;
    let (long, end) = (Duration::from_secs(if ground.is_demo() { 10 } else { 40 }), Instant::now() + ground.patience());
    let said = thread::scope(|scope| {
        scope.spawn(move || {
            let deleting = || ground.get(kind, namespace, name).is_some_and(|o| !o["metadata"]["deletionTimestamp"].is_null());
            while !deleting() && Instant::now() < end {
                thread::sleep(ground.poll());
            }
            thread::sleep(long);
            ground.patch(kind, namespace, name, &hold(Value::Null));
        });
        stage.prove(&["core-only"])
    });
    said.ended(0).naming(&["ConfigMap feast-dev/feast-env", "feast.example.com/keep", "result: proven"]);
}
