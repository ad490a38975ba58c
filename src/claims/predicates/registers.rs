//! A register: a custom resource or a ConfigMap that a controller writes anew from all objects that there are (Crossplane's Lock 2.3, of all packages,
//! internal/controller/pkg/revision/dependency.go; Kruise's NodePodProbe 1.9, of all pods of a node, pkg/controller/podprobemarker). That the switched
//! layer's objects leave it when they go, and come into it when they come, is no change of anything else. So it is with pods of any layer and with
//! nodes, which are judged themselves.
use crate::canon::yaml;
use crate::claims::Evidence;
use crate::claims::makers::is_of_domain;
use crate::compare::{Change, ChangeKind, CompareError, Instance, Spot};
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::model::unstem;
use crate::value::{Map, Text, Value, json, steps};
use std::collections::BTreeSet;

/// Whether a resource or ConfigMap that no Application manages differs only in elements that name an object of the switched layer, a pod or a node that
/// went or came.
pub(super) fn follows_switched(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    let is_map = change.spot.stem == "configmaps";
    let is_one = change.kind == ChangeKind::Modified && !change.recreated && (is_map || is_custom(&change.key.group));
    let switched = e.switched().map_or("", |layer| &*layer.name);
    let (Some(x), Some(y)) = (e.instances.at(&change.spot, a), e.instances.at(&change.spot, b)) else { return Ok(false) };
    if is_map && !change.fields.iter().all(|f| ["/data", "/binaryData"].iter().any(|place| covers(place, &f.pointer))) {
        return Ok(false);
    }
    if !is_one || e.is_managed(&change.spot) || change.layer == switched || crate::argo::is_own_kind(&change.key.group, &change.key.kind) {
        return Ok(false);
    }
    let mut names = BTreeSet::new();
    let uid = |all: &[Option<Instance>], side: usize| all.get(side)?.as_ref().map(|at| at.uid.clone());
    let is_other = |s: &Spot, all: &[Option<Instance>]| matches!(&*s.stem, "pods" | "nodes") && uid(all, a) != uid(all, b);
    let others = e.instances.all.iter().filter(|(s, all)| is_other(s, all));
    for (spot, all) in e.exchanged(a, b).chain(others.map(|(spot, all)| (spot, all.as_slice()))) {
        let (space, name) = (&spot.namespace, &spot.name);
        names.insert(name.to_string());
        names.extend(["/", ".", "-", "_"].iter().flat_map(|by| [format!("{space}{by}{name}"), format!("{name}{by}{space}")]));
        // As a user an account has this name (OpenShift's SecurityContextConstraints list such).
        names.extend((spot.stem == "serviceaccounts").then(|| format!("system:serviceaccount:{}:{}", spot.namespace, spot.name)));
        let there = [a, b].into_iter().filter_map(|side| all.get(side)?.as_ref());
        names.extend(there.filter(|at| !at.uid.is_empty()).map(|at| at.uid.to_string()));
    }
    let rest = |at, side| {
        let content = e.content(&change.spot, at, side)?;
        Ok::<_, CompareError>(without(&if is_map { opened(&content) } else { content }, &names, 0))
    };
    Ok(!names.is_empty() && rest(x, a)? == rest(y, b)?)
}

