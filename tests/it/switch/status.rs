//! Status: reads, and never writes.
use crate::support::cluster::{Cluster, app_path, path};
use crate::switch::platform::{deployment, grow, off_options, pass, platform, platform_with, run, thing};
use evid::argo::{Form, Mode};
use evid::usecase::switch::off::off;
use evid::usecase::switch::status::{Next, Position, Status, status};
use evid::usecase::switch::{Strategy, off};
use serde_json::json;

fn look(fake: &Cluster) -> Status {
    fake.0.borrow_mut().writes.clear();
    let (status, journal, _) = run(fake, |run| status(run).unwrap());
    assert!(journal.is_empty() && fake.0.borrow().writes.is_empty(), "status writes nothing");
    status
}

#[test]
fn a_switch_that_is_on_tells_its_children_and_theirs() {
    let s = look(&platform());
    assert_eq!((s.position, s.next, s.mode), (Position::On, Next::Off, Some(Mode::Automated { prune: true, self_heal: true })));
    let apps: Vec<(&str, &str, usize, bool, bool)> =
        s.apps.iter().map(|a| (&*a.key.name, &*a.parent, a.depth, a.mode.is_manual(), a.cascades)).collect();
    assert_eq!(
        apps,
        [
            ("extras", "argocd/root-optional", 1, false, true),
            ("notebooks", "argocd/root-optional", 1, true, false),
            ("store", "argocd/root-optional", 1, false, true),
            ("ui", "argocd/extras", 2, false, true)
        ]
    );
    assert!(s.orphans.is_empty() && s.stuck.is_empty() && s.running.is_empty() && s.at_risk.is_empty() && s.manager.is_none());
}

#[test]
fn off_is_told_by_the_children_and_not_by_the_roots_status() {
    let fake = platform();
    run(&fake, |run| {
        let options = off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        off(run, &plan, &options).unwrap();
    });
    fake.0
        .borrow_mut()
        .patch(&app_path("root-optional"), &json!({"status": {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}}));
    let s = look(&fake);
    assert_eq!((s.position, s.next, s.mode), (Position::Off, Next::On, Some(Mode::Manual(Form::NoAutomated))));
}

#[test]
fn what_an_application_left_behind_is_an_orphan_and_what_lives_is_none() {
    let fake = platform();
    fake.0.borrow_mut().remove(&app_path("store"));
    let s = look(&fake);
    assert_eq!(
        s.orphans.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect::<Vec<_>>(),
        [("orphan", "registry"), ("orphan", "server")]
    );
}

#[test]
fn a_root_that_hangs_in_deleting_is_to_be_repaired() {
    let fake = platform();
    fake.0.borrow_mut().down = true;
    fake.0.borrow_mut().delete(&app_path("root-optional"));
    let s = look(&fake);
    assert_eq!((s.next, s.stuck[0].code.as_str()), (Next::Repair, "unknown-cause"));
}

#[test]
fn running_operations_and_data_at_risk_are_named() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    fake.0.borrow_mut().patch(&app_path("ui"), &json!({"operation": {"sync": {}}}));
    let s = look(&fake);
    assert_eq!(s.running.iter().map(|f| &*f.object.name).collect::<Vec<_>>(), ["ui"]);
    assert_eq!(s.at_risk.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect::<Vec<_>>(), [("would-be-lost", "data")]);
    assert_eq!(s.next, Next::On);
}

#[test]
fn who_manages_the_root_and_whether_he_puts_it_back_is_told() {
    let build = |ignores: bool| {
        platform_with(|w| {
            w.commit("bootstrap", |all| all.push(crate::switch::platform::app("root-optional", true, true)));
            let mut parent = crate::switch::platform::app("bootstrap", true, true);
            if ignores {
                let rule = json!([{"group": "argoproj.io", "kind": "Application", "jsonPointers": ["/spec/syncPolicy/automated"]}]);
                parent["spec"]["ignoreDifferences"] = rule;
            }
            w.add(parent);
            let mark = "bootstrap:argoproj.io/Application:argocd/root-optional";
            w.patch(&app_path("root-optional"), &json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": mark}}}));
        })
    };
    for ignores in [false, true] {
        let m = look(&build(ignores)).manager.unwrap();
        assert_eq!((&*m.app.name, m.lists, m.self_heals, m.ignores), ("bootstrap", true, true, ignores));
    }
}

#[test]
fn without_a_root_the_next_command_applies_it() {
    let fake = platform();
    fake.0.borrow_mut().remove(&app_path("root-optional"));
    let s = look(&fake);
    assert_eq!((s.position, s.next), (Position::NoRoot, Next::OnFromFile));
}

#[test]
fn a_going_switch_is_told_with_what_holds_it() {
    let fake = platform();
    {
        let mut world = fake.0.borrow_mut();
        world.patch(&path("configmaps", "feast", "registry"), &json!({"metadata": {"finalizers": ["example.com/hold"]}}));
        world.patch(&app_path("root-optional"), &json!({"spec": {"syncPolicy": {"automated": null}}}));
        for name in ["store", "extras", "notebooks"] {
            world.delete(&app_path(name));
        }
        let mut kept = deployment("feast", "x");
        kept["metadata"]["annotations"] = json!({});
        world.add(kept);
    }
    pass(&fake, 5);
    let s = look(&fake);
    assert_eq!((s.position, s.next), (Position::GoingOff, Next::Wait));
    assert!(
        s.stuck.iter().any(|f| f.code.as_str() == "held" && f.object.name == "registry" && f.detail == "example.com/hold"),
        "{:?}",
        s.stuck
    );
}

#[test]
fn a_normal_deletion_is_not_stuck_and_one_that_argo_cd_does_not_begin_is() {
    let fake = platform_with(|w| w.commit("store", |all| all[1]["metadata"]["finalizers"] = json!(["example.com/hold"])));
    fake.0.borrow_mut().delete(&app_path("ui"));
    assert_eq!(look(&fake).stuck, [], "it was asked a moment ago");
    fake.0.borrow_mut().down = true;
    pass(&fake, 20);
    assert_eq!(look(&fake).stuck.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect::<Vec<_>>(), [("controller-silent", "ui")]);
    fake.0.borrow_mut().down = false;
    fake.0.borrow_mut().delete(&app_path("store"));
    pass(&fake, 20);
    let held = look(&fake).stuck;
    assert!(held.iter().any(|f| f.code.as_str() == "held" && f.detail == "example.com/hold"), "{held:?}");
}
