//! What a live capture does with answers that are right and wrong: over the demo's platform in this process.
use crate::support::cluster::{answer, reply};
use evid::bundle::config::Config;
use evid::canon::redact::Redactor;
use evid::kinds::Rules;
use evid::model::{Objects as _, Reason};
use evid::usecase::capture::intake::Intake;
use evid::usecase::capture::live::{Live, Scope, collect};
use evid::usecase::capture::packed::PackedList;
use evid::usecase::capture::spool::Memory;
use evid::usecase::capture::{Collected, List, snapshot};
use evid::usecase::cluster::LiveError;
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use evid_demo::World;
use evid_demo::platform::still;
use evid_demo::world::resource::builtin;
use evid_demo::world::store::Store;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;

/// The platform of two namespaces, three pods on two pages, one Application; `wrong` may answer in its place.
struct Server<F> {
    wrong: F,
    asked: Mutex<Vec<String>>,
    world: Mutex<World>,
}

impl<F> Server<F> {
    fn new(wrong: F) -> Self {
        const SERVED: [&str; 4] = ["namespaces", "pods", "secrets", "applications.argoproj.io"];
        let mut store = Store::new(builtin().into_iter().filter(|r| SERVED.contains(&&*r.stem())).collect());
        let object =
            |api: &str, kind: &str, name: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "a"}});
        for (kind, name) in [("Namespace", "a"), ("Namespace", "b"), ("Pod", "p1"), ("Pod", "p2"), ("Pod", "p3"), ("Secret", "s")] {
            store.import(object("v1", kind, name)).unwrap();
        }
        store.import(object("argoproj.io/v1alpha1", "Application", "app")).unwrap();
        assert_eq!(store.version().to_string(), VERSION);
        let world = World::of(still(store), chrono::DateTime::UNIX_EPOCH);
        world.faults.stale(vec!["metrics.k8s.io/v1beta1".into()]);
        Self { wrong, asked: Mutex::default(), world: Mutex::new(world) }
    }
}

impl<F: Fn(&Ask, usize) -> Option<Result<Reply, NoReply>> + Sync> Api for Server<F> {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let mut asked = self.asked.lock().unwrap();
        let line = format!("{} {}", ask.method.as_str(), ask.path);
        let before = asked.iter().filter(|l| **l == line).count();
        asked.push(line);
        drop(asked);
        (self.wrong)(ask, before).unwrap_or_else(|| answer(&mut self.world.lock().unwrap(), ask, 2))
    }
}

/// The resourceVersion of every list.
const VERSION: &str = "8";

fn list(kind: &str, items: Value, next: &str) -> Value {
    json!({"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": VERSION, "continue": next}, "items": items})
}

/// The page after one that a test made up.
fn rest() -> Option<Result<Reply, NoReply>> {
    Some(Ok(reply(200, &list("PodList", json!([named("p3")]), ""))))
}

fn named(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "a", "uid": name, "resourceVersion": "7"}})
}

struct Still;

impl Clock for Still {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::UNIX_EPOCH
    }
    fn sleep(&self, _: Duration) -> bool {
        true
    }
}

type Seen = Collected<PackedList>;

fn run(scope: &Scope, wrong: impl Fn(&Ask, usize) -> Option<Result<Reply, NoReply>> + Sync) -> (Result<Seen, LiveError>, Vec<String>) {
    let server = Server::new(wrong);
    let (rules, redactor, spool) = (Rules::new(&[]).unwrap(), Redactor::new(&[7; 32]), Memory::default());
    let intake = Intake { redactor: &redactor, rules: &rules, layers: &[], config: &Config::default(), spool: &spool };
    let collected = collect(&Live { api: &server, clock: &Still, rules: &rules, scope, progress: &|_, _, _| {} }, &intake);
    (collected, server.asked.into_inner().unwrap())
}

fn of<'a>(collected: &'a Seen, resource: &str) -> &'a List<PackedList> {
    collected.lists.iter().find(|l| l.resource.as_deref() == Some(resource)).unwrap()
}

/// The gaps that are not about the stale group, as `resource namespace reason`.
fn gaps(collected: &Seen) -> Vec<String> {
    let own = collected.gaps.iter().filter(|g| g.group != "metrics.k8s.io");
    own.map(|g| format!("{} {} {}", g.resource, g.namespace.as_deref().unwrap_or("-"), g.reason)).collect()
}

fn asks(ask: &Ask, resource: &str) -> bool {
    ask.path.split('?').next().is_some_and(|p| p.ends_with(&format!("/{resource}")))
}

