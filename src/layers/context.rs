//! The objects of one snapshot, indexed for the questions that placing and splitting ask.
use crate::kinds::Rules;
use crate::kinds::rule::Relation;
use crate::layers::Apps;
use crate::layers::Tracking;
use crate::layers::apps::owner_uids;
use crate::model::Key;
use crate::model::Layer;
use crate::model::Object;
use serde_json::Value;
use std::collections::HashMap;

/// A snapshot's objects with their indexes.
pub struct Context<'a> {
    /// The objects, as given.
    pub objects: &'a [Object],
    /// The rules in force.
    pub rules: &'a Rules,
    /// The Applications.
    pub apps: Apps,
    /// The tracking method in force.
    pub tracking: Tracking,
    /// The label that speaks where nothing else does.
    pub scope_label: String,
    by_key: HashMap<&'a Key, usize>,
    by_uid: HashMap<&'a str, usize>,
    pub(super) scaled: HashMap<Key, (i64, i64)>,
}

impl<'a> Context<'a> {
    /// Indexes the objects.
    pub fn new(objects: &'a [Object], rules: &'a Rules, layers: &[Layer], scope_label: &str) -> Self {
        let (apps, tracking) = Apps::new(objects, layers, |listed| Tracking::find(objects, listed));
        Self {
            objects,
            rules,
            apps,
            tracking,
            scope_label: scope_label.to_owned(),
            by_key: objects.iter().enumerate().map(|(i, o)| (&o.key, i)).collect(),
            by_uid: objects.iter().enumerate().filter(|(_, o)| !o.uid.is_empty()).map(|(i, o)| (&*o.uid, i)).collect(),
            scaled: super::owned::scaled(objects),
        }
    }

    /// What the object's scope label says.
    pub fn scope<'o>(&self, object: &'o Object) -> Option<&'o str> {
        object.value.get("metadata")?.get("labels")?.get(&self.scope_label)?.as_str()
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&'a Object> {
        self.by_key.get(key).and_then(|i| self.objects.get(*i))
    }

    /// The object of a uid.
    pub fn by_uid(&self, uid: &str) -> Option<&'a Object> {
        self.by_uid.get(uid).and_then(|i| self.objects.get(*i))
    }

    /// The objects that this one is related to, strongest relation first: owners by uid, then what its kind's rule declares.
    pub(super) fn related(&self, object: &'a Object) -> Vec<usize> {
        let owners = owner_uids(&object.value).filter_map(|uid| self.by_uid.get(uid).copied());
        let declared = self.rules.of(&object.key.group, &object.key.kind).rule.relations.iter();
        owners.chain(declared.filter_map(|r| self.target(object, r))).collect()
    }

    /// The object that a declared relation leads to.
    pub(super) fn target(&self, object: &'a Object, relation: &Relation) -> Option<usize> {
        let key = |namespace: &str, name: &str| Key::new(&relation.group, &relation.to, namespace, name);
        let meta = |map: &str, name: &str| object.value.get("metadata")?.get(map)?.get(name)?.as_str();
        let namespace = &*object.key.namespace;
        let find =
            |namespace: &str, name: &str| self.by_key.get(&key(namespace, name)).or_else(|| self.by_key.get(&key("", name))).copied();
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
            return part("uid").is_none_or(|uid| self.objects.get(found).is_some_and(|o| o.uid == uid)).then_some(found);
        }
        if relation.claim_template {
            return self.claim_owner(object);
        }
        if relation.listed {
            return self.apps.listing(&object.key).first().and_then(|app| self.by_key.get(app).copied());
        }
        None
    }

    /// `<template>-<set>-<ordinal>`: the StatefulSet of the claim's namespace whose template made it.
    fn claim_owner(&self, claim: &Object) -> Option<usize> {
        let (stem, ordinal) = claim.key.name.rsplit_once('-')?;
        ordinal.parse::<u32>().ok()?;
        let dashes = stem.match_indices('-').map(|(i, _)| i);
        dashes.filter_map(|i| Some((stem.get(..i)?, stem.get(i + 1..)?))).find_map(|(template, set)| {
            let found = *self.by_key.get(&Key::new("apps", "StatefulSet", &claim.key.namespace, set))?;
            let templates = self.objects.get(found)?.value.pointer("/spec/volumeClaimTemplates")?.as_array()?;
            templates.iter().any(|t| t.pointer("/metadata/name").and_then(Value::as_str) == Some(template)).then_some(found)
        })
    }
}
