//! One pass of a running operation: what is done is ticked off, then the next step (phase and wave) is carried out.
use super::compare::ignored;
use super::drift;
use super::health::{Health, has_check, health};
use super::options::{self, option};
use super::tasks::Task;
use crate::world::objects::{LAST_APPLIED, change, create, deleting, group, items, text};
use crate::world::store::{DeleteOptions, Id, Propagation, Store};
use serde_json::{Value, json};

/// How an operation stands after a pass.
#[derive(Debug)]
pub struct Pass {
    /// Running, Succeeded, Failed.
    pub phase: &'static str,
    pub message: String,
    /// `syncResult.resources`.
    pub results: Vec<Value>,
}

/// Carries out one pass. `results` are those of the passes before.
pub fn pass(store: &mut Store, app: &Value, operation: &Value, tasks: &[Task], mut results: Vec<Value>) -> Pass {
    let mut waits = Vec::new();
    for task in tasks {
        let Some(result) = results.iter_mut().find(|r| task.is(r) && r["hookPhase"] == "Running") else { continue };
        match state(store, task) {
            Health::Healthy | Health::Suspended => {
                result["hookPhase"] = "Succeeded".into();
                if task.object["kind"] == "CronJob" && store.get(&task.id).is_some_and(|c| c["status"]["lastScheduleTime"].is_null()) {
                    result["message"] = "CronJob has not been scheduled yet".into();
                }
                if task.hook {
                    result["message"] = "Reached expected number of succeeded pods".into();
                    if task.object["metadata"]["annotations"]["argocd.argoproj.io/hook-delete-policy"] == "HookSucceeded" {
                        delete(store, &task.id, Propagation::Background);
                    }
                }
            }
            Health::Degraded if task.hook => {
                return Pass { phase: "Failed", message: "one or more synchronization tasks completed unsuccessfully".into(), results };
            }
            _ => waits.push(task),
        }
    }
    if let Some(first) = waits.first() {
        let what = if first.prune {
            "deletion of"
        } else if first.hook {
            "completion of hook"
        } else {
            "healthy state of"
        };
        let more = more(waits.len(), if first.hook { "hooks" } else { "resources" });
        let message = format!("waiting for {what} {}{more}", place(first));
        return Pass { phase: "Running", message, results };
    }
    let pending: Vec<&Task> = tasks.iter().filter(|t| !results.iter().any(|r| t.is(r))).collect();
    let Some(next) = pending.first().map(|t| t.step()) else {
        return Pass { phase: "Succeeded", message: "successfully synced (no more tasks)".into(), results };
    };
    let asks: Vec<&&Task> = pending.iter().filter(|t| t.step() == next && t.prune && options::prune(&t.object)).collect();
    if let Some(first) = asks.first().filter(|_| !options::approved(app, &app["status"]["operationState"]["startedAt"])) {
        let message = format!("waiting for pruning confirmation of {}{}", place(first), more(asks.len(), "resources"));
        return Pass { phase: "Running", message, results };
    }
    let complete = pending.iter().all(|t| t.step() == next && !t.hook);
    for task in pending.into_iter().filter(|t| t.step() == next) {
        match carry_out(store, app, operation, task) {
            Ok(result) => results.extend(result),
            Err(result) => {
                results.push(result);
                return Pass { phase: "Failed", message: "one or more objects failed to apply".into(), results };
            }
        }
    }
    let (phase, message) =
        if complete { ("Succeeded", "successfully synced (all tasks run)") } else { ("Running", "one or more tasks are running") };
    Pass { phase, message: message.into(), results }
}

fn place(task: &Task) -> String {
    format!("{}/{}/{}", group(&task.object), text(&task.object["kind"]), task.id.name)
}

fn more(count: usize, what: &str) -> String {
    if count > 1 { format!(" and {} more {what}", count - 1) } else { String::new() }
}

/// How far a task is that was carried out; what has no health is done.
fn state(store: &Store, task: &Task) -> Health {
    match store.get(&task.id) {
        None if task.prune || !has_check(text(&task.object["kind"])) => Health::Healthy,
        None => Health::Missing,
        Some(live) => health(live).unwrap_or(Health::Healthy),
    }
}

fn delete(store: &mut Store, id: &Id, propagation: Propagation) {
    drop(store.delete(id, &DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() }));
}

