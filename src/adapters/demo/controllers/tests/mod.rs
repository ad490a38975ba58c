//! The platform's behaviour, sentence by sentence. Time is made up; nothing sleeps.
mod argocd;
mod kubernetes;
mod mishaps;
mod proofs;

use super::Options;
use super::Platform;
use super::argocd::APPS;
use super::argocd::FINALIZER;
use super::objects::deleting;
use super::objects::items;
use super::platform;
use crate::adapters::demo::Controller;
use crate::adapters::demo::store::DeleteOptions;
use crate::adapters::demo::store::Id;
use crate::adapters::demo::store::Store;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

/// A platform and its time, at a pace of 1.
struct World {
    platform: Platform,
    now: DateTime<Utc>,
}

impl World {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(mishaps: &[&str]) -> Self {
        let now = "2030-01-02T03:04:05.500Z".parse().unwrap();
        let options = Options { pace: 1.0, mishaps: mishaps.iter().map(ToString::to_string).collect(), ..Options::default() };
        Self { platform: platform(&options, now).unwrap(), now }
    }

    fn store(&mut self) -> &mut Store {
        &mut self.platform.store
    }

    fn tick(&mut self) {
        self.after(250);
    }

    fn after(&mut self, milliseconds: i64) {
        self.now += TimeDelta::milliseconds(milliseconds);
        self.platform.controllers.step(&mut self.platform.store, self.now);
    }

    fn run(&mut self, seconds: i64) {
        let end = self.now + TimeDelta::seconds(seconds);
        while self.now < end {
            self.after(500);
        }
    }

    /// Runs until something is so; fails after a minute and a half of the platform.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..360 {
            if is_so(self) {
                return;
            }
            self.tick();
        }
        panic!("never: {what}");
    }

    fn find(&self, stem: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.platform.store.get(&Id::new(stem, namespace, name))
    }

    fn get(&self, stem: &str, namespace: &str, name: &str) -> &Value {
        self.find(stem, namespace, name).unwrap_or_else(|| panic!("no {stem} {namespace}/{name}"))
    }

    fn app(&self, name: &str) -> &Value {
        self.get(APPS, "argocd", name)
    }

    fn has_app(&self, name: &str) -> bool {
        self.find(APPS, "argocd", name).is_some()
    }

    /// `Synced/Healthy`.
    fn says(&self, app: &str) -> String {
        let status = &self.app(app)["status"];
        format!("{}/{}", status["sync"]["status"].as_str().unwrap_or("-"), status["health"]["status"].as_str().unwrap_or("-"))
    }

    fn change(&mut self, stem: &str, namespace: &str, name: &str, how: impl FnOnce(&mut Value)) {
        let now = self.now;
        self.store().at(now);
        self.store().modify(&Id::new(stem, namespace, name), how).unwrap();
    }

    fn edit(&mut self, app: &str, how: impl FnOnce(&mut Value)) {
        self.change(APPS, "argocd", app, how);
    }

    fn delete(&mut self, stem: &str, namespace: &str, name: &str) {
        let now = self.now;
        self.store().at(now);
        self.store().delete(&Id::new(stem, namespace, name), &DeleteOptions::default()).unwrap();
    }

    fn children(&self) -> Vec<&Value> {
        let of = |a: &&Value| {
            a["metadata"]["annotations"][crate::adapters::demo::seed::git::TRACKING]
                .as_str()
                .is_some_and(|t| t.starts_with("root-optional:"))
        };
        self.platform.store.list(APPS, None).filter(of).collect()
    }

    /// The root manual, each child with its finalizer.
    fn manual(&mut self) {
        self.edit("root-optional", |a| drop(a["spec"]["syncPolicy"].as_object_mut().unwrap().remove("automated")));
        self.edit("feast-offline", |a| a["metadata"]["finalizers"] = json!([FINALIZER]));
    }

    /// One operation with an emptied source. `cleared`: operationState goes in the same write.
    fn prune(&mut self, cleared: bool) {
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
    fn off(&mut self) {
        self.manual();
        self.prune(true);
        self.until("the layer is off", |w| w.children().is_empty() && w.app("root-optional")["operation"].is_null());
        self.run(5);
    }

    /// `automated` and one operation in one write.
    fn on(&mut self, cleared: bool) {
        self.edit("root-optional", |a| {
            a["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
            let options = a["spec"]["syncPolicy"]["syncOptions"].clone();
            a["operation"] = json!({"initiatedBy": {"username": "somebody"}, "sync": {"prune": true, "syncOptions": options}});
            if cleared {
                a["status"].as_object_mut().unwrap().remove("operationState");
            }
        });
    }

    fn sync(&mut self, app: &str) {
        self.edit(app, |a| a["operation"] = json!({"initiatedBy": {"username": "somebody"}, "sync": {"prune": true}}));
    }

    /// On, with the manual child synced, settled.
    fn on_again(&mut self) {
        self.on(true);
        self.until("the manual child", |w| w.find(APPS, "argocd", "feast-notebooks").is_some_and(|a| !deleting(a)));
        self.sync("feast-notebooks");
        self.until("all is well", World::settled);
        self.run(5);
    }

    fn settled(&self) -> bool {
        let well = |a: &Value| {
            let status = &a["status"];
            status["sync"]["status"] == "Synced" && status["health"]["status"] == "Healthy" && a["operation"].is_null()
        };
        self.platform.store.list(APPS, None).all(well) && self.platform.store.list(APPS, None).count() == 34
    }
}

fn names(list: &Value) -> Vec<&str> {
    items(list).filter_map(|i| i["name"].as_str()).collect()
}
