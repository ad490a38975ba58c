//! Objects that well-known controllers add, remove and write into, as the rule of their kind declares (law 14). Only the object itself
//! says that it is one. So a change of it leaves a claim open, and proves nothing (law 2).
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError, Instances, Spot};
use crate::kinds::patterns::covers;
use crate::kinds::rule::{Passing, Rule};
use crate::model::meta;

/// Whether a change leaves a claim open: it may be no change, or a well-known controller may have made it.
pub(super) fn is_open(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    Ok(change.uncertain || is_passing(e, change)?)
}

/// Whether a well-known controller may have made the change: it adds and removes such objects, or writes there into objects that it
/// controls.
fn is_passing(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (does, side) = match change.kind {
        ChangeKind::Added => (Passing::Added, change.sides.1),
        ChangeKind::Removed => (Passing::Removed, change.sides.0),
        ChangeKind::Modified => return Ok(is_operated(e, change, &e.rules.of(&change.key.group, &change.key.kind).rule)),
        _ => return Ok(false),
    };
    if comes_and_goes(e, &change.spot, does, side)? {
        return Ok(true);
    }
    // What a passing object, or one that follows from another, controls goes and comes with it.
    let owner = change.controller.as_ref().and_then(|_| e.instances.at(&change.spot, side)).and_then(Instances::related);
    let Some((owner, at)) = owner.and_then(|owner| e.instances.at(&owner, side).map(|at| (owner, at))) else { return Ok(false) };
    Ok(at.derived || comes_and_goes(e, &owner, does, side)?)
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

/// Whether one instance changed only where its controller writes, and had the same controller in both bundles.
fn is_operated(e: &Evidence<'_>, change: &Change, rule: &Rule) -> bool {
    let owner = |side: usize| {
        let owner = e.instances.at(&change.spot, side).and_then(Instances::related)?;
        Some(e.instances.at(&owner, side)?.uid.clone()).filter(|uid| !uid.is_empty())
    };
    let is_written = |pointer: &str| rule.operated.iter().any(|p| covers(p, pointer));
    change.controller.is_some()
        && !change.recreated
        && change.fields.iter().all(|f| is_written(&f.pointer))
        && owner(change.sides.0).is_some_and(|uid| owner(change.sides.1) == Some(uid))
}
