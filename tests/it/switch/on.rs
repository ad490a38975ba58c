//! On.
use crate::support::cluster::{Cluster, World, app_path, is_list, path, status};
use crate::switch::off::shut;
use crate::switch::platform::{app, off_options, on_options, platform, run, thing};
use evid::model::Key;
use evid::usecase::cluster::port::{Clock as _, Method};
use evid::usecase::switch::off::off;
use evid::usecase::switch::on::{on, plan};
use evid::usecase::switch::{Event, Fact, Options, Settled, Stamp, Step, Stop, Strategy, Was, before, off};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The platform with the switch off.
fn dark() -> Cluster {
    let fake = platform();
    run(&fake, |run| {
        let options = off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        off(run, &plan, &options).unwrap();
    });
    fake.0.borrow_mut().writes.clear();
    fake
}

fn switch_on(fake: &Cluster, options: &Options) -> (Result<Settled, Stop>, Vec<Value>, Vec<Event>) {
    run(fake, |run| {
        let plan = plan(run, options)?;
        on(run, &plan, options)
    })
}

fn failed(done: Result<Settled, Stop>) -> Vec<Fact> {
    match done {
        Err(Stop::Failed(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

fn codes(facts: &[Fact]) -> Vec<(&str, &str)> {
    facts.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect()
}

fn key(name: &str) -> Key {
    Key::new("argoproj.io", "Application", "argocd", name)
}

#[test]
fn on_brings_everything_back_and_the_manual_child_too() {
    let fake = dark();
    let (done, journal, _) = switch_on(&fake, &on_options());
    let done = done.unwrap();
    assert_eq!((done.attempts, done.apps, done.workloads), (1, 4, 3));
    assert_eq!(done.by_hand, [key("notebooks")]);
    assert!(done.notes.is_empty(), "{:?}", done.notes);
    let world = fake.0.borrow();
    assert_eq!(world.app("root-optional")["spec"]["syncPolicy"]["automated"], json!({"prune": true, "selfHeal": true}));
    assert!(world.app("notebooks")["spec"]["syncPolicy"].get("automated").is_none(), "a manual child stays manual");
    assert_eq!(world.get(&path("deployments", "feast", "ui")).unwrap()["status"]["availableReplicas"], 2);
    assert_eq!(journal.len(), 4);
}

#[test]
fn the_finalizer_that_an_interrupted_off_gave_is_taken_back_and_no_other() {
    let fake = platform();
    let before = ["notebooks", "store"].map(|name| fake.0.borrow().app(name)["metadata"]["finalizers"].clone());
    // Nothing comes after the finalizer: the prune is refused.
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| {
        let is_prune = ask.body.as_ref().is_some_and(|(_, b)| String::from_utf8_lossy(b).contains("exclude"));
        is_prune.then(|| Ok(status(403, "no")))
    }));
    run(&fake, |run| {
        let options = off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        off(run, &plan, &options).unwrap_err();
    });
    assert_eq!(fake.0.borrow().app("notebooks")["metadata"]["finalizers"], before[1]);
    fake.0.borrow_mut().instead.clear();
    let (done, journal, _) = switch_on(&fake, &on_options());
    done.unwrap();
    assert_eq!(["notebooks", "store"].map(|name| fake.0.borrow().app(name)["metadata"]["finalizers"].clone()), before);
    assert!(fake.0.borrow().app("notebooks").pointer("/metadata/annotations/evid~1given-finalizer").is_none());
    assert_eq!(journal.iter().filter(|l| l["what"] == "take-back" && l["stage"] == "answer").count(), 1);
}

#[test]
fn on_is_one_patch_of_policy_operation_and_operation_state() {
    let fake = dark();
    let version = fake.0.borrow().app("root-optional")["metadata"]["resourceVersion"].clone();
    let options = Options { stamp: Stamp { nonce: Some("from the reviewer".into()), ..on_options().stamp }, ..on_options() };
    switch_on(&fake, &options).0.unwrap();
    let (path, body) = fake.0.borrow().writes[0].clone();
    assert_eq!(path, format!("PATCH {}?fieldManager=evid", app_path("root-optional")));
    assert_eq!(body["metadata"], json!({ "resourceVersion": version }));
    assert_eq!(body["spec"], json!({"syncPolicy": {"automated": {"prune": true, "selfHeal": true}}}));
    assert_eq!(body["status"], json!({"operationState": null}));
    assert_eq!(body["operation"]["initiatedBy"]["username"], "evid/ann");
    assert_eq!(body["operation"]["sync"], json!({"prune": true, "syncOptions": ["CreateNamespace=true"]}));
    assert_eq!(body["operation"]["info"][2], json!({"name": "evid.nonce", "value": "from the reviewer"}));
}

#[test]
fn on_clears_operation_state_in_the_same_patch() {
    // The state that the prune left would leak its emptied source into the new operation.
    let fake = dark();
    let left = "/status/operationState/operation/sync/source/directory/exclude";
    assert_eq!(fake.0.borrow().app("root-optional").pointer(left), Some(&json!("*")));
    let done = switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!((done.attempts, done.apps), (1, 4));
    assert!(fake.0.borrow().app("root-optional").pointer(left).is_none());
}

/// What the first operations of the root make is not there when it is looked for, but for one child.
fn makes_one(fake: &Cluster, operations: usize) {
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        let sent = world.writes.iter().filter(|(w, b)| w.contains("/root-optional?") && b["operation"].is_object()).count();
        if is_list(ask, "applications") && sent <= operations {
            for name in ["extras", "ui", "notebooks"].map(app_path).iter().filter(|p| world.get(p).is_some()).collect::<Vec<_>>() {
                world.remove(name);
            }
        }
        None
    }));
}

