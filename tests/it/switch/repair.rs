//! Repair: law A.
use crate::support::cluster::{Cluster, app_path, path};
use crate::switch::platform::{grow, pass, platform, run, stamp, thing, volume};
use evid::usecase::switch::repair::{Plan, Repaired, plan, repair};
use evid::usecase::switch::{Event, Fact, Options, Step, Stop};
use serde_json::{Value, json};

pub fn options(manifests: Vec<Value>) -> Options {
    Options { manifests: manifests.into_iter().map(Into::into).collect(), ..Options::of(stamp()) }
}

pub fn project() -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": "argocd"}, "spec": {}})
}

fn planned(fake: &Cluster, options: &Options) -> Result<Plan, Stop> {
    let (plan, journal, _) = run(fake, |run| plan(run, options));
    assert!(journal.is_empty() && fake.0.borrow().writes.is_empty(), "a plan writes nothing");
    plan
}

fn repaired(fake: &Cluster, options: &Options) -> (Result<Repaired, Stop>, Vec<Event>) {
    let (done, _, events) = run(fake, |run| {
        let plan = plan(run, options)?;
        repair(run, &plan, options)
    });
    (done, events)
}

fn codes(facts: &[Fact]) -> Vec<(&str, &str)> {
    facts.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect()
}

fn uid(fake: &Cluster, name: &str) -> String {
    fake.0.borrow().app(name)["metadata"]["uid"].as_str().unwrap().to_owned()
}

/// The root deleted while its AppProject is missing.
pub fn without_project() -> Cluster {
    let fake = platform();
    fake.0.borrow_mut().remove(&path("appprojects", "argocd", "default"));
    fake.0.borrow_mut().delete(&app_path("root-optional"));
    pass(&fake, 1);
    fake
}

/// The root deleted while the controller is down.
fn silent() -> Cluster {
    silent_with(&json!({}))
}

/// … with something of it changed before.
fn silent_with(change: &Value) -> Cluster {
    let fake = platform();
    fake.0.borrow_mut().down = true;
    fake.0.borrow_mut().patch(&app_path("root-optional"), change);
    fake.0.borrow_mut().delete(&app_path("root-optional"));
    fake
}

#[test]
fn a_root_that_does_not_hang_is_not_repaired() {
    assert!(matches!(planned(&platform(), &options(vec![])), Err(Stop::Refused(f)) if codes(&f) == [("not-deleting", "root-optional")]));
}

#[test]
fn a_missing_project_is_named_and_wanted() {
    let fake = without_project();
    assert!(matches!(planned(&fake, &options(vec![])), Err(Stop::Refused(f)) if codes(&f) == [("project-wanted", "default")]));
    let plan = planned(&fake, &options(vec![project()])).unwrap();
    assert_eq!(codes(&plan.causes), [("no-project", "root-optional")]);
    let told: Vec<&str> = plan.writes.iter().map(|w| w.what).collect();
    assert_eq!(told, ["create-project", "strip-finalizers", "apply", "automate-and-sync"]);
}

#[test]
fn the_benign_fix_comes_first_and_may_be_enough() {
    let fake = without_project();
    let old = uid(&fake, "root-optional");
    let (done, events) = repaired(&fake, &options(vec![project()]));
    let done = done.unwrap();
    assert!(done.by_mending && done.left.is_empty());
    assert_eq!(done.settled.unwrap().apps, 4);
    assert!(!events.iter().any(|e| matches!(e, Event::Step(Step::Strip))));
    assert_ne!(uid(&fake, "root-optional"), old);
    assert!(fake.0.borrow().app("root-optional")["spec"]["syncPolicy"]["automated"].is_object());
}

