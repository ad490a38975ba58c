//! Objects that well-known controllers add, remove and write into, as the rule of their kind declares (law 14). Only the object itself
//! says that it is one. So a change of it leaves a claim open, and proves nothing (law 2).
use crate::claims::Evidence;
use crate::claims::makers::is_of_domain;
use crate::claims::predicates::agents::{is_elsewhere_now, is_kept_by_node, is_noted_on_node};
use crate::claims::predicates::backups::{is_by_the_clock, is_report};
use crate::claims::predicates::beside::is_beside_template;
use crate::claims::predicates::binding::is_bound_since;
use crate::claims::predicates::clock::is_clock;
use crate::claims::predicates::commanded::is_commanded;
use crate::claims::predicates::devices::went_with_plugin;
use crate::claims::predicates::followers::{goes_with_pod_or_node, is_of_node};
use crate::claims::predicates::history::comes_by_itself;
use crate::claims::predicates::named::is_made_elsewhere;
use crate::claims::predicates::operators::{is_held, is_renewed, notes_itself};
use crate::claims::predicates::registers::{bears_switched, follows_switched};
use crate::claims::predicates::scaled::{follows_nodes, is_resized, is_scaled_by_itself, is_scaled_claim};
use crate::claims::predicates::transient::{DEEPEST, maker, passes};
use crate::compare::{Change, ChangeKind, CompareError, FieldChange, Instance, Spot};
use crate::kinds::patterns::covers;
use crate::kinds::rule::{Passing, Rule};
use crate::model::meta;
use crate::value::{Text, Value, steps};
use std::collections::BTreeSet;

/// Whether a change leaves a claim open: it may be no change, or a well-known controller may have made it.
pub(super) fn is_open(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    Ok(change.uncertain || is_passing(e, change)?)
}

/// Whether a controller may have made the change: it adds and removes such objects, or writes there into objects that it controls.
fn is_passing(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    if change.recreated {
        // It went, and came again.
        let (a, b) = change.sides;
        let is_both = passes(e, &change.spot, Passing::Removed, a, 0)? && passes(e, &change.spot, Passing::Added, b, 0)?;
        return Ok(is_both || is_made_for_unchanged(e, change, a)? && is_made_for_unchanged(e, change, b)?);
    }
    let (does, side) = match change.kind {
        ChangeKind::Added => (Passing::Added, change.sides.1),
        ChangeKind::Removed => (Passing::Removed, change.sides.0),
        ChangeKind::Modified => return is_written_by_itself(e, change),
        _ => return Ok(false),
    };
    // Each is asked of an object that only came, or only went. What an Application lists as a hook comes with each sync, under a new name if it asks for
    // one (`generateName`), and may go after it.
    Ok(change.hook
        || passes(e, &change.spot, does, side, 0)?
        || is_made_for_unchanged(e, change, side)?
        || is_exchanged_by_operator(e, change, side)?
        || is_scaled_claim(e, change)?
        || is_bound_since(e, change)?
        || is_by_the_clock(e, change)?
        || is_report(e, change)
        || comes_by_itself(e, change)?
        || goes_with_pod_or_node(e, change)?
        || is_made_elsewhere(e, change)?)
}

/// Whether controllers may have written what one instance holds now: all of it by one law, or each field by its own, and what is left by one together.
fn is_written_by_itself(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let is_whole = is_written(e, change)?;
    if is_whole || change.fields.len() < 2 {
        return Ok(is_whole);
    }
    let mut rest = Change { fields: Vec::new(), ..change.clone() };
    for field in &change.fields {
        if !is_written(e, &Change { fields: vec![field.clone()], ..rest.clone() })? {
            rest.fields.push(field.clone());
        }
    }
    let is_less = rest.fields.len() < change.fields.len();
    Ok(is_less && (rest.fields.is_empty() || is_written(e, &rest)?))
}

fn is_written(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let rule = &e.rules.of(&change.key.group, &change.key.kind).rule;
    let is_argos = crate::argo::is_own_kind(&change.key.group, &change.key.kind);
    Ok(is_operated(e, change, rule)?
        || is_operators_own(e, change)?
        || is_elected(e, change, rule)?
        || is_beside_template(e, change)?
        || is_bound_since(e, change)?
        || is_resized(e, change)?
        || went_with_plugin(change)
        || is_report(e, change)
        || is_of_node(e, change)?
        || is_noted_on_node(e, change)
        || is_kept_by_node(e, change)
        || is_scaled_by_itself(e, change)?
        || is_commanded(e, change)?
        || follows_nodes(e, change)?
        || bears_switched(e, change)?
        || !is_argos
            && (is_clock(e, change)
                || notes_itself(e, change)
                || is_elsewhere_now(e, change)
                || is_held(change)
                || is_renewed(e, change)
                || follows_switched(e, change)?))
}