#[test]
fn an_operation_that_succeeds_without_making_every_child_is_run_again() {
    let fake = dark();
    makes_one(&fake, 1);
    let done = switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!((done.attempts, done.apps), (2, 4));
}

#[test]
fn children_that_are_never_made_are_named() {
    let fake = dark();
    makes_one(&fake, 500);
    let facts = failed(switch_on(&fake, &on_options()).0);
    assert_eq!(codes(&facts), [("child-not-made", "extras"), ("child-not-made", "notebooks")]);
}

#[test]
fn what_still_terminates_is_waited_out_first() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        world.patch(&app_path("root-optional"), &json!({"spec": {"syncPolicy": {"automated": null}}}));
        world.delete(&app_path("store"));
    }
    let old = fake.0.borrow().app("store")["metadata"]["uid"].clone();
    let (done, _, events) = switch_on(&fake, &on_options());
    done.unwrap();
    let terminating = events.iter().position(|e| matches!(e, Event::Step(Step::Terminating))).unwrap();
    let wrote = events.iter().position(|e| matches!(e, Event::Wrote(_))).unwrap();
    assert!(terminating < wrote);
    assert_ne!(fake.0.borrow().app("store")["metadata"]["uid"], old);
}

#[test]
fn a_root_that_is_missing_is_applied_from_its_manifest() {
    let fake = dark();
    let mut manifest = fake.0.borrow().app("root-optional").clone();
    fake.0.borrow_mut().remove(&app_path("root-optional"));
    assert!(matches!(switch_on(&fake, &on_options()).0, Err(Stop::Refused(f)) if f[0].code.as_str() == "no-root"));
    manifest["operation"] = json!({"sync": {"stale": true}});
    let done = switch_on(&fake, &Options { manifests: vec![manifest.into()], ..on_options() }).0.unwrap();
    assert_eq!(done.apps, 4);
    let (path, body) = fake.0.borrow().writes[0].clone();
    assert!(path.starts_with("POST ") && body.get("status").is_none() && body.get("operation").is_none());
    assert!(body["metadata"].get("uid").is_none() && body["metadata"].get("resourceVersion").is_none());
}

