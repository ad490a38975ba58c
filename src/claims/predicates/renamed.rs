//! What an operator made for a custom resource under a name that it chose anew: the resource came back, and what is made for it has another
//! name than before (KubeRay 1.4, ray-operator/controllers/ray/utils/util.go; Cluster API 1.10, internal/util; Crossplane 1.20,
//! internal/controller/apiextensions/claim). That the one is missing and the other is there shows neither a loss nor an addition. So it is with
//! what the operator draws for each instance.
use crate::claims::Evidence;
use crate::claims::predicates::beside::is_time;
use crate::claims::predicates::clock::only_times_differ;
use crate::claims::predicates::operators::are_certificates;
use crate::claims::predicates::transient::{self, DEEPEST};
use crate::compare::{Change, ChangeKind, CompareError, FieldChange, Instances, Spot, alike};
use crate::kinds::patterns::covers;
use crate::model::meta;
use crate::value::{Text, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Objects that have another name than before.
#[derive(Default)]
pub(super) struct Renamed {
    spots: BTreeSet<Spot>,
    /// Their names before.
    old: BTreeSet<Text>,
    /// And after.
    new: BTreeSet<Text>,
}

impl Renamed {
    /// Of the changes of one layer from one bundle to another.
    pub(super) fn find(e: &Evidence<'_>, changes: &[&Change]) -> Result<Self, CompareError> {
        let mut groups: BTreeMap<String, [Vec<&Spot>; 2]> = BTreeMap::new();
        for change in changes {
            let ((side, other), slot) = match change.kind {
                ChangeKind::Removed => (change.sides, 0),
                ChangeKind::Added => ((change.sides.1, change.sides.0), 1),
                _ => continue,
            };
            if let Some(group) = group(e, &change.spot, side, other, 0)?
                && let Some(list) = groups.entry(group).or_default().get_mut(slot)
            {
                list.push(&change.spot);
            }
        }
        let mut this = Self::default();
        // As many as before: one that has none in its place is missing, or additional.
        for [gone, new] in groups.into_values().filter(|[gone, new]| gone.len() == new.len()) {
            this.old.extend(gone.iter().map(|x| x.name.clone()));
            this.new.extend(new.iter().map(|y| y.name.clone()));
            this.spots.extend(gone.into_iter().chain(new).cloned());
        }
        Ok(this)
    }

    /// Whether a change is that an object has another name, or that another object names it so.
    pub(super) fn explains(&self, change: &Change) -> bool {
        match change.kind {
            ChangeKind::Removed | ChangeKind::Added => self.spots.contains(&change.spot),
            ChangeKind::Modified => self.are_named(change),
            _ => false,
        }
    }

    /// Whether the fields hold the same before and after, but for these names.
    fn are_named(&self, change: &Change) -> bool {
        let held = |value: fn(&FieldChange) -> &Option<Value>, names: &BTreeSet<Text>| {
            let all = change.fields.iter().filter_map(|f| Some((&f.pointer, value(f).as_ref()?)));
            // A list whose elements have no name of their own holds another one in the place of the old one.
            let mut all: Vec<String> = all.map(|(at, value)| format!("{at} {}", without_names(value, names))).collect();
            all.sort();
            all
        };
        !self.spots.is_empty() && held(|f| &f.before, &self.old) == held(|f| &f.after, &self.new)
    }
}

/// A value with nothing in the places of these names.
fn without_names(value: &Value, names: &BTreeSet<Text>) -> Value {
    value.with_texts(&|text| if names.contains(text) { Value::Null } else { Value::from(text) })
}

/// A change of what came back, without the fields that only say again for which object it was made: by the uid that the same object has now
/// (Kyverno 1.15, `generate.kyverno.io/trigger-uid`).
pub(super) fn without_uids(e: &Evidence<'_>, change: &Change) -> Change {
    let mut out = change.clone();
    if change.kind == ChangeKind::Modified && change.recreated {
        let (a, b) = change.sides;
        let named = |value: &Option<Value>, side: usize| value.as_ref().map(|v| with_places(e, v, side));
        out.fields.retain(|f| named(&f.before, a) != named(&f.after, b));
        without_token_names(&mut out);
        out.kind = if out.fields.is_empty() { ChangeKind::Replaced } else { out.kind };
    }
    out
}

/// A change of a pod without the volume of its account's token, where before and after only its name differs: the API server draws that for
/// each pod (kubernetes 1.36, plugin/pkg/admission/serviceaccount).
fn without_token_names(change: &mut Change) {
    if change.key.kind != "Pod" || !change.key.group.is_empty() {
        return;
    }
    let held = |value: fn(&FieldChange) -> &Option<Value>| -> BTreeSet<String> {
        let whole = change.fields.iter().filter(|f| f.before.is_none() || f.after.is_none());
        whole.filter_map(|f| Some(format!("{} {}", list_of(&f.pointer), alike(value(f).as_ref()?)))).collect()
    };
    let both: BTreeSet<String> = held(|f| &f.before).intersection(&held(|f| &f.after)).cloned().collect();
    let is_both = |f: &FieldChange, value: &Value| both.contains(&format!("{} {}", list_of(&f.pointer), alike(value)));
    change.fields.retain(|f| !matches!((&f.before, &f.after), (Some(one), None) | (None, Some(one)) if is_both(f, one)));
}

/// The list that an element at a pointer is in.
fn list_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(list, _)| list)
}

