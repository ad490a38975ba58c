//! The life of an operation in `status.operationState`: picked up, pass after pass, ended. It is written as a merge of what was there,
//! as Argo CD writes it: what the new operation does not say itself, it inherits from the old one that nobody cleared.
use super::options::option;
use super::pass::{Pass, pass};
use super::spoke::held;
use super::tasks::tasks;
use super::{Argo, First};
use crate::world::objects::{change, create, items, number, remove, stamp, text, uid};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Seconds between picking up and the first pass, between passes, and after a wave.
const PICK_UP: f64 = 0.4;
const AGAIN: f64 = 1.0;
const WAVE: f64 = 2.0;

const BLOCKED: &str = "Sync operation blocked by sync window";

fn is_automated(state: &Value) -> bool {
    state["operation"]["initiatedBy"]["automated"] == true
}

/// Whether an operation runs, as far as its state says.
pub fn in_progress(app: &Value) -> bool {
    matches!(text(&app["status"]["operationState"]["phase"]), "Running" | "Terminating")
}

impl Argo {
    pub(super) fn operate(&mut self, store: &mut Store, id: &Id, app: &Value, now: DateTime<Utc>) {
        let key = format!("pass {}", uid(app));
        if !in_progress(app) {
            let mut operation = app["operation"].clone();
            if let Some(directory) = operation.pointer_mut("/sync/source/directory").and_then(Value::as_object_mut) {
                // Its Go type always writes this one.
                directory.entry("jsonnet").or_insert(json!({}));
            }
            let state = json!({"operation": operation, "phase": "Running", "startedAt": stamp(now), "finishedAt": null});
            // Whether a person asked is read from the state of the operation before, as long as this one's is not there.
            let manual = app["status"]["operationState"]["operation"].is_object() && !is_automated(&app["status"]["operationState"]);
            self.first.insert(uid(app).to_owned(), First { operation, manual });
            self.timers.forget(&key);
            self.timers.passed(&key, PICK_UP, now);
            return change(store, id, |a| json_patch::merge(&mut a["status"]["operationState"], &state));
        }
        let old = &app["status"]["operationState"];
        let before: Vec<Value> = items(&old["syncResult"]["resources"]).cloned().collect();
        if old["phase"] == "Terminating" {
            let done = Pass { phase: "Failed", message: "Operation terminated".into(), results: before };
            return self.end(store, id, app, old, &done, now);
        }
        let wait = self.waits.get(uid(app)).copied().unwrap_or(PICK_UP);
        if !self.timers.passed(&key, wait, now) {
            return;
        }
        let first = self.first.get_mut(uid(app));
        let manual = first.map_or(!is_automated(old), |f| std::mem::replace(&mut f.manual, !is_automated(old)));
        if self.blocked(store, app, manual, now) {
            self.timers.passed(&key, AGAIN, now);
            self.waits.insert(uid(app).to_owned(), AGAIN);
            return change(store, id, |a| a["status"]["operationState"]["message"] = BLOCKED.into());
        }
        if self.git().silent {
            return;
        }
        // Only the first pass knows the operation as it was asked for; later ones read it back.
        let first = self.first.remove(uid(app));
        let is_first = first.is_some();
        let operation = first.map_or_else(|| old["operation"].clone(), |f| f.operation);
        let asked = [&operation["sync"]["source"], &operation["sync"]["sources"][0], &app["spec"]["source"]];
        let source = asked.into_iter().find(|s| s.is_object()).unwrap_or(&Value::Null);
        let done = match self.project(store, app).and_then(|_| self.render(app, source)) {
            Err(message) => Pass { phase: "Error", message, results: vec![] },
            Ok(targets) => {
                // An attempt after a failed one begins anew.
                let anew = is_first || old["finishedAt"].is_string();
                let mut results = if anew { vec![] } else { before };
                self.look(store);
                let mut there = self.there(app);
                let (objects, index) = held(&mut there, store, &self.index);
                if anew {
                    results.extend(namespace(objects, app, &operation));
                }
                let tasks = tasks(objects, index, app, &targets, &operation);
                pass(objects, app, &operation, &tasks, results)
            }
        };
        let state = json!({"operation": operation, "startedAt": old["startedAt"], "retryCount": old["retryCount"]});
        if done.phase != "Running" {
            return self.end(store, id, app, &state, &done, now);
        }
        self.waits.insert(uid(app).to_owned(), if done.message.starts_with("one") { WAVE } else { AGAIN });
        self.timers.passed(&key, AGAIN, now);
        let mut new = json!({"phase": "Running", "message": done.message, "finishedAt": null});
        new["syncResult"] = self.sync_result(app, &operation, done.results);
        change(store, id, |a| json_patch::merge(&mut a["status"]["operationState"], &new));
    }

    fn sync_result(&self, app: &Value, operation: &Value, results: Vec<Value>) -> Value {
        let mut out = json!({"resources": results});
        self.revisions(app, &mut out);
        if operation["sync"]["source"].is_object() {
            out["source"] = operation["sync"]["source"].clone();
        }
        if app["spec"]["syncPolicy"]["managedNamespaceMetadata"].is_object() {
            out["managedNamespaceMetadata"] = app["spec"]["syncPolicy"]["managedNamespaceMetadata"].clone();
        }
        out
    }