#[test]
fn another_manifest_is_not_applied_for_the_root() {
    let fake = dark();
    fake.0.borrow_mut().remove(&app_path("root-optional"));
    let options = Options { manifests: vec![app("root-apps", true, true).into()], ..on_options() };
    assert!(matches!(switch_on(&fake, &options).0, Err(Stop::Refused(f)) if f[0].code.as_str() == "other-manifest"));
}

#[test]
fn a_missing_project_stops_at_once() {
    let fake = dark();
    fake.0.borrow_mut().remove(&path("appprojects", "argocd", "default"));
    assert!(matches!(switch_on(&fake, &on_options()).0, Err(Stop::Refused(f)) if codes(&f) == [("no-project", "root-optional")]));
    let child = dark();
    child.0.borrow_mut().commit("root-optional", |all| all[0]["spec"]["project"] = json!("gone"));
    assert_eq!(codes(&failed(switch_on(&child, &on_options()).0)), [("no-project", "store")]);
}

#[test]
fn an_operation_that_fails_stops_and_says_what_it_said() {
    let fake = dark();
    fake.0.borrow_mut().commit("root-optional", |all| all.push(thing("ConfigMap", "nowhere", "x")));
    let facts = failed(switch_on(&fake, &on_options()).0);
    assert_eq!((codes(&facts), &*facts[0].detail), (vec![("operation-failed", "root-optional")], "one or more objects failed to apply"));
}

#[test]
fn a_child_whose_operation_fails_is_tried_once_more_and_then_named() {
    let fake = dark();
    fake.0.borrow_mut().commit("store", |all| all.push(thing("ConfigMap", "nowhere", "x")));
    fake.0.borrow_mut().commit("root-optional", |all| all[0]["spec"]["syncPolicy"]["retry"] = json!({"limit": 0}));
    let facts = failed(switch_on(&fake, &on_options()).0);
    assert_eq!((codes(&facts), &*facts[0].detail), (vec![("operation-failed", "store")], "one or more objects failed to apply"));
}

#[test]
fn a_sync_window_stops_on_and_leaves_no_operation_behind() {
    let fake = dark();
    shut(&mut fake.0.borrow_mut());
    assert_eq!(codes(&failed(switch_on(&fake, &on_options()).0)), [("sync-window", "root-optional")]);
    let ended = fake.0.borrow().writes.iter().any(|(_, b)| b.pointer("/status/operationState/phase") == Some(&json!("Terminating")));
    assert!(ended);
}

#[test]
fn a_comparison_that_keeps_failing_stops_and_names_the_condition() {
    let fake = dark();
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        if is_list(ask, "applications") && world.get(&app_path("store")).is_some() {
            let said = json!({"sync": {"status": "Unknown"}, "conditions": [{"type": "ComparisonError", "message": "field not declared in schema"}]});
            world.patch(&app_path("store"), &json!({ "status": said }));
        }
        None
    }));
    let facts = failed(switch_on(&fake, &on_options()).0);
    assert_eq!(codes(&facts), [("condition", "store")]);
    assert_eq!(facts[0].detail, "ComparisonError: field not declared in schema");
}

#[test]
fn synced_is_not_enough_while_a_workload_is_not_available() {
    let fake = dark();
    fake.0.borrow_mut().remove(&path("nodes", "", "node"));
    let Err(Stop::Late { step: Step::Settle, hanging }) = switch_on(&fake, &on_options()).0 else { panic!() };
    assert!(hanging.iter().any(|f| f.code.as_str() == "not-healthy"), "{hanging:?}");
    // Even where every Application says Healthy.
    let lying = dark();
    lying.0.borrow_mut().remove(&path("nodes", "", "node"));
    lying.0.borrow_mut().instead.push(Box::new(|world, ask| {
        if ask.method != Method::Get {
            return None;
        }
        for name in ["store", "extras", "notebooks", "ui", "root-optional"] {
            if world.get(&app_path(name)).is_some() {
                world.patch(&app_path(name), &json!({"status": {"health": {"status": "Healthy"}}}));
            }
        }
        None
    }));
    let Err(Stop::Late { hanging, .. }) = switch_on(&lying, &on_options()).0 else { panic!() };
    assert_eq!(codes(&hanging), [("unavailable", "notebooks"), ("unavailable", "server"), ("unavailable", "ui")]);
}

