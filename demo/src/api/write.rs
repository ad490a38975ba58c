//! POST, PUT and PATCH, with their preconditions and their subresources. Knows no routes.
use super::answer::Answer;
use super::ask::Ask;
use super::fields::Writer;
use super::form::Form;
use super::target::Target;
use super::{fields, form, patch, scale};
use crate::world::defaults;
use crate::world::status::Status;
use crate::world::store::{Id, Store};
use serde_json::{Value, json};

pub(super) fn id(target: &Target) -> Id {
    Id::new(&target.resource.stem(), &target.namespace, target.name.as_deref().unwrap_or_default())
}

/// The answer that holds the object as it is now.
pub(super) fn done(store: &Store, target: &Target, ask: &Ask, code: u16, object: &Value) -> Result<Answer, Status> {
    let form = Form::accepted(ask.header("accept"))?;
    let answer = Answer::json(code, &form::one(form, &target.resource, object, store.now()));
    let plain = object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let plain = plain.filter(|f| target.resource.custom && !f.contains('/')).map(|f| {
        let better =
            "prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers";
        format!("299 - \"metadata.finalizers: \\\"{f}\\\": {better}\"")
    });
    Ok(plain.fold(answer, |a, warning| a.with("warning", warning)))
}

fn writer(ask: &Ask, target: &Target, operation: &'static str) -> Writer {
    Writer { manager: ask.manager(), operation, subresource: target.sub.clone() }
}

