//! DELETE, of one object or of all that are selected. Knows no routes.
use super::answer::Answer;
use super::ask::Ask;
use super::form::{self, Form};
use super::target::Target;
use super::write::{done, id, present};
use crate::world::resource::Resource;
use crate::world::selector::Selector;
use crate::world::status::Status;
use crate::world::store::{DeleteOptions, Deletion, Id, Propagation, Store};
use serde_json::{Value, json};
use std::sync::Arc;

/// Kinds for which DELETE answers with the deleted object, not with a Status.
const ANSWERED: [&str; 7] =
    ["persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts", "services"];

/// The options of a DELETE, from its body or its query.
fn options(ask: &Ask) -> Result<(DeleteOptions, bool), Status> {
    let body = if ask.body.is_empty() { json!({}) } else { ask.object()? };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let word = text(&body["propagationPolicy"]).or_else(|| ask.param("propagationPolicy"));
    let propagation = match word.as_deref() {
        None if body["orphanDependents"] == true => Some(Propagation::Orphan),
        None => None,
        Some("Background") => Some(Propagation::Background),
        Some("Foreground") => Some(Propagation::Foreground),
        Some("Orphan") => Some(Propagation::Orphan),
        Some(other) => {
            let known = "supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"";
            let text = format!("DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: {other:?}: {known}");
            return Err(Status::new(422, "Invalid", text));
        }
    };
    let grace = body["gracePeriodSeconds"].as_i64().or_else(|| ask.param("gracePeriodSeconds")?.parse().ok());
    let dry = ask.dry() || body["dryRun"].as_array().is_some_and(|l| !l.is_empty());
    let conditions = &body["preconditions"];
    Ok((DeleteOptions { propagation, uid: text(&conditions["uid"]), resource_version: text(&conditions["resourceVersion"]), grace }, dry))
}

/// DELETE of one object.
///
/// # Errors
/// 404, 409 where a precondition fails, 400 and 422 for options that can't be read.
pub(super) fn one(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let (options, dry) = options(ask)?;
    let done_with = if dry { Deletion::Gone(present(store, target)?) } else { store.delete(&id(target), &options)? };
    match done_with {
        Deletion::Gone(object) if !ANSWERED.contains(&target.resource.stem().as_str()) => {
            Ok(Answer::json(200, &success(&target.resource, &object)))
        }
        Deletion::Gone(object) | Deletion::Terminating(object) => done(store, target, ask, 200, &object),
    }
}

fn success(resource: &Resource, object: &Value) -> Value {
    let mut details = json!({"name": object["metadata"]["name"], "kind": resource.plural, "uid": object["metadata"]["uid"]});
    if !resource.group.is_empty() {
        details["group"] = resource.group.clone().into();
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// DELETE of all selected objects. Answers with the list of what was there.
///
/// # Errors
/// 400 for selectors that can't be read; and every error of a single deletion.
pub(super) fn all(store: &mut Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let (options, dry) = options(ask)?;
    let param = |name| ask.param(name).unwrap_or_default();
    let stem = target.resource.stem();
    let selector = Selector::parse(&stem, &param("labelSelector"), &param("fieldSelector"))?;
    let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
    let chosen = store.entries(&stem, namespace).filter(|(_, o)| selector.matches(o));
    let chosen: Vec<(Id, Arc<Value>)> = chosen.map(|(i, o)| (i.clone(), o.clone())).collect();
    for (id, _) in chosen.iter().filter(|_| !dry) {
        store.delete(id, &options)?;
    }
    let objects: Vec<Arc<Value>> = chosen.into_iter().map(|(_, o)| o).collect();
    let metadata = json!({"resourceVersion": store.version().to_string()});
    let form = Form::accepted(ask.header("accept"))?;
    Ok(Answer::bytes(200, "application/json", form::many(form, &target.resource, &objects, metadata, store.now())))
}
