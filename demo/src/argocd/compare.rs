//! What Argo CD finds when it compares: each resource, and the totals. Reads only.
use super::drift;
use super::health::{Health, has_check, health};
use crate::seed::git::{TRACKING, manager};
use crate::world::objects::{group, items, text};
use crate::world::store::{Id, Store};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// The outcome of one comparison.
#[derive(Debug, Default)]
pub struct Comparison {
    /// `status.resources`.
    pub resources: Vec<Value>,
    /// Whether everything is as Git says.
    pub synced: bool,
    /// The worst health among what counts.
    pub health: Option<Health>,
    /// What `sync.resources` of a partial operation would name: out of sync, and not only to be pruned.
    pub out: Vec<Value>,
}

/// Which objects carry whose tracking id.
#[derive(Debug, Default)]
pub struct Index {
    version: u64,
    of: HashMap<String, Vec<Id>>,
    /// For each name the newest resourceVersion and the number of what carries it: moves when any of it moves.
    stamps: HashMap<String, (u64, usize)>,
}

impl Index {
    /// The index of what the store holds now.
    pub fn refresh(&mut self, store: &Store) {
        if self.version == store.version() {
            return;
        }
        self.version = store.version();
        self.of.clear();
        self.stamps.clear();
        for stem in store.resources().iter().map(|r| r.stem()) {
            for (id, object) in store.entries(&stem, None) {
                if let Some((app, _)) = object["metadata"]["annotations"][TRACKING].as_str().and_then(|t| t.split_once(':')) {
                    self.of.entry(app.to_owned()).or_default().push(id.clone());
                    let stamp = self.stamps.entry(app.to_owned()).or_default();
                    let version = text(&object["metadata"]["resourceVersion"]).parse().unwrap_or(0);
                    *stamp = (stamp.0.max(version), stamp.1 + 1);
                }
            }
        }
    }

    /// Moves when anything moves that carries an Application's tracking id.
    pub fn stamp(&self, app: &str) -> (u64, usize) {
        self.stamps.get(app).copied().unwrap_or_default()
    }

    /// What an Application manages: its tracking id names the object itself, and nobody else owns it.
    pub fn managed(&self, store: &Store, app: &str) -> Vec<Id> {
        let own = |id: &&Id| store.get(id).and_then(manager) == Some(app);
        self.of.get(app).into_iter().flatten().filter(own).cloned().collect()
    }

    /// Copies of a tracking id on objects that it does not name: listed, without a status.
    pub fn copies(&self, store: &Store, app: &str) -> Vec<Id> {
        let copy = |id: &&Id| store.get(id).is_some_and(|o| manager(o).is_none() && o["metadata"]["ownerReferences"].is_null());
        self.of.get(app).into_iter().flatten().filter(copy).cloned().collect()
    }
}

/// The sync wave of a manifest.
pub fn wave(object: &Value) -> i64 {
    object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str().and_then(|w| w.parse().ok()).unwrap_or(0)
}

/// The hook phase of a manifest, where it is a hook.
pub fn hook(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"]["argocd.argoproj.io/hook"].as_str()
}

/// Whether `argocd.argoproj.io/sync-options` of an object says something.
pub fn option(object: &Value, said: &str) -> bool {
    text(&object["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]).split(',').any(|o| o.trim() == said)
}

/// The JSON pointers that an Application ignores in one object.
pub fn ignored(app: &Value, object: &Value) -> Vec<String> {
    let named = |d: &&Value| {
        let fits = |key: &str, value: &Value| d[key].is_null() || d[key] == *value;
        text(&d["group"]) == group(object)
            && d["kind"] == object["kind"]
            && fits("name", &object["metadata"]["name"])
            && fits("namespace", &object["metadata"]["namespace"])
    };
    items(&app["spec"]["ignoreDifferences"])
        .filter(named)
        .flat_map(|d| items(&d["jsonPointers"]))
        .filter_map(|p| p.as_str().map(str::to_owned))
        .collect()
}

fn line(object: &Value, wave: i64) -> Value {
    let api = text(&object["apiVersion"]);
    let mut line =
        json!({"kind": object["kind"], "name": object["metadata"]["name"], "version": api.split_once('/').map_or(api, |(_, v)| v)});
    if !group(object).is_empty() {
        line["group"] = group(object).into();
    }
    if let Some(namespace) = object["metadata"]["namespace"].as_str() {
        line["namespace"] = namespace.into();
    }
    if wave != 0 {
        line["syncWave"] = wave.into();
    }
    line
}

/// Compares an Application with what its source renders.
pub fn compare(store: &Store, index: &Index, app: &Value, targets: &[Value]) -> Comparison {
    let name = text(&app["metadata"]["name"]);
    let mut out = Comparison { synced: true, ..Comparison::default() };
    let mut lines: BTreeMap<(String, String, String, String), Value> = BTreeMap::new();
    let mut keep = |line: Value| {
        let at = |key: &str| text(&line[key]).to_owned();
        lines.insert((at("group"), at("kind"), at("namespace"), at("name")), line);
    };
    let mut health_of = Vec::new();
    let mut known = Vec::new();
    for target in targets.iter().filter(|t| hook(t).is_none()) {
        let id = store.id_of(target);
        let live = id.as_ref().and_then(|i| store.get(i));
        let mut line = line(target, wave(target));
        let same = live.is_some_and(|l| drift::same(target, l, &ignored(app, target)));
        line["status"] = if same { "Synced" } else { "OutOfSync" }.into();
        if !same {
            out.synced = false;
            out.out.push(resource(target));
        }
        health_of.push(match live {
            _ if is_ignored(target) => None,
            Some(live) => health(live),
            None => has_check(text(&target["kind"])).then_some(Health::Missing),
        });
        keep(line);
        known.extend(id);
    }
    for id in index.managed(store, name).into_iter().filter(|i| !known.contains(i)) {
        let Some(live) = store.get(&id) else { continue };
        let mut line = line(live, if hook(live).is_some() { 0 } else { wave(live) });
        line["requiresPruning"] = true.into();
        if hook(live).is_some() {
            line["hook"] = true.into();
        } else {
            line["status"] = "OutOfSync".into();
            out.synced = false;
            health_of.push(health(live).filter(|_| !is_ignored(live)));
        }
        keep(line);
    }
    for copy in index.copies(store, name).iter().filter_map(|i| store.get(i)) {
        keep(line(copy, 0));
    }
    out.resources = lines.into_values().collect();
    out.health = Some(health_of.into_iter().flatten().max().unwrap_or(Health::Healthy));
    out
}

fn is_ignored(object: &Value) -> bool {
    object["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"] == "true"
}

/// An entry of `operation.sync.resources`.
fn resource(target: &Value) -> Value {
    let mut out = json!({"kind": target["kind"], "name": target["metadata"]["name"]});
    if !group(target).is_empty() {
        out["group"] = group(target).into();
    }
    out
}
