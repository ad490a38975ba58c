//! Creating, changing and importing objects: what the API server fills in, keeps, counts and refuses. Knows no request.
use super::{Id, Store};
use crate::world::names;
use crate::world::resource::Resource;
use crate::world::status::Status;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Metadata that only the server writes.
const KEPT: [&str; 7] = ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

impl Store {
    /// Creates an object, as POST does.
    ///
    /// # Errors
    /// 422 without a name, 409 where the name is taken, 404 where the namespace is not there, 403 where it is being terminated.
    pub fn create(&mut self, resource: &Resource, namespace: &str, object: Value) -> Result<Value, Status> {
        let object = self.prepared(resource, namespace, object)?;
        let id = Id::new(&resource.stem(), if resource.namespaced { namespace } else { "" }, text(&object["metadata"]["name"]));
        Ok(self.commit(&id, object, true).as_ref().clone())
    }

    /// What `create` would store, apart from the resourceVersion (a dry run).
    ///
    /// # Errors
    /// As `create`.
    pub fn prepared(&self, resource: &Resource, namespace: &str, mut object: Value) -> Result<Value, Status> {
        if !object["metadata"].is_object() {
            object["metadata"] = json!({});
        }
        let meta = &mut object["metadata"];
        if let (None, Some(prefix)) = (meta["name"].as_str(), meta["generateName"].as_str()) {
            meta["name"] = format!("{prefix}{}", suffix()).into();
        }
        let name = meta["name"].as_str().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(Status::invalid(resource, "", "metadata.name", "Required value: name or generateName is required"));
        }
        if let Some(why) = names::refused(resource, &name) {
            return Err(Status::invalid(resource, &name, "metadata.name", &why));
        }
        let namespace = if resource.namespaced { namespace } else { "" };
        self.may_create(resource, namespace, &name)?;
        meta["uid"] = uid().into();
        meta["creationTimestamp"] = time(self.now).into();
        if resource.namespaced {
            meta["namespace"] = namespace.into();
        }
        for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation", "selfLink"] {
            remove(meta, key);
        }
        if resource.generation {
            meta["generation"] = 1.into();
        }
        tidy(&mut object);
        object["apiVersion"] = resource.api_version().into();
        object["kind"] = resource.kind.clone().into();
        if resource.stem() == "namespaces" {
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name.into();
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            object["status"]["phase"] = "Active".into();
        }
        Ok(object)
    }

    fn may_create(&self, resource: &Resource, namespace: &str, name: &str) -> Result<(), Status> {
        if resource.namespaced {
            let (_, space) = self.found(&Id::new("namespaces", "", namespace))?;
            if space["metadata"].get("deletionTimestamp").is_some() {
                return Err(Status::terminating(resource, name, namespace));
            }
        }
        match self.get(&Id::new(&resource.stem(), namespace, name)) {
            Some(_) => Err(Status::already_exists(resource, name)),
            None => Ok(()),
        }
    }

    /// Changes an object, as PUT and PATCH do, of spec and status alike. If nothing differs, nothing is written. An object that is being
    /// deleted goes with its last finalizer. Returns what is stored then.
    ///
    /// # Errors
    /// 404; 422 for a new finalizer on an object that is being deleted.
    pub fn modify(&mut self, id: &Id, change: impl FnOnce(&mut Value)) -> Result<Value, Status> {
        let (resource, old) = self.found(id)?;
        let mut new = old.as_ref().clone();
        change(&mut new);
        let new = reviewed(&resource, &old, new)?;
        if new == *old {
            return Ok(new);
        }
        let keep = !finished(&new);
        Ok(self.commit(id, new, keep).as_ref().clone())
    }

    /// What `modify` would store, apart from the resourceVersion (a dry run, or to see whether there is a difference).
    ///
    /// # Errors
    /// As `modify`.
    pub fn revised(&self, id: &Id, new: Value) -> Result<Value, Status> {
        let (resource, old) = self.found(id)?;
        reviewed(&resource, &old, new)
    }

    /// Stores a complete object as it is, with its uid, times and generation: for seeds. It gets a new resourceVersion; a missing uid,
    /// creationTimestamp or generation is filled in. An object at the same place is replaced.
    ///
    /// # Errors
    /// 404 if its kind is not served, or it has no name.
    pub fn import(&mut self, object: Value) -> Result<Value, Status> {
        let id = self.id_of(&object).ok_or_else(Status::no_resource)?;
        self.replace(&id, object)
    }

    /// The same for a known place.
    ///
    /// # Errors
    /// 404 if the kind is not served.
    pub fn replace(&mut self, id: &Id, mut object: Value) -> Result<Value, Status> {
        let resource = self.resource(&id.resource).ok_or_else(Status::no_resource)?;
        object["apiVersion"] = resource.api_version().into();
        object["kind"] = resource.kind.clone().into();
        let meta = &mut object["metadata"];
        meta["name"] = id.name.clone().into();
        if resource.namespaced {
            meta["namespace"] = id.namespace.clone().into();
        }
        if meta["uid"].is_null() {
            meta["uid"] = uid().into();
        }
        if meta["creationTimestamp"].is_null() {
            meta["creationTimestamp"] = time(self.now).into();
        }
        if resource.generation && meta["generation"].is_null() {
            meta["generation"] = 1.into();
        }
        tidy(&mut object);
        Ok(self.commit(id, object, true).as_ref().clone())
    }
}

