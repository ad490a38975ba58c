//! The objects of one snapshot, with the indexes that placing and splitting need.
use crate::argo::{Apps, Here, kept_either_way};
use crate::kinds::Rules;
use crate::kinds::built_in::is_custom;
use crate::kinds::rule::Relation;
use crate::layers::hosts;
use crate::layers::scalers::Scaler;
use crate::layers::volumes::Volumes;
use crate::model::{Key, KeyRef, Layer, Object, Objects, group_of, meta};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

pub struct Context<'a> {
    pub objects: &'a dyn Objects,
    pub rules: &'a Rules,
    pub apps: Apps<'a>,
    /// The label that names a layer if there is no other evidence.
    pub scope_label: String,
    by_uid: HashMap<&'a str, usize>,
    volumes: OnceLock<Volumes>,
    pub(super) scaled: HashMap<Key, Scaler>,
}

impl<'a> Context<'a> {
    pub fn new(objects: &'a dyn Objects, rules: &'a Rules, layers: &[Layer], scope_label: &str, here: &Here) -> Self {
        Self {
            objects,
            rules,
            apps: Apps::new(objects, layers, here),
            scope_label: scope_label.to_owned(),
            by_uid: (0..objects.len()).map(|at| (objects.uid(at), at)).filter(|(uid, _)| !uid.is_empty()).collect(),
            volumes: OnceLock::new(),
            scaled: super::scalers::scaled(objects),
        }
    }

