//! What a controller of a protected layer puts into every namespace (a bundle of certificates, a policy) goes and comes with a Namespace of the
//! switched layer: Kubernetes deletes it with its Namespace, and no change of the protected layer did it.
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, Spot};
use crate::model::By;

/// Whether an object of another layer only went, came or is another instance together with its Namespace, which is the switched layer's. It
/// must be its layer's only because it names an object of that layer: what the layer manages itself does not go with a namespace unsaid.
pub(super) fn goes_with_namespace(e: &Evidence<'_>, change: &Change) -> bool {
    let switched = e.switched().map_or("", |layer| &*layer.name);
    let space = Spot::new("namespaces", "", change.spot.namespace.clone());
    let (a, b) = change.sides;
    let uid = |side: usize| e.instances.at(&space, side).map(|at| &at.uid);
    let is_seen = || [a, b].iter().all(|side| !e.unseen("namespaces", "", *side));
    let is_all = match change.kind {
        ChangeKind::Removed => uid(a).is_some(),
        ChangeKind::Added => uid(b).is_some(),
        ChangeKind::Replaced => true,
        ChangeKind::Modified | ChangeKind::Departs | ChangeKind::Torn => false,
    };
    is_all
        && !switched.is_empty()
        && !change.spot.namespace.is_empty()
        && change.layer != switched
        && e.instances.by(&change.spot) <= By::Reference
        && e.instances.layer(&space) == switched
        && uid(a) != uid(b)
        && is_seen()
}
