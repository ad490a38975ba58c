//! What a person does by hand to a platform whose time is made up, at a pace of 1. Knows no test.
use chrono::TimeDelta;
use evid_demo::argocd::{APPS, FINALIZER};
use evid_demo::platform::{Options, Platform};
use evid_demo::seed::git::TRACKING;
use evid_demo::world::objects::deleting;
use evid_demo::world::store::{DeleteOptions, Id};
use serde_json::{Value, json};
use std::ops::{Deref, DerefMut};

/// The sample platform, whose time passes as a test says.
pub struct World(evid_demo::World);

impl Deref for World {
    type Target = evid_demo::World;

    fn deref(&self) -> &evid_demo::World {
        &self.0
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut evid_demo::World {
        &mut self.0
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(mishaps: &[&str]) -> Self {
        Self::of(Options { mishaps: mishaps.iter().map(ToString::to_string).collect(), ..Options::default() })
    }

    /// With something that `argocd-cm` says.
    pub fn saying(key: &str, value: &str) -> Self {
        Self::of(Options { settings: vec![(key.into(), value.into())], ..Options::default() })
    }

    fn of(options: Options) -> Self {
        let now = "2030-01-02T03:04:05.500Z".parse().unwrap();
        Self(evid_demo::World::new(&Options { pace: 1.0, ..options }, now).unwrap())
    }

    pub fn into_platform(self) -> Platform {
        self.0.platform
    }

    pub fn tick(&mut self) {
        self.pass(TimeDelta::milliseconds(250));
    }

    pub fn run(&mut self, seconds: i64) {
        self.pass(TimeDelta::seconds(seconds));
    }

    /// Runs until something is so; fails after a minute and a half of the platform.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..360 {
            if is_so(self) {
                return;
            }
            self.tick();
        }
        panic!("never: {what}");
    }

    pub fn find(&self, stem: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.platform.store.get(&Id::new(stem, namespace, name))
    }

    pub fn get(&self, stem: &str, namespace: &str, name: &str) -> &Value {
        self.find(stem, namespace, name).unwrap_or_else(|| panic!("no {stem} {namespace}/{name}"))
    }

    pub fn app(&self, name: &str) -> &Value {
        self.get(APPS, "argocd", name)
    }

    pub fn has_app(&self, name: &str) -> bool {
        self.find(APPS, "argocd", name).is_some()
    }

    /// `Synced/Healthy`.
    pub fn says(&self, app: &str) -> String {
        let status = &self.app(app)["status"];
        format!("{}/{}", status["sync"]["status"].as_str().unwrap_or("-"), status["health"]["status"].as_str().unwrap_or("-"))
    }

    pub fn change(&mut self, stem: &str, namespace: &str, name: &str, how: impl FnOnce(&mut Value)) {
        self.store().modify(&Id::new(stem, namespace, name), how).unwrap();
    }

    pub fn edit(&mut self, app: &str, how: impl FnOnce(&mut Value)) {
        self.change(APPS, "argocd", app, how);
    }

    pub fn delete(&mut self, stem: &str, namespace: &str, name: &str) {
        self.store().delete(&Id::new(stem, namespace, name), &DeleteOptions::default()).unwrap();
    }

    pub fn children(&self) -> Vec<&Value> {
        let of = |a: &&Value| a["metadata"]["annotations"][TRACKING].as_str().is_some_and(|t| t.starts_with("root-optional:"));
        self.platform.store.list(APPS, None).filter(of).collect()
    }

    /// Changes what Git holds for an Application.
    pub fn commit(&mut self, app: &str, how: impl FnOnce(&mut Vec<Value>)) {
        let mut git = self.platform.git.lock().unwrap();
        how(std::sync::Arc::make_mut(&mut git.rendered.get_mut(app).unwrap().manifests));
        git.revision = format!("{:0>40}", git.revision.len());
    }

    /// The root manual, each child with its finalizer.
    pub fn manual(&mut self) {
        self.edit("root-optional", |a| drop(a["spec"]["syncPolicy"].as_object_mut().unwrap().remove("automated")));
        self.edit("feast-offline", |a| a["metadata"]["finalizers"] = json!([FINALIZER]));
    }

    /// One operation with an emptied source. `cleared`: operationState goes in the same write.
    pub fn prune(&mut self, cleared: bool) {
        self.edit("root-optional", |a| {
            let mut source = a["spec"]["source"].clone();
            source["directory"] = json!({"exclude": "*"});
            let options = a["spec"]["syncPolicy"]["syncOptions"].clone();
            a["operation"] =
                json!({"initiatedBy": {"username": "somebody"}, "sync": {"prune": true, "source": source, "syncOptions": options}});
            if cleared {
                a["status"].as_object_mut().unwrap().remove("operationState");
            }
        });
    }

    /// Off as it should be done, to the end.
    pub fn off(&mut self) {
        self.manual();
        self.prune(true);
        self.until("the layer is off", |w| w.children().is_empty() && w.app("root-optional")["operation"].is_null());
        self.run(5);
    }

    /// `automated` and one operation in one write.
    pub fn on(&mut self, cleared: bool) {
        self.edit("root-optional", |a| {
            a["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
            let options = a["spec"]["syncPolicy"]["syncOptions"].clone();
            a["operation"] = json!({"initiatedBy": {"username": "somebody"}, "sync": {"prune": true, "syncOptions": options}});
            if cleared {
                a["status"].as_object_mut().unwrap().remove("operationState");
            }
        });
    }

    pub fn sync(&mut self, app: &str) {
        self.edit(app, |a| a["operation"] = json!({"initiatedBy": {"username": "somebody"}, "sync": {"prune": true}}));
    }

    /// On, with the manual child synced, settled.
    pub fn on_again(&mut self) {
        self.on(true);
        self.until("the manual child", |w| w.find(APPS, "argocd", "feast-notebooks").is_some_and(|a| !deleting(a)));
        self.sync("feast-notebooks");
        self.until("all is well", World::settled);
        self.run(5);
    }

    pub fn settled(&self) -> bool {
        let well = |a: &Value| {
            let status = &a["status"];
            status["sync"]["status"] == "Synced" && status["health"]["status"] == "Healthy" && a["operation"].is_null()
        };
        self.platform.store.list(APPS, None).all(well) && self.platform.store.list(APPS, None).count() == 34
    }
}
