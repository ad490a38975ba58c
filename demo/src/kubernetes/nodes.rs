//! On which nodes a pod may run. Knows no store.
use crate::world::objects::{items, matches, text};
use serde_json::Value;

/// Whether a pod may run on a node: it selects its labels, and tolerates its taints.
pub fn fits(spec: &Value, node: &Value) -> bool {
    let selector = &spec["nodeSelector"];
    tolerates(spec, node) && (!selector.is_object() || matches(selector, &node["metadata"]["labels"]))
}

fn tolerates(spec: &Value, node: &Value) -> bool {
    let bears = |taint: &Value| {
        items(&spec["tolerations"])
            .any(|t| (t["key"].is_null() || t["key"] == taint["key"]) && (t["effect"].is_null() || t["effect"] == taint["effect"]))
    };
    items(&node["spec"]["taints"]).all(bears)
}

/// The node that a DaemonSet's pod is made for.
pub fn bound_to(pod: &Value) -> &str {
    let terms = &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    text(&terms[0]["matchFields"][0]["values"][0])
}
