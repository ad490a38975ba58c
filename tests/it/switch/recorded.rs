//! The decisions, held against recordings of a real Argo CD: what the plan says will go is what went.
use crate::samples::collected;
use crate::support::cluster::{reply, status as said};
use crate::support::json;
use crate::switch::platform::off_options;
use evid::argo::Here;
use evid::model::meta::text as at;
use evid::usecase::capture::Collected;
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use evid::usecase::switch::status::{Next, Position};
use evid::usecase::switch::{Event, Journal, Options, Run, Stop, Strategy, Times, off, status};
use evid::value::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// A dump, served as an API server would; it may only be read.
struct Recorded(Collected);

impl Recorded {
    /// Path of each list, with its kind and items.
    fn lists(&self) -> impl Iterator<Item = (String, &str, &Vec<Value>)> {
        self.0.lists.iter().filter(|l| l.resource.is_some()).map(|l| {
            let version = l.items.first().map_or("v1", |i| at(i, "/apiVersion").rsplit('/').next().unwrap());
            let base = if l.group.is_empty() { format!("/api/{version}") } else { format!("/apis/{}/{version}", l.group) };
            (format!("{base}/{}", l.resource.as_deref().unwrap()), l.items.first().map_or("", |i| at(i, "/kind")), &l.items)
        })
    }
}

impl Api for Recorded {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        if ask.path.ends_with("reviews") {
            return Ok(reply(404, &json!({})));
        }
        assert_eq!(ask.method, Method::Get);
        let path = ask.path.split('?').next().unwrap();
        if matches!(path, "/api" | "/apis") {
            let core = path == "/api";
            let groups: Vec<Value> = self
                .lists()
                .filter(|(p, kind, _)| p.starts_with("/api/") == core && !kind.is_empty())
                .map(|(p, kind, items)| {
                    let parts: Vec<&str> = p.rsplit('/').collect();
                    let namespaced = items[0]["metadata"].get("namespace").is_some();
                    let scope = if namespaced { "Namespaced" } else { "Cluster" };
                    let resource = json!({"resource": parts[0], "scope": scope, "verbs": ["list"], "responseKind": {"kind": kind}});
                    json!({"metadata": {"name": if core { "" } else { parts[2] }}, "versions": [{"version": parts[1], "resources": [resource]}]})
                })
                .collect();
            return Ok(reply(200, &json!({"kind": "APIGroupDiscoveryList", "items": groups})));
        }
        if let Some((_, kind, items)) = self.lists().find(|(p, _, _)| p == path) {
            return Ok(reply(200, &json!({"kind": format!("{kind}List"), "metadata": {"resourceVersion": "1"}, "items": items})));
        }
        let named = |o: &&Value| {
            let (name, space) = (at(o, "/metadata/name"), at(o, "/metadata/namespace"));
            path.ends_with(&format!("/{name}")) && (space.is_empty() || path.contains(&format!("/namespaces/{space}/")))
        };
        let plural = path.rsplit('/').nth(1).unwrap();
        let found = self.lists().filter(|(p, _, _)| p.ends_with(&format!("/{plural}"))).find_map(|(_, _, items)| items.iter().find(named));
        Ok(found.map_or_else(|| said(404, "not found"), |o| reply(200, o)))
    }
}

impl Clock for Recorded {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        "2026-11-23T18:20:00Z".parse().unwrap()
    }
    fn sleep(&self, _: Duration) -> bool {
        false
    }
}

struct Refuses;

impl Journal for Refuses {
    fn line(&mut self, _: &evid::value::Value) -> Result<(), String> {
        Err("nothing is to be written".into())
    }
}

