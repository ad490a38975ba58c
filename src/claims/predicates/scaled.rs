//! What follows nodes and autoscalers, besides a number: a StatefulSet's claims come and go with its pods, a vertical one gives a running pod other
//! resources, and a node that leaves takes the pods of DaemonSets with it. Each leaves a claim open: the controllers say what they may do, and
//! not what they did.
use crate::claims::Evidence;
use crate::claims::predicates::transient::{claim, maker, passes};
use crate::claims::predicates::wanted::{is_anothers_doing, wanted};
use crate::compare::{Change, ChangeKind, CompareError, Instances, Spot};
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::kinds::rule::Passing;
use crate::model::{group_of, meta};
use crate::value::Value;

/// The fields of a pod that a vertical autoscaler writes while it runs (autoscaler, vertical-pod-autoscaler 1.5,
/// pkg/updater/priority and pkg/admission-controller/resource/pod/patch).
const RESIZED: &[&str] = &["/spec/containers/*/resources", "/spec/initContainers/*/resources", "/metadata/annotations/vpa*"];

/// Whether an autoscaler's change of a StatefulSet's count made or deleted a claim, or the volume of one, or a storage system's record of that
/// (kubernetes 1.36, pkg/controller/statefulset/stateful_set_utils.go: `whenScaled`).
pub(super) fn is_scaled_claim(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let ((a, b), side) = (change.sides, change.shown_by());
    let Some(claim) = claim_behind(e, &change.spot, side)? else { return Ok(false) };
    let Some((stem, number)) = claim.name.rsplit_once('-').and_then(|(stem, number)| Some((stem, number.parse::<i64>().ok()?))) else {
        return Ok(false);
    };
    let sets = e.instances.in_bundle(side).filter(|(s, _)| s.stem == "statefulsets.apps" && s.namespace == claim.namespace);
    for (set, at) in sets {
        let Some(template) = stem.strip_suffix(&*set.name).and_then(|rest| rest.strip_suffix('-')) else { continue };
        let object = e.whole(set, at, side)?;
        if !meta::list(&object, "/spec/volumeClaimTemplates").any(|t| meta::text(t, "/metadata/name") == template) {
            continue;
        }
        let (Some(x), Some(y)) = (wanted(e, set, a)?, wanted(e, set, b)?) else { return Ok(false) };
        let first = object.pointer("/spec/ordinals/start").and_then(Value::as_i64).unwrap_or(0);
        let is_above = |count: i64| number >= first + count;
        let is_due = match change.kind {
            ChangeKind::Removed => {
                let deletes = meta::text(&object, "/spec/persistentVolumeClaimRetentionPolicy/whenScaled") == "Delete";
                deletes && is_above(y.replicas) && !is_above(x.replicas)
            }
            _ => is_above(x.replicas) && !is_above(y.replicas),
        };
        return Ok(is_due && x.is_scaled && y.is_scaled && !is_anothers_doing(e, set, a, b)?);
    }
    Ok(false)
}

/// The claim that an object is, or whose volume, or record of its volume, it is.
pub(super) fn claim_behind(e: &Evidence<'_>, spot: &Spot, side: usize) -> Result<Option<Spot>, CompareError> {
    let Some(at) = e.instances.at(spot, side) else { return Ok(None) };
    let volume = match &*spot.stem {
        "persistentvolumeclaims" => return Ok(Some(spot.clone())),
        "persistentvolumes" => Some(spot.clone()),
        _ => Instances::related(at).filter(|other| other.stem == "persistentvolumes"),
    };
    let volume = volume.map(|volume| e.object(&volume, side)).transpose()?.flatten();
    Ok(volume.and_then(|volume| claim(e, &volume, side)))
}

/// Whether only the resources of a running pod are others, and a vertical autoscaler may set them in both bundles.
pub(super) fn is_resized(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let is_written = |pointer: &str| RESIZED.iter().any(|p| covers(p, pointer));
    if change.spot.stem != "pods" || change.kind != ChangeKind::Modified || !change.fields.iter().all(|f| is_written(&f.pointer)) {
        return Ok(false);
    }
    Ok(has_resizer(e, &change.spot, change.sides.0)? && has_resizer(e, &change.spot, change.sides.1)?)
}