#[test]
fn a_parent_that_reverts_on_is_reported() {
    let fake = dark();
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        let root = app_path("root-optional");
        if is_list(ask, "applications") && !world.writes.is_empty() {
            world.patch(&root, &json!({"spec": {"syncPolicy": {"automated": null}}}));
        }
        None
    }));
    assert_eq!(codes(&failed(switch_on(&fake, &on_options()).0)), [("reverted", "root-optional")]);
}

#[test]
fn a_child_that_git_no_longer_lists_is_said_and_not_waited_for() {
    let fake = dark();
    let expected = [key("store"), key("dropped")].map(|k| (k, Was::default())).into();
    let done = switch_on(&fake, &Options { expected, ..on_options() }).0.unwrap();
    assert_eq!(codes(&done.notes), [("not-in-git", "dropped")]);
}

#[test]
fn on_goes_on_after_a_ctrl_c_in_the_middle_of_off_and_of_on() {
    for patience in 1..12 {
        let fake = platform();
        fake.0.borrow_mut().patience = Some(patience);
        run(&fake, |run| {
            let options = off_options(Strategy::Prune);
            let plan = off::plan(run, &options).unwrap();
            drop(off(run, &plan, &options));
        });
        fake.0.borrow_mut().patience = Some(patience);
        drop(switch_on(&fake, &on_options()));
        fake.0.borrow_mut().patience = None;
        let again = Options { stamp: Stamp { run: "run-3".into(), ..on_options().stamp }, ..on_options() };
        assert_eq!(switch_on(&fake, &again).0.unwrap().apps, 4, "after {patience}");
    }
}

#[test]
fn a_dry_run_of_on_tells_the_writes_that_are_known_and_sends_none() {
    let fake = dark();
    let (plan, journal, _) = run(&fake, |run| plan(run, &on_options()).unwrap());
    assert_eq!(plan.writes.iter().map(|w| w.what).collect::<Vec<_>>(), ["automate-and-sync"]);
    assert!(journal.is_empty() && fake.0.borrow().writes.is_empty());
}

#[test]
fn a_disabled_policy_is_enabled_by_removing_the_word() {
    let fake = dark();
    let disabled = json!({"spec": {"syncPolicy": {"automated": {"enabled": false, "prune": false}}}});
    fake.0.borrow_mut().patch(&app_path("root-optional"), &disabled);
    switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!(fake.0.borrow().app("root-optional")["spec"]["syncPolicy"]["automated"], json!({"prune": true, "selfHeal": true}));
}

#[test]
fn workloads_that_were_kept_are_adopted() {
    let fake = dark();
    let mut kept = thing("ConfigMap", "feast", "registry");
    kept["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "store:/ConfigMap:feast/registry"});
    let at = fake.0.borrow_mut().add(kept);
    let uid = fake.0.borrow().at(&at)["metadata"]["uid"].clone();
    switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!(fake.0.borrow().at(&at)["metadata"]["uid"], uid);
}

#[test]
fn one_quiet_look_is_not_enough() {
    // Times have whole seconds: a status of the very second in which the operation ended may be older than its end.
    let fake = dark();
    let looks = Arc::new(AtomicUsize::new(0));
    let count = looks.clone();
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        if ask.path == path("deployments", "feast", "ui") && count.fetch_add(1, Ordering::Relaxed) == 0 {
            world.patch(&app_path("store"), &json!({"operation": {"sync": {}}, "status": {"operationState": null}}));
        }
        None
    }));
    switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!(looks.load(Ordering::Relaxed), 3, "the first, and two in a row after it");
}

#[test]
fn workloads_on_another_cluster_are_said_to_be_unseen() {
    let fake = dark();
    fake.0.borrow_mut().commit("root-optional", |all| all[0]["spec"]["destination"] = json!({"server": "https://elsewhere"}));
    let done = switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!((codes(&done.notes), done.workloads), (vec![("not-seen-here", "store")], 2));
}

