//! The schema of a kind's rule file. A rule says; it does not do: no code here changes an object.
use crate::kinds::patterns::is_like;
use crate::model::meta;
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
    /// Pointer patterns of fields that say which instance it is. In every pattern a token `*` is any one token, and one that ends in `*` is any
    /// that begins so.
    pub identity: Vec<String>,
    /// Pointer patterns of identity fields, and of a derived object's others, that move by themselves while the uid stays (law 5): restart
    /// counts, addresses.
    pub moves: Vec<String>,
    /// Pointer patterns of identity fields that the cluster writes anew for each instance: named where they differ (law 13).
    pub generated: Vec<String>,
    /// Lists some of whose elements are identity: pointer pattern of the list → field → texts (`*` at the end is any text).
    pub elements: BTreeMap<String, BTreeMap<String, Vec<String>>>,
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
    /// Pointer patterns that say what an object runs and as whom: a departure from its owner's template there is a counter-example,
    /// anywhere else a doubt (law 4).
    pub runs: Vec<String>,
    /// Pointer patterns of privileges: a counter-example also within something that is added whole, which is a doubt else.
    pub grants: Vec<String>,
    /// What controllers and admission write into every object that is made from a template: no departure.
    pub given: Vec<Given>,
    /// How health is read: a name of [`crate::kinds::health`]'s vocabulary.
    pub health: Option<String>,
    /// When an object of the kind is derived: any one of these.
    pub derived: Vec<Derived>,
    /// What more holds of some objects of the kind.
    pub when: Vec<When>,
    /// Labels with which a well-known controller marks the objects of the kind that it adds and takes (law 14): that one of them comes or
    /// goes is a doubt, since only the object says so. `*`: all of them.
    pub passing: Vec<String>,
    /// True where what an object runs comes to an end by itself: its pods come and go.
    pub ends: bool,
    /// Pointer patterns of what an operator writes into an object that has a controller: that one instance moves there is a doubt, since
    /// nothing says what the operator makes.
    pub operated: Vec<String>,
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

/// What more holds of the objects that all of these conditions describe. They are the object's own words, so what they excuse is small.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// The object has this name (`*` is any text) …
    pub name: Option<String>,
    /// … is in this namespace …
    pub namespace: Option<String>,
    /// … has something at each of these pointers …
    pub has: Vec<String>,
    /// … carries each of these annotations (`name`, or `name=value`) …
    pub annotations: Vec<String>,
    /// … and each of these labels.
    pub labels: Vec<String>,
    /// As in a rule.
    pub identity: Vec<String>,
    /// As in a rule.
    pub moves: Vec<String>,
    /// As in a rule.
    pub generated: Vec<String>,
    /// As in a rule.
    pub elements: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// As in a rule.
    pub noise: Vec<String>,
    /// `added`, `removed`: that such an object comes, or goes, is a doubt, since only the object says what it is (law 14).
    pub passing: Vec<Passing>,
    /// Why, with its source.
    pub because: String,
}

/// What an object does that comes or goes by itself.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Passing {
    /// It comes.
    Added,
    /// It goes.
    Removed,
}

impl When {
    /// Whether all of it holds of an object.
    pub fn holds(&self, object: &Value) -> bool {
        let same = |wanted: &Option<String>, pointer: &str| wanted.as_deref().is_none_or(|w| is_like(w, meta::text(object, pointer)));
        same(&self.name, "/metadata/name")
            && same(&self.namespace, "/metadata/namespace")
            && self.has.iter().all(|p| object.pointer(p).is_some_and(|v| !v.is_null()))
            && self.annotations.iter().all(|a| carries(a, |name| meta::annotation(object, name)))
            && self.labels.iter().all(|l| carries(l, |name| meta::label(object, name)))
    }

    /// What it says, as a rule of its own.
    pub fn as_rule(&self) -> Rule {
        let Self { identity, moves, generated, elements, noise, .. } = self.clone();
        Rule { identity, moves, generated, elements, noise, ..Rule::default() }
    }
}

