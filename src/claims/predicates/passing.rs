//! Objects that well-known controllers add, remove and write into, as the rule of their kind declares (law 14). Only the object itself
//! says that it is one. So a change of it leaves a claim open, and proves nothing (law 2).
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError, Instances, Spot};
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::kinds::rule::{Passing, Rule};
use crate::model::{meta, unstem};
use crate::value::Value;

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
            return Ok(is_operated(e, change, rule) || is_elected(e, change, rule)?);
        }
        _ => return Ok(false),
    };
    Ok(passes(e, &change.spot, does, side, 0)? || is_made_for_unchanged(e, change, side)?)
}

/// Chains of owners are short.
const DEEPEST: usize = 4;

/// Whether an object passes, or belongs to one that does: what a passing object owns (or one that follows from another controls) goes and
/// comes with it; so does the volume of a passing claim, and the record of that volume.
fn passes(e: &Evidence<'_>, spot: &Spot, does: Passing, side: usize, depth: usize) -> Result<bool, CompareError> {
    if comes_and_goes(e, spot, does, side)? {
        return Ok(true);
    }
    let Some(at) = e.instances.at(spot, side).filter(|_| depth < DEEPEST) else { return Ok(false) };
    let object = e.whole(spot, at, side)?;
    let related = Instances::related(at).filter(|other| other.stem == "persistentvolumes");
    let owners = meta::owners(&object).filter_map(|owner| there(e, &object, &owner, side));
    for above in owners.chain(claim(e, &object, side)).chain(related) {
        let Some(other) = e.instances.at(&above, side) else { continue };
        let follows = other.derived && meta::controller(&object).is_some_and(|owner| owner.uid == other.uid);
        if follows || passes(e, &above, does, side, depth + 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The place of an object's owner, if the bundle holds that instance.
fn there(e: &Evidence<'_>, object: &Value, owner: &meta::Owner<'_>, side: usize) -> Option<Spot> {
    let place = |namespace: &str| Spot { stem: e.stem_of(owner.group, owner.kind), namespace: namespace.into(), name: owner.name.into() };
    let mut places = [meta::text(object, "/metadata/namespace"), ""].into_iter().map(place);
    places.find(|spot| e.instances.at(spot, side).is_some_and(|at| at.uid == owner.uid))
}

/// The claim of a volume, if the bundle holds that instance.
fn claim(e: &Evidence<'_>, volume: &Value, side: usize) -> Option<Spot> {
    let text = |field: &str| volume.pointer(&format!("/spec/claimRef/{field}")).and_then(Value::as_str).unwrap_or_default();
    let spot = Spot { stem: "persistentvolumeclaims".into(), namespace: text("namespace").into(), name: text("name").into() };
    let is_there = meta::text(volume, "/kind") == "PersistentVolume" && !text("uid").is_empty();
    (is_there && e.instances.at(&spot, side)?.uid == text("uid")).then_some(spot)
}

/// Whether an object says that a well-known controller adds or removes it.
fn comes_and_goes(e: &Evidence<'_>, spot: &Spot, does: Passing, side: usize) -> Result<bool, CompareError> {
    let key = e.key(spot);
    let rule = &e.rules.of(&key.group, &key.kind).rule;
    let mut when = rule.when.iter().filter(|w| w.passing.contains(&does)).peekable();
    if rule.passing.is_empty() && when.peek().is_none() {
        return Ok(false);
    }
    let Some(at) = e.instances.at(spot, side) else { return Ok(false) };
    let object = e.whole(spot, at, side)?;
    Ok(rule.passing.iter().any(|l| l == "*" || meta::label(&object, l).is_some()) || when.any(|w| w.holds(&object)))
}

/// Whether an operator may have made or taken the object for a custom resource that is the same in both bundles: a run, a backup, a report.
/// Only a custom resource or a Job counts: what runs, serves or permits does not come by itself.
fn is_made_for_unchanged(e: &Evidence<'_>, change: &Change, side: usize) -> Result<bool, CompareError> {
    let is_own = |spot: &Spot| is_custom(unstem(&spot.stem).1);
    if !is_own(&change.spot) && change.spot.stem != "jobs.batch" || crate::argo::is_own_kind(&change.key.group, &change.key.kind) {
        return Ok(false);
    }
    let Some(at) = e.instances.at(&change.spot, side) else { return Ok(false) };
    let object = e.whole(&change.spot, at, side)?;
    let owner = meta::controller(&object).and_then(|owner| there(e, &object, &owner, side));
    let Some(owner) = owner.filter(is_own) else { return Ok(false) };
    let (a, b) = change.sides;
    let (Some(x), Some(y)) = (e.instances.at(&owner, a), e.instances.at(&owner, b)) else { return Ok(false) };
    Ok(x.uid == y.uid && !x.deleting && !y.deleting && e.content(&owner, x, a)? == e.content(&owner, y, b)?)
}

/// Whether one instance changed only where its controller writes, and had the same controller in both bundles.
fn is_operated(e: &Evidence<'_>, change: &Change, rule: &Rule) -> bool {
    let owner = |side: usize| {
        let owner = e.instances.at(&change.spot, side).and_then(Instances::related)?;
        Some(e.instances.at(&owner, side)?.uid.clone()).filter(|uid| !uid.is_empty())
    };
    let is_written = |pointer: &str| rule.operated.iter().any(|p| covers(p, pointer));
    change.controller.is_some()
        && change.fields.iter().all(|f| is_written(&f.pointer))
        && owner(change.sides.0).is_some_and(|uid| owner(change.sides.1) == Some(uid))
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
