//! What an Argo CD may be told, and what it then does: in argocd-cm, in a project, on an object, in Git.
use super::world::World;
use evid_demo::argocd::{APPS, FINALIZER};
use evid_demo::seed::git::TRACKING;
use evid_demo::world::objects::{deleting, items, stamp};
use evid_demo::world::store::Id;
use serde_json::{Value, json};

const METHOD: &str = "application.resourceTrackingMethod";
const LABEL: &str = "app.kubernetes.io/instance";
const CONFIG: &str = "configmaps";

fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "feast-dev"}, "data": {}})
}

/// An object that somebody else made, with an Application's mark.
fn put(world: &mut World, mut object: Value, app: &str) {
    let group = object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group);
    let (kind, meta) = (object["kind"].as_str().unwrap(), &object["metadata"]);
    let mark = format!("{app}:{group}/{kind}:feast-dev/{}", meta["name"].as_str().unwrap());
    object["metadata"]["annotations"][TRACKING] = mark.into();
    object["metadata"]["labels"][LABEL] = app.into();
    world.store().import(object).unwrap();
}

fn state(world: &World, app: &str) -> Value {
    world.app(app)["status"]["operationState"].clone()
}

fn condition(world: &World, app: &str, kind: &str) -> Option<String> {
    let all = items(&world.app(app)["status"]["conditions"]).find(|c| c["type"] == kind).cloned();
    all.map(|c| c["message"].as_str().unwrap().to_owned())
}

#[test]
fn what_is_excluded_is_neither_pruned_nor_applied_and_is_told_of() {
    let mut world = World::new();
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "x", "namespace": "feast-dev"}});
    let endpoints = json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "x", "namespace": "feast-dev"}});
    for object in [lease, endpoints.clone(), map("x")] {
        put(&mut world, object, "feast-dev");
    }
    world.commit("feast-dev", |all| {
        all.push(json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "y", "namespace": "feast-dev"}}))
    });
    world.until("what is not excluded is pruned", |w| w.find(CONFIG, "feast-dev", "x").is_none());
    world.run(10);
    assert!(world.find("endpoints", "feast-dev", "x").is_some() && world.find("leases.coordination.k8s.io", "feast-dev", "x").is_some());
    assert!(world.find("endpoints", "feast-dev", "y").is_none());
    assert_eq!(world.says("feast-dev"), "Synced/Healthy");
    assert_eq!(condition(&world, "feast-dev", "ExcludedResourceWarning").unwrap(), "Resource /Endpoints y is excluded in the settings");
}

#[test]
fn where_nothing_is_excluded_a_lease_is_all_the_same() {
    let mut world = World::saying("resource.exclusions", "");
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "x", "namespace": "feast-dev"}});
    put(&mut world, lease, "feast-dev");
    world.run(10);
    assert!(world.find("leases.coordination.k8s.io", "feast-dev", "x").is_some());
}

#[test]
fn by_label_a_copied_label_is_a_mark_and_an_annotation_none() {
    let mut world = World::saying(METHOD, "label");
    let deployment = world.get("deployments.apps", "feast-dev", "feast-server");
    assert!(deployment["metadata"]["annotations"][TRACKING].is_null() && deployment["metadata"]["labels"][LABEL] == "feast-dev");
    world.run(70);
    assert!(world.settled());
    let (mut labelled, mut annotated) = (map("labelled"), map("annotated"));
    labelled["metadata"]["labels"][LABEL] = "feast-dev".into();
    annotated["metadata"]["annotations"][TRACKING] = "feast-dev:/ConfigMap:feast-dev/annotated".into();
    for object in [labelled, annotated] {
        world.store().import(object).unwrap();
    }
    world.until("the labelled one is pruned", |w| w.find(CONFIG, "feast-dev", "labelled").is_none());
    world.run(10);
    assert!(world.find(CONFIG, "feast-dev", "annotated").is_some());
}

/// Off, whatever the marks are.
fn off(world: &mut World) {
    world.manual();
    world.prune(true);
    let left = |w: &World| w.platform.store.list(APPS, None).filter(|a| a["spec"]["project"] == "optional").count();
    world.until("the layer is off", |w| left(w) == 1 && w.app("root-optional")["operation"].is_null());
    world.run(5);
}

