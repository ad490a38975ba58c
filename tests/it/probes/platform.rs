//! Probes against the pods and Services of the sample platform: the built-in ones and those that its own file declares.
use super::redactor;
use crate::samples;
use crate::support::cluster::answer;
use evid::adapters::config;
use evid::argo::Here;
use evid::bundle::config::Config;
use evid::canon::yaml;
use evid::kinds::Rules;
use evid::usecase::cluster::port::{Api, Ask, NoReply, Reply};
use evid::usecase::probes::{Places, Resolved, Route, plan, resolve};
use evid_demo::World;
use evid_demo::platform::still;
use evid_demo::world::resource::builtin;
use evid_demo::world::store::Store;
use std::cell::RefCell;

/// The pods and Services of a dump, on the demo's platform in this process.
struct Dump(RefCell<World>);

impl Dump {
    fn new() -> Self {
        let (mut collected, mut store) = (samples::collected("before"), Store::new(builtin()));
        for object in ["pods", "services"].iter().flat_map(|r| samples::items(&mut collected, r).clone()) {
            store.import(object.into()).unwrap();
        }
        Self(RefCell::new(World::of(still(store), chrono::DateTime::UNIX_EPOCH)))
    }
}

impl Api for Dump {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        answer(&mut self.0.borrow_mut(), ask, usize::MAX)
    }
}

fn places() -> Places {
    let config = Config::default();
    let (layers, rules) = (config.layers().unwrap(), Rules::new(&[]).unwrap());
    samples::taken_in(samples::collected("before"), &config, &redactor(), &rules, |snapshot| {
        Places::new(&snapshot.objects, &rules, &layers, &config, &Here::default())
    })
}

fn resolved(config: &Config) -> Vec<Resolved> {
    let places = places();
    resolve(&Dump::new(), &plan(config, &redactor()), &redactor(), &|l, ns, pod| places.is_of(l, ns, pod))
}

#[test]
fn a_built_in_probe_finds_the_pods_of_its_layer_or_is_absent() {
    let found = resolved(&Config::default());
    let asked: Vec<(&str, Option<&str>)> = found.iter().map(|r| (&*r.line.probe, r.call.as_ref().ok().map(|c| &*c.path))).collect();
    for (app, pods, port) in [("fastapi ", 6, ":8000/proxy/"), ("triton ", 4, ":8003/proxy/v2/")] {
        let own: Vec<&str> = asked.iter().filter(|(p, _)| p.starts_with(app)).filter_map(|(_, path)| *path).collect();
        assert_eq!(own.len(), pods, "two probes, each of every pod: {own:?}");
        assert!(own.iter().all(|p| p.starts_with("/api/v1/namespaces/mlops-prod/pods/") && p.contains(port)), "{own:?}");
    }
    assert!(asked.contains(&("mlflow health", None)), "the sample was cut down: it has no MLflow");
}

#[test]
fn a_pod_that_came_since_is_of_the_layer_of_its_namespace() {
    let places = places();
    assert!(places.is_of("core", "mlops-prod", "fastapi-of-tomorrow") && !places.is_of("optional", "mlops-prod", "fastapi-of-tomorrow"));
    assert!(!places.is_of("core", "nowhere", "x"));
}

#[test]
fn the_platform_s_own_file_declares_probes_that_find_whom_to_ask() {
    let path = samples::folder().join("platform/evid.yaml");
    let config = config::load(Some(&path)).unwrap();
    let document = yaml::parse(&std::fs::read_to_string(&path).unwrap()).unwrap().remove(0);
    crate::schemas::valid("evid.v1.schema.json", "samples/platform/evid.yaml", &document);
    let found = resolved(&config);
    for probe in config.probes.as_ref().unwrap() {
        let own: Vec<&Resolved> = found.iter().filter(|r| r.line.probe == probe.name).collect();
        // The sample was cut down: of these alone it has the pods.
        let there = ["fastapi-prod", "triton-prod", "feast-server"].iter().any(|app| probe.name.starts_with(app));
        assert!(!own.is_empty() && own.iter().all(|r| r.line.pods.is_empty() != there), "{}: {own:?}", probe.name);
    }
    let forwarded = found.iter().find(|r| r.line.probe == "triton-prod ready").unwrap().call.as_ref().unwrap();
    assert!(matches!(forwarded.route, Route::Forward { port: 8003, .. }));
}