/// A value in which each uid of an object of the bundle is the place of that object.
pub(super) fn with_places(e: &Evidence<'_>, value: &Value, side: usize) -> Value {
    let place = |spot: &Spot| json!([spot.stem, spot.namespace, spot.name]);
    value.with_texts(&|text| e.instances.of_uid(side, text).map_or_else(|| Value::from(text), place))
}

/// What an operator writes into what it makes of keys, passwords and certificates that it draws for each instance.
const DRAWN: &[&str] =
    &["/metadata/annotations", "/metadata/labels", "/spec/template/metadata/annotations", "/spec/template/metadata/labels"];

/// Whether an object was made again for a custom resource that is back and equal, and differs only where its operator writes what it draws for
/// each instance: nothing says what it was to be (cloud-on-k8s 3.1, pkg/controller/common/hash; Strimzi 0.48, cluster-operator
/// model/WorkloadUtils.java: hashes of certificates in annotations of pods).
pub(super) fn is_drawn_anew(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    if change.kind != ChangeKind::Modified || !change.recreated {
        return Ok(false);
    }
    // In the resource itself it writes how far it has come with it, and since when; and a cloud's controller, which of its things serves a Service
    // (cloud-provider-openstack 1.36, pkg/openstack/loadbalancer.go: `loadbalancer.openstack.org/load-balancer-id`).
    let is_custom = change.spot.is_custom();
    let is_marked = is_custom || matches!(&*change.spot.stem, "services" | "ingresses.networking.k8s.io");
    // When something was last done is noted in annotations of whatever object.
    let is_later = |field: &FieldChange| field.before.as_ref().zip(field.after.as_ref()).is_some_and(|(x, y)| only_times_differ(x, y));
    let is_mark =
        |field: &FieldChange| covers("/metadata/annotations/*", &field.pointer) && (is_marked && is_number(field) || is_later(field));
    if !change.fields.is_empty() && change.fields.iter().all(is_mark) {
        return Ok(true);
    }
    // What a webhook of its operator draws for it: an id, an address (kubemacpool gives each interface of a virtual machine one).
    if is_custom && !change.fields.is_empty() && change.fields.iter().all(|f| f.pointer.starts_with("/spec/") && is_given(f)) {
        return Ok(true);
    }
    let is_drawn = |pointer: &str| DRAWN.iter().any(|p| covers(p, pointer));
    // So it is with what an installer marks (an id or a time of the installation), where Git has nothing to say of it.
    if !e.is_marked(&change.spot) && change.fields.iter().all(|field| is_drawn(&field.pointer) && is_number(field)) {
        return Ok(true);
    }
    let Some(maker) = maker(e, &change.spot, b)?.filter(Spot::is_custom) else { return Ok(is_labelled_anew(e, change)) };
    let (Some(x), Some(y)) = (e.instances.at(&maker, a), e.instances.at(&maker, b)) else { return Ok(false) };
    let operated = &e.rules.of(&change.key.group, &change.key.kind).rule.operated;
    let is_variable = |pointer: &str| VARIABLES.iter().any(|p| covers(p, pointer));
    let is_drawn = |pointer: &str| is_drawn(pointer) || operated.iter().any(|p| covers(p, pointer));
    let may_differ =
        is_custom || change.fields.iter().all(|field| is_drawn(&field.pointer) || is_variable(&field.pointer) && is_number(field));
    Ok(may_differ && !x.deleting && !y.deleting && e.state(&maker, x, a)? == e.state(&maker, y, b)?)
}

