//! Argo CD, as far as the switch meets it, after recordings of a real one: an operation is taken up, worked and ended in
//! steps; a deleted Application takes its objects along; an operation state that is not cleared leaks into the next operation.
use crate::switch::fake::{World, app_path, at, merge, path, path_of};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ID: &str = "argocd.argoproj.io/tracking-id";
const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

#[derive(Default)]
pub struct Argo {
    /// What Git holds for each Application.
    pub git: BTreeMap<String, Vec<Value>>,
    /// The controller works at nothing.
    pub down: bool,
    /// The repo-server answers nothing: an operation of the root never ends.
    pub repo_down: bool,
    /// Operations of this Application end so.
    pub fails: Option<(String, String)>,
    /// A sync window forbids operations of the root.
    pub window: bool,
    /// The next operations of the root make only so many objects.
    pub makes_only: Vec<usize>,
    /// The root does not heal itself.
    pub heals_not: bool,
    /// Ownership is read from `app.kubernetes.io/instance`.
    pub by_label: bool,
    /// A parent puts the root back so many seconds after.
    pub reverts: Option<i64>,
    /// Pods never become ready.
    pub pods_hang: bool,
    manual_since: Option<DateTime<Utc>>,
}

impl Argo {
    pub fn work(world: &mut World) {
        if !world.argo.down {
            let names: Vec<String> = applications(world);
            for name in names {
                operate(world, &name);
                finalize(world, &name);
                compare(world, &name);
                heal(world, &name);
            }
            revert(world);
        }
        kubernetes(world);
    }
}

fn applications(world: &World) -> Vec<String> {
    world.objects.values().filter(|o| at(o, "/kind") == "Application").map(|o| at(o, "/metadata/name").to_owned()).collect()
}

/// The Application that tracks an object.
fn owner(world: &World, o: &Value) -> Option<String> {
    if o.pointer("/metadata/ownerReferences").is_some() {
        return None;
    }
    if world.argo.by_label {
        return o.pointer("/metadata/labels/app.kubernetes.io~1instance").and_then(Value::as_str).map(str::to_owned);
    }
    let id = o.pointer("/metadata/annotations").and_then(|a| a.get(ID)).and_then(Value::as_str)?;
    let (app, rest) = id.split_once(':')?;
    let about = format!("{}/{}", at(o, "/kind"), at(o, "/metadata/name"));
    (format!("{}/{}", rest.split_once(':')?.0.split_once('/')?.1, rest.rsplit_once('/')?.1) == about).then(|| app.to_owned())
}

fn tracked(world: &World, app: &str) -> Vec<String> {
    let own = app_path(app);
    world.objects.iter().filter(|(p, o)| **p != own && owner(world, o).as_deref() == Some(app)).map(|(p, _)| p.clone()).collect()
}

/// Creates a manifest as an Application's own.
pub fn make(world: &mut World, app: &str, manifest: &Value) {
    let mut new = manifest.clone();
    let group = at(&new, "/apiVersion").split_once('/').map_or("", |(g, _)| g).to_owned();
    let mark = format!("{app}:{group}/{}:{}/{}", at(&new, "/kind"), at(&new, "/metadata/namespace"), at(&new, "/metadata/name"));
    if world.argo.by_label {
        merge(&mut new, &json!({"metadata": {"labels": {"app.kubernetes.io/instance": app}}}));
    } else {
        merge(&mut new, &json!({"metadata": {"annotations": {ID: mark}}}));
    }
    if !world.objects.contains_key(&path_of(&new)) {
        world.add(new);
    }
}

