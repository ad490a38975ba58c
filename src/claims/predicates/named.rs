//! What custom resources of the switched layer make wherever they are told to, without an owner that Kubernetes would follow. The resource names it
//! (Crossplane's Object and Open Cluster Management's ManifestWork hold the whole of what they make; an inventory lists it: Config Sync's ResourceGroup,
//! Capsule's GlobalTenantResource), or it bears the resource's name (Kubewarden 1.36, internal/constants/constants.go: `kubewardenPolicyName`).
use crate::claims::Evidence;
use crate::claims::evidence::once;
use crate::claims::makers::Makers;
use crate::claims::predicates::history::WORKLOADS;
use crate::claims::predicates::transient::{DEEPEST, maker};
use crate::compare::{Change, CompareError};
use crate::model::By;

/// Whether an object that no Application manages went with a resource of the switched layer that made it, or came with one; or went or came with its
/// owner, of which that holds. An object that is a protected layer's only because of its namespace may be such too.
pub(super) fn is_made_elsewhere(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (side, other) = change.shown_and_other();
    let makers = once(&e.makers, change.sides, || gone(e, change.sides, true))?;
    let mut next = Some(change.spot.clone());
    for _ in 0..DEEPEST {
        let Some(spot) = next.filter(|spot| e.instances.by(spot) <= By::Namespace) else { break };
        let Some(at) = e.instances.at(&spot, side).filter(|at| !at.marked && !at.derived) else { break };
        let object = e.whole(&spot, at, side)?;
        if makers.name(&e.key(&spot).kind, &spot.namespace, &spot.name) || makers.are_borne(&object) {
            return Ok(true);
        }
        next = maker(e, &object, side).filter(|owner| e.uid(owner, side) != e.uid(owner, other));
    }
    Ok(false)
}

/// What is copied into other namespaces.
const COPIED: &[&str] = &[
    "configmaps",
    "secrets",
    "limitranges",
    "resourcequotas",
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "networkpolicies.networking.k8s.io",
];

/// The custom resources of the switched layer that went or came from one bundle to another.
pub(super) fn gone(e: &Evidence<'_>, (a, b): (usize, usize), with_lists: bool) -> Result<Makers, CompareError> {
    let mut out = Makers::default();
    for (spot, all) in e.exchanged(a, b) {
        if WORKLOADS.contains(&&*spot.stem) {
            out.add_operator(&spot.name);
        }
        if COPIED.contains(&&*spot.stem) {
            out.add_source(&e.key(spot));
        }
        // Of a ConfigMap only the manifests in it count.
        let is_map = spot.stem == "configmaps";
        if !spot.is_custom() && !is_map {
            continue;
        }
        let key = e.key(spot);
        if crate::argo::is_own_kind(&key.group, &key.kind) {
            continue;
        }
        let (parts, with_lists) = if is_map { (&["data"][..], false) } else { (&["spec", "status"][..], with_lists) };
        if !is_map {
            out.add(&key);
        }
        for (side, at) in [a, b].into_iter().filter_map(|side| Some((side, all.get(side)?.as_ref()?))) {
            let whole = e.whole(spot, at, side)?;
            parts.iter().filter_map(|part| whole.get(part)).for_each(|part| out.read(part, &spot.namespace, with_lists));
        }
    }
    Ok(out)
}