/// Whether an operator may have made or taken the object for a custom resource that is the same in both bundles: a run, a backup, a report.
/// Only a custom resource, a Job, or settings that come (kube-logging/logging-operator, pkg/resources/fluentd/appconfigmap.go: Secrets with which it
/// tries each new configuration) or that others take the place of counts: what runs, serves or permits does not come by itself.
fn is_made_for_unchanged(e: &Evidence<'_>, change: &Change, side: usize) -> Result<bool, CompareError> {
    let is_setting = matches!(&*change.spot.stem, "configmaps" | "secrets") && !change.recreated;
    let may_come = change.spot.is_custom() || change.spot.stem == "jobs.batch" || is_setting;
    if !may_come || crate::argo::is_own_kind(&change.key.group, &change.key.kind) {
        return Ok(false);
    }
    let Some(owner) = unchanged_maker(e, change, side)? else { return Ok(false) };
    Ok(!is_setting || change.kind == ChangeKind::Added || has_successor(e, change, &owner)?)
}

/// The custom resource for which an object was made, or for which that was made which it was made for, if it is the same in both bundles.
fn unchanged_maker(e: &Evidence<'_>, change: &Change, side: usize) -> Result<Option<Spot>, CompareError> {
    let (a, b) = change.sides;
    let (mut spot, mut steps) = (change.spot.clone(), 0);
    while let Some(at) = e.instances.at(&spot, side).filter(|_| steps < DEEPEST) {
        // What Kubernetes has of its own is written all the time; a controller makes only resources of its own for it.
        let is_maker = |owner: &Spot| owner.is_custom() || steps == 0 && change.spot.is_custom();
        let Some(owner) = maker(e, &e.whole(&spot, at, side)?, side).filter(is_maker) else { return Ok(None) };
        if let (Some(x), Some(y)) = (e.instances.at(&owner, a), e.instances.at(&owner, b)) {
            let is_equal = || Ok::<_, CompareError>(!owner.is_custom() || e.content(&owner, x, a)? == e.content(&owner, y, b)?);
            let is_same = x.uid == y.uid && !x.deleting && !y.deleting && is_equal()?;
            return Ok(is_same.then_some(owner));
        }
        (spot, steps) = (owner, steps + 1);
    }
    Ok(None)
}

/// What an operator exchanges as a whole where a node is lost, with the volume and the address of what ran there.
const EXCHANGED: &[&str] = &["deployments.apps", "statefulsets.apps", "services", "persistentvolumeclaims", "poddisruptionbudgets.policy"];

/// Whether an operator may have put another object in the place of one, for a custom resource that is the same in both bundles (Rook 1.20,
/// pkg/operator/ceph/cluster/mon/health.go: a monitor fails over under another letter). What runs must run the same images.
fn is_exchanged_by_operator(e: &Evidence<'_>, change: &Change, side: usize) -> Result<bool, CompareError> {
    if !EXCHANGED.contains(&&*change.spot.stem) || change.recreated {
        return Ok(false);
    }
    let Some(owner) = unchanged_maker(e, change, side)? else { return Ok(false) };
    has_successor(e, change, &owner)
}

