//! Which objects carry whose mark, kept up as the store moves. Reads only.
use super::settings::Settings;
use super::tracking::is_inferred_child;
use crate::world::objects::group;
use crate::world::store::{Id, Store};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The namespace of Argo CD itself.
const HOME: &str = "argocd";

#[derive(Debug, Default)]
pub struct Index {
    /// What `argocd-cm` says.
    pub settings: Settings,
    /// The resourceVersion of `argocd-cm`.
    said: Value,
    version: u64,
    of: HashMap<String, BTreeSet<Id>>,
    names: HashMap<Id, String>,
    /// The resourceVersion at which anything last moved that carries an Application's mark.
    stamps: HashMap<String, u64>,
}

impl Index {
    /// The index of what the store holds now.
    pub fn refresh(&mut self, store: &Store) {
        if self.version == store.version() {
            return;
        }
        let map = store.get(&Id::new("configmaps", HOME, "argocd-cm")).unwrap_or(&Value::Null);
        let same = self.said == map["metadata"]["resourceVersion"];
        if !same {
            self.said = map["metadata"]["resourceVersion"].clone();
        }
        let new = (!same || self.version == 0).then(|| Settings::of(map));
        self.update(store, new);
    }

    /// The same, by settings that another store holds.
    pub fn follow(&mut self, store: &Store, settings: &Settings) {
        let new = (self.version == 0 || self.settings != *settings).then(|| settings.clone());
        if new.is_some() || self.version != store.version() {
            self.update(store, new);
        }
    }

    /// Takes in what moved; all of it, where the settings are new.
    fn update(&mut self, store: &Store, new: Option<Settings>) {
        let same = new.is_none();
        let moved: Option<Vec<_>> = store.after(self.version).filter(|_| same).map(Iterator::collect);
        if let Some(events) = moved {
            for event in events {
                self.put(&event.id, event.kept.then_some(&event.new), event.version);
            }
        } else {
            self.settings = new.unwrap_or_else(|| std::mem::take(&mut self.settings));
            self.of.clear();
            self.names.clear();
            self.stamps.clear();
            for stem in store.resources().iter().map(|r| r.stem()) {
                for (id, object) in store.entries(&stem, None) {
                    self.put(id, Some(object), store.version());
                }
            }
        }
        self.version = store.version();
    }

    fn put(&mut self, id: &Id, object: Option<&Value>, version: u64) {
        let looked = |o: &&Value| !self.settings.excludes(group(o), o["kind"].as_str().unwrap_or_default());
        let name = object.filter(looked).and_then(|o| self.settings.named(o)).map(str::to_owned);
        let before = match &name {
            Some(name) => self.names.insert(id.clone(), name.clone()),
            None => self.names.remove(id),
        };
        if let Some(before) = before {
            if let Some(ids) = self.of.get_mut(&before) {
                ids.remove(id);
            }
            self.stamps.insert(before, version);
        }
        if let Some(name) = name {
            self.of.entry(name.clone()).or_default().insert(id.clone());
            self.stamps.insert(name, version);
        }
    }

    /// Moves when anything moves that carries an Application's mark.
    pub fn stamp(&self, app: &str) -> u64 {
        self.stamps.get(app).copied().unwrap_or_default()
    }

    pub fn managed(&self, store: &Store, app: &str) -> Vec<Id> {
        let own = |id: &&Id| store.get(id).is_some_and(|o| self.settings.manager(o) == Some(app) && !is_inferred_child(store, o));
        self.of.get(app).into_iter().flatten().filter(own).cloned().collect()
    }

    /// Copies of a tracking id on objects that it does not name: listed, without a status.
    pub fn copies(&self, store: &Store, app: &str) -> Vec<Id> {
        let copy =
            |id: &&Id| store.get(id).is_some_and(|o| self.settings.manager(o).is_none() && o["metadata"]["ownerReferences"].is_null());
        self.of.get(app).into_iter().flatten().filter(copy).cloned().collect()
    }
}
