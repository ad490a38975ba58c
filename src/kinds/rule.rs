//! The schema of a kind's rule file. A rule only declares: no code here changes an object.
use crate::kinds::patterns::is_like;
use crate::model::{meta, stem};
use crate::value::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One rule file, `rules/<plural>.<group>.yaml`; files whose name begins with `_` are fragments that other files include.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Kind, such as `Deployment`; `*` for all kinds of a group that have no rule of their own; empty in a fragment.
    pub kind: String,
    /// API group; empty for the core group.
    pub group: String,
    pub plural: String,
    /// Whether objects of the kind have no namespace.
    pub cluster_scoped: bool,
    /// The reason for the rule, in one line.
    pub because: String,
    /// Fragments to include: pointer to where they apply → fragment name.
    pub include: BTreeMap<String, String>,
    /// Pointer patterns of fields that tell which instance it is. In every pattern a token `*` matches any one token, and a token that
    /// ends in `*` matches any token with that beginning.
    pub identity: Vec<String>,
    /// Pointer patterns of fields that move by themselves while the uid stays (law 5), such as restart counts and addresses: identity
    /// fields, and other fields of a derived object.
    pub moves: Vec<String>,
    /// Pointer patterns of identity fields that hold the uid of another object: one that led to an object and leads to none any more is a
    /// change, whatever `moves` says.
    pub refers: Vec<String>,
    /// Pointer patterns of identity fields that the cluster writes anew for each instance: they are named if they differ (law 13).
    pub generated: Vec<String>,
    /// Lists in which some elements are identity: pointer pattern of the list → field → texts (`*` at the end stands for any text). An
    /// empty field is the element itself.
    pub elements: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Pointer patterns of bookkeeping.
    pub noise: Vec<String>,
    /// Pointer patterns of fields that are state although a field above them is not.
    pub state: Vec<String>,
    /// Lists whose order has no meaning.
    pub lists: BTreeMap<String, ListRule>,
    /// Values that mean the same as the field's absence.
    pub defaults: BTreeMap<String, Value>,
    /// Values with which an identity field becomes state (`clusterIP: None`).
    pub unless: BTreeMap<String, Vec<Value>>,
    /// Pointer patterns of what an object runs and as which user. A departure from its owner's template there is a counter-example;
    /// elsewhere it is a doubt (law 4).
    pub runs: Vec<String>,
    /// Pointer patterns of privileges. A departure there is a counter-example even within an added element, which otherwise is a doubt.
    pub grants: Vec<String>,
    /// What controllers and admission write into every object that is made from a template; it is no departure.
    pub given: Vec<Given>,
    /// The reader of health: a name from [`crate::kinds::health`]'s list.
    pub health: Option<String>,
    /// When an object of the kind is derived: if any one of these holds.
    pub derived: Vec<Derived>,
    /// Additional rules for some objects of the kind.
    pub when: Vec<When>,
    /// Labels with which a well-known controller marks the objects of the kind that it adds and removes (law 14). Such an object that is
    /// added or removed is a doubt, since only the object says that it is one. A `*` in it stands for any text; `*` alone for all objects.
    pub passing: Vec<String>,
    /// True if the object's pods end by themselves, so that pods come and go.
    pub ends: bool,
    /// Pointer patterns of what an operator writes into an object that has a controller. A change of one instance there is a doubt, since
    /// nothing says what the operator writes.
    pub operated: Vec<String>,
    /// Pointer patterns of fields that move, but that are a change where one instance had values there and has none any more.
    pub must_stay: Vec<String>,
    /// Relations to other objects, strongest first.
    pub relations: Vec<Relation>,
    /// False for kinds that are asked and not stored (Events, Leases).
    pub stored: Option<bool>,
    /// True if only metadata is stored (Secrets).
    pub metadata_only: bool,
}

impl Rule {
    /// `<plural>.<group>`; `all.<group>` for all kinds of a group.
    pub fn stem(&self) -> String {
        stem(if self.kind == "*" { "all" } else { &self.plural }, &self.group)
    }
}

/// A list whose order has no meaning.
#[derive(Deserialize, Clone, Debug)]
#[serde(untagged)]
pub enum ListRule {
    /// `set`: equal as a set of values.
    Set(SetWord),
    /// Elements are paired by these fields.
    Keys(Vec<String>),
    /// Elements are paired by these fields, unless a text within holds `unless`: then the order has a meaning.
    KeysUnless {
        by: Vec<String>,
        /// The text whose presence keeps the order.
        unless: String,
    },
}

/// The word `set`.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
pub enum SetWord {
    Set,
}

