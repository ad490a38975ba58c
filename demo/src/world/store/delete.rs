//! Deleting: preconditions, propagation, finalizers, grace. Knows no controller: each controller removes its finalizer with `modify`.
use super::write::{finalizers, finished, raise, time};
use super::{Id, Store};
use crate::world::resource::Resource;
use crate::world::status::Status;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// The finalizer of a deletion that waits for dependents.
const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of a deletion that orphans the dependents.
const ORPHAN: &str = "orphan";

/// What happens to dependents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Propagation {
    /// Deleted after the object (the default).
    Background,
    /// Deleted before the object.
    Foreground,
    /// Kept, without this owner.
    Orphan,
}

/// As `v1 DeleteOptions`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeleteOptions {
    /// What happens to dependents; none: finalizers stay as they are.
    pub propagation: Option<Propagation>,
    /// Only this instance.
    pub uid: Option<String>,
    /// Only this version.
    pub resource_version: Option<String>,
    /// Seconds; 0 removes a pod at once. None: the pod's own value.
    pub grace: Option<i64>,
}

/// The result of a deletion.
#[derive(Clone, PartialEq, Debug)]
pub enum Deletion {
    /// The object is gone; its last state.
    Gone(Value),
    /// The object still exists, with a deletionTimestamp, until its finalizers are gone (or its kubelet has stopped it).
    Terminating(Value),
}

impl Store {
    /// Deletes an object, or marks it.
    ///
    /// # Errors
    /// 404; 409 if a precondition fails.
    pub fn delete(&mut self, id: &Id, options: &DeleteOptions) -> Result<Deletion, Status> {
        let (resource, old) = self.found(id)?;
        check(&resource, &old, options)?;
        let mut new = old.as_ref().clone();
        propagate(&mut new, options.propagation);
        let deleting = new["metadata"].get("deletionTimestamp").is_some();
        let wanted = self.grace(&resource, &new, options);
        let pending = new["metadata"]["deletionGracePeriodSeconds"].as_i64();
        // A running grace period may only become shorter.
        let grace = pending.map_or(wanted, |p| if options.grace.is_some() { wanted.min(p) } else { p });
        if pending != Some(grace) {
            let since = deadline(&new).map_or(self.now, |d| d - TimeDelta::seconds(pending.unwrap_or(0)));
            new["metadata"]["deletionTimestamp"] = time(since + TimeDelta::seconds(grace)).into();
            new["metadata"]["deletionGracePeriodSeconds"] = grace.into();
        }
        if !deleting {
            raise(&mut new);
            if new["kind"] == "Namespace" {
                new["status"]["phase"] = "Terminating".into();
            }
        }
        if finished(&new) {
            let last = if deleting { new } else { old.as_ref().clone() };
            return Ok(Deletion::Gone(self.commit(id, last, false).as_ref().clone()));
        }
        let kept = if new == *old { old } else { self.commit(id, new, true) };
        Ok(Deletion::Terminating(kept.as_ref().clone()))
    }

    /// Seconds that a kubelet still has to stop the object.
    fn grace(&self, resource: &Resource, object: &Value, options: &DeleteOptions) -> i64 {
        let runs = object["spec"]["nodeName"].is_string() && !matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
        if !(self.graceful && resource.graceful && runs) {
            return 0;
        }
        let own = object["spec"]["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
        options.grace.unwrap_or(own).max(0)
    }
}

fn deadline(object: &Value) -> Option<DateTime<Utc>> {
    object["metadata"]["deletionTimestamp"].as_str()?.parse().ok()
}

fn check(resource: &Resource, object: &Value, options: &DeleteOptions) -> Result<(), Status> {
    let meta = &object["metadata"];
    let name = meta["name"].as_str().unwrap_or_default();
    let wanted = [
        ("UID", &options.uid, &meta["uid"], "deleted and then recreated"),
        ("ResourceVersion", &options.resource_version, &meta["resourceVersion"], "modified"),
    ];
    for (what, wanted, is, perhaps) in wanted {
        if let Some(wanted) = wanted.as_deref().filter(|w| is != w) {
            let is = is.as_str().unwrap_or_default();
            let hint = format!("The object might have been {perhaps}");
            let why = format!("the {what} in the precondition ({wanted}) does not match the {what} in record ({is}). {hint}");
            return Err(Status::precondition(resource, name, &why));
        }
    }
    Ok(())
}

fn propagate(object: &mut Value, propagation: Option<Propagation>) {
    let Some(propagation) = propagation else { return };
    let add = match propagation {
        Propagation::Background => None,
        Propagation::Foreground => Some(FOREGROUND),
        Propagation::Orphan => Some(ORPHAN),
    };
    let own: Vec<&str> = object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut list: Vec<&str> = own.iter().copied().filter(|f| Some(*f) == add || (*f != FOREGROUND && *f != ORPHAN)).collect();
    list.extend(add.filter(|a| !own.contains(a)));
    if list == own {
        return;
    }
    object["metadata"]["finalizers"] = json!(list);
    if finalizers(object).is_empty() {
        super::write::remove(&mut object["metadata"], "finalizers");
    }
}
