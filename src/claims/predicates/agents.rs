//! What agents and operators note of a node on the node itself, and where controllers note on which node or pod a thing is now. Who wrote it, nothing
//! says, so it leaves a claim open.
use crate::claims::Evidence;
use crate::claims::makers::is_of_domain;
use crate::claims::seen::DEFINITIONS;
use crate::compare::{Change, FieldChange, Spot};
use crate::kinds::patterns::covers;
use crate::value::{Value, steps};

/// Whether one node differs only in annotations, which place no pod, or in labels under the domain of a kind of custom resource that is defined in
/// both bundles: its operator labels nodes (NVIDIA's gpu-operator, controllers/upgrade_controller.go: `nvidia.com/gpu-driver-upgrade-state`).
pub(super) fn is_noted_on_node(e: &Evidence<'_>, change: &Change) -> bool {
    if change.spot.stem != "nodes" {
        return false;
    }
    let (a, b) = change.sides;
    let groups = || {
        let all = e.instances.in_bundle(a).filter(|(s, _)| s.stem == DEFINITIONS && e.instances.at(s, b).is_some());
        all.filter_map(|(s, _)| s.name.split_once('.').map(|(_, group)| group))
    };
    change.fields.iter().all(|field| {
        let mut path = steps(&field.pointer).skip(1);
        match (path.next().as_deref(), path.next()) {
            (Some("annotations"), _) => field.pointer.starts_with("/metadata/"),
            (Some("labels"), Some(key)) if field.pointer.starts_with("/metadata/") => groups().any(|group| is_of_domain(&key, group)),
            _ => false,
        }
    })
}

/// Whether one instance of a resource or ConfigMap that no Application manages differs only in what it keeps of nodes that are there, each under its name
/// (sriov-network-operator 1.6, controllers/sriovnetworknodepolicy_controller.go: what its plugin is to offer on each node).
pub(super) fn is_kept_by_node(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    let is_there = |name: &str| [a, b].iter().all(|side| e.instances.at(&Spot::new("nodes", "", name), *side).is_some());
    let is_of_node = |field: &FieldChange| !field.pointer.starts_with("/metadata") && steps(&field.pointer).any(|step| is_there(&step));
    e.is_kept_by_controllers(change) && change.fields.iter().all(is_of_node)
}

/// Whether one instance differs only in which node, or which pod of its namespace, it names: in an annotation, or anywhere in a resource or ConfigMap
/// that no Application manages (OpenShift's CloudPrivateIPConfig, openshift/api, cloudnetwork/v1/types.go: on which node an address is).
pub(super) fn is_elsewhere_now(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    let is_kept_by_controllers = e.is_kept_by_controllers(change);
    let may_hold = |at: &str| is_kept_by_controllers || covers("/metadata/annotations/*", at);
    let is_there = |name: &str, side: usize| {
        let pod = || Spot::new("pods", change.spot.namespace.clone(), name);
        e.instances.at(&Spot::new("nodes", "", name), side).is_some() || e.instances.at(&pod(), side).is_some()
    };
    let names = |value: &Option<Value>, side: usize| value.as_ref().and_then(Value::as_str).is_some_and(|name| is_there(name, side));
    let is_moved = |f: &FieldChange| may_hold(&f.pointer) && names(&f.before, a) && names(&f.after, b);
    change.fields.iter().all(is_moved)
}