/// Additional rules for the objects that meet all of these conditions. The object itself says whether it meets them, so what they excuse
/// is small.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// The object has this name (`*` stands for any text) …
    pub name: Option<String>,
    pub namespace: Option<String>,
    /// … has a value at each of these pointers …
    pub has: Vec<String>,
    /// … has these values at these pointers (`*` in a text stands for any text) …
    pub says: BTreeMap<String, Value>,
    /// … has none of these texts at these pointers (`*` stands for any text) …
    pub unless: BTreeMap<String, Vec<String>>,
    /// … has no value at these pointers …
    pub without: Vec<String>,
    /// … carries each of these annotations (`name`, or `name=value`, where `*` stands for any text) …
    pub annotations: Vec<String>,
    /// … and each of these labels.
    pub labels: Vec<String>,
    pub identity: Vec<String>,
    pub moves: Vec<String>,
    pub generated: Vec<String>,
    pub elements: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub noise: Vec<String>,
    /// Pointer patterns of what controllers choose among themselves, such as a leader, or write anew from all objects that there are (a
    /// register): another value in one instance is a doubt.
    pub elected: Vec<String>,
    /// Pointer patterns of the numbers of pods that the object's own autoscaler writes: pods that go as their sum falls are no loss.
    pub counts: Vec<String>,
    /// `added`, `removed`: that such an object is added or removed is a doubt, since only the object says what it is (law 14).
    pub passing: Vec<Passing>,
    /// Why, with its source.
    pub because: String,
}

/// A change that such an object may make by itself.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Passing {
    Added,
    Removed,
}

impl When {
    pub fn holds(&self, object: &Value) -> bool {
        let same = |wanted: &Option<String>, pointer: &str| wanted.as_deref().is_none_or(|w| is_like(w, meta::text(object, pointer)));
        same(&self.name, "/metadata/name")
            && same(&self.namespace, "/metadata/namespace")
            && self.has.iter().all(|p| object.pointer(p).is_some_and(|v| !v.is_null()))
            && self.says.iter().all(|(p, wanted)| object.pointer(p).is_some_and(|value| value == wanted || is_text_like(wanted, value)))
            && self.unless.iter().all(|(p, texts)| !texts.iter().any(|text| is_like(text, meta::text(object, p))))
            && self.without.iter().all(|p| object.pointer(p).is_none_or(Value::is_null))
            && self.annotations.iter().all(|a| carries(a, |name| meta::annotation(object, name)))
            && self.labels.iter().all(|l| carries(l, |name| meta::label(object, name)))
    }

    /// Its content in the form of a rule.
    pub fn as_rule(&self) -> Rule {
        let Self { identity, moves, generated, elements, noise, .. } = self.clone();
        Rule { identity, moves, generated, elements, noise, ..Rule::default() }
    }
}

fn is_text_like(wanted: &Value, value: &Value) -> bool {
    wanted.as_str().zip(value.as_str()).is_some_and(|(wanted, text)| is_like(wanted, text))
}

/// Whether a mark (`name`, or `name=value`, where `*` stands for any text) is there.
fn carries<'o>(mark: &str, find: impl Fn(&str) -> Option<&'o str>) -> bool {
    mark.split_once('=').map_or_else(|| find(mark).is_some(), |(name, value)| find(name).is_some_and(|text| is_like(value, text)))
}

/// A value that controllers or admission write into what is made from a template.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// Pointer pattern of the place where it is added.
    pub at: String,
    /// The complete form of the value: a text (`*` at its end stands for any text, `{object}` for the object's name, `{name}` for the
    /// value's own `name`), a map with an entry for each field that it may have, and must have unless that is any value, or a list of the forms of its elements; `"*"` is any
    /// value. Absent: any value, whatever the template has.
    pub like: Option<Value>,
    /// Only in what a controller of one of these kinds made; any, if there are none.
    pub owner: Vec<String>,
    /// A map of this name beside the map that holds the value (or the map at this pointer) holds the same value.
    pub same_as: Option<String>,
}

