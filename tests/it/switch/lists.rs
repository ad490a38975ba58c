//! Lists that are none, or not whole: what they do not show is neither gone nor no orphan.
use crate::support::cluster::{Cluster, is_list, reply, status as said};
use crate::switch::platform::{grow, off_options, platform, run, thing};
use evid::model::{Gap, Reason};
use evid::usecase::cluster::port::{Ask, NoReply, Reply};
use evid::usecase::switch::off::{Off, off};
use evid::usecase::switch::status::status;
use evid::usecase::switch::{Fact, Options, Step, Stop, Strategy, off};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A platform with more ConfigMaps than go on one page; the first and the last carry the mark of nobody.
fn with_pages() -> Cluster {
    let fake = platform();
    for (space, name) in [("aa", "first"), ("mm", "b"), ("mm", "c"), ("zz", "last")] {
        let mut map = thing("ConfigMap", space, name);
        if space != "mm" {
            map["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("nobody:/ConfigMap:{space}/{name}")});
        }
        fake.0.borrow_mut().add(map);
    }
    fake
}

/// Answers the pages of a kind that come after the first; the answer is told how many of them were asked before.
fn later_pages(fake: &Cluster, plural: &'static str, mut answer: impl FnMut(usize) -> Option<Result<Reply, NoReply>> + Send + 'static) {
    let mut asked = 0;
    fake.0.borrow_mut().instead.push(Box::new(move |_, ask| {
        let is_it = ask.path.contains(&format!("/{plural}?")) && ask.path.contains("continue=");
        asked += usize::from(is_it);
        if is_it { answer(asked - 1) } else { None }
    }));
}

fn page(version: &str, items: Value, next: &str) -> Reply {
    reply(200, &json!({"kind": "PartialObjectMetadataList", "metadata": {"resourceVersion": version, "continue": next}, "items": items}))
}

/// The one ConfigMap of a page.
fn item(n: usize) -> Value {
    json!([{"metadata": {"name": format!("x{n}"), "namespace": "aa", "uid": format!("x{n}")}}])
}

fn switch_off(fake: &Cluster, allow: &[&str]) -> Result<Off, Stop> {
    let options = Options { allow: allow.iter().map(|a| (*a).to_owned()).collect(), ..off_options(Strategy::Prune) };
    run(fake, |run| {
        let plan = off::plan(run, &options)?;
        off(run, &plan, &options)
    })
    .0
}

/// What status did not see, and which marks of nobody it did.
fn look(fake: &Cluster) -> (Vec<(String, Reason)>, Vec<String>) {
    let s = run(fake, |run| status(run).unwrap()).0;
    (gaps(&s.unseen), marks(&s.notes))
}

fn gaps(gaps: &[Gap]) -> Vec<(String, Reason)> {
    gaps.iter().map(|g| (g.resource.clone(), g.reason)).collect()
}

fn marks(notes: &[Fact]) -> Vec<String> {
    notes.iter().filter(|f| f.code.as_str() == "dead-mark").map(|f| f.object.name.clone()).collect()
}

#[test]
fn a_list_that_breaks_off_after_its_first_page_is_a_gap_and_off_did_not_see_that_kind() {
    let fake = with_pages();
    later_pages(&fake, "configmaps", |_| Some(Err(NoReply::Cut("connection reset".into()))));
    let done = switch_off(&fake, &[]).unwrap();
    assert_eq!(gaps(&done.unseen), [("configmaps".into(), Reason::Truncated)]);
    assert_eq!(marks(&done.notes), ["first"], "what was seen is kept");
}

#[test]
fn a_continue_token_that_comes_twice_does_not_loop_for_ever() {
    for tokens in [&["a"][..], &["a", "b"]] {
        let fake = with_pages();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        later_pages(&fake, "configmaps", move |n| {
            count.store(n, Ordering::Relaxed);
            assert!(n < 50, "it does");
            Some(Ok(page("same", item(n), tokens[n % tokens.len()])))
        });
        fake.0.borrow_mut().instead.push(Box::new(|_, ask| is_list(ask, "configmaps").then(|| Ok(page("same", item(99), "begin")))));
        assert_eq!(look(&fake).0, [("configmaps".into(), Reason::Truncated)]);
        assert_eq!(asked.load(Ordering::Relaxed), tokens.len(), "{tokens:?}");
    }
}

#[test]
fn pages_that_are_ever_new_end_with_the_time() {
    let fake = platform();
    let mut n = 0;
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        ask.path.contains("/configmaps?").then(|| {
            n += 1;
            world.now += chrono::TimeDelta::seconds(10);
            Ok(page("same", item(n), &format!("{n}")))
        })
    }));
    assert_eq!(look(&fake).0, [("configmaps".into(), Reason::Truncated)]);
}