/// Whether a mark (`name`, or `name=value`) is there.
fn carries<'o>(mark: &str, find: impl Fn(&str) -> Option<&'o str>) -> bool {
    mark.split_once('=').map_or_else(|| find(mark).is_some(), |(name, value)| find(name) == Some(value))
}

/// A value that is written into what is made from a template.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// Pointer pattern of where it is added.
    pub at: String,
    /// What it looks like, whole: a text (`*` at its end is any text, `{object}` the object's name, `{name}` its own `name`), a map that has an
    /// entry for each field it may have, or a list of what its elements may be; `"*"` is any value. Absent: any value, whatever the template
    /// says.
    pub like: Option<Value>,
    /// The map of this name beside the one that it stands in (or the one at this pointer) holds the same.
    pub same_as: Option<String>,
}

/// Conditions, all of which must hold, under which an object is derived.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Derived {
    /// Always.
    pub always: bool,
    /// A controller ownerReference to one of these kinds resolves by uid: a kind of the object's own group or of Kubernetes' own, or
    /// `<group>/<Kind>` (`*`: any; `+custom`: any of a CustomResourceDefinition).
    pub owner: Vec<String>,
    /// A declared relation resolves.
    pub relation: bool,
    /// The related object, or the controller where no relation is wanted, has a value at this pointer.
    pub target_has: Option<String>,
    /// The object carries this annotation …
    pub annotation: Option<String>,
    /// The object carries this label …
    pub label: Option<String>,
    /// … and it (label or annotation) contains one of these words.
    pub contains: Vec<String>,
    /// … and it (label or annotation) is one of these words.
    pub is: Vec<String>,
    /// The object has this name (`*` is any text).
    pub name: Option<String>,
    /// Argo CD runs it as a hook (law 6).
    pub hook: bool,
    /// An Application manages it: its mark names one that lists it.
    pub managed: bool,
    /// The reference at this pointer carries the related object's uid, and the related object names it back at [`Self::back`].
    pub by_uid: Option<String>,
    /// Where the related object names it.
    pub back: Option<String>,
    /// Its `data` is that of its namesake in this namespace, which is another one and was seen.
    pub same_as: Option<String>,
    /// What the object holds at the first pointer follows from what its controller holds at the second: where it does not, it departs.
    /// Without any, nothing says what the controller makes.
    pub follows: BTreeMap<String, String>,
    /// At these pointers it holds zero or nothing: it runs nothing, so that a departure is a doubt at most.
    pub idle: Vec<String>,
    /// Its name is in the list (of texts, or of objects with a `name`) that the related object holds at this pointer.
    pub named_in: Option<String>,
    /// What it holds at the first pointer is what the related object holds at the second.
    pub agrees: BTreeMap<String, String>,
    /// Every declared relation resolves.
    pub every: bool,
    /// The related object is itself derived.
    pub of_derived: bool,
    /// The text (or each text of a list) at a pointer is one of these (`*` at the end is any text).
    pub says: BTreeMap<String, Vec<String>>,
    /// No text at one of these pointer patterns is one of these.
    pub unless: BTreeMap<String, Vec<String>>,
    /// It is the claim that its controller, a pod, makes for an ephemeral volume of its own.
    pub ephemeral: bool,
    /// An ownerReference, of a controller or not, to one of these kinds is there by uid, kind and name.
    pub dependent_of: Vec<String>,
    /// It has nothing at these pointers.
    pub without: Vec<String>,
    /// Each address in it is one of the pod that it names beside it, or stands in its controller.
    pub backed: bool,
    /// Beside apiVersion, kind and plain metadata its state has only these pointers; a label or annotation must be among them.
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
    /// The other object holds this one's name at this pointer: with a uid at [`Self::at`], both say that they belong together.
    pub back: Option<String>,
    /// Its name stands at this pointer.
    pub name_at: Option<String>,
    /// It is the StatefulSet whose claim template made this claim (`<template>-<set>-<ordinal>`).
    pub claim_template: bool,
    /// It is the CustomResourceDefinition that serves the group and version of this object's spec.
    pub serves: bool,
    /// It is the Application whose `status.resources` lists this object.
    pub listed: bool,
}
