//! Who is asked, how often, and what is written down: over a cluster and apps that answer as they are told.
use super::redactor;
use crate::support::cluster::answer;
use evid::bundle::config::Config;
use evid::bundle::probe::{Heard, Is, Line, Raw, Why, file};
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use evid::usecase::probes::{Call, Reach, Resolved, Route, Unheard, World, plan, resolve, run, sample};
use evid_demo::faults::{Action, Rule};
use evid_demo::platform::still;
use evid_demo::world::resource::builtin;
use evid_demo::world::status::Status;
use evid_demo::world::store::Store;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What an app answers, by what it is asked and how often it was asked before.
type Apps = dyn Fn(&str, usize) -> Result<Raw, Unheard> + Sync;

/// The demo's platform in this process, which nothing moves, and apps that answer by the path (or command, or URL) that they are asked for.
pub struct Fake {
    world: Mutex<evid_demo::World>,
    apps: Box<Apps>,
    asked: Mutex<Vec<String>>,
    slept: AtomicUsize,
    /// How many sleeps before the person asks to stop.
    stop: usize,
}

impl Api for Fake {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        assert_eq!(ask.method, Method::Get, "nothing is written");
        answer(&mut self.world.lock().unwrap(), ask, usize::MAX)
    }
}

impl Reach for Fake {
    fn reach(&self, call: &Call) -> Result<Raw, Unheard> {
        let what = match &call.route {
            Route::Proxy => call.path.clone(),
            Route::Forward { namespace, pod, port } => format!("{namespace}/{pod}:{port}{}", call.path),
            Route::Exec { namespace, pod, container, command } => format!("{namespace}/{pod} {container:?} {command:?}"),
            Route::Url(url) => url.clone(),
        };
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|a| **a == what).count();
        asked.push(what.clone());
        drop(asked);
        (self.apps)(&what, before)
    }
}

impl Clock for Fake {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::parse_from_rfc3339("2026-11-24T08:00:00Z").unwrap().to_utc()
    }
    fn sleep(&self, _: Duration) -> bool {
        self.slept.fetch_add(1, Ordering::Relaxed) < self.stop
    }
}

fn pod(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "uid": format!("uid-of-{name}"), "labels": {"app": "web"}},
        "spec": {"containers": [
            {"name": "main", "image": "registry.example/web:1", "ports": [{"name": "metrics", "containerPort": 9090}, {"name": "http", "containerPort": 8080}]},
            {"name": "side", "image": "registry.example/side:2"}]},
        "status": {"phase": "Running"},
    })
}

fn status(code: u16, message: &str) -> String {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": "X", "code": code})
        .to_string()
}

pub fn raw(status: i64, body: &str) -> Raw {
    let headers = vec![("Content-Type".into(), "application/json".into()), ("Server".into(), "uvicorn".into())];
    Raw { status, body: body.into(), headers, took: Duration::from_millis(12), ..Raw::default() }
}

/// A cluster with two web pods and a Service before them; every app answers `{"status":"ok"}`.
pub fn fake(apps: impl Fn(&str, usize) -> Result<Raw, Unheard> + Sync + 'static) -> Fake {
    fake_with(&[pod("shop", "web-1"), pod("shop", "web-0")], apps)
}

/// A cluster with these pods. One namespace may not be looked into, of another nothing is heard.
fn fake_with(pods: &[Value], apps: impl Fn(&str, usize) -> Result<Raw, Unheard> + Sync + 'static) -> Fake {
    let mut store = Store::new(builtin());
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop", "name": "web"},
        "spec": {"selector": {"app": "web"}}});
    for object in pods.iter().chain([&service]) {
        store.import(object.clone()).unwrap();
    }
    let world = evid_demo::World::of(still(store), "2026-11-24T08:00:00Z".parse().unwrap());
    let forbidden = Action::Fail(Status::new(403, "Forbidden", "pods is forbidden"));
    let rules = [("/namespaces/locked/", forbidden), ("/namespaces/unheard-of/", Action::Close)];
    world.faults.set(rules.into_iter().map(|(path, action)| Rule::on("GET", path, action).unwrap()).collect());
    Fake { world: Mutex::new(world), apps: Box::new(apps), asked: Mutex::default(), slept: AtomicUsize::new(0), stop: usize::MAX }
}

pub fn config(probes: Value) -> Config {
    let config: Config = serde_json::from_value(json!({ "probes": probes })).unwrap();
    config.check().unwrap();
    config
}