/// Turns it off, changed like this before, and gives what the OFF's journal says of how it was.
fn dark_after(change: impl FnOnce(&mut World)) -> (Cluster, Options) {
    let fake = platform();
    change(&mut fake.0.borrow_mut());
    let (plan, journal, _) = run(&fake, |run| {
        let options = off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        off(run, &plan, &options).unwrap();
        plan
    });
    let text: String = journal.iter().map(|line| format!("{line}\n")).collect();
    let expected = before::of_journal(&text).unwrap();
    assert_eq!(expected, plan.before);
    (fake, Options { expected, ..on_options() })
}

/// A child that nobody has ever synced.
fn never_synced(world: &mut World) {
    let at = app_path("notebooks");
    world.patch(
        &at,
        &json!({"status": {"history": null, "operationState": null, "sync": {"status": "OutOfSync"}, "health": {"status": "Missing"}}}),
    );
}

#[test]
fn a_manual_child_that_was_never_synced_is_left_so_and_said() {
    let (fake, options) = dark_after(never_synced);
    let (done, journal, _) = switch_on(&fake, &options);
    let done = done.unwrap();
    assert_eq!((codes(&done.notes), done.by_hand), (vec![("never-synced", "notebooks")], vec![]));
    assert!(!journal.iter().any(|line| line["path"].as_str().unwrap().contains("notebooks")), "nothing is asked of it");
    let world = fake.0.borrow();
    assert!(world.get(&path("deployments", "feast", "notebooks")).is_none());
    assert_eq!(world.app("notebooks")["status"]["sync"]["status"], "OutOfSync");
}

#[test]
fn without_a_word_of_how_it_was_a_manual_child_is_synced() {
    let (fake, _) = dark_after(never_synced);
    let done = switch_on(&fake, &on_options()).0.unwrap();
    assert_eq!((codes(&done.notes), done.by_hand), (vec![], vec![key("notebooks")]));
}

#[test]
fn an_application_that_is_as_degraded_as_it_was_is_said_and_not_waited_for() {
    // Its health never gets better, whatever is done; its workloads neither.
    let degraded = |word: &'static str| {
        move |fake: &Cluster| {
            fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
                if is_list(ask, "applications") && world.get(&app_path("store")).is_some() {
                    world.patch(&app_path("store"), &json!({"status": {"health": {"status": word}}}));
                }
                None
            }));
        }
    };
    let before = |world: &mut World| world.patch(&app_path("store"), &json!({"status": {"health": {"status": "Degraded"}}}));
    let (fake, options) = dark_after(before);
    degraded("Degraded")(&fake);
    let began = fake.now();
    let done = switch_on(&fake, &options).0.unwrap();
    assert_eq!((codes(&done.notes), &*done.notes[0].detail), (vec![("as-before", "store")], "Synced Degraded"));
    assert!((fake.now() - began).num_seconds() < 100, "it ends early");
    // Without a word of how it was, and where it was better, it is waited for.
    let (fake, options) = dark_after(before);
    degraded("Missing")(&fake);
    assert!(matches!(switch_on(&fake, &options).0, Err(Stop::Late { hanging, .. }) if codes(&hanging) == [("not-healthy", "store")]));
    let (fake, options) = dark_after(|_| {});
    degraded("Degraded")(&fake);
    assert!(matches!(switch_on(&fake, &options).0, Err(Stop::Late { hanging, .. }) if codes(&hanging) == [("not-healthy", "store")]));
}

#[test]
fn a_repo_server_that_does_not_answer_is_named_within_seconds() {
    let fake = dark();
    fake.0.borrow().platform.git.lock().unwrap().silent = true;
    let (done, _, events) = switch_on(&fake, &on_options());
    assert!(done.is_err());
    let first = events.iter().find_map(|e| match e {
        Event::Waiting { hanging, seconds, .. } if hanging.iter().any(|f| f.code.as_str() == "repository-silent") => Some(*seconds),
        _ => None,
    });
    assert!(first.is_some_and(|s| s <= 15), "{first:?}");
}