/// Whether one instance differs only in labels and annotations (and, of a node, in what it offers) of an operator of the switched layer: they bear the
/// uid of an object of the layer that went or came (Operator Lifecycle Manager 0.46: `olm.operatorgroup.uid/…` on the namespaces that an OperatorGroup
/// selects, pkg/controller/operators/olm/operator.go), the domain and the name of one of its custom resources, or, on a node, only the domain (Fluid,
/// NVIDIA's operator) or the name of a driver of volumes (`topology.<driver>/zone`).
pub(super) fn bears_switched(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    if change.kind != ChangeKind::Modified || change.recreated {
        return false;
    }
    let is_of_uid =
        |key: &str| e.exchanged(a, b).any(|(_, all)| all.iter().flatten().any(|at| !at.uid.is_empty() && key.contains(at.uid.as_str())));
    let is_of_group = |key: &str| {
        e.exchanged(a, b).any(|(spot, _)| match &*spot.stem {
            "csidrivers.storage.k8s.io" => is_of_domain(key, &spot.name),
            stem => is_custom(unstem(stem).1) && is_of_domain(key, unstem(stem).1),
        })
    };
    let is_of_name = |key: &str, name: &str| {
        e.exchanged(a, b).any(|(spot, _)| spot.name == name && is_custom(unstem(&spot.stem).1) && is_of_domain(key, unstem(&spot.stem).1))
    };
    let is_node = change.spot.stem == "nodes";
    change.fields.iter().all(|field| {
        let places: &[&str] = if is_node { &ON_NODES } else { &ON_ALL };
        let Some((place, rest)) = places.iter().find_map(|p| Some((p, field.pointer.strip_prefix(p)?))) else { return false };
        let values = || [&field.before, &field.after].into_iter().flatten();
        let pair = |(key, value): (&Text, &Value)| (key.to_string(), value.as_str().unwrap_or_default().to_owned());
        let all: Vec<(String, String)> = match steps(rest).next() {
            None => values().filter_map(Value::as_object).flat_map(Map::iter).map(pair).collect(),
            Some(key) => values().map(|value| pair((&Text::from(&*key), value))).collect(),
        };
        !all.is_empty()
            && all.iter().all(|(key, value)| {
                is_node && is_of_group(key) || !place.starts_with("/status") && (is_of_uid(key) || is_of_name(key, value))
            })
    })
}

const ON_ALL: [&str; 2] = ["/metadata/labels", "/metadata/annotations"];
const ON_NODES: [&str; 4] = ["/metadata/labels", "/metadata/annotations", "/status/capacity", "/status/allocatable"];

/// A ConfigMap with its texts as what they hold: maps and lists, or lines of words.
fn opened(map: &Value) -> Value {
    match map {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), opened(value))).collect(),
        Value::String(text) => match yaml::parse(text) {
            Ok(all) if !all.is_empty() && all.iter().all(|v| matches!(v, Value::Object(_) | Value::Array(_))) => all.into_iter().collect(),
            _ => {
                let words = |line: &str| line.split_whitespace().enumerate().map(|(i, word)| (i.to_string(), json!(word))).collect::<Map>();
                text.lines().map(|line| Value::Object(words(line))).collect()
            }
        },
        other => other.clone(),
    }
}

/// A value without the innermost elements of lists, and the entries of maps, that bear one of these names; none if nothing is left. Of the entries of a
/// map only their keys count, unless it is a list by another name: all that it holds are maps.
fn without(value: &Value, names: &BTreeSet<String>, depth: usize) -> Option<Value> {
    match value {
        Value::Array(list) => {
            let rest: Vec<Value> = list.iter().filter_map(|v| without(v, names, depth + 1)).filter(|v| !bears(v, names)).collect();
            (!rest.is_empty()).then(|| Value::Array(rest))
        }
        Value::Object(map) => {
            let is_list = depth > 1 && map.values().all(|v| v.as_object().is_some());
            let own = map.iter().filter(|(key, v)| !(names.contains(key.as_str()) || is_list && bears(v, names)));
            let rest: Map = own.filter_map(|(key, v)| Some((key.clone(), without(v, names, depth + 1)?))).collect();
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
        assert_eq!(without(&whole, &names, 0), Some(json!({"packages": [{"name": "core"}], "listeners": [{"port": 80}]})));
        assert_eq!(without(&json!({"owner": "shop"}), &names, 0), Some(json!({"owner": "shop"})));
        let pool = json!({"spec": {"given": {"1": {"to": "core"}, "2": {"to": "shop"}}}});
        assert_eq!(without(&pool, &names, 0), Some(json!({"spec": {"given": {"1": {"to": "core"}}}})));
    }
}