fn operate(world: &mut World, name: &str) {
    let path = app_path(name);
    let Some(app) = world.get(&path).cloned() else { return };
    let Some(operation) = app.get("operation").cloned() else { return };
    let mut state = app.pointer("/status/operationState").cloned().unwrap_or(json!({}));
    let now = world.time();
    match at(&state, "/phase") {
        "Running" => {}
        "Terminating" => {
            let ended = json!({"phase": "Failed", "message": "Operation terminated", "finishedAt": now});
            return world.patch(&path, &json!({"operation": null, "status": {"operationState": ended}}));
        }
        _ => {
            // A merge: what the new state does not say survives from the old one.
            merge(&mut state, &json!({"phase": "Running", "startedAt": now, "finishedAt": null, "operation": operation}));
            return world.patch(&path, &json!({"status": {"operationState": state}}));
        }
    }
    let is_root = name == "root-optional";
    if is_root && world.argo.repo_down {
        return;
    }
    if is_root && world.argo.window {
        return world.patch(&path, &json!({"status": {"operationState": {"message": "Sync operation blocked by sync window"}}}));
    }
    if let Some((_, message)) = world.argo.fails.clone().filter(|(n, _)| n == name) {
        let ended = json!({"phase": "Failed", "message": message, "finishedAt": now});
        return world.patch(&path, &json!({"operation": null, "status": {"operationState": ended}}));
    }
    // The operation as it is remembered, not as it was asked for.
    let sync = state.pointer("/operation/sync").cloned().unwrap_or_default();
    let emptied =
        sync.pointer("/source/directory/exclude").is_some() || sync.get("sources").is_some_and(|s| s[0]["directory"]["exclude"] == "*");
    let targets = if emptied { vec![] } else { world.argo.git.get(name).cloned().unwrap_or_default() };
    let most = if is_root && !world.argo.makes_only.is_empty() { world.argo.makes_only.remove(0) } else { usize::MAX };
    let wanted: Vec<String> = targets.iter().map(path_of).collect();
    for target in targets.iter().take(most) {
        make(world, name, target);
    }
    for extra in tracked(world, name).into_iter().filter(|p| !wanted.contains(p)) {
        let kept = world.get(&extra).is_some_and(|o| option(o, "Prune=false"));
        if sync["prune"] == true && !kept {
            world.delete(&extra);
        }
    }
    let ended = json!({"phase": "Succeeded", "message": "successfully synced (all tasks run)", "finishedAt": now});
    world.patch(&path, &json!({"operation": null, "status": {"operationState": ended}}));
}

fn option(o: &Value, option: &str) -> bool {
    at(o, "/metadata/annotations/argocd.argoproj.io~1sync-options").contains(option)
}

fn finalize(world: &mut World, name: &str) {
    let path_ = app_path(name);
    let Some(app) = world.get(&path_).cloned() else { return };
    let finalizers = app.pointer("/metadata/finalizers").and_then(Value::as_array).cloned().unwrap_or_default();
    // A set operation blocks the finalizers.
    if app.pointer("/metadata/deletionTimestamp").is_none() || app.get("operation").is_some() || !finalizers.contains(&json!(FINALIZER)) {
        return;
    }
    let project = at(&app, "/spec/project");
    if world.get(&path("appprojects", "argocd", project)).is_none() {
        let message = format!("error getting app project \"{project}\": not found");
        return world.patch(&path_, &json!({"status": {"conditions": [{"type": "DeletionError", "message": message}]}}));
    }
    let stays = |o: &Value| option(o, "Delete=false") || at(o, "/kind") == "CustomResourceDefinition";
    let rest: Vec<String> = tracked(world, name).into_iter().filter(|p| !world.get(p).is_some_and(stays)).collect();
    if rest.is_empty() {
        let kept: Vec<&Value> = finalizers.iter().filter(|f| **f != json!(FINALIZER)).collect();
        world.patch(&path_, &json!({"metadata": {"finalizers": kept}}));
    }
    rest.iter().for_each(|p| world.delete(p));
}

fn heal(world: &mut World, name: &str) {
    let path = app_path(name);
    let Some(app) = world.get(&path) else { return };
    let automated = !(world.argo.heals_not && name == "root-optional")
        && app.pointer("/spec/syncPolicy/automated").is_some_and(|a| a["enabled"] != false);
    let out = at(app, "/status/sync/status") == "OutOfSync";
    let failed = at(app, "/status/operationState/phase") == "Failed";
    if automated && out && !failed && app.get("operation").is_none() && app.pointer("/metadata/deletionTimestamp").is_none() {
        let operation = json!({"initiatedBy": {"automated": true}, "sync": {"prune": true}});
        world.patch(&path, &json!({"operation": operation, "status": {"operationState": null}}));
    }
}

