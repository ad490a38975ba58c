//! The lean form of an object: the fields that placing reads. With it, a large snapshot need not be held in memory (or read back) whole
//! to find the layer of each object. Every field that [`crate::layers`] reads from a *lean* object is listed here; it reads other fields
//! from the whole object.
use crate::argo::{ANNOTATION, HELM_POLICY, INSTALLATION, SKIP_RECONCILE, SYNC_OPTIONS};
use crate::kinds::Rules;
use crate::model::{Key, escape, set};
use serde_json::Value;

/// From every object: its owners, and all labels (which label is a mark and which is the scope is known later).
const ALWAYS: &[&str] = &["/metadata/ownerReferences", "/metadata/labels"];

/// (group, kind, pointers): further fields that are read from a kind.
const OF_KIND: &[(&str, &str, &[&str])] = &[
    (
        "argoproj.io",
        "Application",
        &[
            "/metadata/deletionTimestamp",
            "/operation",
            "/spec/destination",
            "/spec/ignoreDifferences",
            "/spec/source",
            "/spec/sources",
            "/status/resources",
            "/status/controllerNamespace",
            "/status/operationState/phase",
            "/status/reconciledAt",
            "/status/sync/status",
            "/status/sync/comparedTo",
        ],
    ),
    ("apps", "ReplicaSet", &["/status/replicas"]),
    ("apps", "StatefulSet", &["/status/replicas"]),
    ("apps", "DaemonSet", &["/status/currentNumberScheduled"]),
    ("", "ReplicationController", &["/status/replicas"]),
];

/// The fields of an object that placing reads.
pub fn lean(value: &Value, key: &Key, rules: &Rules) -> Value {
    let mut out = Value::Null;
    let mut keep = |pointer: &str| {
        if let Some(part) = value.pointer(pointer) {
            set(&mut out, pointer, part.clone());
        }
    };
    let relations = &rules.of(&key.group, &key.kind).rule.relations;
    let annotations = [ANNOTATION, INSTALLATION, SYNC_OPTIONS, HELM_POLICY, SKIP_RECONCILE]
        .into_iter()
        .chain(relations.iter().filter_map(|r| r.annotation.as_deref()));
    annotations.for_each(|name| keep(&format!("/metadata/annotations/{}", escape(name))));
    ALWAYS.iter().for_each(|p| keep(p));
    relations.iter().flat_map(|r| r.at.iter().chain(&r.name_at)).for_each(|p| keep(p));
    let own = OF_KIND.iter().chain(super::scalers::READ).filter(|(group, kind, _)| *group == key.group && *kind == key.kind);
    own.flat_map(|(_, _, pointers)| *pointers).for_each(|p| keep(p));
    if key.kind == "ConfigMap" && key.name == "argocd-cm" {
        keep("/data");
    }
    out
}