#[test]
fn every_listable_kind_is_asked_page_by_page_and_a_stale_group_is_a_gap() {
    let (collected, asked) = run(&Scope::default(), |_, _| None);
    let collected = collected.unwrap();
    let pods = of(&collected, "pods");
    assert_eq!((pods.items.len(), pods.count, pods.read.map(|(pages, _)| pages), pods.is_question), (3, Some(3), Some(2), true));
    assert_eq!(of(&collected, "secrets").items.len(), 1);
    assert!(gaps(&collected).is_empty());
    assert_eq!((collected.gaps[0].group.as_str(), collected.gaps[0].resource.as_str()), ("metrics.k8s.io", "*"));
    assert!(asked.iter().all(|a| a.starts_with("GET ")), "a capture that is allowed everything reviews nothing: {asked:?}");
    assert_eq!(asked.iter().filter(|a| a.contains("/applications")).count(), 2, "Applications are read at the start and at the end");
}

#[test]
fn items_of_built_in_kinds_do_not_say_what_they_are_and_are_known_all_the_same() {
    let server = Server::new(|_: &Ask, _| None);
    let (rules, redactor, spool, scope) = (Rules::new(&[]).unwrap(), Redactor::new(&[7; 32]), Memory::default(), Scope::default());
    let intake = Intake { redactor: &redactor, rules: &rules, layers: &[], config: &Config::default(), spool: &spool };
    let collected = collect(&Live { api: &server, clock: &Still, rules: &rules, scope: &scope, progress: &|_, _, _| {} }, &intake);
    let objects = snapshot(collected.unwrap(), &intake).unwrap().objects;
    let kinds: Vec<String> = (0..objects.len()).filter_map(|at| objects.whole(at)).map(|o| o.key.kind.clone()).collect();
    assert_eq!(kinds, ["Namespace", "Namespace", "Pod", "Pod", "Pod", "Secret", "Application"]);
}

#[test]
fn each_answer_that_is_none_is_a_gap_of_its_reason() {
    let status = |code: u16| Ok(reply(code, &json!({"kind": "Status", "message": "no", "code": code})));
    let cases: Vec<(&str, Result<Reply, NoReply>, Reason)> = vec![
        ("403", status(403), Reason::Forbidden),
        ("404", status(404), Reason::NotFound),
        ("429", status(429), Reason::TimedOut),
        ("500", status(500), Reason::TimedOut),
        ("503", status(503), Reason::TimedOut),
        ("cut", Err(NoReply::Cut("connection reset".into())), Reason::Truncated),
        ("silence", Err(NoReply::TimedOut(Duration::from_secs(1))), Reason::TimedOut),
        ("truncated", Ok(Reply { body: b"{\"kind\":\"PodList\",\"items\":[{".to_vec(), ..reply(200, &Value::Null) }), Reason::Truncated),
        ("malformed", Ok(Reply { body: b"<html>proxy</html>".to_vec(), ..reply(200, &Value::Null) }), Reason::Unreadable),
        ("another kind", Ok(reply(200, &json!({"kind": "Pod", "metadata": {}}))), Reason::Unreadable),
        ("no metadata", Ok(reply(200, &json!({"kind": "PodList", "items": []}))), Reason::Unreadable),
    ];
    for resource in ["pods", "secrets", "applications"] {
        for (name, answer, reason) in &cases {
            let (collected, asked) =
                run(&Scope { review: false, ..Scope::default() }, |ask, _| asks(ask, resource).then(|| answer.clone()));
            let collected = collected.unwrap();
            let of_kind = |g: &&String| g.starts_with(resource) && g.ends_with(reason.as_str());
            assert!(gaps(&collected).iter().any(|g| of_kind(&g)), "{resource} {name}: {:?}", gaps(&collected));
            assert!(
                collected.lists.iter().all(|l| l.resource.as_deref() != Some(resource) || !l.is_question),
                "{resource} {name}: it can't show absence"
            );
            assert!(asked.len() < 40, "{resource} {name}: bounded, {} requests", asked.len());
        }
    }
}

#[test]
fn a_later_page_that_breaks_off_keeps_what_was_seen_and_shows_no_absence() {
    let (collected, _) = run(&Scope::default(), |ask, _| ask.path.contains("continue=").then(|| Err(NoReply::Cut("reset".into()))));
    let collected = collected.unwrap();
    assert_eq!(gaps(&collected), ["pods - truncated"]);
    assert_eq!((of(&collected, "pods").items.len(), of(&collected, "pods").is_question), (2, false));
}

