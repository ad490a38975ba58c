//! The end of an Application: with the resources finalizer everything that it manages goes first, the last wave before the others.
use super::Argo;
use super::compare::{option, wave};
use crate::world::objects::{change, deleting, items, stamp, text, uid};
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

impl Argo {
    /// Moves the end of a deleted Application on.
    pub(super) fn finalize(&mut self, store: &mut Store, id: &Id, app: &Value, now: DateTime<Utc>) {
        if !items(&app["metadata"]["finalizers"]).any(own) || !self.timers.passed(&format!("end {}", uid(app)), AGAIN, now) {
            return;
        }
        if let Err(message) = self.project(store, app) {
            return self.condition(store, id, "DeletionError", &message, now);
        }
        let policy = if items(&app["metadata"]["finalizers"]).any(|f| text(f) == format!("{FINALIZER}/background")) {
            Propagation::Background
        } else {
            Propagation::Foreground
        };
        self.index.refresh(store);
        let kept = |o: &Value| {
            option(o, "Delete=false")
                || o["kind"] == "CustomResourceDefinition"
                || o["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
        };
        let left: Vec<(i64, Id, bool)> = self
            .index
            .managed(store, &id.name)
            .into_iter()
            .filter_map(|i| store.get(&i).filter(|o| !kept(o)).map(|o| (wave(o), deleting(o), i.clone())))
            .map(|(wave, going, i)| (wave, i, going))
            .collect();
        let Some(last) = left.iter().map(|(w, _, _)| *w).max() else {
            return change(store, id, |a| {
                if let Some(list) = a["metadata"]["finalizers"].as_array_mut() {
                    list.retain(|f| !own(f));
                }
            });
        };
        for (_, object, _) in left.iter().filter(|(w, _, going)| *w == last && !going) {
            drop(store.delete(object, &DeleteOptions { propagation: Some(policy), ..DeleteOptions::default() }));
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
