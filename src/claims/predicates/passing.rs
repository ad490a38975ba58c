//! Objects that well-known controllers add, remove and write into, as the rule of their kind declares (law 14). Only the object itself
//! says that it is one. So a change of it leaves a claim open, and proves nothing (law 2).
use crate::claims::Evidence;
use crate::claims::predicates::backups::{is_by_the_clock, is_report};
use crate::claims::predicates::beside::is_beside_template;
use crate::claims::predicates::binding::is_bound_since;
use crate::claims::predicates::clock::is_clock;
use crate::claims::predicates::devices::went_with_plugin;
use crate::claims::predicates::followers::{goes_with_pod_or_node, is_of_node};
use crate::claims::predicates::named::is_made_elsewhere;
use crate::claims::predicates::operators::{is_renewed, notes_itself};
use crate::claims::predicates::registers::{bears_switched, follows_switched};
use crate::claims::predicates::scaled::{follows_nodes, is_resized, is_scaled_by_itself, is_scaled_claim};
use crate::claims::predicates::transient::{DEEPEST, maker, passes};
use crate::compare::{Change, ChangeKind, CompareError, Spot};
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::kinds::rule::{Passing, Rule};
use crate::model::unstem;

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
        ChangeKind::Modified => {
            let rule = &e.rules.of(&change.key.group, &change.key.kind).rule;
            return Ok(is_operated(e, change, rule)?
                || is_elected(e, change, rule)?
                || is_beside_template(e, change)?
                || is_bound_since(e, change)?
                || is_resized(e, change)?
                || went_with_plugin(change)
                || is_clock(e, change)
                || is_report(e, change)
                || notes_itself(change)
                || is_renewed(e, change)
                || is_of_node(e, change)?
                || is_scaled_by_itself(e, change)?
                || follows_nodes(e, change)?
                || follows_switched(e, change)?
                || bears_switched(e, change));
        }
        _ => return Ok(false),
    };
    // What an Application lists as a hook comes with each sync, under a new name if it asks for one (`generateName`), and may go after it.
    Ok(change.hook
        || passes(e, &change.spot, does, side, 0)?
        || is_made_for_unchanged(e, change, side)?
        || is_scaled_claim(e, change)?
        || is_bound_since(e, change)?
        || is_by_the_clock(e, change)?
        || is_report(e, change)
        || goes_with_pod_or_node(e, change)?
        || is_made_elsewhere(e, change)?)
}

/// Whether an operator may have made or taken the object for a custom resource that is the same in both bundles: a run, a backup, a report.
/// Only a custom resource, a Job, or settings that come (kube-logging/logging-operator, pkg/resources/fluentd/appconfigmap.go: Secrets with which it
/// tries each new configuration) or that others take the place of counts: what runs, serves or permits does not come by itself.
fn is_made_for_unchanged(e: &Evidence<'_>, change: &Change, side: usize) -> Result<bool, CompareError> {
    let is_setting = matches!(&*change.spot.stem, "configmaps" | "secrets") && !change.recreated;
    let may_come = is_own(&change.spot) || change.spot.stem == "jobs.batch" || is_setting;
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
        let Some(owner) = maker(e, &e.whole(&spot, at, side)?, side).filter(is_own) else { return Ok(None) };
        if let (Some(x), Some(y)) = (e.instances.at(&owner, a), e.instances.at(&owner, b)) {
            let is_same = x.uid == y.uid && !x.deleting && !y.deleting && e.content(&owner, x, a)? == e.content(&owner, y, b)?;
            return Ok(is_same.then_some(owner));
        }
        (spot, steps) = (owner, steps + 1);
    }
    Ok(None)
}

fn is_own(spot: &Spot) -> bool {
    is_custom(unstem(&spot.stem).1)
}

/// Whether another object of its kind, made for the same resource, came when it went.
fn has_successor(e: &Evidence<'_>, change: &Change, owner: &Spot) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == change.spot.stem && s.namespace == change.spot.namespace) {
        let at = |side: usize| all.get(side).and_then(Option::as_ref);
        if let (None, Some(new)) = (at(a), at(b))
            && maker(e, &e.whole(spot, new, b)?, b).as_ref() == Some(owner)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one instance changed only where its operator writes, and had the same operator's resource in both bundles. An operator notes in the
/// annotations of what it made how far it has come (Scylla's operator 1.21, pkg/naming/constants.go: the ring of tokens of a Service's node).
fn is_operated(e: &Evidence<'_>, change: &Change, rule: &Rule) -> Result<bool, CompareError> {
    let is_note = |pointer: &str| covers("/metadata/annotations/*", pointer);
    let is_written = |pointer: &str| rule.operated.iter().any(|p| covers(p, pointer));
    if !change.fields.iter().all(|f| is_note(&f.pointer) || is_written(&f.pointer)) {
        return Ok(false);
    }
    let owner = |side: usize| -> Result<Option<Spot>, CompareError> {
        let Some(at) = e.instances.at(&change.spot, side) else { return Ok(None) };
        Ok(maker(e, &e.whole(&change.spot, at, side)?, side))
    };
    let (Some(was), Some(is)) = (owner(change.sides.0)?, owner(change.sides.1)?) else { return Ok(false) };
    let may_note = is_custom(unstem(&is.stem).1) || change.fields.iter().all(|f| is_written(&f.pointer));
    let uid = |spot: &Spot, side: usize| e.instances.at(spot, side).map(|at| at.uid.clone());
    Ok(was == is && may_note && uid(&was, change.sides.0) == uid(&is, change.sides.1))
}

/// Whether one instance changed only in what controllers choose among themselves.
fn is_elected(e: &Evidence<'_>, change: &Change, rule: &Rule) -> Result<bool, CompareError> {
    let is_chosen = |patterns: &[String]| change.fields.iter().all(|f| patterns.iter().any(|p| covers(p, &f.pointer)));
    let mut when = rule.when.iter().filter(|w| !w.elected.is_empty() && is_chosen(&w.elected)).peekable();
    if when.peek().is_none() {
        return Ok(false);
    }
    let Some(at) = e.instances.at(&change.spot, change.sides.1) else { return Ok(false) };
    let object = e.whole(&change.spot, at, change.sides.1)?;
    Ok(when.any(|w| w.holds(&object)))
}
