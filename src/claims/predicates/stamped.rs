//! What a controller of a protected layer puts into every namespace (a bundle of certificates, a policy) goes and comes with a Namespace of the
//! switched layer: Kubernetes deletes it with its Namespace, and no change of the protected layer did it. Where the Namespace is back, it must be
//! back too, and equal.
use crate::claims::Evidence;
use crate::claims::predicates::renamed::with_places;
use crate::compare::{Change, ChangeKind, CompareError, Spot};
use crate::model::By;

/// Whether an object of another layer only went, came or is another instance together with its Namespace, which is the switched layer's. It
/// must be its layer's only because it names an object of that layer: what the layer manages itself does not go with a namespace unsaid.
pub(super) fn goes_with_namespace(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let switched = e.switched_name();
    let space = Spot::new("namespaces", "", change.spot.namespace.clone());
    let (a, b) = change.sides;
    let uid = |side: usize| e.uid(&space, side);
    let is_seen = || [a, b].iter().all(|side| !e.unseen("namespaces", "", *side));
    let is_all = match change.kind {
        ChangeKind::Removed => uid(a).is_some(),
        ChangeKind::Added => uid(b).is_some(),
        ChangeKind::Replaced => true,
        ChangeKind::Modified | ChangeKind::Departs | ChangeKind::Torn => false,
    };
    let is_excused = is_all
        && !switched.is_empty()
        && !change.spot.namespace.is_empty()
        && change.layer != switched
        && e.instances.by(&change.spot) <= By::Reference
        && e.instances.layer(&space) == switched
        && uid(a) != uid(b)
        && is_seen();
    Ok(is_excused && is_back_equal(e, change, &space)?)
}

/// Whether the object is the same wherever it is beside an instance of its Namespace, and is missing in none that came after it.
fn is_back_equal(e: &Evidence<'_>, change: &Change, space: &Spot) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    let other = match change.kind {
        ChangeKind::Removed => (b..e.sides.len()).find(|side| e.instances.at(space, *side).is_some()).map(|later| (a, later)),
        ChangeKind::Added => (0..b).rev().find(|side| e.instances.at(&change.spot, *side).is_some()).map(|earlier| (b, earlier)),
        _ => None,
    };
    let Some((here, there)) = other else { return Ok(true) };
    let content = |side: usize| -> Result<_, CompareError> {
        let Some(at) = e.instances.at(&change.spot, side) else { return Ok(None) };
        Ok(Some(with_places(e, &e.content(&change.spot, at, side)?, side)))
    };
    Ok(e.unseen(&change.spot.stem, &change.spot.namespace, there) || content(here)? == content(there)?)
}
