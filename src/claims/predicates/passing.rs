//! Objects that well-known controllers add, take and write into, as the rule of their kind says (law 14). Only the object itself says that it is
//! one: so that it comes, goes or moves leaves a claim open, and does not speak for it (law 2).
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError, Instances};
use crate::kinds::patterns::covers;
use crate::kinds::rule::{Passing, Rule};
use crate::model::meta;

/// Whether a change leaves a claim open: it could be none, or a well-known controller may have done it.
pub(super) fn is_open(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    Ok(change.uncertain || is_passing(e, change)?)
}

/// Whether a well-known controller may have done it: it adds and takes such objects, or writes there into what it controls.
fn is_passing(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let rule = &e.rules.of(&change.key.group, &change.key.kind).rule;
    let (does, side) = match change.kind {
        ChangeKind::Added => (Passing::Added, change.sides.1),
        ChangeKind::Removed => (Passing::Removed, change.sides.0),
        ChangeKind::Modified => return Ok(is_operated(e, change, rule)),
        _ => return Ok(false),
    };
    let mut when = rule.when.iter().filter(|w| w.passing.contains(&does)).peekable();
    if rule.passing.is_empty() && when.peek().is_none() {
        return Ok(false);
    }
    let Some(at) = e.instances.at(&change.spot, side) else { return Ok(false) };
    let object = e.whole(&change.spot, at, side)?;
    Ok(rule.passing.iter().any(|l| l == "*" || meta::label(&object, l).is_some()) || when.any(|w| w.holds(&object)))
}

/// Whether one instance moved only where its controller writes, and the same object controlled it.
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