/// Conditions, all of which must hold, under which an object is derived.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Derived {
    pub always: bool,
    /// A controller ownerReference to one of these kinds resolves by uid. A kind is of the object's own group or of Kubernetes' own, or
    /// is written `<group>/<Kind>` (`*`: any; `+custom`: any from a CustomResourceDefinition).
    pub owner: Vec<String>,
    /// A declared relation leads to an object.
    pub relation: bool,
    /// The related object has a value at this pointer; without a relation, the controller.
    pub target_has: Option<String>,
    /// The object carries this annotation …
    pub annotation: Option<String>,
    /// The object carries this label …
    pub label: Option<String>,
    /// … whose value (label or annotation) contains one of these words.
    pub contains: Vec<String>,
    /// … whose value (label or annotation) is one of these words.
    pub is: Vec<String>,
    /// The object has this name (`*` stands for any text).
    pub name: Option<String>,
    /// Argo CD runs it as a hook (law 6).
    pub hook: bool,
    /// An Application manages it: its mark names an Application that lists it.
    pub managed: bool,
    /// The reference at this pointer has the related object's uid, and the related object names this object at [`Self::back`].
    pub by_uid: Option<String>,
    /// The pointer at which the related object names it.
    pub back: Option<String>,
    /// Its `data` equals that of the object with the same name in this namespace, which is another namespace and was seen.
    pub same_as: Option<String>,
    /// The value at the first pointer must follow from the controller's value at the second; otherwise it is a departure. Without any
    /// entry, nothing says what the controller makes.
    pub follows: BTreeMap<String, String>,
    /// At these pointers it holds zero or nothing: it runs nothing, so a departure is at most a doubt.
    pub idle: Vec<String>,
    /// Its name is in the list (of texts, or of objects with a `name`) at this pointer of the related object.
    pub named_in: Option<String>,
    /// Its value at the first pointer equals the related object's value at the second.
    pub agrees: BTreeMap<String, String>,
    /// Every declared relation leads to an object.
    pub every: bool,
    /// The related object is itself derived.
    pub of_derived: bool,
    /// The text (or each text of a list) at a pointer is one of these (`*` at the end stands for any text, `{namespace}` for the object's
    /// own); in the pointer a token `*` stands for each element of a list that has some.
    pub says: BTreeMap<String, Vec<String>>,
    /// No text at one of these pointer patterns is one of these.
    pub unless: BTreeMap<String, Vec<String>>,
    /// It is the claim that its controller, a pod, makes for an ephemeral volume of its own.
    pub ephemeral: bool,
    /// It has an ownerReference, of a controller or not, to an object of one of these kinds that exists with that uid, kind and name.
    pub dependent_of: Vec<String>,
    /// It has no value at these pointers.
    pub without: Vec<String>,
    /// Each address in it belongs to the pod that is named beside the address, or is in its controller.
    pub backed: bool,
    /// Apart from apiVersion, kind and plain metadata, its state has only these pointers; a label or annotation must be among them.
    pub only: Option<Vec<String>>,
}

/// A relation to another object.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Relation {
    /// Kind of the other object.
    pub to: String,
    pub group: String,
    /// It has the same name, in the same namespace.
    pub same_name: bool,
    /// This label holds its name.
    pub label: Option<String>,
    /// This annotation holds its name, or `<namespace>/<name>`, or `<Kind>.<group>/<namespace>/<name>`.
    pub annotation: Option<String>,
    /// This annotation holds its kind, as `<Kind>.<group>`, instead of [`Self::to`].
    pub kind_annotation: Option<String>,
    /// This label holds its namespace; absent: it is the object's own.
    pub namespace_label: Option<String>,
    /// Its namespace is at this pointer; absent: it is the object's own.
    pub namespace_at: Option<String>,
    /// A reference `{namespace, name, uid}` to it is at this pointer; tokens `*` stand for each element of a list.
    pub at: Option<String>,
    /// A subject of RBAC is at this pointer (tokens `*` as in [`Self::at`]): the group of all accounts of the Namespace that it is, or an
    /// account written as a user.
    pub accounts_at: Option<String>,
    /// The name with which the cluster's DNS finds it, a Service, is at this pointer (tokens `*` as in [`Self::at`]).
    pub host_at: Option<String>,
    /// The other object holds this object's name at this pointer: with a uid at [`Self::at`], both ends say that they belong together.
    pub back: Option<String>,
    /// Its name is at this pointer.
    pub name_at: Option<String>,
    /// It is in any namespace, if it is the only one of its name.
    pub anywhere: bool,
    /// It is in the same namespace, and holds this object's name at this pointer.
    pub names_it: Option<String>,
    /// It is the StatefulSet whose claim template made this claim (`<template>-<set>-<ordinal>`).
    pub claim_template: bool,
    /// It is the CustomResourceDefinition that serves the group and version of this object's spec.
    pub serves: bool,
    /// It is the Application whose `status.resources` lists this object.
    pub listed: bool,
    /// It is the only PersistentVolume of one of these CSI drivers whose handle is the text at [`Self::handle_at`]: this object is the
    /// storage system's record of that volume.
    pub drivers: Vec<String>,
    /// Where the record has the handle; absent: it is the record's name.
    pub handle_at: Option<String>,
}

impl Relation {
    /// Whether an object has what the relation reads in it.
    pub fn may_hold(&self, object: &Value) -> bool {
        let label = |name: &Option<String>| name.as_ref().is_none_or(|n| meta::label(object, n).is_some());
        let annotation = self.annotation.as_ref().is_none_or(|n| meta::annotation(object, n).is_some());
        label(&self.label) && label(&self.namespace_label) && annotation && self.reads().all(|p| object.pointer(p).is_some())
    }

    /// The pointers of what it reads besides labels and annotations: the whole list where a token stands for each element.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let named = self.at.iter().chain(&self.accounts_at).chain(&self.host_at).chain(&self.name_at);
        let pointers = named.chain(&self.namespace_at).chain(&self.handle_at);
        pointers.map(|pointer| pointer.split_once("/*").map_or(pointer.as_str(), |(list, _)| list))
    }
}