fn resolved(fake: &Fake, config: &Config) -> Vec<Resolved> {
    resolve(fake, &plan(config, &redactor()), &redactor(), &|_, ns, _| ns == "shop")
}

pub fn lines(fake: &Fake, config: &Config) -> Vec<Line> {
    let redactor = redactor();
    run(World { reach: fake, clock: fake, redactor: &redactor }, &resolved(fake, config))
}

fn declared(through: Value) -> Config {
    config(json!([{"name": "web", "layer": "core", "through": through, "path": "/health"}]))
}

fn web() -> Value {
    json!({"pod": {"namespace": "shop", "selector": "app=web", "port": "http"}})
}

#[test]
fn every_pod_that_matches_is_asked_as_often_as_declared() {
    let fake = fake(|_, _| Ok(raw(200, r#"{"status":"ok"}"#)));
    let lines = lines(&fake, &declared(web()));
    let names: Vec<&str> = lines.iter().map(|l| &*l.target.as_ref().unwrap().name).collect();
    assert_eq!(names, ["web-0", "web-1"]);
    for line in &lines {
        assert_eq!((line.is(), line.samples.len()), (Is::Right, 3));
        assert_eq!(line.pods[0].uid, format!("uid-of-{}", line.pods[0].name));
        assert_eq!(line.pods[0].images, ["registry.example/side:2", "registry.example/web:1"]);
    }
    let asked = fake.asked.lock().unwrap();
    assert_eq!(asked.len(), 6);
    assert!(asked.contains(&"/api/v1/namespaces/shop/pods/web-0:8080/proxy/health".to_owned()));
}

#[test]
fn one_good_answer_of_two_pods_is_not_healthy_nor_are_two_of_three_samples() {
    let one_pod =
        fake(|what, _| if what.contains("web-1") { Err(Unheard::NoReply(NoReply::Cut("reset".into()))) } else { Ok(raw(200, "ok")) });
    let is: Vec<Is> = lines(&one_pod, &declared(web())).iter().map(Line::is).collect();
    assert_eq!(is, [Is::Right, Is::NoAnswer]);
    let flapping = fake(|_, before| Ok(raw(if before == 1 { 500 } else { 200 }, "ok")));
    for line in lines(&flapping, &declared(web())) {
        assert_eq!(line.is(), Is::Wrong);
        assert_eq!(line.samples.iter().map(|s| s.outcome.is).collect::<Vec<_>>(), [Is::Right, Is::Wrong, Is::Right]);
    }
}

#[test]
fn the_ways_to_an_app_are_asked_for_as_they_are_spelled() {
    let ok = |_: &str, _: usize| Ok(raw(0, "ok"));
    for (through, wants) in [
        (
            json!({"service": {"namespace": "shop", "name": "web", "port": "http", "scheme": "https"}}),
            "/api/v1/namespaces/shop/services/https:web:http/proxy/health",
        ),
        (json!({"pod": {"namespace": "shop", "name": "web-0"}}), "/api/v1/namespaces/shop/pods/web-0:9090/proxy/health"),
        (json!({"portForward": {"namespace": "shop", "name": "web-0", "port": "http"}}), "shop/web-0:8080/health"),
    ] {
        let fake = fake(ok);
        lines(&fake, &declared(through));
        assert_eq!(fake.asked.lock().unwrap()[0], wants);
    }
    for (through, wants) in [
        (
            json!({"exec": {"namespace": "shop", "name": "web-0", "container": "main", "command": ["cat", "/ok"]}}),
            r#"shop/web-0 Some("main") ["cat", "/ok"]"#,
        ),
        (json!({"url": "https://shop.example/health?x=1"}), "https://shop.example/health?x=1"),
    ] {
        let fake = fake(ok);
        let config = config(json!([{"name": "web", "layer": "core", "through": through, "samples": 1, "expect": {"status": 0}}]));
        assert_eq!(lines(&fake, &config)[0].is(), Is::Right);
        assert_eq!(*fake.asked.lock().unwrap(), [wants]);
    }
}

#[test]
fn a_service_names_the_pods_behind_it_and_is_asked_even_where_it_is_not_there() {
    let fake = fake(
        |what, _| if what.contains("/none:") { Ok(raw(404, &status(404, "services \"none\" not found"))) } else { Ok(raw(200, "ok")) },
    );
    let of = |name: &str| lines(&fake, &declared(json!({"service": {"namespace": "shop", "name": name, "port": 80}}))).remove(0);
    assert_eq!(of("web").pods.iter().map(|p| &*p.name).collect::<Vec<_>>(), ["web-0", "web-1"]);
    let none = of("none");
    assert_eq!((none.is(), none.pods.len()), (Is::NoAnswer, 0));
    let Heard::Answer(answer) = &none.samples[0].heard else { panic!("the API server answered") };
    assert!(answer.of_server);
}

#[test]
fn whom_nobody_can_ask_is_written_down_with_the_reason() {
    let answers = |_: &str, _: usize| Ok(raw(200, "ok"));
    let none = |through: Value| {
        let line = lines(&fake(answers), &declared(through)).remove(0);
        let Heard::Silence(silence) = line.samples[0].heard.clone() else { panic!("nobody answered") };
        assert_eq!(line.samples.len(), 1);
        (line.is(), silence.reason)
    };
    let pods = |namespace: &str, app: &str| json!({"pod": {"namespace": namespace, "selector": format!("app={app}"), "port": "http"}});
    assert_eq!(none(pods("shop", "nobody")), (Is::NoAnswer, Why::NoTarget));
    assert_eq!(none(pods("locked", "web")), (Is::NotAsked, Why::Forbidden));
    assert_eq!(none(pods("unheard-of", "web")), (Is::NotAsked, Why::NotAsked), "the API server gave no list");
    assert_eq!(none(json!({"portForward": {"namespace": "shop", "name": "gone", "port": 80}})), (Is::NoAnswer, Why::NoTarget));
    assert_eq!(none(json!({"pod": {"namespace": "shop", "name": "web-0", "port": "grpc"}})), (Is::NoAnswer, Why::NoTarget));
}

#[test]
fn pods_that_are_done_or_leaving_are_not_asked() {
    let mut done = pod("shop", "done");
    done["status"]["phase"] = json!("Succeeded");
    let mut leaving = pod("shop", "leaving");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-11-24T07:59:59Z");
    let seen = |pods: &[Value]| lines(&fake_with(pods, |_, _| Ok(raw(200, "ok"))), &declared(web()));
    assert_eq!(seen(&[done.clone(), leaving.clone(), pod("shop", "web-0")]).len(), 1);
    assert_eq!(seen(&[done, leaving])[0].is(), Is::NoAnswer);
}

#[test]
fn a_list_that_is_cut_is_not_taken_for_all_pods() {
    let fake = fake(|_, _| Ok(raw(200, "ok")));
    fake.world.lock().unwrap().faults.set(vec![Rule::on("GET", "/namespaces/shop/pods", Action::Endless).unwrap()]);
    assert_eq!(lines(&fake, &declared(web()))[0].is(), Is::NotAsked);
}

#[test]
fn the_built_in_probes_are_asked_where_none_is_declared_and_are_absent_where_nothing_fits() {
    let labelled = |namespace: &str, app: &str| {
        let mut pod = pod(namespace, app);
        pod["metadata"]["labels"] = json!({"app.kubernetes.io/name": app});
        pod
    };
    let pods = ["shop", "elsewhere"].map(|space| ["fastapi", "triton"].map(|app| labelled(space, app))).concat();
    let fake = fake_with(&pods, |what, _| Ok(raw(200, if what.contains("repository") { r#"[{"state":"READY"}]"# } else { "ok" })));
    let found = lines(&fake, &Config::default());
    let is: Vec<(&str, Is)> = found.iter().map(|l| (&*l.probe, l.is())).collect();
    let right = |name| (name, Is::Right);
    assert_eq!(
        is,
        [right("fastapi health"), right("fastapi models"), right("triton ready"), right("triton index"), ("mlflow health", Is::Absent)]
    );
    assert!(found.iter().all(|l| l.built_in.is_some()), "a built-in probe says in full what it is");
    // The layer has no pod elsewhere, and a port that is not there is nothing to ask.
    assert!(fake.asked.lock().unwrap().iter().all(|a| a.starts_with("/api/v1/namespaces/shop/")));
    assert!(lines(&fake, &config(json!([]))).is_empty(), "an empty list asks nothing");
    let layer = |name: &str, role: &str| json!({"name": name, "role": role, "root": name});
    let layers = json!([layer("serving", "protected"), layer("data", "protected"), layer("extras", "switched")]);
    let other: Config = serde_json::from_value(json!({"layers": layers})).unwrap();
    let layers: BTreeSet<String> = lines(&fake, &other).into_iter().map(|l| l.layer).collect();
    assert_eq!(layers.into_iter().collect::<Vec<_>>(), ["data", "serving"], "where no layer is called core, each protected one is asked");
}

#[test]
fn whoever_watches_can_ask_again_and_again_and_whoever_stops_leaves_no_hole() {
    let mut fake = fake(|_, before| Ok(raw(if before == 1 { 503 } else { 200 }, "ok")));
    let (config, redactor) = (declared(web()), redactor());
    let resolved = resolved(&fake, &config);
    let once = || sample(World { reach: &fake, clock: &fake, redactor: &redactor }, &resolved);
    let seen: Vec<Vec<Is>> = (0..3).map(|_| once().iter().map(Line::is).collect()).collect();
    assert_eq!(seen, [[Is::Right; 2], [Is::Wrong; 2], [Is::Right; 2]]);
    fake.stop = 0;
    let stopped = run(World { reach: &fake, clock: &fake, redactor: &redactor }, &resolved);
    assert!(stopped.iter().all(|l| l.is() == Is::NotAsked && l.samples.len() == 3));
}

/// One probe of each kind and with each outcome.
pub fn golden() -> (Config, Vec<Line>) {
    let service = |name: &str| json!({"service": {"namespace": "shop", "name": name, "port": 80}});
    let config = config(json!([
        {"name": "a right", "layer": "core", "through": service("web"), "path": "/health?token=s3cr3t-Zq81kfPw0LmXv7", "samples": 1,
         "headers": {"Authorization": "Bearer s3cr3t-Zq81kfPw0LmXv7"}, "expect": {"json": [{"at": "/status", "equals": "ok"}], "under": "1s"}},
        {"name": "b wrong", "layer": "core", "through": web(), "path": "/wrong", "samples": 2, "expect": {"json": [{"at": "/status", "equals": "ok"}]}},
        {"name": "c empty", "layer": "core", "through": {"portForward": {"namespace": "shop", "name": "web-0", "port": 8080}}, "path": "/empty", "samples": 1},
        {"name": "d refused", "layer": "core", "through": {"url": "https://shop.example/"}, "method": "POST", "body": "{}", "samples": 1},
        {"name": "e command", "layer": "core", "through": {"exec": {"namespace": "shop", "name": "web-0", "command": ["check"]}}, "samples": 1},
        {"name": "f unreachable", "layer": "core", "through": service("none"), "samples": 1},
        {"name": "g nobody", "layer": "core", "through": {"pod": {"namespace": "shop", "selector": "app=nobody"}}},
        {"name": "h forbidden", "layer": "core", "through": {"pod": {"namespace": "locked", "selector": "app=web"}}},
        {"name": "i hidden", "layer": "core", "through": {"url": "http://shop.example/hidden"}, "samples": 1, "expect": {"json": [{"at": "/password", "equals": "x"}]}},
    ]));
    let fake = fake(|what, _| match what {
        _ if what.contains("/wrong") => Ok(raw(200, r#"{"status":"degraded"}"#)),
        _ if what.contains("/empty") => Ok(raw(200, "")),
        "https://shop.example/" => Err(Unheard::NoReply(NoReply::Cut("connection refused".into()))),
        _ if what.contains("check") => {
            Ok(Raw { status: 3, body: "1 of 2\n".into(), stderr: b"disk full".to_vec(), took: Duration::from_millis(7), ..Raw::default() })
        }
        _ if what.contains("/none:") => Ok(raw(404, &status(404, "services \"none\" not found"))),
        _ if what.contains("/hidden") => Ok(raw(200, r#"{"password":"s3cr3t-Zq81kfPw0LmXv7"}"#)),
        _ => Ok(raw(200, r#"{"status":"ok"}"#)),
    });
    let found = lines(&fake, &config);
    (config, found)
}

#[test]
fn the_lines_are_as_reviewed() {
    let (_, mut found) = golden();
    let bytes = file(&mut found).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/probes/golden.jsonl");
    if std::env::var_os("EVID_BLESS").is_some() {
        std::fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        std::fs::read_to_string(&path).unwrap_or_default(),
        "look at what moved; EVID_BLESS=1 accepts it"
    );
    for line in found {
        crate::schemas::valid("probe.v1.schema.json", &line.probe, &serde_json::to_value(&line).unwrap());
    }
}
