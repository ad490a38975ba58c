//! The objects of one snapshot, indexed for the questions that placing and splitting ask.
use crate::kinds::Rules;
use crate::kinds::rule::Relation;
use crate::layers::Apps;
use crate::layers::Tracking;
use crate::layers::apps::owner_uids;
use crate::layers::scalers::Scaler;
use crate::model::Key;
use crate::model::KeyRef;
use crate::model::Layer;
use crate::model::Object;
use crate::model::Objects;
use serde_json::Value;
use std::collections::HashMap;

/// A snapshot's objects with their indexes.
pub struct Context<'a> {
    /// The objects, as given.
    pub objects: &'a dyn Objects,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The Applications.
    pub apps: Apps<'a>,
    /// The tracking method in force.
    pub tracking: Tracking,
    /// The label that speaks where nothing else does.
    pub scope_label: String,
    by_uid: HashMap<&'a str, usize>,
    pub(super) scaled: HashMap<Key, Scaler>,
}

impl<'a> Context<'a> {
    /// Indexes the objects.
    pub fn new(objects: &'a dyn Objects, rules: &'a Rules, layers: &[Layer], scope_label: &str) -> Self {
        let (apps, tracking) = Apps::new(objects, layers);
        Self {
            objects,
            rules,
            apps,
            tracking,
            scope_label: scope_label.to_owned(),
            by_uid: (0..objects.len()).map(|at| (objects.uid(at), at)).filter(|(uid, _)| !uid.is_empty()).collect(),
            scaled: super::scalers::scaled(objects),
        }
    }

    /// What the object's scope label says.
    pub fn scope<'o>(&self, object: &'o Object) -> Option<&'o str> {
        object.value.get("metadata")?.get("labels")?.get(&self.scope_label)?.as_str()
    }

    /// The place of the object of a uid.
    pub fn by_uid(&self, uid: &str) -> Option<usize> {
        self.by_uid.get(uid).copied()
    }

    /// The objects that this one is related to, strongest relation first: owners by uid, then what its kind's rule declares.
    pub(super) fn related(&self, object: &Object) -> Vec<usize> {
        let owners = owner_uids(&object.value).filter_map(|uid| self.by_uid(uid));
        let declared = self.rules.of(&object.key.group, &object.key.kind).rule.relations.iter();
        let above = super::derived::cron_job(self, object);
        owners.chain(declared.filter_map(|r| self.target(object, r))).chain(above).collect()
    }

    /// The object that a declared relation leads to.
    pub(super) fn target(&self, object: &Object, relation: &Relation) -> Option<usize> {
        let meta = |map: &str, name: &str| object.value.get("metadata")?.get(map)?.get(name)?.as_str();
        let namespace = &*object.key.namespace;
        let find = |namespace: &str, name: &str| {
            let key = KeyRef { group: &relation.group, kind: &relation.to, namespace, name };
            self.objects.find(key).or_else(|| self.objects.find(KeyRef { namespace: "", ..key }))
        };
        if relation.same_name {
            return find(namespace, &object.key.name);
        }
        if let Some(label) = &relation.label {
            return find(namespace, meta("labels", label)?);
        }
        if let Some(annotation) = &relation.annotation {
            return find(namespace, meta("annotations", annotation)?);
        }
        if let Some(at) = &relation.name_at {
            return find(namespace, object.value.pointer(at)?.as_str()?);
        }
        if let Some(at) = &relation.at {
            let reference = object.value.pointer(at)?;
            let part = |k: &str| reference.get(k).and_then(Value::as_str);
            let found = find(part("namespace").unwrap_or(namespace), part("name")?)?;
            // A reference with a uid is to that instance and to no later one of the same name.
            return part("uid").is_none_or(|uid| self.objects.uid(found) == uid).then_some(found);
        }
        if relation.claim_template {
            return self.claim_owner(object);
        }
        if relation.listed {
            return self.apps.listing(self.objects.find(object.key.parts())?).next();
        }
        None
    }

    /// `<template>-<set>-<ordinal>`: the StatefulSet of the claim's namespace whose template made it.
    fn claim_owner(&self, claim: &Object) -> Option<usize> {
        let (stem, ordinal) = claim.key.name.rsplit_once('-')?;
        ordinal.parse::<u32>().ok()?;
        let dashes = stem.match_indices('-').map(|(i, _)| i);
        dashes.filter_map(|i| Some((stem.get(..i)?, stem.get(i + 1..)?))).find_map(|(template, set)| {
            let found = self.objects.find(KeyRef { group: "apps", kind: "StatefulSet", namespace: &claim.key.namespace, name: set })?;
            let set = self.objects.whole(found)?;
            let templates = set.value.pointer("/spec/volumeClaimTemplates")?.as_array()?;
            templates.iter().any(|t| t.pointer("/metadata/name").and_then(Value::as_str) == Some(template)).then_some(found)
        })
    }
}