#[test]
fn a_fix_that_would_let_the_deletion_lose_data_does_not_come_first() {
    let fake = platform();
    fake.0.borrow_mut().add(volume());
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    let claim = path("persistentvolumeclaims", "feast", "data");
    let kept = fake.0.borrow().at(&claim)["metadata"]["uid"].clone();
    fake.0.borrow_mut().remove(&path("appprojects", "argocd", "default"));
    fake.0.borrow_mut().delete(&app_path("root-optional"));
    let plan = planned(&fake, &options(vec![project()])).unwrap();
    assert!(!plan.mends && codes(&plan.notes).contains(&("mend-would-lose", "data")));
    assert_eq!(
        plan.writes.iter().map(|w| w.what).collect::<Vec<_>>(),
        ["strip-finalizers", "create-project", "apply", "automate-and-sync"]
    );
    let store = uid(&fake, "store");
    let done = repaired(&fake, &options(vec![project()])).0.unwrap();
    assert!(!done.by_mending);
    assert_eq!(fake.0.borrow().at(&claim)["metadata"]["uid"], kept);
    assert_eq!(uid(&fake, "store"), store, "the children were adopted");
}

#[test]
fn a_hung_operation_is_named_and_ended() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        world.platform.git.lock().unwrap().silent = true;
        let hung = json!({"operation": {"sync": {}}, "status": {"operationState": {"phase": "Running", "message": "waiting for completion of hook batch/Job/migrate"}}});
        world.patch(&app_path("root-optional"), &hung);
        world.delete(&app_path("root-optional"));
    }
    let plan = planned(&fake, &options(vec![])).unwrap();
    assert_eq!(codes(&plan.causes), [("operation-set", "root-optional")]);
    assert!(plan.causes[0].detail.contains("batch/Job/migrate"));
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        // The repo-server is back for what comes after.
        world.platform.git.lock().unwrap().silent &= !ask.path.contains("/applications?fieldManager");
        None
    }));
    assert!(repaired(&fake, &options(vec![])).0.unwrap().by_mending);
}

#[test]
fn repair_never_strips_a_child() {
    let fake = platform();
    {
        // A child hangs on an object with a finalizer of its own, and the root on the child.
        let mut world = fake.0.borrow_mut();
        world.patch(&path("configmaps", "feast", "registry"), &json!({"metadata": {"finalizers": ["example.com/hold"]}}));
        world.delete(&app_path("root-optional"));
    }
    pass(&fake, 9);
    let plan = planned(&fake, &options(vec![])).unwrap();
    assert_eq!(codes(&plan.causes), [("held", "registry"), ("child-deleting", "store")]);
    assert_eq!(plan.causes[0].detail, "example.com/hold");
    let (done, _) = repaired(&fake, &options(vec![]));
    // The child still terminates, and is named; nobody took its finalizer.
    let Err(Stop::Late { step: Step::Terminating, hanging }) = done else { panic!("{done:?}") };
    assert!(codes(&hanging).contains(&("deleting", "store")) && codes(&hanging).contains(&("deleting", "registry")), "{hanging:?}");
    let world = fake.0.borrow();
    assert_eq!(world.app("store")["metadata"]["finalizers"], json!(["resources-finalizer.argocd.argoproj.io"]));
    let stripped: Vec<&String> =
        world.writes.iter().filter(|(_, b)| b["metadata"].get("finalizers").is_some_and(Value::is_null)).map(|(w, _)| w).collect();
    assert_eq!(stripped, [&format!("PATCH {}?fieldManager=evid", app_path("root-optional"))]);
}

#[test]
fn a_root_that_nobody_looks_at_is_stripped_alone_and_its_children_are_adopted() {
    let fake = silent();
    let before: Vec<String> = ["store", "extras", "ui", "notebooks"].map(|n| uid(&fake, n)).to_vec();
    let old = uid(&fake, "root-optional");
    fake.0.borrow_mut().now += chrono::TimeDelta::minutes(20);
    let plan = planned(&fake, &options(vec![])).unwrap();
    assert_eq!(codes(&plan.causes), [("controller-silent", "root-optional")]);
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        world.down &= ask.method != evid::usecase::cluster::port::Method::Post;
        None
    }));
    let done = repaired(&fake, &options(vec![])).0.unwrap();
    assert!(!done.by_mending && done.left.is_empty(), "{done:?}");
    assert_ne!(done.uid, old);
    assert_eq!(["store", "extras", "ui", "notebooks"].map(|n| uid(&fake, n)).to_vec(), before);
}

