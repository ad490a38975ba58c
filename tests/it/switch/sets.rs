//! ApplicationSets below the root.
use crate::support::cluster::{Cluster, World, app_path, path};
use crate::switch::off::{BOTH, codes, living, refusals, switch_off};
use crate::switch::platform::{app, deployment, off_options, on_options, platform_with, run};
use evid::usecase::switch::{Event, Options, Settled, Stop, Strategy, before, off, on};
use serde_json::{Value, json};

const KEEP: &str = "argocd.argoproj.io/sync-options";

fn set(policy: Value) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "tenants", "namespace": "argocd"},
        "spec": {"generators": [], "template": {"metadata": {}, "spec": {"project": "default"}}, "syncPolicy": policy}})
}

/// A set as one of the objects of an Application, with two Applications; both finalize unless told otherwise.
fn tenants(world: &mut World, parent: &str, set: Value, finalizer: bool) {
    world.commit(parent, |all| all.push(set));
    for name in ["tenant-a", "tenant-b"] {
        let mut app = app(name, true, finalizer);
        app["metadata"]["labels"] = json!({"tenant": name});
        world.commit(name, |all| *all = vec![deployment("feast", name)]);
        world.platform.git.lock().unwrap().generated.insert(name.into(), ("tenants".into(), app));
    }
}

fn with(set: Value, finalizer: bool) -> Cluster {
    platform_with(|w| tenants(w, "root-optional", set, finalizer))
}

fn set_path() -> String {
    path("applicationsets", "argocd", "tenants")
}

fn failed() -> Value {
    json!({"conditions": [{"type": "ErrorOccurred", "status": "True", "message": "no such cluster"}]})
}

/// From now on, whatever the set comes to, this is read as its status.
fn says(fake: &Cluster, status: &Value) {
    let status = status.clone();
    fake.0.borrow_mut().instead = vec![Box::new(move |world, ask| {
        (ask.path.contains("/applicationsets") && world.get(&set_path()).is_some()).then(|| {
            let mut set = world.at(&set_path()).clone();
            set["status"] = status.clone();
            let list = json!({"kind": "ApplicationSetList", "metadata": {"resourceVersion": "1"}, "items": [set]});
            Ok(crate::support::cluster::reply(200, &list))
        })
    })];
}

fn switch_on(fake: &Cluster, options: &Options) -> Result<Settled, Stop> {
    let (done, ..) = run(fake, |run| {
        let plan = on::plan(run, options)?;
        on::on(run, &plan, options)
    });
    done
}

#[test]
fn off_takes_a_set_of_the_root_and_what_it_made_and_on_waits_for_the_set_to_make_it_again() {
    for strategy in BOTH {
        let fake = with(set(json!({})), true);
        let (done, journal, _) = switch_off(&fake, &off_options(strategy));
        let done = done.unwrap();
        assert_eq!((done.left.len(), living(&fake, "feast").len()), (0, 0), "{:?}", done.left);
        assert!(fake.0.borrow().get(&set_path()).is_none() && fake.0.borrow().get(&app_path("tenant-a")).is_none());
        let deleted: Vec<&str> =
            journal.iter().filter(|l| l["stage"] == "intent" && l["method"] == "DELETE").map(|l| l["object"].as_str().unwrap()).collect();
        if strategy == Strategy::Cascade {
            assert!(deleted[0].contains("ApplicationSet"), "the set first, or it would make its Applications again: {deleted:?}");
        }
        assert!(!deleted.iter().any(|o| o.contains("tenant-")), "they go with their set");
        let (done, ..) = run(&fake, |run| {
            let plan = on::plan(run, &on_options())?;
            on::on(run, &plan, &on_options())
        });
        assert_eq!(done.unwrap().apps, 6);
        let world = fake.0.borrow();
        assert!(world.get(&set_path()).is_some());
        assert_eq!(world.app("tenant-b")["status"]["health"]["status"], "Healthy");
    }
}

#[test]
fn a_set_below_a_child_goes_with_it() {
    for strategy in BOTH {
        let fake = platform_with(|w| tenants(w, "extras", set(json!({})), true));
        let (done, ..) = switch_off(&fake, &off_options(strategy));
        assert_eq!((done.unwrap().left.len(), living(&fake, "feast").len()), (0, 0));
        assert!(fake.0.borrow().get(&set_path()).is_none());
    }
}

#[test]
fn what_a_set_preserves_stays_and_is_named_and_no_finalizer_is_given() {
    for strategy in BOTH {
        let fake = with(set(json!({"preserveResourcesOnDeletion": true})), false);
        let (done, journal, _) = switch_off(&fake, &off_options(strategy));
        let done = done.unwrap();
        let kept: Vec<(&str, &str)> = done.kept.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect();
        assert_eq!(kept, [("kept-by-set", "tenant-a"), ("kept-by-set", "tenant-b")]);
        assert!(done.left.is_empty(), "{:?}", done.left);
        assert!(!journal.iter().any(|l| l["what"] == "finalizer" && l["object"].as_str().unwrap().contains("tenant-")));
        assert!(fake.0.borrow().get(&app_path("tenant-a")).is_none());
        assert!(fake.0.borrow().get(&path("deployments", "feast", "tenant-a")).is_some());
    }
}

