//! Objects that well-known controllers add and remove, as the rule of their kind declares (law 14), and what goes and comes with them.
use crate::claims::Evidence;
use crate::compare::{CompareError, Instances, Spot};
use crate::kinds::patterns::is_like;
use crate::kinds::rule::Passing;
use crate::model::meta;
use crate::value::Value;

/// Chains of owners are short.
pub(super) const DEEPEST: usize = 4;

/// Whether an object passes, or belongs to one that does: what a passing object owns (or one that follows from another controls) goes and
/// comes with it; so does the volume of a passing claim, and the record of that volume.
pub(super) fn passes(e: &Evidence<'_>, spot: &Spot, does: Passing, side: usize, depth: usize) -> Result<bool, CompareError> {
    if comes_and_goes(e, spot, does, side)? {
        return Ok(true);
    }
    let Some(at) = e.instances.at(spot, side).filter(|_| depth < DEEPEST) else { return Ok(false) };
    let object = e.whole(spot, at, side)?;
    // Objects of a kind that is not kept come and go, and what they control goes with them.
    if meta::controller(&object).is_some_and(|owner| !e.rules.stored(owner.group, owner.kind)) {
        return Ok(true);
    }
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
pub(super) fn there(e: &Evidence<'_>, object: &Value, owner: &meta::Owner<'_>, side: usize) -> Option<Spot> {
    let place = |namespace: &str| Spot::new(e.stem_of(owner.group, owner.kind), namespace, owner.name);
    let mut places = [meta::text(object, "/metadata/namespace"), ""].into_iter().map(place);
    places.find(|spot| e.instances.at(spot, side).is_some_and(|at| at.uid == owner.uid))
}

/// The place of the object for which this one was made: not every operator calls itself the controller of what it makes (Strimzi 1.2,
/// cluster-operator model/ModelUtils.java).
pub(super) fn maker(e: &Evidence<'_>, object: &Value, side: usize) -> Option<Spot> {
    let owner = meta::controller(object).or_else(|| meta::owners(object).next())?;
    there(e, object, &owner, side)
}

/// The claim of a volume, if the bundle holds that instance.
pub(super) fn claim(e: &Evidence<'_>, volume: &Value, side: usize) -> Option<Spot> {
    let text = |field: &str| volume.pointer(&format!("/spec/claimRef/{field}")).and_then(Value::as_str).unwrap_or_default();
    let spot = Spot::new("persistentvolumeclaims", text("namespace"), text("name"));
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
    let labels: Vec<&str> =
        object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| &**key).collect();
    Ok(rule.passing.iter().any(|l| l == "*" || labels.iter().any(|label| is_like(l, label))) || when.any(|w| w.holds(&object)))
}