/// Does it. Nothing to show yet: it has to be tried again.
fn carry_out(store: &mut Store, app: &Value, operation: &Value, task: &Task) -> Result<Option<Value>, Value> {
    let sync = &operation["sync"];
    let mut result = json!({"group": group(&task.object), "kind": task.object["kind"], "name": task.id.name,
        "namespace": task.object["metadata"]["namespace"],
        "version": text(&task.object["apiVersion"]).rsplit('/').next(), "syncPhase": task.phase, "hookPhase": "Running"});
    if task.object["metadata"]["namespace"].is_null() {
        result["namespace"] = app["spec"]["destination"]["namespace"].clone();
    }
    if task.prune {
        let (status, message) = match () {
            () if option(&task.object, "Prune=false") => ("PruneSkipped", "ignored (no prune)"),
            () if sync["prune"] != true => ("PruneSkipped", "ignored (requires pruning)"),
            () if sync["dryRun"] == true => ("Pruned", "pruned (dry run)"),
            () => ("Pruned", "pruned"),
        };
        if message == "pruned" {
            delete(store, &task.id, Propagation::Foreground);
        }
        result["status"] = status.into();
        result["message"] = message.into();
        result["hookPhase"] = "Succeeded".into();
        return Ok(Some(result));
    }
    if task.hook {
        result["hookType"] = task.phase.clone().into();
        if store.get(&task.id).is_some() {
            delete(store, &task.id, Propagation::Background);
        }
        let Some(_) = create(store, &task.id.resource, &task.id.namespace, task.object.clone()) else { return Ok(None) };
        result["message"] = format!("{} created", shown(task)).into();
    } else {
        let word = if sync["dryRun"] == true { Ok("created (dry run)") } else { apply(store, app, sync, task) };
        match word {
            Ok(word) => {
                result["status"] = "Synced".into();
                result["message"] = format!("{} {word}", shown(task)).into();
            }
            Err(message) => {
                result["status"] = "SyncFailed".into();
                result["hookPhase"] = "Failed".into();
                result["message"] = message.into();
                return Err(result);
            }
        }
    }
    let template = if task.object["kind"] == "CronJob" {
        &task.object["spec"]["jobTemplate"]["spec"]["template"]
    } else {
        &task.object["spec"]["template"]
    };
    let images: Vec<Value> = items(&template["spec"]["containers"]).map(|c| c["image"].clone()).filter(Value::is_string).collect();
    if !images.is_empty() {
        result["images"] = images.into();
    }
    Ok(Some(result))
}

/// `deployment.apps/feast-server`.
fn shown(task: &Task) -> String {
    let kind = text(&task.object["kind"]).to_lowercase();
    let group = group(&task.object);
    if group.is_empty() { format!("{kind}/{}", task.id.name) } else { format!("{kind}.{group}/{}", task.id.name) }
}

/// `kubectl apply`: what it says afterwards.
fn apply(store: &mut Store, app: &Value, sync: &Value, task: &Task) -> Result<&'static str, String> {
    let on_server = items(&sync["syncOptions"]).any(|o| o == "ServerSideApply=true");
    let mut wanted = task.object.clone();
    if on_server && let Some(map) = wanted["metadata"]["annotations"].as_object_mut() {
        map.remove(LAST_APPLIED);
    }
    let said = |word| Ok(if on_server { "serverside-applied" } else { word });
    let Some(live) = store.get(&task.id).cloned() else {
        let resource = store.resource(&task.id.resource).ok_or("the server could not find the requested resource")?;
        if task.object["kind"] == "Deployment" && wanted["spec"]["replicas"].is_null() {
            wanted["spec"]["replicas"] = 1.into();
        }
        return store.create(&resource, &task.id.namespace, wanted).map_err(|e| e.message).and_then(|_| said("created"));
    };
    let respected = items(&sync["syncOptions"]).any(|o| o == "RespectIgnoreDifferences=true");
    let ignored = if respected { ignored(app, &wanted) } else { vec![] };
    if live["immutable"] == true && live["data"] != wanted["data"] {
        let name = &task.id.name;
        return Err(format!("ConfigMap \"{name}\" is invalid: data: Forbidden: field is immutable when `immutable` is set"));
    }
    // An object that is being deleted is applied to all the same, and vanishes.
    if drift::same(&wanted, &live, &ignored) || deleting(&live) {
        return said("unchanged");
    }
    change(store, &task.id, |o| *o = drift::merged(&wanted, &live, &ignored));
    said("configured")
}