/// Whether an object that no Application manages, and that names no owner, was made again with other numbers in its labels, as who made it tells
/// one run's objects from those of another (kapp 0.60, pkg/kapp/app/recorded_app.go: `kapp.k14s.io/app`); or a ConfigMap with other ones, or with other
/// certificates, in its data.
fn is_labelled_anew(e: &Evidence<'_>, change: &Change) -> bool {
    let is_label = |pointer: &str| DRAWN.iter().chain(SELECTORS).any(|p| covers(p, pointer));
    let is_data = |pointer: &str| change.spot.stem == "configmaps" && covers("/data/*", pointer);
    let are_others = |field: &FieldChange| {
        let value = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(are_certificates);
        is_number(field) || value(&field.before) && value(&field.after)
    };
    !e.is_managed(&change.spot)
        && !change.fields.is_empty()
        && change.fields.iter().all(|f| is_label(&f.pointer) && is_number(f) || is_data(&f.pointer) && are_others(f))
}

/// Where an object says by which labels it finds its pods.
const SELECTORS: &[&str] = &["/spec/selector/matchLabels", "/spec/selector"];

/// The values of variables in what an operator runs.
const VARIABLES: &[&str] = &["/spec/template/spec/containers/*/env/*/value", "/spec/template/spec/initContainers/*/env/*/value"];

/// Whether a field holds another number, digest or time than before, such as one that is made of its resource's uid
/// (percona-xtradb-cluster-operator 1.19, pkg/pxc/app/statefulset/node.go: `CLUSTER_HASH`).
fn is_number(field: &FieldChange) -> bool {
    let is_drawn = |text: &str| text.len() >= 6 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let value = |value: &Option<Value>| value.as_ref().is_some_and(|v| is_time(v) || v.as_str().is_some_and(is_drawn));
    value(&field.before) && value(&field.after)
}

/// Whether a field holds another uid or another address of a network than before.
fn is_given(field: &FieldChange) -> bool {
    const UID: usize = 36;
    let is_address = |text: &str| {
        let mut parts = text.split(':');
        text.parse::<std::net::IpAddr>().is_ok()
            || text.len() == 17 && parts.all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let is_one = |text: &str| text.len() == UID && text.matches('-').count() == 4 || is_address(text);
    let value = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(is_one);
    value(&field.before) && value(&field.after)
}

/// What an object is without its name: its kind, and for which custom resource it was made, which is in both bundles or has another name too.
fn group(e: &Evidence<'_>, spot: &Spot, side: usize, other: usize, depth: usize) -> Result<Option<String>, CompareError> {
    let Some(maker) = maker(e, spot, side)?.filter(|_| depth < DEEPEST) else { return Ok(None) };
    let whose = match e.instances.at(&maker, other) {
        Some(at) if maker.is_custom() && !at.deleting => format!("{}|{}|{}", maker.stem, maker.namespace, maker.name),
        Some(_) => return Ok(None),
        None => match group(e, &maker, side, other, depth + 1)? {
            Some(group) => group,
            None => return Ok(None),
        },
    };
    Ok(Some(format!("{}|{}|({whose})", spot.stem, spot.namespace)))
}

/// The object for which this one was made: its owner, or the claim of a composite resource.
fn maker(e: &Evidence<'_>, spot: &Spot, side: usize) -> Result<Option<Spot>, CompareError> {
    let Some(at) = e.instances.at(spot, side) else { return Ok(None) };
    let object = e.whole(spot, at, side)?;
    if meta::owners(&object).next().is_none() {
        return Ok(Instances::related(at).filter(|claim| spot.is_custom() && claim.is_custom()));
    }
    Ok(transient::maker(e, &object, side))
}
