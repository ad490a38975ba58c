//! What an operation has to do, in the order in which Argo CD does it: phases, waves, kinds. Writes nothing.
use super::compare::{hook, is_hook_of, wave};
use super::index::Index;
use crate::world::objects::{group, items, text};
use crate::world::store::{Id, Store};
use serde_json::Value;

/// Kinds in the order of their creation.
const ORDER: [&str; 21] = [
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
];

const PHASES: [&str; 3] = ["PreSync", "Sync", "PostSync"];

#[derive(Clone, Debug)]
pub struct Task {
    /// PreSync, Sync, PostSync.
    pub phase: String,
    pub wave: i64,
    pub id: Id,
    /// What is wanted; of a prune: what is there.
    pub object: Value,
    pub prune: bool,
    pub hook: bool,
}

impl Task {
    /// Whether a line of `syncResult.resources` is of this task.
    pub fn is(&self, result: &Value) -> bool {
        result["kind"] == self.object["kind"]
            && text(&result["group"]) == group(&self.object)
            && result["name"] == self.object["metadata"]["name"]
            && (self.id.namespace.is_empty() || result["namespace"] == self.id.namespace)
            && result["syncPhase"] == self.phase
    }

    /// Phase and wave: what is done in one pass.
    pub fn step(&self) -> (usize, i64) {
        (PHASES.iter().position(|p| *p == self.phase).unwrap_or(1), self.wave)
    }
}

/// The tasks of an operation, in order.
pub fn tasks(store: &Store, index: &Index, app: &Value, targets: &[Value], operation: &Value) -> Vec<Task> {
    let sync = &operation["sync"];
    let named = |o: &Value| {
        sync["resources"].as_array().is_none_or(|list| {
            let fits = |r: &Value| r["kind"] == o["kind"] && text(&r["group"]) == group(o) && r["name"] == o["metadata"]["name"];
            list.iter().any(|r| fits(r) && (r["namespace"].is_null() || r["namespace"] == o["metadata"]["namespace"]))
        })
    };
    let mut all: Vec<Task> = targets
        .iter()
        .filter(|t| named(t) && (hook(t).is_none() || !sync["resources"].is_array()))
        .filter_map(|t| {
            // Hooks of a deletion are no task of a sync.
            let phase = if hook(t).is_some() { PHASES.into_iter().find(|p| is_hook_of(t, p))? } else { "Sync" }.to_owned();
            Some(Task { hook: hook(t).is_some(), phase, wave: wave(t), id: store.id_of(t)?, object: t.clone(), prune: false })
        })
        .collect();
    let wanted: Vec<Id> = all.iter().map(|t| t.id.clone()).chain(targets.iter().filter_map(|t| store.id_of(t))).collect();
    let gone = index.managed(store, text(&app["metadata"]["name"])).into_iter().filter(|i| !wanted.contains(i));
    let mut prunes: Vec<Task> = gone
        .filter_map(|id| Some((store.get(&id)?.clone(), id)))
        .filter(|(o, _)| hook(o).is_none() && named(o))
        .map(|(object, id)| Task { phase: "Sync".into(), wave: wave(&object), id, object, prune: true, hook: false })
        .collect();
    let last = items(&sync["syncOptions"]).any(|o| o == "PruneLast=true");
    let mut waves: Vec<i64> = prunes.iter().map(|t| t.wave).collect();
    waves.sort_unstable();
    waves.dedup();
    let top = all.iter().map(|t| t.wave).chain(waves.iter().copied()).max().unwrap_or(0);
    for task in &mut prunes {
        // What came last goes first.
        let mirrored = waves.iter().position(|w| *w == task.wave).and_then(|at| waves.get(waves.len() - 1 - at));
        task.wave = if last { top + 1 } else { mirrored.copied().unwrap_or(task.wave) };
    }
    all.extend(prunes);
    let rank = |t: &Task| ORDER.iter().position(|k| t.object["kind"] == *k).unwrap_or(ORDER.len());
    all.sort_by(|a, b| (a.step(), rank(a), &a.id.name).cmp(&(b.step(), rank(b), &b.id.name)));
    all
}