/// Whether another object of its kind, made for the same resource, came when it went, or went when it came.
fn has_successor(e: &Evidence<'_>, change: &Change, owner: &Spot) -> Result<bool, CompareError> {
    let (here, there) = change.shown_and_other();
    let runs = |spot: &Spot, at: &Instance, side: usize| Ok::<_, CompareError>(images(&e.content(spot, at, side)?));
    let Some(own) = e.instances.at(&change.spot, here) else { return Ok(false) };
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == change.spot.stem && s.namespace == change.spot.namespace) {
        let at = |side: usize| all.get(side).and_then(Option::as_ref);
        if let (None, Some(other)) = (at(here), at(there))
            && maker(e, &e.whole(spot, other, there)?, there).as_ref() == Some(owner)
            && runs(&change.spot, own, here)? == runs(spot, other, there)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The images that a workload's template names.
fn images(workload: &Value) -> BTreeSet<String> {
    let lists = ["/spec/template/spec/containers", "/spec/template/spec/initContainers"];
    lists.into_iter().flat_map(|list| meta::list(workload, list)).map(|c| meta::text(c, "/image").to_owned()).collect()
}

/// Whether one instance changed only where its operator writes, and had the same operator's resource in both bundles. An operator notes in the
/// annotations of what it made how far it has come (Scylla's operator 1.21, pkg/naming/constants.go: the ring of tokens of a Service's node), and in labels
/// under the domain of its resource (cass-operator, apis/cassandra/v1beta1: `cassandra.datastax.com/node-state` of a pod).
fn is_operated(e: &Evidence<'_>, change: &Change, rule: &Rule) -> Result<bool, CompareError> {
    let is_note = |pointer: &str| covers("/metadata/annotations/*", pointer) || covers("/metadata/labels/*", pointer);
    let is_written = |pointer: &str| rule.operated.iter().any(|p| covers(p, pointer));
    if !change.fields.iter().all(|f| is_note(&f.pointer) || is_written(&f.pointer)) {
        return Ok(false);
    }
    let owner = |side: usize| -> Result<Option<Spot>, CompareError> {
        Ok(e.object(&change.spot, side)?.and_then(|object| maker(e, &object, side)))
    };
    let (Some(was), Some(is)) = (owner(change.sides.0)?, owner(change.sides.1)?) else { return Ok(false) };
    let is_own_label = |pointer: &str| steps(pointer).nth(2).is_some_and(|key| is_of_domain(&key, is.group()));
    let may_be =
        |pointer: &str| is_written(pointer) || is.is_custom() && (!pointer.starts_with("/metadata/labels") || is_own_label(pointer));
    let may_note = change.fields.iter().all(|f| may_be(&f.pointer));
    Ok(was == is && may_note && e.uid(&was, change.sides.0) == e.uid(&is, change.sides.1))
}

/// What a resource says of what runs, as whom, and of what is permitted.
const RUNS: &[&str] =
    &["containers", "initContainers", "image", "command", "args", "securityContext", "serviceAccountName", "rules", "subjects"];

/// Whether one instance of a custom resource that no Application manages was made for another object, which is the same instance in both bundles: its
/// operator writes what it is to be (Strimzi's StrimziPodSet, the PolicyEndpoint of AWS, the machines of a cloud). What runs or permits does not count.
fn is_operators_own(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let runs =
        |field: &FieldChange| steps(&field.pointer).any(|step| RUNS.contains(&&*step)) || field.after.as_ref().is_some_and(holds_runs);
    let is_free = change.spot.is_custom() && !crate::argo::is_own_kind(&change.key.group, &change.key.kind) && !e.is_managed(&change.spot);
    if !is_free || change.recreated || change.fields.iter().any(runs) {
        return Ok(false);
    }
    let owner = |side: usize| -> Result<Option<(Spot, Text)>, CompareError> {
        let Some(at) = e.instances.at(&change.spot, side) else { return Ok(None) };
        let owner = maker(e, &e.whole(&change.spot, at, side)?, side);
        Ok(owner.and_then(|spot| e.instances.at(&spot, side).filter(|at| !at.deleting).map(|at| (spot.clone(), at.uid.clone()))))
    };
    let was = owner(change.sides.0)?;
    Ok(was.is_some() && was == owner(change.sides.1)?)
}

fn holds_runs(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(name, value)| RUNS.contains(&name.as_str()) || holds_runs(value)),
        Value::Array(list) => list.iter().any(holds_runs),
        _ => false,
    }
}

/// Whether one instance changed only in what controllers choose among themselves.
fn is_elected(e: &Evidence<'_>, change: &Change, rule: &Rule) -> Result<bool, CompareError> {
    let is_chosen = |patterns: &[String]| change.fields.iter().all(|f| patterns.iter().any(|p| covers(p, &f.pointer)));
    let mut when = rule.when.iter().filter(|w| !w.elected.is_empty() && is_chosen(&w.elected)).peekable();
    if when.peek().is_none() {
        return Ok(false);
    }
    Ok(e.object(&change.spot, change.sides.1)?.is_some_and(|object| when.any(|w| w.holds(&object))))
}
