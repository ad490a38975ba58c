//! Manifests as they are applied: clean, in the namespace that is meant, the root in the mode that it is to have. Pure.
use crate::argo::app::{self, RESOURCES};
use crate::model::meta::text;
use crate::model::{Key, Object};
use crate::usecase::switch::decide::patches;
use crate::usecase::switch::words::key_of;
use crate::usecase::switch::{Code, Stop, View, Write};
use crate::value::{Value, set};

/// The root from a person's manifests, manual: it is made automated by the patch that also asks for the operation.
pub fn given(manifests: &[Value], root: &Key) -> Result<Value, Stop> {
    let manifest = manifests.iter().find(|m| text(m, "/kind") == "Application").or(manifests.first());
    let manifest = manifest.ok_or_else(|| Stop::refused(Code::NoRoot, root, ""))?;
    let found = key_of(manifest);
    let space = if found.namespace.is_empty() { &root.namespace } else { &found.namespace };
    if !found.is_argo("Application") || found.name != root.name || *space != root.namespace {
        return Err(Stop::refused(Code::OtherManifest, root, found.to_string()));
    }
    Ok(in_mode(placed(manifest, &root.namespace), None))
}

/// The root as it is applied again: from the manifests or as it was read, in the mode that it had.
pub fn again(root: &Object, manifests: &[Value]) -> Result<Value, Stop> {
    let is_root = |m: &Value| text(m, "/kind") == "Application" && text(m, "/metadata/name") == root.key.name;
    if let Some(other) = manifests.iter().find(|m| text(m, "/kind") != "AppProject" && !is_root(m)) {
        return Err(Stop::refused(Code::OtherManifest, &root.key, key_of(other).to_string()));
    }
    let manifest = manifests.iter().find(|m| is_root(m)).unwrap_or(&root.value);
    let automated = root.value.pointer("/spec/syncPolicy/automated").filter(|a| a.is_object());
    Ok(in_mode(placed(manifest, &root.key.namespace), automated))
}

/// The root's AppProject where it is missing, from the manifests given.
pub fn project(view: &View, root: &Object, manifests: &[Value]) -> Result<Option<Write>, Stop> {
    let name = app::project(&root.value);
    if view.has_project(name) != Some(false) {
        return Ok(None);
    }
    let key = Key::new("argoproj.io", "AppProject", &view.control, name);
    let given = manifests.iter().find(|m| text(m, "/kind") == "AppProject" && text(m, "/metadata/name") == name);
    let given = given.ok_or_else(|| Stop::refused(Code::ProjectWanted, &key, ""))?;
    Ok(Some(patches::create_project(&key, placed(given, &view.control))))
}

fn placed(manifest: &Value, namespace: &str) -> Value {
    let mut new = cleaned(manifest);
    set(&mut new, "/metadata/namespace", namespace.into());
    new
}

fn in_mode(mut manifest: Value, automated: Option<&Value>) -> Value {
    match automated {
        Some(automated) => drop(set(&mut manifest, "/spec/syncPolicy/automated", automated.clone())),
        None => drop(manifest.pointer_mut("/spec/syncPolicy").and_then(Value::as_object_mut).map(|p| p.remove("automated"))),
    }
    manifest
}

/// An Application as it can be applied again: what the cluster and Argo CD put into it is gone.
pub fn cleaned(live: &Value) -> Value {
    let mut new = live.clone();
    if let Some(map) = new.as_object_mut() {
        map.retain(|k, _| matches!(k, "apiVersion" | "kind" | "metadata" | "spec"));
    }
    if let Some(meta) = new.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.retain(|k, _| matches!(k, "name" | "namespace" | "labels" | "annotations" | "finalizers"));
        if let Some(annotations) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            const PASSING: [&str; 3] = ["refresh", "refresh-timestamp", "hydrate"];
            annotations.retain(|k, _| !PASSING.iter().any(|p| k.strip_prefix("argocd.argoproj.io/") == Some(p)));
        }
        if let Some(finalizers) = meta.get_mut("finalizers").and_then(Value::as_array_mut) {
            // The others are added by Argo CD itself, or by the garbage collector.
            finalizers.retain(|f| f.as_str().is_some_and(|f| f.starts_with(RESOURCES)));
        }
    }
    new
}
