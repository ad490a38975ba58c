//! The schema of a kind's rule file. A rule says; it does not do: no code here touches an object.
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One rule file, `rules/<plural>.<group>.yaml`; files whose name begins with `_` are fragments that others include.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Kind, as in `Deployment`; empty in a fragment.
    pub kind: String,
    /// API group; empty for the core group.
    pub group: String,
    /// Plural resource name.
    pub plural: String,
    /// Whether objects of the kind have no namespace.
    pub cluster_scoped: bool,
    /// Why the rule is as it is, in one line.
    pub because: String,
    /// Fragments to include: pointer to where they apply → fragment name.
    pub include: BTreeMap<String, String>,
    /// Pointer patterns of fields that say which instance it is. In every pattern a token `*` is any one token, and one that ends in `*`
    /// is any that begins so.
    pub identity: Vec<String>,
    /// Pointer patterns of identity fields that move by themselves while the uid stays (law 5): restart counts, addresses.
    pub moves: Vec<String>,
    /// Pointer patterns of identity fields that the cluster writes anew for each instance: named where they differ (law 13).
    pub generated: Vec<String>,
    /// Lists some of whose elements are identity: pointer pattern of a list → field → patterns of its value.
    pub elements: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// What more holds of some objects of the kind.
    pub when: Vec<When>,
    /// A list that a controller gathers from other objects of the kind.
    pub gathered: Option<Gathered>,
    /// Objects that well-known controllers add and take (law 14): that one comes or goes is no change. Any one of these.
    pub passing: Vec<Passing>,
    /// True where what an object runs comes to an end by itself: its pods come and go.
    pub ends: bool,
    /// Pointer patterns of bookkeeping.
    pub noise: Vec<String>,
    /// Pointer patterns that are state although something above them is not.
    pub state: Vec<String>,
    /// Lists without an order of their own.
    pub lists: BTreeMap<String, ListRule>,
    /// Values that mean the same as the field's absence.
    pub defaults: BTreeMap<String, Value>,
    /// Values with which an identity field is state after all (`clusterIP: None`).
    pub unless: BTreeMap<String, Vec<Value>>,
    /// How health is read: a name of [`crate::kinds::health`]'s vocabulary.
    pub health: Option<String>,
    /// When an object of the kind is derived: any one of these.
    pub derived: Vec<Derived>,
    /// Relations to other objects, strongest first.
    pub relations: Vec<Relation>,
    /// False for kinds that are asked and not kept (Events, Leases).
    pub stored: Option<bool>,
    /// True where only metadata is kept (Secrets).
    pub metadata_only: bool,
}

/// A list that has no order of its own.
#[derive(Deserialize, Clone, Debug)]
#[serde(untagged)]
pub enum ListRule {
    /// `set`: equal as a set of values.
    Set(SetWord),
    /// Keyed by these fields.
    Keys(Vec<String>),
    /// Keyed by these fields, unless a text within holds `unless`: then the order means something.
    KeysUnless {
        /// The key fields.
        by: Vec<String>,
        /// The text whose presence keeps the order.
        unless: String,
    },
}

/// The word `set`.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
pub enum SetWord {
    /// A set.
    Set,
}

/// What more holds of the objects that all of these conditions describe. They are the object's own words: so what they excuse is to be small.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// The object has this name …
    pub name: Option<String>,
    /// … is in this namespace …
    pub namespace: Option<String>,
    /// … carries each of these annotations …
    pub annotations: Vec<String>,
    /// … and each of these labels.
    pub labels: BTreeMap<String, String>,
    /// As in a rule.
    pub identity: Vec<String>,
    /// As in a rule.
    pub moves: Vec<String>,
    /// As in a rule.
    pub generated: Vec<String>,
    /// As in a rule.
    pub noise: Vec<String>,
    /// Why, with its source.
    pub because: String,
}

/// A list that is identity where it is the union of the same list of the objects of this kind that its selectors match; else it is state.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct Gathered {
    /// The list.
    pub at: String,
    /// The label selectors.
    pub selectors: String,
}

/// Conditions under which an object comes and goes by itself.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Passing {
    /// A declared relation resolves: another object says so too. Without it the object's word alone stands, and a doubt remains.
    pub relation: bool,
    /// It carries one of these labels.
    pub labels: Vec<String>,
    /// Why, with its source.
    pub because: String,
}

/// Conditions, all of which must hold, under which an object is derived.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Derived {
    /// Always.
    pub always: bool,
    /// A controller ownerReference to one of these kinds (`*`: any; `+custom`: any without a built-in rule) resolves by uid.
    pub owner: Vec<String>,
    /// A declared relation resolves.
    pub relation: bool,
    /// The related object has a value at this pointer.
    pub target_has: Option<String>,
    /// The object carries this annotation …
    pub annotation: Option<String>,
    /// The object carries this label …
    pub label: Option<String>,
    /// … and it (label or annotation) contains one of these words.
    pub contains: Vec<String>,
    /// The object has this name.
    pub name: Option<String>,
    /// An Application manages it: its mark names one that lists it.
    pub managed: bool,
    /// The reference at this pointer carries the related object's uid, and the related object names it back at [`Self::back`].
    pub by_uid: Option<String>,
    /// Where the related object names it.
    pub back: Option<String>,
    /// What the object holds at the first pointer follows from what its controller holds at the second.
    pub follows: BTreeMap<String, String>,
    /// The text at a pointer is one of these.
    pub says: BTreeMap<String, Vec<String>>,
    /// An ownerReference, of a controller or not, to one of these kinds resolves by uid.
    pub dependent_of: Vec<String>,
    /// It has nothing at these pointers.
    pub without: Vec<String>,
    /// Its `data` is that of its namesake in this namespace, where that was seen.
    pub same_as: Option<String>,
    /// Beside apiVersion, kind and metadata its state has only these pointers.
    pub only: Option<Vec<String>>,
}

/// A relation to another object.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Relation {
    /// Kind of the other object.
    pub to: String,
    /// Its group.
    pub group: String,
    /// It has the same name, in the same namespace.
    pub same_name: bool,
    /// This label holds its name.
    pub label: Option<String>,
    /// This annotation holds its name.
    pub annotation: Option<String>,
    /// A reference `{namespace, name, uid}` to it stands at this pointer.
    pub at: Option<String>,
    /// Its name stands at this pointer.
    pub name_at: Option<String>,
    /// It is the StatefulSet whose claim template made this claim (`<template>-<set>-<ordinal>`).
    pub claim_template: bool,
    /// It is the one that names this object here.
    pub named_by: Option<String>,
    /// It is the CustomResourceDefinition that serves the group and version that stand in this object's spec.
    pub serves: bool,
    /// It is the Application whose `status.resources` lists this object.
    pub listed: bool,
}