fn compare(world: &mut World, name: &str) {
    let path_ = app_path(name);
    let Some(app) = world.get(&path_).cloned() else { return };
    let now = world.time();
    if world.get(&path("appprojects", "argocd", at(&app, "/spec/project"))).is_none() {
        let said = json!({"sync": {"status": "Unknown"}, "health": {"status": "Unknown"}});
        return world.patch(&path_, &json!({ "status": said }));
    }
    let targets: Vec<Value> = world.argo.git.get(name).cloned().unwrap_or_default();
    let mut all: BTreeMap<String, Value> = targets.iter().map(|t| (path_of(t), t.clone())).collect();
    for p in tracked(world, name) {
        all.entry(p.clone()).or_insert_with(|| world.objects[&p].clone());
    }
    let (mut synced, mut health) = (true, if app.pointer("/metadata/deletionTimestamp").is_some() { "Progressing" } else { "Healthy" });
    let mut resources = Vec::new();
    for (p, o) in &all {
        let live = world.get(p);
        let fits = live.is_some() && targets.iter().any(|t| path_of(t) == *p);
        synced &= fits;
        if at(o, "/kind") == "Deployment" && live.is_none_or(|l| l["status"]["availableReplicas"] != l["spec"]["replicas"]) {
            health = if live.is_some() { "Progressing" } else { "Missing" };
        }
        let (group, version) = at(o, "/apiVersion").split_once('/').unwrap_or(("", at(o, "/apiVersion")));
        resources.push(json!({"group": group, "version": version, "kind": at(o, "/kind"), "namespace": at(o, "/metadata/namespace"),
            "name": at(o, "/metadata/name"), "status": if fits { "Synced" } else { "OutOfSync" }}));
    }
    let sync = if synced { "Synced" } else { "OutOfSync" };
    let status = json!({"sync": {"status": sync}, "health": {"status": health}, "resources": resources, "reconciledAt": now, "controllerNamespace": "argocd"});
    world.patch(&path_, &json!({ "status": status }));
    if app.pointer("/metadata/annotations/argocd.argoproj.io~1refresh").is_some() {
        world.patch(&path_, &json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": null}}}));
    }
}

fn revert(world: &mut World) {
    let Some(after) = world.argo.reverts else { return };
    let manual = world.get(&app_path("root-optional")).is_some_and(|r| r.pointer("/spec/syncPolicy/automated").is_none());
    if !manual {
        world.argo.manual_since = None;
        return;
    }
    let since = *world.argo.manual_since.get_or_insert(world.now);
    if world.now - since >= TimeDelta::seconds(after) {
        world.patch(&app_path("root-optional"), &json!({"spec": {"syncPolicy": {"automated": {"prune": true, "selfHeal": true}}}}));
    }
}

/// Deployments get their pods; what has lost its owner is collected.
fn kubernetes(world: &mut World) {
    let uids: Vec<String> = world.objects.values().map(|o| at(o, "/metadata/uid").to_owned()).collect();
    let lost = |o: &&String, w: &World| {
        let owner = at(&w.objects[*o], "/metadata/ownerReferences/0/uid");
        !owner.is_empty() && !uids.iter().any(|u| u == owner)
    };
    let orphans: Vec<String> = world.objects.keys().filter(|p| lost(p, world)).cloned().collect();
    orphans.iter().for_each(|p| world.delete(p));
    let deployments: Vec<String> = world.objects.keys().filter(|p| p.contains("/deployments/")).cloned().collect();
    for path_ in deployments {
        let o = world.objects[&path_].clone();
        if o.pointer("/metadata/deletionTimestamp").is_some() || world.argo.pods_hang {
            continue;
        }
        let (space, name, uid) = (at(&o, "/metadata/namespace"), at(&o, "/metadata/name"), at(&o, "/metadata/uid"));
        if world.get(&path("pods", space, &format!("{name}-0"))).is_none() {
            world.add(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("{name}-0"), "namespace": space,
                "ownerReferences": [{"kind": "Deployment", "name": name, "uid": uid, "controller": true}]}}));
        } else if o.pointer("/status/availableReplicas").is_none() {
            let n = o["spec"]["replicas"].clone();
            let status = json!({"replicas": n, "updatedReplicas": n, "availableReplicas": n, "observedGeneration": 1});
            world.patch(&path_, &json!({"metadata": {"generation": 1}, "status": status}));
        }
    }
}
