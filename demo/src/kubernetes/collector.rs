//! Kubernetes' garbage collector. It deletes objects that have lost their owners; an object deleted in the foreground waits for its
//! dependents.
use crate::world::controller::Controller;
use crate::world::objects::{deleting, held_by, items, release, text};
use crate::world::store::{DeleteOptions, Event, Id, Propagation, Store};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

#[derive(Debug, Default)]
pub struct Collector {
    seen: Option<u64>,
}

impl Collector {
    /// Whether, since the last look, an object changed that has an owner or may be an owner being deleted.
    fn moved(&mut self, store: &Store, stems: &[String]) -> bool {
        let Some(since) = self.seen.replace(store.version()) else { return true };
        let matters = |e: &Event| !e.kept || deleting(&e.new) || e.new["metadata"]["ownerReferences"].is_array();
        since != store.version() && stems.iter().any(|s| store.since(s, since).is_none_or(|mut events| events.any(matters)))
    }
}

impl Controller for Collector {
    fn step(&mut self, store: &mut Store, _: DateTime<Utc>) {
        let stems: Vec<String> = store.resources().iter().map(|r| r.stem()).collect();
        if !self.moved(store, &stems) {
            return;
        }
        let owned: Vec<(Id, Arc<Value>)> = stems
            .iter()
            .flat_map(|s| store.entries(s, None))
            .filter(|(_, o)| o["metadata"]["ownerReferences"].is_array() || (deleting(o) && (held_by(o, FOREGROUND) || held_by(o, ORPHAN))))
            .map(|(id, o)| (id.clone(), o.clone()))
            .collect();
        let mut dependents: HashMap<&str, Vec<&(Id, Arc<Value>)>> = HashMap::new();
        for entry in &owned {
            for owner in items(&entry.1["metadata"]["ownerReferences"]) {
                dependents.entry(text(&owner["uid"])).or_default().push(entry);
            }
        }
        for (id, object) in owned.iter().filter(|(_, o)| deleting(o)) {
            let own = dependents.get(text(&object["metadata"]["uid"])).map_or(&[][..], Vec::as_slice);
            if held_by(object, ORPHAN) {
                own.iter().for_each(|(d, _)| disown(store, d, text(&object["metadata"]["uid"])));
                release(store, id, ORPHAN);
            } else if held_by(object, FOREGROUND) && !own.iter().any(|(_, d)| blocks(d, text(&object["metadata"]["uid"]))) {
                release(store, id, FOREGROUND);
            }
        }
        let has_dependents: HashSet<&str> = dependents.keys().copied().collect();
        for (id, object) in &owned {
            // An object that was changed just now is looked at again.
            if store.get(id).is_none_or(|o| o["metadata"]["resourceVersion"] != object["metadata"]["resourceVersion"]) {
                continue;
            }
            let owners: Vec<&Value> = items(&object["metadata"]["ownerReferences"]).collect();
            let found: Vec<Option<bool>> = owners.iter().map(|o| owner_waits(store, o)).collect();
            let solid = found.contains(&Some(false));
            if owners.is_empty() || solid || (deleting(object) && !found.contains(&Some(true))) {
                continue;
            }
            let waits = found.contains(&Some(true)) && has_dependents.contains(text(&object["metadata"]["uid"]));
            if deleting(object) && (!waits || held_by(object, FOREGROUND)) {
                continue;
            }
            let propagation = Some(if waits { Propagation::Foreground } else { Propagation::Background });
            let uid = object["metadata"]["uid"].as_str().map(str::to_owned);
            drop(store.delete(id, &DeleteOptions { propagation, uid, ..DeleteOptions::default() }));
        }
    }
}

/// Whether an existing owner waits for its dependents; none if it does not exist.
fn owner_waits(store: &Store, owner: &Value) -> Option<bool> {
    let (_, object) = store.by_uid(text(&owner["uid"]))?;
    Some(deleting(object) && held_by(object, FOREGROUND))
}

fn blocks(dependent: &Value, owner: &str) -> bool {
    items(&dependent["metadata"]["ownerReferences"]).any(|o| o["uid"] == owner && o["blockOwnerDeletion"] == true)
}

fn disown(store: &mut Store, id: &Id, owner: &str) {
    drop(store.modify(id, |o| {
        if let Some(list) = o["metadata"]["ownerReferences"].as_array_mut() {
            list.retain(|r| r["uid"] != owner);
        }
    }));
}
