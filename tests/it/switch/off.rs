//! Off.
use crate::support::cluster::{Cluster, World, app_path, path, status};
use crate::switch::platform::{deployment, grow, off_options, pass, platform, platform_with, run, thing};
use evid::usecase::switch::off::{Off, off};
use evid::usecase::switch::{Event, Fact, Options, Step, Stop, Strategy, off};
use serde_json::{Value, json};

pub const BOTH: [Strategy; 2] = [Strategy::Prune, Strategy::Cascade];

pub fn switch_off(fake: &Cluster, options: &Options) -> (Result<Off, Stop>, Vec<Value>, Vec<Event>) {
    run(fake, |run| {
        let plan = off::plan(run, options)?;
        off(run, &plan, options)
    })
}

pub fn refusals(fake: &Cluster, options: &Options) -> Vec<Fact> {
    let (done, journal, _) = run(fake, |run| off::plan(run, options).map(drop));
    assert!(journal.is_empty() && fake.0.borrow().writes.is_empty(), "a refusal writes nothing");
    match done {
        Err(Stop::Refused(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

pub fn failed(done: Result<Off, Stop>) -> Vec<Fact> {
    match done {
        Err(Stop::Failed(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

pub fn codes(facts: &[Fact]) -> Vec<(&str, &str)> {
    facts.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect()
}

pub fn living(fake: &Cluster, namespace: &str) -> Vec<String> {
    fake.0.borrow().within(namespace)
}

#[test]
fn off_removes_everything_below_the_root_and_the_root_stays() {
    for strategy in BOTH {
        let fake = platform();
        let uid = fake.0.borrow().app("root-optional")["metadata"]["uid"].clone();
        let (done, _, _) = switch_off(&fake, &off_options(strategy));
        let done = done.unwrap();
        assert_eq!((done.strategy, done.left.len(), done.unseen.len(), done.instead.is_none()), (strategy, 0, 0, true));
        assert_eq!(living(&fake, "feast"), Vec::<String>::new());
        let world = fake.0.borrow();
        let root = world.app("root-optional");
        assert_eq!((&root["metadata"]["uid"], root["spec"]["syncPolicy"].get("automated")), (&uid, None));
        assert!(world.get(&path("deployments", "ml", "triton")).is_some() && world.get(&app_path("serving")).is_some());
    }
}

#[test]
fn gone_is_each_object_404_by_uid_never_the_roots_status() {
    let fake = platform_with(|w| {
        // One object is held by a finalizer of its own, and the controller leaves the root's status alone.
        w.commit("store", |all| all[1]["metadata"]["finalizers"] = json!(["example.com/hold"]));
    });
    let (done, _, events) = switch_off(&fake, &off_options(Strategy::Cascade));
    let Err(Stop::Late { step: Step::Gone, hanging }) = done else { panic!("{done:?}") };
    assert!(
        hanging.iter().any(|f| f.code.as_str() == "deleting" && f.object.name == "registry" && f.detail == "example.com/hold"),
        "{hanging:?}"
    );
    assert!(hanging.iter().any(|f| f.object.name == "store"));
    assert!(events.iter().any(|e| matches!(e, Event::Waiting { hanging, .. } if hanging.iter().any(|f| f.detail == "example.com/hold"))));
}

#[test]
fn the_children_of_a_child_get_their_finalizer_too() {
    let fake = platform_with(|w| {
        w.commit("extras", |all| drop(all[0]["metadata"].as_object_mut().unwrap().remove("finalizers")));
    });
    let (done, journal, _) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
    let given: Vec<&str> =
        journal.iter().filter(|l| l["what"] == "finalizer" && l["stage"] == "intent").map(|l| l["object"].as_str().unwrap()).collect();
    assert_eq!(given, ["Application argocd/notebooks", "Application argocd/ui"]);
}

#[test]
fn a_child_of_another_layer_is_never_touched_whatever_its_label_says() {
    let fake = platform_with(|w| {
        let labels = json!({"scope": "optional", "app.kubernetes.io/instance": "root-optional"});
        w.commit("root-apps", |all| all[0]["metadata"]["labels"] = labels);
    });
    let (done, _, _) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
    let world = fake.0.borrow();
    assert!(world.get(&app_path("serving")).is_some());
    assert!(world.writes.iter().all(|(w, _)| !w.contains("serving")));
}

#[test]
fn an_application_of_another_layer_with_the_roots_mark_stops_a_prune_that_would_take_it() {
    let fake = platform();
    let mark = "root-optional:argoproj.io/Application:argocd/serving";
    fake.0.borrow_mut().patch(&app_path("serving"), &json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": mark}}}));
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("contested", "serving")]);
}

#[test]
fn a_kind_that_may_not_be_listed_leaves_the_result_incomplete() {
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| ask.path.starts_with("/api/v1/configmaps").then(|| Ok(status(403, "forbidden")))));
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert_eq!(done.unseen.iter().map(|g| &*g.resource).collect::<Vec<_>>(), ["configmaps"]);
}

#[test]
fn an_application_set_that_makes_the_children_is_named() {
    let fake = platform();
    let set = json!({"metadata": {"ownerReferences": [{"kind": "ApplicationSet", "name": "makers", "uid": "s"}]}});
    fake.0.borrow_mut().patch(&app_path("store"), &set);
    let facts = refusals(&fake, &off_options(Strategy::Prune));
    assert_eq!(codes(&facts), [("set-stays", "store")]);
    assert_eq!(facts[0].detail, "argocd/makers");
}

#[test]
fn what_would_hang_or_be_orphaned_is_refused_before_anything_is_written() {
    for (change, code) in [
        (json!({"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}}), "skip-reconcile"),
        (json!({"spec": {"destination": {"server": "https://elsewhere"}}}), "elsewhere"),
        (json!({"spec": {"project": "missing"}}), "no-project"),
        (
            json!({"status": {"resources": [{"kind": "ConfigMap", "namespace": "feast", "name": "x", "status": "Synced", "requiresDeletionConfirmation": true}]}}),
            "needs-confirmation",
        ),
    ] {
        let fake = platform();
        fake.0.borrow_mut().patch(&app_path("store"), &change);
        let facts = refusals(&fake, &off_options(Strategy::Prune));
        assert!(facts.iter().any(|f| f.code.as_str() == code), "{code}: {facts:?}");
    }
}

#[test]
fn a_parent_that_reverts_the_root_is_reported_and_nothing_is_removed() {
    let fake = platform_with(|w| {
        w.commit("bootstrap", |all| all.push(crate::switch::platform::app("root-optional", true, true)));
        w.add(crate::switch::platform::app("bootstrap", true, true));
        let mark = "bootstrap:argoproj.io/Application:argocd/root-optional";
        w.patch(&app_path("root-optional"), &json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": mark}}}));
    });
    let (done, _, events) = switch_off(&fake, &off_options(Strategy::Prune));
    let facts = failed(done);
    assert_eq!((codes(&facts), &*facts[0].detail), (vec![("reverted", "root-optional")], "argocd/bootstrap"));
    assert!(events.iter().any(|e| matches!(e, Event::Step(Step::Hold))));
    let world = fake.0.borrow();
    assert_eq!(world.writes.len(), 1);
    assert!(world.app("root-optional")["spec"]["syncPolicy"]["automated"].is_object());
}

#[test]
fn a_root_that_becomes_automated_while_its_children_go_is_reported() {
    let fake = platform();
    fake.0.borrow_mut().patch(&path("configmaps", "feast", "registry"), &json!({"metadata": {"finalizers": ["example.com/hold"]}}));
    let later = fake.0.borrow().now + chrono::TimeDelta::seconds(30);
    fake.0.borrow_mut().instead.push(Box::new(move |world, _| {
        if world.now >= later {
            world.patch(&app_path("root-optional"), &json!({"spec": {"syncPolicy": {"automated": {"prune": true}}}}));
        }
        None
    }));
    assert_eq!(codes(&failed(switch_off(&fake, &off_options(Strategy::Prune)).0)), [("reverted", "root-optional")]);
}

#[test]
fn a_repo_server_that_does_not_answer_falls_back_to_a_cascade_and_says_so() {
    let fake = platform();
    fake.0.borrow_mut().platform.git.lock().unwrap().silent = true;
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert_eq!((done.strategy, done.instead.unwrap().code.as_str(), done.left.len()), (Strategy::Cascade, "prune-unanswered", 0));
    assert!(fake.0.borrow().app("root-optional").get("operation").is_none(), "the operation does not fire later");
}

#[test]
fn an_operation_that_fails_falls_back_to_a_cascade_and_says_so() {
    let fake = platform();
    fake.0.borrow_mut().platform.git.lock().unwrap().down = true;
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    let why = done.instead.unwrap();
    assert_eq!((done.strategy, why.code.as_str(), done.left.len()), (Strategy::Cascade, "prune-failed", 0));
    assert!(why.detail.contains("failed to generate manifest"), "{}", why.detail);
}

/// A sync window keeps every Application from being synced.
pub fn shut(world: &mut World) {
    let window = json!([{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["*"]}]);
    world.patch(&path("appprojects", "argocd", "default"), &json!({"spec": {"syncWindows": window}}));
}

#[test]
fn a_sync_window_is_obeyed_and_no_operation_is_left_behind() {
    let fake = platform();
    shut(&mut fake.0.borrow_mut());
    assert_eq!(codes(&failed(switch_off(&fake, &off_options(Strategy::Prune)).0)), [("sync-window", "root-optional")]);
    let world = fake.0.borrow();
    assert!(world.app("root-optional").get("operation").is_none());
    assert!(world.get(&app_path("store")).is_some());
}

#[test]
fn a_root_with_several_sources_is_emptied_in_each() {
    let fake = platform();
    let sources =
        json!({"spec": {"sources": [{"repoURL": "a", "path": "apps/root-optional", "kustomize": {}}, {"repoURL": "b", "ref": "v"}]}});
    fake.0.borrow_mut().patch(&app_path("root-optional"), &sources);
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert_eq!((done.strategy, done.left.len()), (Strategy::Prune, 0));
}

#[test]
fn a_root_that_holds_the_project_of_its_children_is_cascaded_and_the_project_goes_last() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        let project =
            json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "own", "namespace": "argocd"}});
        grow(&mut world, "root-optional", project);
        world.patch(&app_path("store"), &json!({"spec": {"project": "own"}}));
    }
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert_eq!((done.strategy, done.instead.unwrap().code.as_str(), done.left.len()), (Strategy::Cascade, "own-project", 0));
    assert!(fake.0.borrow().writes.last().unwrap().0.contains("/appprojects/own"));
}

#[test]
fn running_operations_are_waited_for_or_ended() {
    for terminate in [false, true] {
        let fake = platform();
        fake.0
            .borrow_mut()
            .patch(&app_path("store"), &json!({"operation": {"sync": {}}, "status": {"operationState": {"phase": "Running"}}}));
        let done = switch_off(&fake, &Options { terminate, ..off_options(Strategy::Cascade) }).0.unwrap();
        assert!(done.left.is_empty());
        let ended = fake.0.borrow().writes.iter().any(|(_, b)| b.pointer("/status/operationState/phase") == Some(&json!("Terminating")));
        assert_eq!(ended, terminate);
    }
}

#[test]
fn a_root_that_is_off_already_is_said_to_be_and_orphans_are_looked_for_all_the_same() {
    let fake = platform();
    switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    fake.0.borrow_mut().writes.clear();
    let mut left = deployment("feast", "forgotten");
    left["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "store:apps/Deployment:feast/forgotten"});
    fake.0.borrow_mut().add(left);
    let mut kept = thing("PersistentVolumeClaim", "feast", "kept");
    let mark = "store:/PersistentVolumeClaim:feast/kept";
    kept["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": mark, "argocd.argoproj.io/sync-options": "Delete=false"});
    fake.0.borrow_mut().add(kept);
    let mut strange = thing("ConfigMap", "ml", "legacy");
    strange["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "unknown:/ConfigMap:ml/legacy"});
    fake.0.borrow_mut().add(strange);
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert!(done.already && fake.0.borrow().writes.is_empty());
    assert_eq!(codes(&done.left), [("orphan", "forgotten")]);
    assert!(codes(&done.notes).contains(&("dead-mark", "legacy")), "a mark of nobody is a note");
    assert!(codes(&done.notes).contains(&("kept", "kept")), "what is kept on purpose is a note");
}

#[test]
fn a_server_without_aggregated_discovery_is_read_group_by_group() {
    let fake = platform();
    fake.0.borrow_mut().plain = true;
    assert!(switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap().left.is_empty());
}

#[test]
fn what_was_listed_and_carries_the_mark_of_somebody_unknown_is_an_orphan() {
    // A child that is synced by hand, so that nothing puts the mark back.
    let fake = platform_with(|w| w.commit("root-optional", |all| all[0] = crate::switch::platform::app("store", false, true)));
    let mark = json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "renamed:/ConfigMap:feast/registry"}}});
    fake.0.borrow_mut().patch(&app_path("store"), &json!({"operation": {"sync": {}}}));
    pass(&fake, 10);
    fake.0.borrow_mut().patch(&path("configmaps", "feast", "registry"), &mark);
    let done = switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
    assert_eq!(codes(&done.left), [("orphan", "registry")]);
}

#[test]
fn what_is_born_while_its_owner_goes_is_waited_for() {
    let fake = platform();
    let mut born = false;
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        // The last object went; a pod of an owner that nobody saw is still there, and nobody collects it.
        if !born && ask.path.starts_with("/api/v1/pods") && world.get(&app_path("store")).is_none() {
            born = true;
            let mut late = thing("Pod", "feast", "late");
            late["metadata"]["ownerReferences"] = json!([{"kind": "Job", "name": "materialize-1", "uid": "never-seen"}]);
            world.add(late);
        }
        None
    }));
    let (done, _, events) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
    let waited =
        |e: &Event| matches!(e, Event::Waiting { step: Step::Orphans, hanging, .. } if codes(hanging) == [("orphan-owned", "late")]);
    assert!(events.iter().any(waited));
}

