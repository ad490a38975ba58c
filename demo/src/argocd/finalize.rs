//! The end of an Application: its hooks before, everything that it manages (with the resources finalizer, the last wave before the
//! others), its hooks after. As `finalizeApplicationDeletion` in `controller/appcontroller.go` of Argo CD 3.5.1.
use super::Argo;
use super::compare::wave;
use super::hooks::When;
use super::index::Index;
use super::options::{self, option};
use super::spoke::held;
use crate::world::objects::{change, deleting, held_by, items, release, stamp, text, uid};
use crate::world::store::{DeleteOptions, Id, Propagation, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// What makes Argo CD delete what an Application manages.
pub const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// Seconds between two looks.
const AGAIN: f64 = 1.0;

fn own(finalizer: &Value) -> bool {
    text(finalizer).split('/').next() == Some(FINALIZER)
}

/// Whether an Application's end takes what it manages along.
fn cascades(app: &Value) -> bool {
    items(&app["metadata"]["finalizers"]).any(own)
}

impl Argo {
    pub(super) fn finalize(&mut self, store: &mut Store, id: &Id, app: &Value, now: DateTime<Utc>) {
        let hooks = [When::Before, When::After].iter().any(|w| held_by(app, w.finalizer()) || held_by(app, w.cleanup()));
        if !(cascades(app) || hooks) || !self.timers.passed(&format!("end {}", uid(app)), AGAIN, now) {
            return;
        }
        self.look(store);
        if let Err(message) = self.take_down(store, id, app) {
            self.condition(store, id, "DeletionError", &message, now);
        }
    }

    fn take_down(&self, store: &mut Store, id: &Id, app: &Value) -> Result<(), String> {
        self.project(store, app)?;
        if held_by(app, When::Before.finalizer()) {
            if !self.run_hooks(store, app, When::Before).map_err(|e| format!("error executing pre-delete hooks: {e}"))? {
                return Ok(());
            }
            release(store, id, When::Before.finalizer());
        }
        let done = if cascades(app) {
            self.cascade(store, id, app);
            None
        } else if held_by(app, When::After.finalizer()) {
            self.run_hooks(store, app, When::After)?.then_some(When::After.finalizer())
        } else {
            let next = [When::Before, When::After].into_iter().find(|w| held_by(app, w.cleanup()));
            next.filter(|w| self.clean_hooks(store, app, *w)).map(When::cleanup)
        };
        if let Some(finalizer) = done {
            release(store, id, finalizer);
        }
        Ok(())
    }

    fn cascade(&self, store: &mut Store, id: &Id, app: &Value) {
        let mut there = self.there(app);
        let (objects, index) = held(&mut there, store, &self.index);
        let over = cascade(objects, index, id, app);
        drop(there);
        if over {
            change(store, id, |a| {
                if let Some(list) = a["metadata"]["finalizers"].as_array_mut() {
                    list.retain(|f| !own(f));
                }
            });
        }
    }

    /// Sets a condition where it is not set already.
    pub(super) fn condition(&self, store: &mut Store, id: &Id, kind: &str, message: &str, now: DateTime<Utc>) {
        change(store, id, |a| {
            let mut list: Vec<Value> = items(&a["status"]["conditions"]).cloned().collect();
            if list.iter().any(|c| c["type"] == kind && c["message"] == message) {
                return;
            }
            list.retain(|c| c["type"] != kind);
            list.push(json!({"type": kind, "message": message, "lastTransitionTime": stamp(now)}));
            a["status"]["conditions"] = list.into();
        });
    }
}

/// Deletes the last wave of what an Application manages. Whether nothing of it is left.
fn cascade(store: &mut Store, index: &Index, id: &Id, app: &Value) -> bool {
    let policy = if held_by(app, &format!("{FINALIZER}/background")) { Propagation::Background } else { Propagation::Foreground };
    let kept = |o: &Value| {
        option(o, "Delete=false")
            || o["kind"] == "CustomResourceDefinition"
            || o["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    };
    let approved = options::approved(app, &app["metadata"]["deletionTimestamp"]);
    let mut left = index.managed(store, &id.name);
    left.retain(|i| store.get(i).is_some_and(|o| !kept(o)));
    let of = |i: &Id| store.get(i).unwrap_or(&Value::Null);
    let Some(last) = left.iter().map(|i| wave(of(i))).max() else { return true };
    if !approved && left.iter().any(|i| options::delete(of(i))) {
        return false;
    }
    let next: Vec<&Id> = left.iter().filter(|i| wave(of(i)) == last && !deleting(of(i))).collect();
    for object in next {
        drop(store.delete(object, &DeleteOptions { propagation: Some(policy), ..DeleteOptions::default() }));
    }
    false
}