#[test]
fn with_both_marks_off_and_on_are_as_with_one() {
    let mut world = World::saying(METHOD, "annotation+label");
    off(&mut world);
    world.on_again();
    let meta = &world.get(CONFIG, "feast-dev", "feast-env")["metadata"];
    assert_eq!((&meta["labels"][LABEL], meta["annotations"][TRACKING].is_string()), (&json!("optional-envs-dev"), true));
}

const CLAIM: &str = "redis-data-feast-redis-0";

#[test]
fn by_label_a_claim_that_a_stateful_set_made_is_its_child_and_goes_when_that_has_gone() {
    let mut world = World::saying(METHOD, "label");
    world.sync("feast-redis-dev");
    world.run(10);
    assert!(!deleting(world.get("persistentvolumeclaims", "feast-dev", CLAIM)), "no sync prunes it");
    off(&mut world);
    assert!(world.find("persistentvolumeclaims", "feast-dev", CLAIM).is_none());
    world.on(true);
    world.until("an object is back", |w| w.find(CONFIG, "feast-dev", "feast-env").is_some());
    let meta = &world.get(CONFIG, "feast-dev", "feast-env")["metadata"];
    assert_eq!((&meta["labels"][LABEL], meta["annotations"][TRACKING].is_null()), (&json!("optional-envs-dev"), true));
}

/// Has a child's object ask before it goes.
fn ask_first(world: &mut World, option: &str) {
    let says = |o: &mut Value| o["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] = option.into();
    world.commit("feast-dev", |all| all.iter_mut().filter(|m| m["kind"] == "Deployment").for_each(says));
    world.until("it is applied", |w| {
        w.get("deployments.apps", "feast-dev", "feast-server")["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == option
    });
    world.run(5);
}

fn approve(world: &mut World, app: &str) {
    let now = stamp(world.now);
    world.edit(app, |a| a["metadata"]["annotations"]["argocd.argoproj.io/deletion-approved"] = now);
}

#[test]
fn a_prune_that_asks_waits_for_an_approval_that_is_younger_than_it() {
    let mut world = World::new();
    ask_first(&mut world, "Prune=confirm");
    approve(&mut world, "feast-dev");
    world.run(5);
    world.commit("feast-dev", |all| all.retain(|m| m["kind"] != "Deployment"));
    world.sync("feast-dev");
    let message = "waiting for pruning confirmation of apps/Deployment/feast-server";
    world.until("it asks", |w| state(w, "feast-dev")["message"] == message);
    world.run(20);
    assert_eq!(state(&world, "feast-dev")["phase"], "Running");
    assert!(!deleting(world.get("deployments.apps", "feast-dev", "feast-server")));
    approve(&mut world, "feast-dev");
    world.until("it goes", |w| w.find("deployments.apps", "feast-dev", "feast-server").is_none());
    world.until("the operation ends", |w| w.app("feast-dev")["operation"].is_null());
    assert_eq!(state(&world, "feast-dev")["phase"], "Succeeded");
}

#[test]
fn a_deletion_that_asks_waits_without_a_word() {
    let mut world = World::new();
    world.manual();
    ask_first(&mut world, "Delete=confirm");
    let line = items(&world.app("feast-dev")["status"]["resources"]).find(|r| r["kind"] == "Deployment").unwrap();
    assert_eq!(line["requiresDeletionConfirmation"], true);
    world.delete(APPS, "argocd", "feast-dev");
    world.run(20);
    assert!(world.find(CONFIG, "feast-dev", "feast-store").is_none_or(|o| !deleting(o)), "nothing of it goes");
    assert!(!deleting(world.get("deployments.apps", "feast-dev", "feast-server")));
    assert_eq!(condition(&world, "feast-dev", "DeletionError"), None);
    approve(&mut world, "feast-dev");
    world.until("it goes", |w| !w.has_app("feast-dev"));
}

/// A window from before now on for two hours, in the project of the layer.
fn window(world: &mut World, kind: &str, manual: bool) {
    let windows = json!([{"kind": kind, "schedule": "0 3 * * *", "duration": "2h", "applications": ["*"], "manualSync": manual}]);
    world.change("appprojects.argoproj.io", "argocd", "optional", |p| p["spec"]["syncWindows"] = windows);
}

const BLOCKED: &str = "Sync operation blocked by sync window";

#[test]
fn a_window_blocks_an_operation_for_as_long_as_it_lasts() {
    let mut world = World::new();
    world.manual();
    window(&mut world, "deny", false);
    world.prune(true);
    world.until("it is blocked", |w| state(w, "root-optional")["message"] == BLOCKED);
    world.run(30);
    assert_eq!((&state(&world, "root-optional")["phase"], world.children().len()), (&json!("Running"), 8));
    world.change("appprojects.argoproj.io", "argocd", "optional", |p| p["spec"]["syncWindows"] = json!([]));
    world.until("the layer is off", |w| w.children().is_empty());
}

#[test]
fn a_window_that_lets_a_person_sync_says_blocked_at_first() {
    let mut world = World::new();
    world.manual();
    window(&mut world, "deny", true);
    world.prune(true);
    world.until("it is blocked", |w| state(w, "root-optional")["message"] == BLOCKED);
    world.until("the layer is off", |w| w.children().is_empty());
}

#[test]
fn nothing_heals_itself_while_a_window_is_shut() {
    let mut world = World::new();
    window(&mut world, "deny", true);
    let data = |w: &World| w.get(CONFIG, "feast-dev", "feast-env")["data"].clone();
    let before = data(&world);
    world.change(CONFIG, "feast-dev", "feast-env", |c| c["data"] = json!({"other": "x"}));
    world.run(30);
    assert_ne!(data(&world), before);
    window(&mut world, "allow", false);
    world.until("it heals", |w| w.get(CONFIG, "feast-dev", "feast-env")["data"]["other"] != "x" || data(w) != json!({"other": "x"}));
}

/// A Job that runs at a time of an Application's deletion.
fn hook(name: &str, time: &str, policy: Option<&str>) -> Value {
    let mut annotations = json!({"argocd.argoproj.io/hook": time});
    if let Some(policy) = policy {
        annotations["argocd.argoproj.io/hook-delete-policy"] = policy.into();
    }
    let pod = json!({"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.example.com/tool:1"}]});
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "feast-dev", "annotations": annotations},
        "spec": {"template": {"spec": pod}}})
}