#[test]
fn an_expired_page_starts_the_list_anew_three_times_and_then_is_a_gap() {
    let expired = || Ok(reply(410, &json!({"kind": "Status", "reason": "Expired", "message": "too old"})));
    let (collected, _) = run(&Scope::default(), |ask, before| (ask.path.contains("continue=") && before < 2).then(expired));
    let collected = collected.unwrap();
    assert_eq!((of(&collected, "pods").items.len(), gaps(&collected).len()), (3, 0), "nothing stands twice");
    let (collected, asked) = run(&Scope::default(), |ask, _| ask.path.contains("continue=").then(expired));
    assert_eq!(gaps(&collected.unwrap()), ["pods - expired"]);
    assert_eq!(asked.iter().filter(|a| a.contains("continue=")).count(), 4);
}

#[test]
fn pages_of_different_moments_and_pages_without_end_are_gaps() {
    let other = |ask: &Ask, _| {
        let mut page = list("PodList", json!([named("p3")]), "");
        page["metadata"]["resourceVersion"] = json!("9");
        ask.path.contains("continue=").then(|| Ok(reply(200, &page)))
    };
    assert_eq!(gaps(&run(&Scope::default(), other).0.unwrap()), ["pods - torn"]);
    let endless = |ask: &Ask, _| ask.path.contains("continue=").then(|| Ok(reply(200, &list("PodList", json!([named("p3")]), "two"))));
    assert_eq!(gaps(&run(&Scope::default(), endless).0.unwrap()), ["pods - truncated"]);
    let circle = |ask: &Ask, _| {
        let (_, token) = ask.path.split_once("continue=")?;
        Some(Ok(reply(200, &list("PodList", json!([named("p3")]), if token == "two" { "three" } else { "two" }))))
    };
    assert_eq!(gaps(&run(&Scope::default(), circle).0.unwrap()), ["pods - truncated"]);
}

#[test]
fn pages_that_hold_another_number_than_the_first_one_said_show_no_absence() {
    let counted = |remaining: u64| {
        move |ask: &Ask, _: usize| {
            let mut page = list("PodList", json!([named("p1"), named("p2")]), "two");
            page["metadata"]["remainingItemCount"] = json!(remaining);
            if ask.path.contains("continue=") { rest() } else { asks(ask, "pods").then(|| Ok(reply(200, &page))) }
        }
    };
    assert_eq!(gaps(&run(&Scope::default(), counted(1)).0.unwrap()), [""; 0]);
    let (collected, asked) = run(&Scope::default(), counted(7));
    assert_eq!(gaps(&collected.unwrap()), ["pods - contradicted"]);
    assert_eq!(asked.iter().filter(|a| a.contains("/pods?")).count(), 8, "it is begun anew, as where it expired");
}

#[test]
fn a_last_page_after_which_objects_remain_shows_no_absence() {
    let last = |ask: &Ask, _| {
        let mut page = list("PodList", json!([named("p3")]), "");
        page["metadata"]["remainingItemCount"] = json!(3);
        ask.path.contains("continue=").then(|| Ok(reply(200, &page)))
    };
    assert_eq!(gaps(&run(&Scope::default(), last).0.unwrap()), ["pods - truncated"]);
}

#[test]
fn pages_whose_tokens_are_ever_new_end_too() {
    // Each page's token is made from the previous one.
    let endless = |items: Value| {
        move |ask: &Ask, _: usize| {
            let next = format!("{}x", ask.path.split_once("continue=").map_or("", |(_, t)| t));
            asks(ask, "pods").then(|| Ok(reply(200, &list("PodList", items.clone(), &next))))
        }
    };
    assert_eq!(gaps(&run(&Scope::default(), endless(json!([]))).0.unwrap()), ["pods - truncated"]);
    // With objects on every page only time ends them.
    let server = Server::new(endless(json!([named("p")])));
    let (rules, scope) = (Rules::new(&[]).unwrap(), Scope { deadline: chrono::Duration::seconds(90), ..Scope::default() });
    let (redactor, spool) = (Redactor::new(&[7; 32]), Memory::default());
    let intake = Intake { redactor: &redactor, rules: &rules, layers: &[], config: &Config::default(), spool: &spool };
    let live = Live { api: &server, clock: &Ticking::default(), rules: &rules, scope: &scope, progress: &|_, _, _| {} };
    assert!(gaps(&collect(&live, &intake).unwrap()).contains(&"pods - truncated".to_owned()));
}

