//! A small platform: one protected layer, one switched layer with a grandchild, a manual child and a child without finalizer.
use crate::switch::argo::{Argo, make};
use crate::switch::fake::{Fake, World, app_path};
use evid::bundle::config::Config;
use evid::kinds::Rules;
use evid::usecase::cluster::port::Clock as _;
use evid::usecase::switch::{Event, Options, Run, Stamp, Strategy, Times};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::Duration;

pub fn app(name: &str, automated: bool, finalizer: bool) -> Value {
    let mut app = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"project": "default", "source": {"repoURL": "https://git.example.com/p.git", "path": format!("apps/{name}")},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "feast"}, "syncPolicy": {"syncOptions": ["CreateNamespace=true"]}}});
    if automated {
        app["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
    }
    if finalizer {
        app["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    }
    app
}

pub fn deployment(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace}, "spec": {"replicas": 2}})
}

pub fn thing(kind: &str, namespace: &str, name: &str) -> Value {
    let mut o = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if !namespace.is_empty() {
        o["metadata"]["namespace"] = namespace.into();
    }
    o
}

/// The platform with the switch on, everything settled.
pub fn platform() -> Fake {
    platform_with(|_| {})
}

/// … with something changed before it is built.
pub fn platform_with(change: impl FnOnce(&mut World)) -> Fake {
    let mut world = World::new();
    for (app, holds) in [
        ("root-apps", vec![self::app("serving", true, true)]),
        ("serving", vec![deployment("ml", "triton"), thing("ConfigMap", "ml", "triton")]),
        ("root-optional", vec![self::app("store", true, true), self::app("extras", true, true), self::app("notebooks", false, false)]),
        ("store", vec![deployment("feast", "server"), thing("ConfigMap", "feast", "registry")]),
        ("extras", vec![self::app("ui", true, true)]),
        ("ui", vec![deployment("feast", "ui")]),
        ("notebooks", vec![deployment("feast", "notebooks")]),
    ] {
        world.argo.git.insert(app.into(), holds);
    }
    world.add(json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": "argocd"}}));
    world.add(thing("Namespace", "", "feast"));
    world.add(self::app("root-apps", true, true));
    world.add(self::app("root-optional", true, true));
    change(&mut world);
    settle(&mut world);
    world.patch(&app_path("notebooks"), &json!({"operation": {"sync": {"prune": true}}}));
    settle(&mut world);
    assert_eq!(world.app("ui")["status"]["health"]["status"], "Healthy");
    world.writes.clear();
    Fake(RefCell::new(world))
}

fn settle(world: &mut World) {
    for _ in 0..20 {
        world.now += chrono::TimeDelta::seconds(1);
        Argo::work(world);
    }
}

/// Lets some seconds pass.
pub fn pass(fake: &Fake, seconds: usize) {
    (0..seconds).for_each(|_| assert!(fake.sleep(Duration::from_secs(1))));
}

/// Adds an object to what an Application has in Git, and makes it.
pub fn grow(world: &mut World, app: &str, object: Value) {
    make(world, app, &object);
    world.argo.git.get_mut(app).unwrap().push(object);
    settle(world);
}

/// A run over the fake, with what it journalled and told.
pub fn run<T>(fake: &Fake, work: impl FnOnce(&mut Run<'_>) -> T) -> (T, Vec<Value>, Vec<Event>) {
    struct Lines(Vec<Value>);
    impl evid::usecase::switch::Journal for Lines {
        fn line(&mut self, line: &Value) -> Result<(), String> {
            self.0.push(line.clone());
            Ok(())
        }
    }
    let (mut journal, mut events) = (Lines(vec![]), Vec::new());
    let layers = Config::default().layers().unwrap();
    let rules = Rules::new(&[]).unwrap();
    let mut progress = |e: &Event| events.push(e.clone());
    let s = Duration::from_secs;
    let times = Times { poll: s(1), operation: s(40), total: s(200), lasting: s(20) };
    let mut run = Run {
        api: fake,
        clock: fake,
        journal: &mut journal,
        progress: &mut progress,
        layers: &layers,
        rules: &rules,
        user: "ann".into(),
        times,
        written: 0,
    };
    let done = work(&mut run);
    (done, journal.0, events)
}

pub fn stamp() -> Stamp {
    Stamp { run: "run-1".into(), nonce: None, user: "ann".into() }
}

pub fn off_options(strategy: Strategy) -> Options {
    Options { strategy, ..Options::of(stamp()) }
}

pub fn on_options() -> Options {
    Options::of(Stamp { run: "run-2".into(), ..stamp() })
}