#[test]
fn a_controller_that_does_nothing_is_named_within_seconds_and_once() {
    for strategy in BOTH {
        let fake = platform();
        fake.0.borrow_mut().down = true;
        let (done, _, events) = switch_off(&fake, &off_options(strategy));
        assert!(done.is_err());
        let told = |e: &&Event| matches!(e, Event::Waiting { hanging, fresh, .. } if hanging.iter().take(*fresh).any(|f| f.code.as_str() == "controller-silent"));
        let first = events.iter().find(told).map(|e| if let Event::Waiting { seconds, .. } = e { *seconds } else { 0 });
        assert!(first.is_some_and(|s| s <= 15), "{strategy:?}: {first:?}");
    }
}

#[test]
fn a_prune_that_waits_for_deletions_is_waited_for_by_uid_and_the_holder_is_named() {
    let fake = platform_with(|w| w.commit("store", |all| all[1]["metadata"]["finalizers"] = json!(["example.com/hold"])));
    let mut begun = None;
    fake.0.borrow_mut().instead.push(Box::new(move |world, _| {
        // It is let go after a minute.
        let path = path("configmaps", "feast", "registry");
        let held = world.get(&path).is_some_and(|o| o["metadata"]["deletionTimestamp"].is_string());
        if held && world.now - *begun.get_or_insert(world.now) > chrono::TimeDelta::seconds(60) {
            world.patch(&path, &json!({"metadata": {"finalizers": null}}));
        }
        None
    }));
    let (done, _, events) = switch_off(&fake, &off_options(Strategy::Prune));
    let done = done.unwrap();
    assert_eq!((done.strategy, done.left.len()), (Strategy::Prune, 0));
    assert!(
        events.iter().any(
            |e| matches!(e, Event::Waiting { step: Step::Gone, hanging, .. } if hanging.iter().any(|f| f.detail == "example.com/hold"))
        )
    );
    assert!(fake.0.borrow().app("root-optional").get("operation").is_none());
}