/// Checks that the object of a body is the one that the path names.
fn fits(target: &Target, object: &Value) -> Result<(), Status> {
    let resource = &target.resource;
    let (kind, api) = (&object["kind"], &object["apiVersion"]);
    if (!kind.is_null() && *kind != resource.kind) || (!api.is_null() && *api != resource.api_version()) {
        let text = format!("{kind} in version {api} cannot be handled as a {}: the kinds do not match", resource.kind);
        return Err(Status::bad_request(text));
    }
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or(&target.namespace);
    if namespace != target.namespace {
        return Err(Status::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
    }
    match (target.name.as_deref(), object["metadata"]["name"].as_str()) {
        (Some(name), Some(other)) if name != other => {
            Err(Status::bad_request(format!("the name of the object ({other}) does not match the name on the URL ({name})")))
        }
        _ => Ok(()),
    }
}

/// POST of a new object.
///
/// # Errors
/// Those of the store's `create`; 400 and 415 for a body that does not fit.
pub(super) fn create(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let mut object = ask.object()?;
    fits(target, &object)?;
    object["apiVersion"] = target.resource.api_version().into();
    made(store, target, ask, object, "Update")
}

fn made(store: &mut Store, target: &Target, ask: &Ask, mut object: Value, operation: &'static str) -> Result<Answer, Status> {
    let written = object.clone();
    object["metadata"]["managedFields"] = Value::Null;
    if target.resource.custom || !target.resource.status_subresource() {
        fields::stamp(&mut object, &written, &writer(ask, target, operation), store.now());
    } else {
        // Status is written through its own path only.
        object["status"] = json!({});
        let mut without = written;
        without["status"] = Value::Null;
        fields::stamp(&mut object, &without, &writer(ask, target, operation), store.now());
    }
    defaults::fill(&target.resource, &mut object);
    let object = if ask.dry() {
        store.prepared(&target.resource, &target.namespace, object)?
    } else {
        store.create(&target.resource, &target.namespace, object)?
    };
    done(store, target, ask, 201, &object)
}

/// PUT of one object, or of its status or scale.
///
/// # Errors
/// 404; 409 if it is not the latest version; 422 if a custom resource gives no version.
pub(super) fn update(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let new = ask.object()?;
    let old = present(store, target)?;
    if target.sub.as_deref() == Some("scale") {
        let whole = scale::into(&old, &new);
        return stored(store, target, ask, &old, whole, &json!({"spec": {"replicas": null}}), "Update");
    }
    fits(target, &new)?;
    if target.resource.custom && new["metadata"]["resourceVersion"].is_null() {
        let name = target.name.as_deref().unwrap_or_default();
        let why = "Invalid value: 0x0: must be specified for an update";
        return Err(Status::invalid(&target.resource, name, "metadata.resourceVersion", why));
    }
    let written = new.clone();
    stored(store, target, ask, &old, new, &written, "Update")
}

/// PATCH of one object, or of its status or scale.
///
/// # Errors
/// 404, 409, 415, 422.
pub(super) fn patch(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    if ask.content_type() == "application/apply-patch+yaml" {
        return apply(store, target, ask);
    }
    let old = present(store, target)?;
    let view = if target.sub.as_deref() == Some("scale") { scale::of(&old) } else { old.clone() };
    let new = patch::patched(&target.resource, &view, ask.content_type(), &ask.body)?;
    if target.sub.as_deref() == Some("scale") {
        let whole = scale::into(&old, &new);
        return stored(store, target, ask, &old, whole, &json!({"spec": {"replicas": null}}), "Update");
    }
    fits(target, &new)?;
    let written = difference(&old, &new);
    stored(store, target, ask, &old, new, &written, "Update")
}

fn apply(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    if ask.param("fieldManager").is_none_or(|m| m.is_empty()) {
        let why = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
        return Err(Status::new(422, "Invalid", why));
    }
    let mut wanted = ask.object()?;
    fits(target, &wanted)?;
    match present(store, target) {
        Err(status) if status.code == 404 && target.sub.is_none() => {
            wanted["metadata"]["name"] = target.name.clone().unwrap_or_default().into();
            wanted["apiVersion"] = target.resource.api_version().into();
            made(store, target, ask, wanted, "Apply")
        }
        Err(status) => Err(status),
        Ok(old) => {
            let new = patch::applied(&target.resource, &old, &wanted);
            stored(store, target, ask, &old, new, &wanted, "Apply")
        }
    }
}

pub(super) fn present(store: &Store, target: &Target) -> Result<Value, Status> {
    let name = target.name.as_deref().unwrap_or_default();
    store.get(&id(target)).cloned().ok_or_else(|| Status::not_found(&target.resource, name))
}

/// Stores the new form of an object, in the fields that the path may change.
fn stored(
    store: &mut Store,
    target: &Target,
    ask: &Ask,
    old: &Value,
    mut new: Value,
    written: &Value,
    operation: &'static str,
) -> Result<Answer, Status> {
    let (resource, name) = (&target.resource, target.name.as_deref().unwrap_or_default());
    let meant = |key: &str| new["metadata"].get(key).filter(|v| !v.is_null() && **v != old["metadata"][key]);
    if meant("resourceVersion").is_some_and(|v| v != "") {
        return Err(Status::modified(resource, name));
    }
    if let Some(uid) = meant("uid") {
        let (uid, own) = (uid.as_str().unwrap_or_default(), old["metadata"]["uid"].as_str().unwrap_or_default());
        return Err(Status::conflict(
            resource,
            name,
            &format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {own}"),
        ));
    }
    let scale = target.sub.as_deref() == Some("scale");
    let part = match target.sub.as_deref() {
        Some("status") => Some("status"),
        Some("finalize") => Some("spec"),
        _ => None,
    };
    if let Some(part) = part {
        let mut whole = old.clone();
        whole[part] = new[part].take();
        new = whole;
    } else if resource.status_subresource() {
        keep(&mut new, old, "status");
    }
    defaults::fill(resource, &mut new);
    keep(&mut new["metadata"], &old["metadata"], "managedFields");
    let would = store.revised(&id(target), new.clone())?;
    if would == *old {
        return done(store, target, ask, 200, &if scale { scale::of(old) } else { would });
    }
    fields::stamp(&mut new, written, &writer(ask, target, operation), store.now());
    let now = if ask.dry() { store.revised(&id(target), new)? } else { store.modify(&id(target), |o| *o = new)? };
    done(store, target, ask, 200, &if scale { scale::of(&now) } else { now })
}

fn keep(new: &mut Value, old: &Value, key: &str) {
    match (old.get(key), new.as_object_mut()) {
        (Some(value), Some(map)) => drop(map.insert(key.into(), value.clone())),
        (None, Some(map)) => drop(map.remove(key)),
        _ => {}
    }
}

/// The fields of `new` that differ from `old`.
fn difference(old: &Value, new: &Value) -> Value {
    let (Value::Object(a), Value::Object(b)) = (old, new) else { return new.clone() };
    Value::Object(
        b.iter()
            .filter(|(k, v)| a.get(*k) != Some(v))
            .map(|(k, v)| (k.clone(), difference(&a.get(k).cloned().unwrap_or_default(), v)))
            .collect(),
    )
}
