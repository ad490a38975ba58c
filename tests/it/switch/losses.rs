//! What off would lose, and refuses to.
use crate::support::cluster::{World, app_path, path, status};
use crate::switch::off::{BOTH, codes, living, refusals, switch_off};
use crate::switch::platform::{grow, off_options, platform, platform_with, run, thing};
use evid::usecase::switch::{Options, Stop, Strategy, off};
use serde_json::json;

#[test]
fn a_claim_that_would_be_lost_refuses_off_and_names_it() {
    let fake = platform();
    let mut kept = thing("PersistentVolumeClaim", "feast", "kept");
    kept["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-options": "Delete=false,Prune=false"});
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    grow(&mut fake.0.borrow_mut(), "store", kept);
    for strategy in BOTH {
        assert_eq!(codes(&refusals(&fake, &off_options(strategy))), [("would-be-lost", "data")]);
    }
    let options = Options { allow: vec!["PersistentVolumeClaim/feast/data".into()], ..off_options(Strategy::Prune) };
    let done = switch_off(&fake, &options).0.unwrap();
    assert!(done.left.is_empty());
    assert!(codes(&done.kept).contains(&("kept", "kept")) && codes(&done.notes).contains(&("loss-allowed", "data")));
    assert_eq!(living(&fake, "feast"), [path("persistentvolumeclaims", "feast", "kept")]);
}

#[test]
fn prune_false_saves_no_claim_from_a_cascade() {
    let fake = platform();
    let mut claim = thing("PersistentVolumeClaim", "feast", "data");
    claim["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-options": "Prune=false"});
    grow(&mut fake.0.borrow_mut(), "store", claim);
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("would-be-lost", "data")]);
}

#[test]
fn a_loss_is_allowed_by_kubectl_s_words_and_a_word_that_allows_nothing_is_refused() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    let allowing = |words: &[&str]| Options { allow: words.iter().map(|w| (*w).to_owned()).collect(), ..off_options(Strategy::Prune) };
    for word in ["pvc/feast/data", "persistentvolumeclaims/feast/data", "PersistentVolumeClaim/feast/data"] {
        assert!(run(&fake, |run| off::plan(run, &allowing(&[word]))).0.is_ok(), "{word}");
    }
    for wrong in ["pvc/feast/date", "pv/feast/data", "pvc/data", "data"] {
        let refused = refusals(&fake, &allowing(&["pvc/feast/data", wrong]));
        assert_eq!(codes(&refused), [("allows-nothing", "root-optional")], "{wrong}");
        assert_eq!(refused[0].detail, wrong);
    }
}

#[test]
fn a_plan_that_is_refused_can_be_seen_and_is_not_done() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    let options = off_options(Strategy::Prune);
    let plan = run(&fake, |run| off::draft(run, &options)).0.unwrap();
    assert_eq!(codes(&plan.refusals), [("would-be-lost", "data")]);
    assert!(plan.members.len() > 1 && !plan.writes.is_empty());
    let (done, journal, _) = run(&fake, |run| off::off(run, &plan, &options));
    assert!(matches!(done, Err(Stop::Refused(_))) && journal.is_empty() && fake.0.borrow().writes.is_empty());
}

/// Argo CD reads its marks from labels.
fn by_label(world: &mut World) {
    world.patch(&path("configmaps", "argocd", "argocd-cm"), &json!({"data": {"application.resourceTrackingMethod": "label"}}));
}

#[test]
fn under_label_tracking_the_claims_of_a_stateful_set_would_go() {
    let claim = |label: &str| {
        let mut claim = thing("PersistentVolumeClaim", "feast", "data-redis-0");
        claim["metadata"]["labels"] = json!({"app.kubernetes.io/instance": label});
        claim
    };
    let by_label = platform_with(by_label);
    by_label.0.borrow_mut().add(claim("store"));
    assert_eq!(codes(&refusals(&by_label, &off_options(Strategy::Prune))), [("would-be-lost", "data-redis-0")]);
    let by_annotation = platform();
    by_annotation.0.borrow_mut().add(claim("store"));
    let done = switch_off(&by_annotation, &off_options(Strategy::Prune)).0.unwrap();
    assert!(done.left.is_empty());
    assert_eq!(living(&by_annotation, "feast"), [path("persistentvolumeclaims", "feast", "data-redis-0")]);
}

