//! A small platform: one protected layer, one switched layer with a grandchild, a manual child and a child without finalizer.
use crate::support::cluster::{Cluster, World, app_path};
use chrono::TimeDelta;
use evid::argo::Here;
use evid::bundle::config::Config;
use evid::kinds::Rules;
use evid::usecase::cluster::port::Clock as _;
use evid::usecase::switch::{Event, Options, Run, Stamp, Strategy, Times};
use evid_demo::platform::of;
use evid_demo::seed::Seed;
use evid_demo::seed::git::Git;
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
    let labels = json!({"app": name});
    let containers = json!([{"name": "main", "image": "registry.example.com/app:1"}]);
    let pod = json!({"metadata": {"labels": labels}, "spec": {"restartPolicy": "Always", "containers": containers}});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod}})
}

pub fn thing(kind: &str, namespace: &str, name: &str) -> Value {
    let mut o = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if !namespace.is_empty() {
        o["metadata"]["namespace"] = namespace.into();
    }
    o
}

/// A volume for whatever claim comes.
pub fn volume() -> Value {
    let mut volume = thing("PersistentVolume", "", "volume");
    volume["spec"] = json!({"capacity": {"storage": "1Gi"}, "persistentVolumeReclaimPolicy": "Retain"});
    volume
}

/// The platform with the switch on, everything settled.
pub fn platform() -> Cluster {
    platform_with(|_| {})
}

/// … with something changed before Argo CD looks at it.
pub fn platform_with(change: impl FnOnce(&mut World)) -> Cluster {
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node"}});
    let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "namespace": "argocd"}, "data": {}});
    let project =
        json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": "argocd"}});
    let mut objects: Vec<Value> = ["default", "argocd", "ml", "feast"].iter().map(|n| thing("Namespace", "", n)).collect();
    objects.extend([node, settings, project, self::app("root-apps", true, true), self::app("root-optional", true, true)]);
    let now = "2026-11-24T08:00:00Z".parse().unwrap();
    let seed = Seed { objects, git: Git { revision: "1".repeat(40), ..Git::default() }, version: json!({"gitVersion": "v1.36.3"}) };
    let options = evid_demo::platform::Options { pace: 1.0, ..Default::default() };
    let mut world = World::of(evid_demo::World::of(of(seed, &options, now).unwrap(), now));
    world.page = 3;
    for (app, holds) in [
        ("root-apps", vec![self::app("serving", true, true)]),
        ("serving", vec![deployment("ml", "triton"), thing("ConfigMap", "ml", "triton")]),
        ("root-optional", vec![self::app("store", true, true), self::app("extras", true, true), self::app("notebooks", false, false)]),
        ("store", vec![deployment("feast", "server"), thing("ConfigMap", "feast", "registry")]),
        ("extras", vec![self::app("ui", true, true)]),
        ("ui", vec![deployment("feast", "ui")]),
        ("notebooks", vec![deployment("feast", "notebooks")]),
    ] {
        world.commit(app, |all| *all = holds);
    }
    change(&mut world);
    world.wait(TimeDelta::seconds(20));
    world.patch(&app_path("notebooks"), &json!({"operation": {"sync": {"prune": true}}}));
    world.wait(TimeDelta::seconds(20));
    for name in ["root-apps", "root-optional", "ui", "notebooks"] {
        assert_eq!(world.app(name)["status"]["health"]["status"], "Healthy", "{name}");
    }
    Cluster(RefCell::new(world))
}

/// Lets some seconds pass.
pub fn pass(fake: &Cluster, seconds: usize) {
    (0..seconds).for_each(|_| assert!(fake.sleep(Duration::from_secs(1))));
}

/// Adds an object to what an Application has in Git, and waits until it is made.
pub fn grow(world: &mut World, app: &str, object: Value) {
    let at = world.path_of(&object);
    world.commit(app, |all| all.push(object));
    world.patch(&app_path(app), &json!({"operation": {"sync": {}}}));
    world.wait(TimeDelta::seconds(10));
    world.at(&at);
}

/// A run over a cluster, with what it journalled and told.
pub fn run<T>(fake: &Cluster, work: impl FnOnce(&mut Run<'_>) -> T) -> (T, Vec<Value>, Vec<Event>) {
    struct Lines(Vec<Value>);
    impl evid::usecase::switch::Journal for Lines {
        fn line(&mut self, line: &evid::value::Value) -> Result<(), String> {
            self.0.push(line.clone().into());
            Ok(())
        }
    }
    let (mut journal, mut events) = (Lines(vec![]), Vec::new());
    let layers = Config::default().layers().unwrap();
    let rules = Rules::new(&[]).unwrap();
    let mut progress = |e: &Event| events.push(e.clone());
    let s = Duration::from_secs;
    let times = Times { poll: s(1), operation: s(40), total: s(200), lasting: s(20), window: s(15) };
    let mut run = Run {
        api: fake,
        clock: fake,
        journal: &mut journal,
        progress: &mut progress,
        layers: &layers,
        rules: &rules,
        here: &Here::default(),
        tracking: None,
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