#[test]
fn torn_pages_are_read_again_and_are_a_gap_where_they_stay_torn() {
    for (times, unseen, seen) in [(2, vec![], vec!["first", "last"]), (99, vec![("configmaps".into(), Reason::Torn)], vec!["first"])] {
        let fake = with_pages();
        later_pages(&fake, "configmaps", move |n| (n < times).then(|| Ok(page("another", json!([]), ""))));
        assert_eq!(look(&fake), (unseen, seen.into_iter().map(str::to_owned).collect()));
    }
}

#[test]
fn an_expired_page_begins_the_list_anew() {
    let fake = with_pages();
    later_pages(&fake, "configmaps", |n| (n < 3).then(|| Ok(said(410, "the provided continue parameter is too old"))));
    assert_eq!(look(&fake), (vec![], vec!["first".into(), "last".into()]));
}

#[test]
fn what_is_no_list_of_a_known_kind_is_no_empty_list() {
    let body = |v: Value| Reply { body: v.to_string().into_bytes(), ..reply(200, &Value::Null) };
    let metadata = json!({"resourceVersion": "1"});
    for (answer, reason) in [
        (said(404, "not found"), Reason::NotFound),
        (said(403, "forbidden"), Reason::Forbidden),
        (said(500, "etcdserver: leader changed"), Reason::TimedOut),
        (body(json!({"kind": "Status", "metadata": {}})), Reason::Unreadable),
        (body(json!({"items": []})), Reason::Unreadable),
        (body(json!({"kind": "ConfigMapList", "metadata": metadata, "items": [{}]})), Reason::Unreadable),
        (body(json!({"kind": "ConfigMapList", "metadata": {"continue": "a", "remainingItemCount": 2}, "items": []})), Reason::Contradicted),
    ] {
        let fake = platform();
        later_pages(&fake, "configmaps", |_| Some(Ok(page("", json!([]), ""))));
        fake.0.borrow_mut().instead.push(Box::new(move |_, ask| is_list(ask, "configmaps").then(|| Ok(answer.clone()))));
        assert_eq!(look(&fake).0, [("configmaps".into(), reason)]);
    }
}

#[test]
fn without_all_applications_nothing_is_decided() {
    let fake = platform();
    later_pages(&fake, "applications", |_| Some(Err(NoReply::Cut("connection reset".into()))));
    for stop in [run(&fake, |run| status(run).map(drop)).0, switch_off(&fake, &[]).map(drop)] {
        assert!(matches!(&stop, Err(Stop::Unseen(gap)) if gap.resource == "applications" && gap.reason == Reason::Truncated), "{stop:?}");
    }
    assert!(fake.0.borrow().writes.is_empty());
}

