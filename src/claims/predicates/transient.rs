//! Objects that well-known controllers add and remove, as the rule of their kind declares (law 14), and what goes and comes with them.
use crate::claims::Evidence;
use crate::compare::{Change, CompareError, Instance, Instances, Spot};
use crate::kinds::patterns::is_like;
use crate::kinds::rule::Passing;
use crate::model::meta;
use crate::value::{Map, Value};

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

/// The objects of a changed object's kind and namespace that came when it changed.
pub(super) fn newcomers<'e>(e: &'e Evidence<'_>, change: &'e Change) -> impl Iterator<Item = (&'e Spot, &'e Instance)> {
    let is_like = |spot: &Spot| spot.stem == change.spot.stem && spot.namespace == change.spot.namespace;
    e.instances.in_bundle(change.sides.1).filter(move |(spot, _)| is_like(spot) && e.instances.at(spot, change.sides.0).is_none())
}

/// The claim of a volume, if the bundle holds that instance.
pub(super) fn claim(e: &Evidence<'_>, volume: &Value, side: usize) -> Option<Spot> {
    let text = |field: &str| meta::text(volume, &format!("/spec/claimRef/{field}"));
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
    let Some(object) = e.object(spot, side)? else { return Ok(false) };
    let mut labels = object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let is_labelled = labels.any(|label| rule.passing.iter().any(|l| is_like(l, label)));
    Ok(is_labelled || rule.passing.iter().any(|l| l == "*") || when.any(|w| w.holds(&object)))
}