#[test]
fn a_claim_that_off_keeps_and_on_would_prune_counts_as_lost() {
    // Seen on Argo CD 2.12: OFF keeps it, and the Application that comes back finds it marked and not in its Git.
    let refused = |options: &str, in_git: bool| {
        let fake = platform_with(by_label);
        let mut claim = thing("PersistentVolumeClaim", "feast", "data-redis-0");
        claim["metadata"]["labels"] = json!({"app.kubernetes.io/instance": "store"});
        claim["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-options": options});
        if in_git {
            grow(&mut fake.0.borrow_mut(), "store", claim);
        } else {
            fake.0.borrow_mut().add(claim);
        }
        let done = run(&fake, |run| off::plan(run, &off_options(Strategy::Prune))).0;
        match done {
            Err(Stop::Refused(facts)) => codes(&facts).iter().map(|c| c.0.to_owned()).collect(),
            other => other.map(|_| Vec::<String>::new()).unwrap(),
        }
    };
    assert_eq!(refused("Delete=false", false), ["would-be-lost"]);
    assert_eq!(refused("Delete=false,Prune=false", false), [""; 0]);
    assert_eq!(refused("Delete=false", true), [""; 0]);
}

#[test]
fn a_volume_that_goes_with_its_claim_is_named_as_well() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    {
        let mut world = fake.0.borrow_mut();
        let uid = world.at(&path("persistentvolumeclaims", "feast", "data"))["metadata"]["uid"].clone();
        let mut volume = thing("PersistentVolume", "", "pv-1");
        volume["spec"] = json!({"persistentVolumeReclaimPolicy": "Delete", "claimRef": {"uid": uid}});
        world.add(volume);
    }
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("would-be-lost", "pv-1"), ("would-be-lost", "data")]);
}

#[test]
fn a_namespace_that_goes_takes_everything_within_and_is_told_so() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("Namespace", "", "scratch"));
    fake.0.borrow_mut().add(thing("PersistentVolumeClaim", "scratch", "free"));
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("would-be-lost", "scratch"), ("would-be-lost", "free")]);
}

#[test]
fn claims_that_may_not_be_listed_refuse_off() {
    let fake = platform();
    fake.0
        .borrow_mut()
        .instead
        .push(Box::new(|_, ask| ask.path.starts_with("/api/v1/persistentvolumeclaims").then(|| Ok(status(403, "forbidden")))));
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("unseen-kind", "*")]);
}

#[test]
fn a_child_that_says_prune_false_is_asked_about_by_name() {
    let fake = platform();
    fake.0
        .borrow_mut()
        .patch(&app_path("store"), &json!({"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "Prune=false"}}}));
    assert_eq!(codes(&refusals(&fake, &off_options(Strategy::Prune))), [("would-be-lost", "store")]);
    let options = Options { allow: vec!["Application/argocd/store".into()], ..off_options(Strategy::Prune) };
    let done = switch_off(&fake, &options).0.unwrap();
    assert_eq!((done.instead.unwrap().code.as_str(), done.left.len()), ("prune-spared", 0));
}

#[test]
fn a_claim_that_its_owner_takes_along_is_named() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        let uid = world.at(&path("deployments", "feast", "server"))["metadata"]["uid"].clone();
        let mut claim = thing("PersistentVolumeClaim", "feast", "data-0");
        claim["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "server", "uid": uid}]);
        world.add(claim);
        let mut scratch = thing("PersistentVolumeClaim", "feast", "scratch");
        let pod = world.within("feast").into_iter().find(|p| p.contains("/pods/server-")).unwrap();
        let pod = &world.at(&pod)["metadata"];
        scratch["metadata"]["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "Pod", "name": pod["name"], "uid": pod["uid"]}]);
        world.add(scratch);
    }
    assert_eq!(
        codes(&refusals(&fake, &off_options(Strategy::Prune))),
        [("would-be-lost", "data-0")],
        "a pod's own volume dies with each pod"
    );
}
