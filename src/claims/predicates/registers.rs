//! A register: a custom resource that a controller writes anew from all objects that there are (Crossplane's Lock 2.3, of all packages,
//! internal/controller/pkg/revision/dependency.go; Kruise's NodePodProbe 1.9, of all pods of a node, pkg/controller/podprobemarker). That the switched
//! layer's objects leave it when they go, and come into it when they come, is no change of anything else.
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError};
use crate::kinds::built_in::is_custom;
use crate::model::{By, unstem};
use crate::value::{Map, Value, steps};
use std::collections::BTreeSet;

/// Whether a resource that no Application manages differs only in elements that name an object of the switched layer that went or came.
pub(super) fn follows_switched(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    let is_one = change.kind == ChangeKind::Modified && !change.recreated && is_custom(&change.key.group);
    let switched = e.switched().map_or("", |layer| &*layer.name);
    let (Some(x), Some(y)) = (e.instances.at(&change.spot, a), e.instances.at(&change.spot, b)) else { return Ok(false) };
    let is_managed = x.marked || y.marked || e.instances.by(&change.spot) == By::Ancestry;
    if !is_one || is_managed || change.layer == switched || crate::argo::is_own_kind(&change.key.group, &change.key.kind) {
        return Ok(false);
    }
    let mut names = BTreeSet::new();
    for (spot, all) in e.exchanged(a, b) {
        names.extend([spot.name.to_string(), format!("{}/{}", spot.namespace, spot.name)]);
        // As a user an account has this name (OpenShift's SecurityContextConstraints list such).
        names.extend((spot.stem == "serviceaccounts").then(|| format!("system:serviceaccount:{}:{}", spot.namespace, spot.name)));
        let there = [a, b].into_iter().filter_map(|side| all.get(side)?.as_ref());
        names.extend(there.filter(|at| !at.uid.is_empty()).map(|at| at.uid.to_string()));
    }
    let rest = |at, side| Ok::<_, CompareError>(without(&e.content(&change.spot, at, side)?, &names));
    Ok(!names.is_empty() && rest(x, a)? == rest(y, b)?)
}

/// Whether one instance differs only in labels and annotations (and, of a node, in what it offers) of an operator of the switched layer: they bear the
/// uid of an object of the layer that went or came (Operator Lifecycle Manager 0.46: `olm.operatorgroup.uid/…` on the namespaces that an OperatorGroup
/// selects, pkg/controller/operators/olm/operator.go), or, on a node, the domain of its custom resources (Fluid, NVIDIA's operator).
pub(super) fn bears_switched(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    if change.kind != ChangeKind::Modified || change.recreated {
        return false;
    }
    let is_of_uid =
        |key: &str| e.exchanged(a, b).any(|(_, all)| all.iter().flatten().any(|at| !at.uid.is_empty() && key.contains(at.uid.as_str())));
    let is_of_group = |key: &str| {
        let domain = key.split_once('/').map_or("", |(domain, _)| domain);
        let is_operators = domain.contains('.') && !domain.ends_with("kubernetes.io") && !domain.ends_with("k8s.io");
        let is_below = |name: &str, above: &str| name.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let groups = || e.exchanged(a, b).map(|(spot, _)| unstem(&spot.stem).1).filter(|group| is_custom(group));
        is_operators && groups().any(|group| is_below(group, domain) || is_below(domain, group))
    };
    let is_node = change.spot.stem == "nodes";
    change.fields.iter().all(|field| {
        let places: &[&str] = if is_node { &ON_NODES } else { &ON_ALL };
        let Some((place, rest)) = places.iter().find_map(|p| Some((p, field.pointer.strip_prefix(p)?))) else { return false };
        let whole = || {
            [&field.before, &field.after].into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys).map(ToString::to_string)
        };
        let keys: Vec<String> = if rest.is_empty() { whole().collect() } else { steps(rest).take(1).map(Into::into).collect() };
        !keys.is_empty() && keys.iter().all(|key| is_node && is_of_group(key) || !place.starts_with("/status") && is_of_uid(key))
    })
}

const ON_ALL: [&str; 2] = ["/metadata/labels", "/metadata/annotations"];
const ON_NODES: [&str; 4] = ["/metadata/labels", "/metadata/annotations", "/status/capacity", "/status/allocatable"];

/// A value without the innermost elements of lists, and the entries of maps, that bear one of these names; none if nothing is left.
fn without(value: &Value, names: &BTreeSet<String>) -> Option<Value> {
    match value {
        Value::Array(list) => {
            let rest: Vec<Value> = list.iter().filter_map(|v| without(v, names)).filter(|v| !bears(v, names)).collect();
            (!rest.is_empty()).then(|| Value::Array(rest))
        }
        Value::Object(map) => {
            let own = map.iter().filter(|(key, _)| !names.contains(key.as_str()));
            let rest: Map = own.filter_map(|(key, v)| Some((key.clone(), without(v, names)?))).collect();
            (!rest.is_empty()).then(|| Value::Object(rest))
        }
        other => Some(other.clone()),
    }
}

/// Whether a value is such a name, or has one outside of lists.
fn bears(value: &Value, names: &BTreeSet<String>) -> bool {
    match value {
        Value::String(text) => names.contains(text.as_str()),
        Value::Object(map) => map.values().any(|v| bears(v, names)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::without;
    use crate::value::json;

    #[test]
    fn of_a_register_only_the_elements_that_name_what_went_are_left_out() {
        let names = ["shop".to_owned()].into();
        let whole = json!({"packages": [{"name": "core"}, {"name": "shop", "version": "v1"}], "listeners": [{"hosts": [{"of": "shop"}], "port": 80}]});
        assert_eq!(without(&whole, &names), Some(json!({"packages": [{"name": "core"}], "listeners": [{"port": 80}]})));
        assert_eq!(without(&json!({"owner": "shop"}), &names), Some(json!({"owner": "shop"})));
    }
}