#[test]
fn hooks_of_a_deletion_run_before_and_after_what_goes() {
    const JOBS: &str = "jobs.batch";
    let mut world = World::new();
    world.manual();
    world.commit("feast-dev", |all| all.extend([hook("before", "PreDelete", None), hook("after", "PostDelete", Some("HookSucceeded"))]));
    let own = |w: &World| -> Vec<String> {
        items(&w.app("feast-dev")["metadata"]["finalizers"]).map(|f| f.as_str().unwrap().to_owned()).collect()
    };
    world.until("its finalizers follow Git", |w| own(w).len() == 5);
    assert_eq!(own(&world)[0], FINALIZER);
    world.run(5);
    assert_eq!(world.says("feast-dev"), "Synced/Healthy");
    assert!(world.find(JOBS, "feast-dev", "before").is_none(), "a sync does not run them");
    world.delete(APPS, "argocd", "feast-dev");
    world.until("the hook before", |w| w.find(JOBS, "feast-dev", "before").is_some());
    assert!(!deleting(world.get("deployments.apps", "feast-dev", "feast-server")));
    world.until("the hook after", |w| w.find(JOBS, "feast-dev", "after").is_some());
    assert!(world.find("deployments.apps", "feast-dev", "feast-server").is_none());
    world.until("it is gone", |w| !w.has_app("feast-dev"));
    world.run(3);
    assert!(["before", "after"].iter().all(|name| world.platform.store.get(&Id::new(JOBS, "feast-dev", name)).is_none()));
}

#[test]
fn a_hook_whose_git_can_not_be_read_holds_the_deletion() {
    let mut world = World::new();
    world.manual();
    world.commit("feast-dev", |all| all.push(hook("after", "PostDelete", None)));
    world.until("its finalizers follow Git", |w| items(&w.app("feast-dev")["metadata"]["finalizers"]).count() == 3);
    world.platform.git.lock().unwrap().down = true;
    world.delete(APPS, "argocd", "feast-dev");
    world.until("it says so", |w| condition(w, "feast-dev", "DeletionError").is_some());
    world.run(10);
    assert!(world.find("deployments.apps", "feast-dev", "feast-server").is_none(), "what it manages needs no Git to go");
    assert!(condition(&world, "feast-dev", "DeletionError").unwrap().contains("failed to generate manifest"));
    world.platform.git.lock().unwrap().down = false;
    world.until("it is gone", |w| !w.has_app("feast-dev"));
}
