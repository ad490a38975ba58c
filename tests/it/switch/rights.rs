//! Rights: what is missing is said before anything is written, and what may be listed and not got is seen gone by a list.
use crate::support::cluster::{World, at, reply, status};
use crate::switch::off::{refusals, switch_off};
use crate::switch::platform::{off_options, on_options, platform, run, thing};
use evid::usecase::cluster::port::{Ask, Method};
use evid::usecase::switch::off::off;
use evid::usecase::switch::{Stop, Strategy, off, on};
use serde_json::json;

/// Denies a verb on Applications, in the reviews alone.
fn deny(
    verb: &'static str,
) -> impl FnMut(&mut World, &Ask) -> Option<Result<evid::usecase::cluster::port::Reply, evid::usecase::cluster::port::NoReply>> {
    move |_, ask| {
        let body: serde_json::Value = serde_json::from_slice(&ask.body.as_ref()?.1).ok()?;
        ask.path.ends_with("/selfsubjectaccessreviews").then_some(())?;
        let allowed = at(&body, "/spec/resourceAttributes/verb") != verb;
        Some(Ok(reply(201, &json!({"status": {"allowed": allowed}}))))
    }
}

#[test]
fn a_right_that_would_be_missing_half_way_is_a_refusal() {
    for verb in ["get", "patch", "delete"] {
        let fake = platform();
        fake.0.borrow_mut().instead.push(Box::new(deny(verb)));
        let found = refusals(&fake, &off_options(Strategy::Prune));
        assert_eq!(
            (found[0].code.as_str(), &*found[0].object.namespace, &*found[0].detail),
            ("no-right", "argocd", &*format!("{verb} applications.argoproj.io"))
        );
    }
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(deny("patch")));
    let (done, _, _) = run(&fake, |run| on::plan(run, &off_options(Strategy::Prune)).map(drop));
    assert!(matches!(done, Err(Stop::Refused(f)) if f[0].code.as_str() == "no-right"));
}

#[test]
fn what_may_be_listed_and_not_got_is_seen_gone_by_a_list() {
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| {
        let one = ask.method == Method::Get && ask.path.contains("/deployments/");
        one.then(|| Ok(status(403, "deployments.apps is forbidden")))
    }));
    let (done, _, _) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
}

#[test]
fn settings_that_may_not_be_read_are_a_refusal_unless_evid_yaml_says_the_method() {
    let hide = |fake: &crate::support::cluster::Cluster| {
        fake.0
            .borrow_mut()
            .instead
            .push(Box::new(|_, ask| ask.path.contains("/configmaps/argocd-cm").then(|| Ok(status(403, "configmaps is forbidden")))));
    };
    let fake = platform();
    hide(&fake);
    let found = refusals(&fake, &off_options(Strategy::Prune));
    assert_eq!((found[0].code.as_str(), &*found[0].object.name), ("settings-wanted", "argocd-cm"));
    let (done, _, _) = run(&fake, |run| {
        run.tracking = Some("annotation");
        evid::usecase::switch::off::plan(run, &off_options(Strategy::Prune)).map(drop)
    });
    assert!(done.is_ok(), "{done:?}");
}

#[test]
fn what_may_be_listed_and_not_read_one_by_one_is_waited_for_all_the_same() {
    let fake = platform();
    // As the printed roles have it: of the workloads only lists.
    let one_by_one = |path: &str| path.contains("/apps/v1/namespaces/") || path == "/api/v1/namespaces/kube-system";
    fake.0.borrow_mut().instead.push(Box::new(move |_, ask| one_by_one(&ask.path).then(|| Ok(status(403, "forbidden")))));
    let (done, ..) = run(&fake, |run| {
        let plan = off::plan(run, &off_options(Strategy::Prune))?;
        off(run, &plan, &off_options(Strategy::Prune))?;
        let plan = on::plan(run, &on_options())?;
        on::on(run, &plan, &on_options())
    });
    assert_eq!(done.unwrap().workloads, 3);
    assert_eq!(evid::usecase::cluster::uid(&fake).unwrap(), None, "this platform has no such Namespace");
    fake.0.borrow_mut().add(thing("Namespace", "", "kube-system"));
    assert!(evid::usecase::cluster::uid(&fake).unwrap().is_some());
}