/// Each time it is read, it is a second later.
#[derive(Default)]
struct Ticking(std::sync::atomic::AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        let seconds = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        chrono::DateTime::UNIX_EPOCH + chrono::Duration::seconds(seconds)
    }
    fn sleep(&self, _: Duration) -> bool {
        true
    }
}

#[test]
fn a_discovery_that_names_nothing_is_no_discovery() {
    for body in
        [json!({}), json!(null), json!({"kind": "Status", "status": "Success"}), json!({"kind": "APIGroupDiscoveryList", "items": []})]
    {
        for root in ["/api", "/apis"] {
            let done = run(&Scope::default(), |ask, _| (ask.path == root).then(|| Ok(reply(200, &body)))).0;
            assert!(matches!(&done, Err(LiveError::Unreadable { path, .. }) if path == root), "{root}: {body}: {:?}", done.err());
        }
    }
}

#[test]
fn an_older_server_is_asked_group_by_group_and_what_it_does_not_say_is_a_gap() {
    let older = |ask: &Ask, _: usize| {
        let line = |name: &str, kind: &str| json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["list"]});
        let of = |lines: Value| json!({"kind": "APIResourceList", "resources": lines});
        let group = |name: &str| json!({"name": name, "versions": [{"version": "v1"}], "preferredVersion": {"version": "v1"}});
        let body = match ask.path.split('?').next().unwrap() {
            "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
            "/api/v1" => of(json!([line("pods", "Pod"), line("pods/status", "Pod")])),
            "/apis" => json!({"kind": "APIGroupList", "groups": [group("apps"), group("strange.io"), group("gone.io")]}),
            "/apis/apps/v1" => of(json!([line("deployments", "Deployment")])),
            "/apis/strange.io/v1" => json!({}),
            "/apis/apps/v1/deployments" => list("DeploymentList", json!([]), ""),
            _ => return None,
        };
        Some(Ok(reply(200, &body)))
    };
    let collected = run(&Scope::default(), older).0.unwrap();
    let unknown: Vec<String> = collected.gaps.iter().map(|g| format!("{} {} {}", g.group, g.resource, g.reason)).collect();
    assert_eq!(unknown, ["strange.io * unreadable", "gone.io * not-found"]);
    assert_eq!((of(&collected, "pods").items.len(), of(&collected, "deployments").is_question), (3, true));
}

#[test]
fn where_reviews_have_no_answer_one_is_sent_and_the_refusal_stays_whole() {
    let silent = |ask: &Ask, _: usize| match (ask.method, &*ask.path) {
        (Method::Get, p) if p.starts_with("/api/v1/pods") => Some(Ok(reply(403, &json!({"message": "no"})))),
        (Method::Post, _) => Some(Err(NoReply::TimedOut(Duration::from_secs(30)))),
        _ => None,
    };
    let (collected, asked) = run(&Scope::default(), silent);
    assert_eq!(asked.iter().filter(|a| a.starts_with("POST")).count(), 1);
    assert_eq!(gaps(&collected.unwrap()), ["pods - forbidden"]);
}

#[test]
fn a_refused_login_and_a_silent_server_end_the_capture() {
    let refuse = |path: &'static str| {
        move |ask: &Ask, _: usize| ask.path.starts_with(path).then(|| Ok(reply(401, &json!({"message": "Unauthorized"}))))
    };
    assert!(matches!(run(&Scope::default(), refuse("/apis")).0, Err(LiveError::Unauthorized { .. })));
    assert!(matches!(run(&Scope::default(), refuse("/api/v1/secrets")).0, Err(LiveError::Unauthorized { .. })));
    let silent = |_: &Ask, _: usize| Some(Err(NoReply::Cut("connection refused".into())));
    assert!(matches!(run(&Scope::default(), silent).0, Err(LiveError::Unreachable { .. })));
    let named = Scope { kinds: vec!["pots".into()], ..Scope::default() };
    assert!(matches!(run(&named, |_, _| None).0, Err(LiveError::UnknownKind { .. })));
}