/// Whether a vertical autoscaler that resizes in place is there for what a pod belongs to.
fn has_resizer(e: &Evidence<'_>, pod: &Spot, side: usize) -> Result<bool, CompareError> {
    let top = e.instances.top(pod, e.instances.at(pod, side));
    let here = |s: &Spot| s.stem == "verticalpodautoscalers.autoscaling.k8s.io" && s.namespace == pod.namespace;
    for (scaler, at) in e.instances.in_bundle(side).filter(|(s, at)| here(s) && !at.deleting) {
        let object = e.whole(scaler, at, side)?;
        let text = |field: &str| meta::text(&object, &format!("/spec/{field}"));
        let is_target =
            e.stem_of(group_of(text("targetRef/apiVersion")), text("targetRef/kind")) == top.stem && text("targetRef/name") == top.name;
        let is_in_place = matches!(text("updatePolicy/updateMode"), "InPlaceOrRecreate" | "InPlace");
        if is_target && is_in_place && object.pointer("/status/recommendation").is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether only a Service's outer addresses are others, it still has some, and a DaemonSet serves it in both bundles: then they are those of the
/// nodes on which it runs (k3s 1.33, pkg/cloudprovider/servicelb.go).
pub(super) fn follows_nodes(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    const ADDRESSES: &str = "/status/loadBalancer/ingress";
    let (a, b) = change.sides;
    if change.spot.stem != "services" || !change.fields.iter().all(|f| covers(ADDRESSES, &f.pointer)) {
        return Ok(false);
    }
    let serves = |side: usize| {
        let mut sets = e.instances.in_bundle(side).filter(|(s, _)| s.stem == "daemonsets.apps");
        sets.any(|(_, at)| Instances::related(at).as_ref() == Some(&change.spot))
    };
    let has_some = |service: Value| meta::list(&service, ADDRESSES).next().is_some();
    Ok(serves(a) && serves(b) && e.object(&change.spot, b)?.is_some_and(has_some))
}

/// Whether only the count of a custom resource, or of what was made for one, is another one, and the resource says in both bundles between which bounds
/// it is scaled (Numaflow 1.8, pkg/apis/numaflow/v1alpha1/scale.go: `scale.min` and `scale.max` of a Vertex); or no Application says how many there
/// are to be, and there are some (the sets of machines of Gardener's machine-controller-manager).
pub(super) fn is_scaled_by_itself(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    if !change.fields.iter().all(|f| f.pointer == "/spec/replicas") {
        return Ok(false);
    }
    let (a, b) = change.sides;
    let are_some =
        || change.fields.iter().all(|f| [&f.before, &f.after].iter().all(|v| v.as_ref().and_then(Value::as_i64).is_some_and(|n| n > 0)));
    let is_known = is_custom(&change.key.group) && !e.is_managed(&change.spot) && are_some();
    Ok(is_known || is_within_own_bounds(e, &change.spot, a)? && is_within_own_bounds(e, &change.spot, b)?)
}

/// Whether the count of a custom resource, or of a workload that was made for one, lies within bounds that the resource names.
pub(super) fn is_within_own_bounds(e: &Evidence<'_>, spot: &Spot, side: usize) -> Result<bool, CompareError> {
    let Some(object) = e.object(spot, side)? else { return Ok(false) };
    let Some(count) = object.pointer("/spec/replicas").and_then(Value::as_i64) else { return Ok(false) };
    let bounds = match maker(e, &object, side).filter(Spot::is_custom) {
        _ if spot.is_custom() => own_bounds(&object),
        Some(maker) => e.object(&maker, side)?.and_then(|maker| own_bounds(&maker)),
        None => None,
    };
    Ok(bounds.is_some_and(|(least, most)| least <= count && count <= most && least < most))
}

/// The least and the greatest number of pods that a resource wants.
fn own_bounds(object: &Value) -> Option<(i64, i64)> {
    const PLACES: &[&str] = &["/spec", "/spec/scale", "/spec/scaling", "/spec/autoscale", "/spec/autoscaling", "/spec/autoscaler"];
    let bound = |place: &&str, names: [&str; 3]| names.iter().find_map(|name| object.pointer(&format!("{place}/{name}"))?.as_i64());
    let least = |place: &&str| bound(place, ["minReplicas", "minReplicaCount", "min"]);
    let most = |place: &&str| bound(place, ["maxReplicas", "maxReplicaCount", "max"]);
    PLACES.iter().find_map(|place| Some((least(place)?, most(place)?)))
}

/// Whether pods of a DaemonSet went because their nodes left the pool that an autoscaler keeps, or pods because what controls them passes.
pub(super) fn went_along(e: &Evidence<'_>, controller: &Spot, lost: &[&Spot], (a, b): (usize, usize)) -> Result<bool, CompareError> {
    if e.instances.at(controller, b).is_none() && passes(e, controller, Passing::Removed, a, 0)? {
        return Ok(true);
    }
    if controller.stem != "daemonsets.apps" {
        return Ok(false);
    }
    for pod in lost {
        let Some(at) = e.instances.at(pod, a) else { return Ok(false) };
        let line = e.line("identity", pod, at, a)?;
        let node = Spot::new("nodes", "", line.get("fields").and_then(|f| f.get("/spec/nodeName")?.as_str()).unwrap_or_default());
        if e.uid(&node, a).is_none() || e.uid(&node, a) == e.uid(&node, b) || !passes(e, &node, Passing::Removed, a, 0)? {
            return Ok(false);
        }
    }
    Ok(!lost.is_empty())
}

#[cfg(test)]
mod tests {
    use super::own_bounds;
    use crate::value::json;

    #[test]
    fn a_resource_names_the_bounds_between_which_it_is_scaled() {
        assert_eq!(own_bounds(&json!({"spec": {"scale": {"min": 1, "max": 5}}})), Some((1, 5)));
        assert_eq!(own_bounds(&json!({"spec": {"minReplicas": 1, "maxReplicas": 5}})), Some((1, 5)));
        assert_eq!(own_bounds(&json!({"spec": {"maxReplicas": 5}})), None);
    }
}