#[test]
fn volumes_that_were_not_all_seen_stop_off_and_a_refusal_is_noted() {
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| is_list(ask, "persistentvolumes").then(|| Ok(said(500, "no leader")))));
    assert!(matches!(switch_off(&fake, &[]), Err(Stop::Unseen(gap)) if gap.resource == "persistentvolumes"));
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| is_list(ask, "persistentvolumes").then(|| Ok(said(403, "forbidden")))));
    let done = switch_off(&fake, &[]).unwrap();
    assert!(done.notes.iter().any(|f| f.code.as_str() == "unseen-kind" && f.object.kind == "PersistentVolume"), "{:?}", done.notes);
}

/// Answers in the place of the server once the first write was sent.
fn afterwards(fake: &Cluster, mut answer: impl FnMut(&Ask) -> Option<Result<Reply, NoReply>> + Send + 'static) {
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| if world.writes.is_empty() { None } else { answer(ask) }));
}

#[test]
fn a_kind_that_does_not_answer_at_the_end_is_asked_again_and_is_a_gap_when_time_is_over() {
    for (times, unseen) in [(2, vec![]), (usize::MAX, vec![("configmaps".into(), Reason::TimedOut)])] {
        let fake = platform();
        let mut n = 0;
        afterwards(&fake, move |ask| {
            n += usize::from(is_list(ask, "configmaps"));
            (is_list(ask, "configmaps") && n <= times).then(|| Ok(said(503, "starting")))
        });
        let done = switch_off(&fake, &[]).unwrap();
        assert_eq!((gaps(&done.unseen), done.left), (unseen, vec![]));
    }
}

#[test]
fn a_look_for_orphans_that_never_came_to_its_end_is_no_proof_that_there_are_none() {
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        (ask.path == "/api" && !world.writes.is_empty()).then(|| {
            world.now += chrono::TimeDelta::seconds(30);
            Err(NoReply::TimedOut(std::time::Duration::from_secs(30)))
        })
    }));
    let done = switch_off(&fake, &[]);
    assert!(matches!(&done, Err(Stop::Late { step: Step::Orphans, hanging }) if hanging.is_empty()), "{done:?}");
}

#[test]
fn ctrl_c_while_lists_are_read_is_no_gap() {
    let fake = platform();
    fake.0.borrow_mut().patience = Some(0);
    fake.0.borrow_mut().instead.push(Box::new(|_, ask| is_list(ask, "pods").then(|| Err(NoReply::Cut("stopped".into())))));
    assert!(matches!(switch_off(&fake, &[]), Err(Stop::Interrupted { step: Step::Read, .. })));
}

#[test]
fn a_kind_that_is_defined_and_not_named_among_those_that_can_be_listed_was_not_seen() {
    let fake = platform();
    fake.0.borrow_mut().add(
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "toys.example.com"}}),
    );
    assert_eq!(look(&fake).0, [("toys".into(), Reason::NotFound)]);
}

#[test]
fn a_discovery_that_names_no_kind_is_no_empty_cluster() {
    let fake = platform();
    let none = json!({"kind": "APIGroupDiscoveryList", "items": []});
    afterwards(&fake, move |ask| (ask.path == "/apis").then(|| Ok(reply(200, &none))));
    let done = switch_off(&fake, &[]);
    assert!(matches!(&done, Err(Stop::Late { step: Step::Orphans, .. } | Stop::Unseen(_))), "{done:?}");
}

#[test]
fn an_instance_that_was_said_to_be_gone_and_is_listed_lives() {
    let fake = platform();
    grow(&mut fake.0.borrow_mut(), "store", thing("Namespace", "", "scratch"));
    // It goes with its Namespace, and carries no mark.
    let free = fake.0.borrow_mut().add(thing("ConfigMap", "scratch", "free"));
    let object = fake.0.borrow().at(&free).clone();
    afterwards(&fake, move |ask| is_list(ask, "configmaps").then(|| Ok(page("1", json!([object]), ""))));
    let done = switch_off(&fake, &["Namespace/scratch"]).unwrap();
    assert_eq!(done.left.iter().map(|f| (f.code.as_str(), &*f.object.name)).collect::<Vec<_>>(), [("not-deleted", "free")]);
}
