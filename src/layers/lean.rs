//! The lean form of an object: the fields that placing reads. With it, a large snapshot need not be held in memory (or read back) whole
//! to find the layer of each object. Every field that [`crate::layers`] reads from a *lean* object is listed here; it reads other fields
//! from the whole object.
use crate::argo::{ANNOTATION, HELM_POLICY, INSTALLATION, SKIP_RECONCILE, SYNC_OPTIONS};
use crate::kinds::Rules;
use crate::kinds::built_in::is_custom;
use crate::kinds::rule::Relation;
use crate::model::Key;
use crate::value::{Value, escape, set};
use std::sync::LazyLock;

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
    // Whether the addresses of an EndpointSlice are those of its pods.
    ("", "Pod", &["/metadata/deletionTimestamp", "/spec/nodeName", "/status/phase", "/status/podIP", "/status/podIPs"]),
    ("", "Service", &["/spec/selector", "/spec/ports"]),
    ("", "PersistentVolumeClaim", &["/status/phase"]),
    // Which record of a storage system is that of a volume.
    ("", "PersistentVolume", &["/spec/csi/driver", "/spec/csi/volumeHandle", "/spec/claimRef/uid"]),
];

/// The annotations that placing reads from every object, as pointers.
static ANNOTATIONS: LazyLock<Vec<String>> =
    LazyLock::new(|| [ANNOTATION, INSTALLATION, SYNC_OPTIONS, HELM_POLICY, SKIP_RECONCILE].into_iter().map(annotation).collect());

fn annotation(name: &str) -> String {
    format!("/metadata/annotations/{}", escape(name))
}

/// The fields of an object that placing reads.
pub fn lean(value: &Value, key: &Key, rules: &Rules) -> Value {
    let mut out = Value::Null;
    each_field(&key.group, &key.kind, rules, &mut |pointer| {
        if let Some(part) = value.pointer(pointer).filter(|_| pointer != SETTINGS || key.name == "argocd-cm") {
            set(&mut out, pointer, part.clone());
        }
    });
    out
}

/// The content of a ConfigMap, which is read of Argo CD's settings only.
const SETTINGS: &str = "/data";

/// The pointers of the fields that placing reads from a kind.
pub fn each_field(group: &str, kind: &str, rules: &Rules, take: &mut dyn FnMut(&str)) {
    let relations = || rules.of(group, kind).relations();
    ANNOTATIONS.iter().for_each(|p| take(p));
    relations().flat_map(|r| r.annotation.iter().chain(&r.kind_annotation)).for_each(|name| take(&annotation(name)));
    ALWAYS.iter().for_each(|p| take(p));
    relations().flat_map(Relation::reads).for_each(&mut *take);
    let own = OF_KIND.iter().filter(|(g, k, _)| *g == group && *k == kind).flat_map(|(_, _, pointers)| *pointers);
    own.copied().chain(super::scalers::reads(group, kind)).for_each(&mut *take);
    if is_custom(group) {
        take("/spec/claimRef");
    }
    if kind == "ConfigMap" && group.is_empty() {
        take(SETTINGS);
    }
}
