//! Objects that well-known controllers add and take, as the rule of their kind says (law 14). Only the object itself says that it is one: so that
//! it comes or goes leaves a claim open, and does not speak for it (law 2).
use crate::claims::Evidence;
use crate::compare::Change;
use crate::compare::ChangeKind;
use crate::compare::CompareError;
use crate::model::meta;

/// Whether a well-known controller adds and takes such objects, as the object itself says (law 14).
pub(super) fn is_passing(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let labels = &e.rules.of(&change.key.group, &change.key.kind).rule.passing;
    let side = match change.kind {
        ChangeKind::Added => change.sides.1,
        ChangeKind::Removed => change.sides.0,
        _ => return Ok(false),
    };
    let Some(at) = e.instances.at(&change.spot, side).filter(|_| !labels.is_empty()) else { return Ok(false) };
    let object = e.whole(&change.spot, at, side)?;
    Ok(labels.iter().any(|l| l == "*" || meta::label(&object, l).is_some()))
}
