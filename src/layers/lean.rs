//! The lean form of an object: the fields that placing reads. With it, a large snapshot need not be held in memory (or read back) whole
//! to find the layer of each object. Every field that [`crate::layers`] reads from a *lean* object is listed here; it reads other fields
//! from the whole object.
use crate::argo::{ANNOTATION, HELM_POLICY, INSTALLATION, SKIP_RECONCILE, SYNC_OPTIONS};
use crate::kinds::Rules;
use crate::kinds::built_in::is_custom;
use crate::kinds::rule::Relation;
use crate::value::wanted::Wanted;
use crate::value::{Value, join};

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

/// The annotations that placing reads from every object.
const ANNOTATIONS: &[&str] = &[ANNOTATION, INSTALLATION, SYNC_OPTIONS, HELM_POLICY, SKIP_RECONCILE];

/// What placing reads of the objects of a kind.
#[derive(Clone, Default, Debug)]
pub struct Lean {
    fields: Wanted,
    /// The same without content: of ConfigMaps only that of Argo CD's settings is read.
    of_others: Option<Wanted>,
}

impl Lean {
    pub fn of(group: &str, kind: &str, rules: &Rules) -> Self {
        let (mut fields, rule) = (Wanted::default(), rules.of(group, kind));
        let named = rule.relations().flat_map(|r| r.annotation.iter().chain(&r.kind_annotation)).map(String::as_str);
        named.chain(ANNOTATIONS.iter().copied()).for_each(|name| fields.add(&join("/metadata/annotations", name)));
        let own = OF_KIND.iter().filter(|(g, k, _)| *g == group && *k == kind).flat_map(|(_, _, pointers)| *pointers);
        let own = own.copied().chain(super::scalers::reads(group, kind)).chain(is_custom(group).then_some("/spec/claimRef"));
        ALWAYS.iter().copied().chain(own).for_each(|p| fields.add(p));
        rule.relations().flat_map(Relation::reads).for_each(|p| fields.add(p));
        let of_others = (kind == "ConfigMap" && group.is_empty()).then(|| fields.clone());
        if of_others.is_some() {
            fields.add("/data");
        }
        Self { fields, of_others }
    }

    /// What is read of any object of the kind, and these fields.
    pub(crate) fn with(&self, further: &[&str]) -> Wanted {
        let mut fields = self.fields.clone();
        further.iter().for_each(|p| fields.add(p));
        fields
    }

    /// What is read of the object of this name.
    pub fn cut(&self, value: &Value, name: &str) -> Value {
        self.of_others.as_ref().filter(|_| name != "argocd-cm").unwrap_or(&self.fields).of(value).unwrap_or_default()
    }
}