#[test]
fn a_set_that_stays_or_keeps_its_applications_is_a_refusal_with_the_reason() {
    let mut kept = set(json!({}));
    kept["metadata"]["annotations"][KEEP] = "Prune=false".into();
    let facts = refusals(&with(kept, true), &off_options(Strategy::Prune));
    assert_eq!(codes(&facts), [("set-stays", "tenant-a"), ("set-stays", "tenant-b")]);
    assert_eq!(facts[0].detail, "argocd/tenants, Prune=false");
    let facts = refusals(&with(set(json!({"applicationsSync": "create-update"})), true), &off_options(Strategy::Cascade));
    assert_eq!(
        facts.iter().map(|f| (f.code.as_str(), &*f.object.kind, &*f.detail)).collect::<Vec<_>>()[0],
        ("set-keeps-applications", "ApplicationSet", "create-update")
    );
}

#[test]
fn a_progressive_sync_is_waited_out_and_no_step_is_taken_for_it() {
    let mut rolling = set(json!({}));
    let step = |name: &str| json!({"matchExpressions": [{"key": "tenant", "operator": "In", "values": [name]}]});
    rolling["spec"]["strategy"] = json!({"type": "RollingSync", "rollingSync": {"steps": [step("tenant-b"), step("tenant-a")]}});
    let fake = platform_with(|w| {
        tenants(w, "root-optional", rolling, true);
        let mut git = w.platform.git.lock().unwrap();
        git.generated.values_mut().for_each(|(_, app)| drop(app["spec"]["syncPolicy"].as_object_mut().unwrap().remove("automated")));
    });
    fake.0.borrow_mut().wait(chrono::TimeDelta::seconds(30));
    let (done, ..) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
    let (done, journal, events) = run(&fake, |run| {
        let plan = on::plan(run, &on_options())?;
        on::on(run, &plan, &on_options())
    });
    assert_eq!(done.unwrap().apps, 6);
    assert!(!journal.iter().any(|l| l["object"].as_str().unwrap().contains("tenant-")), "the set syncs them");
    let waits = |e: &Event| matches!(e, Event::Waiting { hanging, .. } if hanging.iter().any(|f| f.code.as_str() == "rolling" && f.detail == "2: Waiting"));
    assert!(events.iter().any(waits));
}

#[test]
fn a_set_that_can_not_make_its_applications_ends_on_with_its_message() {
    let fake = with(set(json!({})), true);
    let (done, ..) = switch_off(&fake, &off_options(Strategy::Prune));
    done.unwrap();
    says(&fake, &failed());
    let Err(Stop::Failed(facts)) = switch_on(&fake, &on_options()) else { panic!("it ended") };
    assert_eq!((codes(&facts), &*facts[0].detail), (vec![("set-failed", "tenants")], "no such cluster"));
}

#[test]
fn a_set_that_had_not_made_its_applications_before_is_said_to_be_as_before_and_only_where_nothing_is_lacking() {
    let (failed, unseen, made) = (failed(), json!({}), json!({"conditions": [{"type": "ResourcesUpToDate", "status": "True"}]}));
    for (was, is, code) in
        [(&failed, &failed, "as-before"), (&unseen, &unseen, "as-before"), (&unseen, &failed, "set-failed"), (&made, &failed, "set-failed")]
    {
        for lacking in [false, true] {
            let fake = with(set(json!({})), true);
            says(&fake, was);
            let (plan, ..) = run(&fake, |run| off::plan(run, &off_options(Strategy::Prune)).unwrap());
            let expected = before::given_back(&before::kept(&plan.before));
            assert_eq!(expected, plan.before);
            switch_off(&fake, &off_options(Strategy::Prune)).0.unwrap();
            says(&fake, is);
            if lacking {
                fake.0.borrow_mut().platform.git.lock().unwrap().generated.remove("tenant-b");
            }
            match switch_on(&fake, &Options { expected, ..on_options() }) {
                Ok(done) => assert_eq!((codes(&done.notes), lacking), (vec![(code, "tenants")], false)),
                Err(Stop::Failed(facts)) => {
                    let wanted = if is == &unseen { "set-unseen" } else { "set-failed" };
                    assert!(lacking || code == "set-failed", "{facts:?}");
                    assert_eq!(codes(&facts), [(wanted, "tenants")]);
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn an_application_that_would_go_by_its_owner_alone_is_a_refusal() {
    // It does not carry the layer's mark, and the set that owns it does: nobody looked at what it takes along.
    let fake = platform_with(|w| {
        let mut owner = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "maker", "namespace": "argocd"}});
        owner["data"] = json!({"a": "b"});
        w.commit("root-optional", |all| all.push(owner));
    });
    let maker = fake.0.borrow().at(&path("configmaps", "argocd", "maker"))["metadata"]["uid"].clone();
    let mut made = app("made", true, true);
    made["metadata"]["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "maker", "uid": maker}]);
    fake.0.borrow_mut().add(made);
    let facts = refusals(&fake, &off_options(Strategy::Prune));
    assert!(codes(&facts).contains(&("goes-unlisted", "made")), "{facts:?}");
}