fn run<T>(name: &str, work: impl FnOnce(&mut Run<'_>) -> T) -> T {
    let recorded = Recorded(collected(name));
    let layers = evid::bundle::config::Config::default().layers().unwrap();
    let rules = evid::kinds::Rules::new(&[]).unwrap();
    let mut quiet = |_: &Event| {};
    work(&mut Run {
        api: &recorded,
        clock: &recorded,
        journal: &mut Refuses,
        progress: &mut quiet,
        layers: &layers,
        rules: &rules,
        here: &Here::default(),
        tracking: None,
        user: "ann".into(),
        times: Times::default(),
        written: 0,
    })
}

const AT_RISK: [&str; 2] = ["PersistentVolumeClaim/feast-dev/feast-registry", "PersistentVolume/feast-registry-dev"];

fn planned() -> off::Plan {
    let options = Options { allow: AT_RISK.map(str::to_owned).to_vec(), ..off_options(Strategy::Prune) };
    run("before", |run| off::plan(run, &options).unwrap())
}

#[test]
fn the_claim_and_the_volume_that_off_deletes_are_named_and_the_kept_ones_are_not() {
    let stop = run("before", |run| off::plan(run, &off_options(Strategy::Prune)).map(drop));
    let Err(Stop::Refused(facts)) = stop else { panic!("{stop:?}") };
    let named: BTreeSet<String> = facts
        .iter()
        .map(|f| [&*f.object.kind, &f.object.namespace, &f.object.name].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/"))
        .collect();
    assert_eq!(named, AT_RISK.map(str::to_owned).into_iter().collect());
}

#[test]
fn what_the_plan_says_will_go_is_what_went() {
    let uids = |name: &str| -> BTreeSet<String> {
        collected(name).lists.iter().flat_map(|l| &l.items).map(|i| at(i, "/metadata/uid").to_owned()).collect()
    };
    let (before, off) = (uids("before"), uids("off"));
    let plan = planned();
    let going: BTreeSet<String> = plan.removal.going.iter().map(|d| d.uid.clone()).collect();
    let stayed: Vec<String> = plan.removal.going.iter().filter(|d| off.contains(&d.uid)).map(|d| d.key.to_string()).collect();
    assert!(stayed.is_empty(), "said to go, and stayed: {stayed:?}");
    // What went beside it: what a Service has without owning it, and Jobs of CronJobs, which come and go with their pods.
    let beside =
        |o: &Value| matches!(at(o, "/kind"), "Endpoints" | "IPAddress" | "Job") || at(o, "/metadata/ownerReferences/0/kind") == "Job";
    let unforeseen: Vec<String> = collected("before")
        .lists
        .iter()
        .flat_map(|l| &l.items)
        .filter(|o| {
            let uid = at(o, "/metadata/uid");
            before.contains(uid) && !off.contains(uid) && !going.contains(uid) && !beside(o)
        })
        .map(|o| format!("{} {}/{}", at(o, "/kind"), at(o, "/metadata/namespace"), at(o, "/metadata/name")))
        .collect();
    assert!(unforeseen.is_empty(), "went, and was not said to: {unforeseen:?}");
    assert!(going.len() > 40, "{}", going.len());
}

#[test]
fn the_child_without_a_finalizer_is_given_one_and_nothing_else_is() {
    let given: Vec<String> = planned().writes.iter().filter(|w| w.what == "finalizer").map(|w| w.object.name.clone()).collect();
    assert_eq!(given, ["feast-offline"]);
}

#[test]
fn status_of_the_recordings_is_on_and_off_and_finds_no_orphan() {
    for (name, position, next) in [("before", Position::On, Next::Off), ("off", Position::Off, Next::On), ("on", Position::On, Next::Off)] {
        let s = run(name, |run| status::status(run).unwrap());
        assert_eq!((s.position, s.next, s.apps.len()), (position, next, if position == Position::On { 7 } else { 0 }), "{name}");
        assert!(s.stuck.is_empty() && s.running.is_empty(), "{name}: {:?} {:?}", s.stuck, s.running);
        assert!(s.orphans.is_empty(), "{name}: {:?}", s.orphans);
        assert!(s.notes.is_empty(), "{name}: {:?}", s.notes);
    }
}