/// The new form of an object: fields that only the server writes stay as before, and the generation is counted.
fn reviewed(resource: &Resource, old: &Arc<Value>, mut new: Value) -> Result<Value, Status> {
    if !new["metadata"].is_object() {
        new["metadata"] = json!({});
    }
    for key in KEPT.iter().chain(&["resourceVersion"]) {
        match old["metadata"].get(key) {
            Some(value) => new["metadata"][key] = value.clone(),
            None => remove(&mut new["metadata"], key),
        }
    }
    new["apiVersion"] = old["apiVersion"].clone();
    new["kind"] = old["kind"].clone();
    tidy(&mut new);
    if old["metadata"].get("deletionTimestamp").is_some() {
        let had = finalizers(old);
        if let Some(added) = finalizers(&new).into_iter().find(|f| !had.contains(f)) {
            let why = format!(
                "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{added:?}}}"
            );
            return Err(Status::invalid(resource, text(&old["metadata"]["name"]), "metadata.finalizers", &why));
        }
    }
    if resource.generation && content(resource, old) != content(resource, &new) {
        raise(&mut new);
    }
    Ok(new)
}

/// The fields whose change makes a new generation.
fn content<'a>(resource: &Resource, object: &'a Value) -> Vec<(&'a String, &'a Value)> {
    let status = resource.status_subresource();
    object.as_object().into_iter().flatten().filter(|(k, _)| *k != "metadata" && !(status && *k == "status")).collect()
}

/// Adds one to the generation, if there is one.
pub(super) fn raise(object: &mut Value) {
    if let Some(generation) = object["metadata"]["generation"].as_u64() {
        object["metadata"]["generation"] = (generation + 1).into();
    }
}

/// The finalizers of an object; of a namespace, those of its spec too.
pub(super) fn finalizers(object: &Value) -> Vec<&str> {
    let of_spec = if object["kind"] == "Namespace" { &object["spec"]["finalizers"] } else { &Value::Null };
    let both = [&object["metadata"]["finalizers"], of_spec];
    both.into_iter().flat_map(|l| l.as_array().into_iter().flatten()).filter_map(Value::as_str).collect()
}

/// Whether an object is being deleted and has no finalizer left.
pub(super) fn finished(object: &Value) -> bool {
    let meta = &object["metadata"];
    let waits = meta["deletionGracePeriodSeconds"].as_u64().is_some_and(|s| s > 0);
    meta.get("deletionTimestamp").is_some() && !waits && finalizers(object).is_empty()
}

/// Leaves out empty lists and maps of metadata, as the API server does.
fn tidy(object: &mut Value) {
    let Some(meta) = object["metadata"].as_object_mut() else { return };
    meta.retain(|_, v| match v {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    });
}

pub(super) fn remove(object: &mut Value, key: &str) {
    drop(object.as_object_mut().map(|m: &mut Map<String, Value>| m.remove(key)));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A time in the form that metadata has: whole seconds, UTC.
pub fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A random uid.
fn uid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Five letters, for the end of a generated name.
fn suffix() -> String {
    let letters = b"bcdfghjklmnpqrstvwxz2456789";
    random::<5>().iter().map(|b| char::from(letters[usize::from(*b) % letters.len()])).collect()
}

/// Random bytes. Zeros if the system gives none: names and uids of a demo protect nothing.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let _ = getrandom::fill(&mut bytes);
    bytes
}
