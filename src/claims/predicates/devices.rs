//! What a node offers as long as somebody looks after its devices: all of a sort go and come with the plugin that offers them
//! (kubernetes, pkg/kubelet/cm/devicemanager/manager.go, GetCapacity), and so do the labels of those who look for them
//! (node-feature-discovery, pkg/nfd-master). Nothing on the node says whose plugin it was. Fewer of them is another matter: the node lost some.
use crate::compare::{Change, FieldChange};
use crate::kinds::patterns::covers;
use crate::value::Value;

const DEVICES: &[&str] = &["/status/capacity/*", "/status/allocatable/*"];
const FOUND: &str = "/metadata/labels/feature.node.kubernetes.io~1*";

/// Whether all that changed of a node are devices of which it offers some on one side only, and what was found of them.
pub(super) fn went_with_plugin(change: &Change) -> bool {
    change.spot.stem == "nodes" && change.fields.iter().all(|f| is_all_of_a_sort(f) || covers(FOUND, &f.pointer))
}

fn is_all_of_a_sort(field: &FieldChange) -> bool {
    let none = |value: &Option<Value>| value.as_ref().is_none_or(|v| v.as_str() == Some("0"));
    DEVICES.iter().any(|p| covers(p, &field.pointer)) && none(&field.before) != none(&field.after)
}
