//! A platform whose time is made up, at a pace of 1, and what a person does to it by hand. Knows no test; evid's tests use it too.
use chrono::{DateTime, TimeDelta, Utc};
use evid_demo::Controller;
use evid_demo::argocd::{APPS, FINALIZER};
use evid_demo::platform::{Options, Platform, platform};
use evid_demo::seed::git::TRACKING;
use evid_demo::world::objects::deleting;
use evid_demo::world::store::{DeleteOptions, Id, Store};
use serde_json::{Value, json};

/// A platform and its time.
pub struct World {
    pub platform: Platform,
    pub now: DateTime<Utc>,
}

impl World {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(mishaps: &[&str]) -> Self {
        let now = "2030-01-02T03:04:05.500Z".parse().unwrap();
        let options = Options { pace: 1.0, mishaps: mishaps.iter().map(ToString::to_string).collect(), ..Options::default() };
        Self { platform: platform(&options, now).unwrap(), now }
    }

    pub fn store(&mut self) -> &mut Store {
        &mut self.platform.store
    }

    pub fn tick(&mut self) {
        self.after(250);
    }

    pub fn after(&mut self, milliseconds: i64) {
        self.now += TimeDelta::milliseconds(milliseconds);
        self.platform.controllers.step(&mut self.platform.store, self.now);
    }

    pub fn run(&mut self, seconds: i64) {
        let end = self.now + TimeDelta::seconds(seconds);
        while self.now < end {
            self.after(500);
        }
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
        let now = self.now;
        self.store().at(now);
        self.store().modify(&Id::new(stem, namespace, name), how).unwrap();
    }

    pub fn edit(&mut self, app: &str, how: impl FnOnce(&mut Value)) {
        self.change(APPS, "argocd", app, how);
    }

    pub fn delete(&mut self, stem: &str, namespace: &str, name: &str) {
        let now = self.now;
        self.store().at(now);
        self.store().delete(&Id::new(stem, namespace, name), &DeleteOptions::default()).unwrap();
    }

    pub fn children(&self) -> Vec<&Value> {
        let of = |a: &&Value| a["metadata"]["annotations"][TRACKING].as_str().is_some_and(|t| t.starts_with("root-optional:"));
        self.platform.store.list(APPS, None).filter(of).collect()
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