    /// The value of the object's scope label.
    pub fn scope<'o>(&self, object: &'o Object) -> Option<&'o str> {
        meta::label(&object.value, &self.scope_label)
    }

    /// The index of the object with this uid.
    pub fn by_uid(&self, uid: &str) -> Option<usize> {
        self.by_uid.get(uid).copied()
    }

    /// The objects that this one names: its controller first, then its other owners, then those that its kind's rule declares. For each,
    /// whether more than this object's own word confirms it: Kubernetes deletes an object whose owner in the same namespace is gone, and
    /// some relations are named by the other end too.
    pub(super) fn related(&self, object: &Object) -> Vec<(usize, bool)> {
        let mut owners: Vec<meta::Owner<'_>> = meta::owners(&object.value).collect();
        owners.sort_by_key(|o| !o.is_controller);
        let beside = |at: usize| !object.key.namespace.is_empty() && self.objects.key(at).namespace == object.key.namespace;
        let owners = owners.into_iter().filter_map(|o| self.by_uid(o.uid)).map(|at| (at, beside(at)));
        let declared = self.rules.of(&object.key.group, &object.key.kind).relations();
        let above = self.cron_job(object).map(|at| (at, false));
        let named = declared.flat_map(|r| self.targets(object, r).into_iter().map(move |at| (at, self.is_mutual(object, r, at))));
        let records = self.volume_in_name(object).map(|at| (at, false));
        let labelled = self.in_labels(object).map(|at| (at, false));
        owners.chain(named).chain(self.claimed(object)).chain(records).chain(above).chain(labelled).collect()
    }

    fn volumes(&self) -> &Volumes {
        self.volumes.get_or_init(|| Volumes::read(self.objects))
    }

    /// The volume in whose claim's uid a custom resource is named, as storage systems name what they keep of it.
    fn volume_in_name(&self, object: &Object) -> Option<usize> {
        is_custom(&object.key.group).then(|| self.volumes().in_name(&object.key.name)).flatten()
    }

    /// The object whose uid a label holds: what a policy or an operator makes for an object where no owner can be named (Kyverno 1.15,
    /// `generate.kyverno.io/trigger-uid`).
    fn in_labels(&self, object: &Object) -> Option<usize> {
        let labels = object.value.pointer("/metadata/labels")?.as_object()?;
        labels.values().filter_map(Value::as_str).filter(|uid| *uid != object.uid).find_map(|uid| self.by_uid(uid))
    }

    /// The claim of a custom resource that Crossplane made for one, and whether the claim names it too (crossplane 1.20,
    /// internal/controller/apiextensions/claim/api.go).
    fn claimed(&self, object: &Object) -> Option<(usize, bool)> {
        let reference = object.value.pointer("/spec/claimRef").filter(|_| is_custom(&object.key.group))?;
        let text = |field: &str| meta::text(reference, field);
        let key = Key::new(group_of(text("/apiVersion")), text("/kind"), text("/namespace"), text("/name"));
        let at = self.objects.find(key.parts()).filter(|_| is_custom(&key.group))?;
        let named = || self.objects.whole(at).is_some_and(|claim| meta::text(&claim.value, "/spec/resourceRef/name") == object.key.name);
        Some((at, named()))
    }

    /// Whether the other end of a declared relation names this object too.
    fn is_mutual(&self, object: &Object, relation: &Relation, target: usize) -> bool {
        let back = || {
            let other = self.objects.whole(target)?;
            let uid = object.value.pointer(&format!("{}/uid", relation.at.as_ref()?))?.as_str()?;
            let named = other.value.pointer(relation.back.as_ref()?)?.as_str()?;
            Some(!uid.is_empty() && uid == other.uid && named == object.key.name)
        };
        match relation.listed {
            true => self.apps.deploys_here(target),
            // The volume says which record is its own.
            false => relation.claim_template || !relation.drivers.is_empty() || back() == Some(true),
        }
    }

    /// Whether an object stays on purpose when its layer goes; then its dependents may stay too.
    pub(super) fn is_kept(&self, at: usize) -> bool {
        self.objects.lean(at).is_some_and(|o| kept_either_way(&o.key, &o.value).is_some())
    }

    /// The objects at the other end of a declared relation: several where its pointer stands for each element of lists.
    fn targets(&self, object: &Object, relation: &Relation) -> Vec<usize> {
        match named_at(relation) {
            Some(at) if at.contains("/*") => {
                places(&object.value, at).iter().filter_map(|place| self.target_at(object, relation, Some(place))).collect()
            }
            _ => self.target(object, relation).into_iter().collect(),
        }
    }

    /// The object at the other end of a declared relation.
    pub(super) fn target(&self, object: &Object, relation: &Relation) -> Option<usize> {
        self.target_at(object, relation, named_at(relation))
    }

    /// As [`Self::target`], with the relation's reference at this pointer.
    fn target_at(&self, object: &Object, relation: &Relation, at: Option<&str>) -> Option<usize> {
        let namespace = match (&relation.namespace_label, &relation.namespace_at) {
            (Some(label), _) => meta::label(&object.value, label)?,
            (None, Some(at)) => object.value.pointer(at)?.as_str()?,
            (None, None) => &*object.key.namespace,
        };
        let (kind, group) = match &relation.kind_annotation {
            Some(annotation) => meta::annotation(&object.value, annotation)?.split_once('.')?,
            None => (&*relation.to, &*relation.group),
        };
        let find = |namespace: &str, name: &str| {
            if relation.anywhere {
                let mut namesakes = self.objects.of_kind(&relation.group, &relation.to).filter(|at| self.objects.key(*at).name == name);
                return namesakes.next().filter(|_| namesakes.next().is_none());
            }
            let key = KeyRef { group, kind, namespace, name };
            self.objects.find(key).or_else(|| self.objects.find(KeyRef { namespace: "", ..key }))
        };
        if relation.same_name {
            return find(namespace, &object.key.name);
        }
        if let Some(label) = &relation.label {
            return find(namespace, meta::label(&object.value, label)?);
        }
        if let Some(annotation) = &relation.annotation {
            let named = meta::annotation(&object.value, annotation)?;
            let Some((rest, name)) = named.rsplit_once('/') else { return find(namespace, named) };
            let (kind, space) = rest.split_once('/').map_or((None, rest), |(kind, space)| (Some(kind), space));
            let is_its_kind = kind.is_none_or(|kind| kind == format!("{}.{}", relation.to, relation.group));
            return find(space, name).filter(|_| is_its_kind);
        }
        if let Some(pointer) = &relation.names_it {
            let mut beside = self.objects.of_kind(&relation.group, &relation.to).filter(|at| self.objects.key(*at).namespace == namespace);
            return beside.find(|at| self.objects.whole(*at).is_some_and(|other| meta::text(&other.value, pointer) == object.key.name));
        }
        if let Some(at) = &relation.name_at {
            return find(namespace, object.value.pointer(at)?.as_str()?);
        }
        if relation.host_at.is_some() {
            let (name, space) = hosts::service(object.value.pointer(at?)?.as_str()?)?;
            return find(space.unwrap_or(namespace), name);
        }
        if let Some(at) = at {
            let reference = object.value.pointer(at)?;
            let part = |k: &str| reference.get(k).and_then(Value::as_str);
            if relation.accounts_at.is_some() {
                let (space, name) = hosts::account(part("kind")?, part("name")?)?;
                return if relation.to == "Namespace" { name.is_none().then(|| find("", space))? } else { find(space, name?) };
            }
            // Beside it stands what kind of object it names, where that may be several.
            if part("kind").is_some_and(|kind| kind != relation.to) {
                return None;
            }
            let found = find(part("namespace").unwrap_or(namespace), part("name")?)?;
            // A reference with a uid means that instance, not a later one of the same name.
            return part("uid").is_none_or(|uid| self.objects.uid(found) == uid).then_some(found);
        }
        if !relation.drivers.is_empty() {
            let handle = relation.handle_at.as_ref().map_or(Some(&*object.key.name), |at| object.value.pointer(at)?.as_str())?;
            let mut found = relation.drivers.iter().filter_map(|driver| self.volumes().of_handle(driver, handle));
            return found.next();
        }
        if relation.serves {
            return self.serving(object);
        }
        if relation.claim_template {
            return self.claim_owner(object);
        }
        if relation.listed {
            let at = self.objects.find(object.key.parts())?;
            // If a protected layer lists it too, it does not belong to the switched layer alone.
            return self.apps.protecting(at).or_else(|| self.apps.listing(at).next());
        }
        None
    }

    /// The CronJob that made the Job of a pod, by the names that the CronJob controller gives.
    pub(super) fn cron_job(&self, pod: &Object) -> Option<usize> {
        let job = meta::controller(&pod.value).filter(|owner| owner.kind == "Job")?;
        let (name, number) = job.name.rsplit_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let key = KeyRef { group: "batch", kind: "CronJob", namespace: &pod.key.namespace, name };
        self.objects.find(key).filter(|_| is_number && self.by_uid(job.uid).is_none())
    }

    /// The CustomResourceDefinition that serves the group and version in the object's spec.
    fn serving(&self, object: &Object) -> Option<usize> {
        let whole = self.objects.whole(self.objects.find(object.key.parts())?)?;
        let (group, version) = (meta::text(&whole.value, "/spec/group"), meta::text(&whole.value, "/spec/version"));
        let serves = |at: &usize| {
            let definition = self.objects.whole(*at)?;
            let versions = definition.value.pointer("/spec/versions")?.as_array()?;
            let served = |v: &Value| meta::text(v, "/name") == version && v.get("served") == Some(&Value::Bool(true));
            Some(meta::text(&definition.value, "/spec/group") == group && versions.iter().any(served))
        };
        // Definitions are large, and each is named `<plural>.<group>` (kubernetes 1.33, apiextensions-apiserver
        // `pkg/apis/apiextensions/validation/validation.go`): those of other groups are not unpacked.
        let is_named = |at: &usize| self.objects.key(*at).name.split_once('.').is_some_and(|(_, named)| named == group);
        self.objects.of_kind("apiextensions.k8s.io", "CustomResourceDefinition").filter(is_named).find(|at| serves(at) == Some(true))
    }

    /// The StatefulSet in the claim's namespace whose template made the claim, by its name `<template>-<set>-<ordinal>`.
    fn claim_owner(&self, claim: &Object) -> Option<usize> {
        let (stem, ordinal) = claim.key.name.rsplit_once('-')?;
        ordinal.parse::<u32>().ok()?;
        let dashes = stem.match_indices('-').map(|(i, _)| i);
        dashes.filter_map(|i| Some((stem.get(..i)?, stem.get(i + 1..)?))).find_map(|(template, set)| {
            let found = self.objects.find(KeyRef { group: "apps", kind: "StatefulSet", namespace: &claim.key.namespace, name: set })?;
            let set = self.objects.whole(found)?;
            let mut templates = meta::list(&set.value, "/spec/volumeClaimTemplates");
            templates.any(|t| meta::text(t, "/metadata/name") == template).then_some(found)
        })
    }
}

/// Where a relation's reference is.
fn named_at(relation: &Relation) -> Option<&str> {
    relation.at.as_deref().or(relation.accounts_at.as_deref()).or(relation.host_at.as_deref())
}

/// The places that a pointer names in a value: each token `*` stands for each element of a list.
fn places(value: &Value, pointer: &str) -> Vec<String> {
    let Some((list, rest)) = pointer.split_once("/*") else { return vec![pointer.to_owned()] };
    let all = value.pointer(list).and_then(Value::as_array).into_iter().flatten().enumerate();
    all.flat_map(|(i, element)| places(element, rest).into_iter().map(move |place| format!("{list}/{i}{place}"))).collect()
}