#[test]
fn where_the_cluster_may_not_be_listed_its_namespaces_are_asked() {
    let refused = |ask: &Ask, _: usize| {
        let rules = |verbs: &[&str]| json!({"status": {"incomplete": false, "resourceRules": [{"verbs": verbs, "apiGroups": [""], "resources": ["pods"]}]}});
        match (ask.method, &*ask.path) {
            (Method::Get, p) if p.starts_with("/api/v1/pods") || p.starts_with("/api/v1/namespaces/b/pods") => {
                Some(Ok(reply(403, &json!({"message": "no"}))))
            }
            (Method::Post, _) => {
                let body = String::from_utf8(ask.body.clone().unwrap().1).unwrap();
                Some(Ok(reply(201, &rules(if body.contains("\"a\"") { &["list"] } else { &["get"] }))))
            }
            _ => None,
        }
    };
    for review in [true, false] {
        let (collected, asked) = run(&Scope { review, ..Scope::default() }, refused);
        let collected = collected.unwrap();
        assert_eq!(gaps(&collected), ["pods b forbidden"], "review: {review}");
        assert!(collected.lists.iter().any(|l| l.namespace.as_deref() == Some("a") && l.items.len() == 3 && l.is_question));
        assert_eq!(asked.iter().any(|a| a.starts_with("POST")), review);
    }
}

#[test]
fn a_namespace_that_was_left_out_is_a_gap() {
    let scope = Scope { namespaces: vec!["a".into()], kinds: vec!["pods".into(), "Namespace".into()], ..Scope::default() };
    let (collected, _) = run(&scope, |_, _| None);
    assert_eq!(gaps(&collected.unwrap()), ["* b not-asked"]);
}

#[test]
fn the_first_page_is_small_and_later_ones_are_as_large_as_their_objects_allow() {
    let pages = |chunk: u32, size: usize| {
        let large = move |ask: &Ask, _: usize| {
            let page = || list("PodList", json!([{"metadata": {"name": "p", "namespace": "a"}, "x": "x".repeat(size)}]), "two");
            if ask.path.contains("continue=") { rest() } else { asks(ask, "pods").then(|| Ok(reply(200, &page()))) }
        };
        let (_, asked) = run(&Scope { chunk, ..Scope::default() }, large);
        let limits = asked.iter().filter(|a| a.contains("/pods?")).map(|a| a.split("limit=").nth(1).unwrap().split('&').next().unwrap());
        limits.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(pages(500, 0), ["50", "500"]);
    assert_eq!(pages(20, 0), ["20", "20"]);
    assert_eq!(pages(500, 100_000), ["50", "10"]);
    assert_eq!(pages(500, 5_000_000), ["50", "1"]);
}

#[test]
fn an_item_that_can_not_be_read_leaves_a_gap_and_what_came_before_it() {
    let page = b"{\"kind\":\"PodList\",\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"p\"}},{\"metadata\":{\"name\":\"\\ud800\"}}]}";
    let half = |ask: &Ask, _: usize| asks(ask, "pods").then(|| Ok(Reply { body: page.to_vec(), ..reply(200, &Value::Null) }));
    let (collected, _) = run(&Scope::default(), half);
    let collected = collected.unwrap();
    assert_eq!(gaps(&collected), ["pods - unreadable"]);
    assert_eq!((of(&collected, "pods").items.len(), of(&collected, "pods").is_question), (1, false));
}

#[test]
fn a_pod_whose_job_was_born_in_between_is_read_again_with_its_job() {
    let owned = |uid: &str| {
        json!({"metadata": {"name": "p", "namespace": "a", "uid": "p", "ownerReferences": [
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "name": "j", "uid": uid, "controller": true}]}})
    };
    let born = |ask: &Ask, before: usize| match ask.path.split('?').next().unwrap() {
        "/api/v1/pods" => Some(Ok(reply(200, &list("PodList", json!([owned("young")]), "")))),
        path if path.ends_with("/applications") => {
            let all = if before == 0 { json!([]) } else { json!([{"metadata": {"name": "j", "namespace": "a", "uid": "young"}}]) };
            Some(Ok(reply(200, &list("ApplicationList", all, ""))))
        }
        _ => None,
    };
    let (collected, asked) = run(&Scope::default(), born);
    assert_eq!(asked.iter().filter(|a| a.contains("/pods")).count(), 2);
    assert_eq!(of(&collected.unwrap(), "applications").items.len(), 1);
    // If the owner is gone for good, the lists are read again a limited number of times, and the pod is kept.
    let orphan =
        |ask: &Ask, _: usize| ask.path.starts_with("/api/v1/pods").then(|| Ok(reply(200, &list("PodList", json!([owned("never")]), ""))));
    let (collected, asked) = run(&Scope::default(), orphan);
    assert_eq!((asked.iter().filter(|a| a.contains("/pods")).count(), of(&collected.unwrap(), "pods").items.len()), (4, 1));
}