#[test]
fn a_manual_root_without_children_comes_back_manual_and_is_not_switched_on() {
    let fake = silent();
    {
        let mut world = fake.0.borrow_mut();
        world.patch(&app_path("root-optional"), &json!({"spec": {"syncPolicy": {"automated": null}}}));
        for name in ["store", "extras", "ui", "notebooks"] {
            world.remove(&app_path(name));
        }
        world.within("feast").iter().for_each(|path| world.remove(path));
        world.instead.push(Box::new(|world, ask| {
            world.down &= ask.method != evid::usecase::cluster::port::Method::Post;
            None
        }));
    }
    let mut manifest = fake.0.borrow().app("root-optional").clone();
    manifest["spec"]["syncPolicy"]["automated"] = json!({"prune": true});
    let done = repaired(&fake, &options(vec![manifest])).0.unwrap();
    assert!(done.settled.is_none());
    let world = fake.0.borrow();
    assert!(world.app("root-optional")["spec"]["syncPolicy"].get("automated").is_none(), "manual, whatever the manifest says");
    assert!(world.get(&app_path("store")).is_none());
}

#[test]
fn a_finalizer_of_somebody_else_is_named_and_left() {
    let fake = platform();
    fake.0.borrow_mut().patch(&app_path("root-optional"), &json!({"metadata": {"finalizers": ["example.com/audit"]}}));
    fake.0.borrow_mut().delete(&app_path("root-optional"));
    assert!(
        matches!(planned(&fake, &options(vec![])), Err(Stop::Refused(f)) if f[0].code.as_str() == "foreign-finalizer" && f[0].detail == "example.com/audit")
    );
}

#[test]
fn each_cause_is_named() {
    for (change, code) in [
        (json!({"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}}), "skip-reconcile"),
        (
            json!({"status": {"conditions": [{"type": "DeletionError", "message": "failed to get cluster info for \"https://x\""}]}}),
            "cluster-unreachable",
        ),
        (json!({"status": {"conditions": [{"type": "DeletionError", "message": "deployments is forbidden"}]}}), "deletion-error"),
        (
            json!({"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io", "post-delete-finalizer.argocd.argoproj.io"]}}),
            "hook-finalizer",
        ),
        (
            json!({"status": {"resources": [{"kind": "ConfigMap", "namespace": "a", "name": "x", "requiresDeletionConfirmation": true}]}}),
            "needs-confirmation",
        ),
        (json!({}), "unknown-cause"),
    ] {
        let fake = silent_with(&change);
        let plan = planned(&fake, &options(vec![])).unwrap();
        assert_eq!(plan.causes.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn somebody_who_was_faster_is_adopted() {
    let fake = silent();
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        if ask.method == evid::usecase::cluster::port::Method::Post && world.get(&app_path("root-optional")).is_none() {
            world.add(crate::switch::platform::app("root-optional", true, true));
            world.down = false;
        }
        None
    }));
    let done = repaired(&fake, &options(vec![])).0.unwrap();
    assert!(codes(&done.notes).contains(&("adopted", "root-optional")));
}

#[test]
fn a_hung_operation_of_a_child_that_is_being_deleted_is_ended_too() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        let hung = json!({"operation": {"sync": {}}, "status": {"operationState": {"phase": "Running"}}});
        world.patch(&app_path("store"), &hung);
        world.delete(&app_path("store"));
        world.delete(&app_path("root-optional"));
    }
    let plan = planned(&fake, &options(vec![])).unwrap();
    assert_eq!(codes(&plan.causes), [("operation-set", "store"), ("child-deleting", "store")]);
    assert_eq!((plan.writes[0].what, &*plan.writes[0].object.name), ("terminate", "store"));
    assert!(repaired(&fake, &options(vec![])).0.unwrap().by_mending);
}