    /// `revision` and `source`, or `revisions` and `sources`, as the Application has one source or several.
    pub(super) fn revisions(&self, app: &Value, into: &mut Value) {
        let revision = self.git().revision.clone();
        if let Some(sources) = app["spec"]["sources"].as_array() {
            into["revisions"] = sources.iter().map(|_| Value::from(revision.clone())).collect();
            into["sources"] = app["spec"]["sources"].clone();
        } else {
            into["revision"] = revision.into();
            into["source"] = app["spec"]["source"].clone();
        }
    }

    fn end(&mut self, store: &mut Store, id: &Id, app: &Value, state: &Value, done: &Pass, now: DateTime<Utc>) {
        let operation = &state["operation"];
        let mut new = json!({"phase": done.phase, "message": done.message, "finishedAt": stamp(now)});
        if done.phase != "Error" {
            new["syncResult"] = self.sync_result(app, operation, done.results.clone());
        }
        let (tried, limit) = (number(&state["retryCount"]), number(&operation["retry"]["limit"]));
        let failed = done.phase != "Succeeded";
        if failed && state["phase"] != "Terminating" && (tried < limit || limit < 0) {
            let wait = pause(&operation["retry"]["backoff"], tried);
            let at = now + self.timers.lasting(wait);
            new["phase"] = "Running".into();
            new["retryCount"] = (tried + 1).into();
            new["message"] = format!("{}. Retrying attempt #{} at {}.", done.message, tried + 1, at.format("%-I:%M%p")).into();
            self.waits.insert(uid(app).to_owned(), wait);
            self.timers.passed(&format!("pass {}", uid(app)), wait, now);
            return change(store, id, |a| json_patch::merge(&mut a["status"]["operationState"], &new));
        }
        if failed && tried > 0 {
            new["message"] = format!("{} (retried {tried} times).", done.message).into();
        }
        let sync = &operation["sync"];
        let counts = done.phase == "Succeeded" && sync["dryRun"] != true && !sync["resources"].is_array();
        let mut entry = json!({"deployStartedAt": state["startedAt"], "deployedAt": stamp(now), "initiatedBy": operation["initiatedBy"]});
        self.revisions(app, &mut entry);
        if sync["source"].is_object() {
            entry["source"] = sync["source"].clone();
        }
        if entry["initiatedBy"].is_null() {
            entry["initiatedBy"] = json!({});
        }
        self.first.remove(uid(app));
        self.waits.remove(uid(app));
        self.due.insert(uid(app).to_owned());
        change(store, id, |a| {
            remove(a, "operation");
            json_patch::merge(&mut a["status"]["operationState"], &new);
            if counts {
                history(a, entry);
            }
        });
    }
}

/// Seconds before the attempt after `tried` others.
fn pause(backoff: &Value, tried: i64) -> f64 {
    let seconds = |key: &str, default: f64| {
        let (number, unit) = text(&backoff[key]).split_at_checked(text(&backoff[key]).len().saturating_sub(1)).unwrap_or_default();
        number.parse::<f64>().map_or(default, |n| if unit == "m" { n * 60.0 } else { n })
    };
    let factor = backoff["factor"].as_f64().unwrap_or(2.0);
    (seconds("duration", 5.0) * factor.powi(i32::try_from(tried).unwrap_or(30))).min(seconds("maxDuration", 180.0))
}

/// Adds an entry to `status.history`, as many as `spec.revisionHistoryLimit` allows.
fn history(app: &mut Value, mut entry: Value) {
    let limit = app["spec"]["revisionHistoryLimit"].as_u64().and_then(|l| usize::try_from(l).ok()).unwrap_or(10);
    let mut all: Vec<Value> = items(&app["status"]["history"]).cloned().collect();
    entry["id"] = all.last().map_or(0, |e| e["id"].as_i64().unwrap_or(0) + 1).into();
    all.push(entry);
    let from = all.len().saturating_sub(limit);
    app["status"]["history"] = all.split_off(from).into();
}

/// `CreateNamespace=true`, which counts only where the operation itself says it.
fn namespace(store: &mut Store, app: &Value, operation: &Value) -> Option<Value> {
    let policy = &app["spec"]["syncPolicy"]["managedNamespaceMetadata"];
    if !items(&operation["sync"]["syncOptions"]).any(|o| o == "CreateNamespace=true") || option(app, "CreateNamespace=false") {
        return None;
    }
    let name = text(&app["spec"]["destination"]["namespace"]);
    let id = Id::new("namespaces", "", name);
    if store.get(&id).is_none() {
        create(
            store,
            "namespaces",
            "",
            json!({"metadata": {"name": name, "annotations": {"argocd.argoproj.io/sync-options": "ServerSideApply=true"}}}),
        );
    }
    let managed = policy.as_object()?;
    change(store, &id, |n| {
        for (part, values) in managed {
            for (key, value) in values.as_object().into_iter().flatten() {
                n["metadata"][part][key] = value.clone();
            }
        }
    });
    Some(json!({"group": "", "kind": "Namespace", "version": "v1", "name": name, "namespace": "", "status": "Synced",
            "syncPhase": "PreSync", "hookPhase": "Succeeded",
        "message": format!("namespace/{name} serverside-applied")}))
}
