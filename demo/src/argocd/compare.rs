//! What Argo CD finds when it compares: each resource, and the totals. Reads only.
use super::drift;
use super::health::{Health, has_check, health};
use super::index::Index;
use super::options;
use crate::world::objects::{group, items, text};
use crate::world::store::Store;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Comparison {
    /// `status.resources`.
    pub resources: Vec<Value>,
    /// Whether everything is as Git says.
    pub synced: bool,
    /// The worst health among what counts.
    pub health: Option<Health>,
    /// What `sync.resources` of a partial operation would name.
    pub out: Vec<Value>,
}

pub fn wave(object: &Value) -> i64 {
    object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str().and_then(|w| w.parse().ok()).unwrap_or(0)
}

/// When a manifest is a hook, where it is one.
pub fn hook(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"]["argocd.argoproj.io/hook"].as_str()
}

/// Whether a manifest is a hook of one time, of several perhaps.
pub fn is_hook_of(object: &Value, time: &str) -> bool {
    hook(object).is_some_and(|times| times.split(',').any(|t| t.trim() == time))
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
        if options::delete(target) || live.is_some_and(options::delete) {
            line["requiresDeletionConfirmation"] = true.into();
        }
        if !same {
            out.synced = false;
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
        if options::delete(live) {
            line["requiresDeletionConfirmation"] = true.into();
        }
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
    out.out = out.resources.iter().filter(|l| l["status"] != "Synced").map(resource).collect();
    out.health = Some(health_of.into_iter().flatten().max().unwrap_or(Health::Healthy));
    out
}

fn is_ignored(object: &Value) -> bool {
    object["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"] == "true"
}

fn resource(line: &Value) -> Value {
    let mut out = json!({"kind": line["kind"], "name": line["name"]});
    if let Some(group) = line["group"].as_str() {
        out["group"] = group.into();
    }
    out
}
