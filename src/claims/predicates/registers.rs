//! A register: a custom resource or a ConfigMap that a controller writes anew from all objects that there are (Crossplane's Lock 2.3, of all packages,
//! internal/controller/pkg/revision/dependency.go; Kruise's NodePodProbe 1.9, of all pods of a node, pkg/controller/podprobemarker). That the switched
//! layer's objects leave it when they go, and come into it when they come, is no change of anything else. So it is with pods of any layer and with
//! nodes, which are judged themselves.
use crate::canon::yaml;
use crate::claims::Evidence;
use crate::claims::evidence::once;
use crate::claims::makers::{is_of_domain, is_of_somebody};
use crate::claims::predicates::operators::is_digits;
use crate::compare::{Change, CompareError, Spot};
use crate::kinds::patterns::covers;
use crate::model::meta;
use crate::value::{Map, Text, Value, json, steps};
use std::collections::{BTreeSet, HashMap};

/// Whether a resource or ConfigMap that no Application manages differs only in elements that name an object of the switched layer, a pod or a node that
/// went or came.
pub(super) fn follows_switched(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    let is_map = change.spot.stem == "configmaps";
    let (Some(x), Some(y)) = (e.instances.at(&change.spot, a), e.instances.at(&change.spot, b)) else { return Ok(false) };
    if is_map && !change.fields.iter().all(|f| ["/data", "/binaryData"].iter().any(|place| covers(place, &f.pointer))) {
        return Ok(false);
    }
    if !e.is_kept_by_controllers(change) || change.layer == e.switched_name() {
        return Ok(false);
    }
    let names = once(&e.listings, (a, b), || Ok(listings(e, a, b)))?;
    let rest = |at, side| {
        let content = e.content(&change.spot, at, side)?;
        Ok::<_, CompareError>(without(&if is_map { opened(&content) } else { content }, &names, 0))
    };
    Ok(!names.is_empty() && rest(x, a)? == rest(y, b)?)
}

/// What the objects of the switched layer, the pods and the nodes that went or came may be called where they are listed.
fn listings(e: &Evidence<'_>, a: usize, b: usize) -> BTreeSet<String> {
    let mut services: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (service, _) in e.instances.all.iter().filter(|(s, _)| s.stem == "services") {
        services.entry(&service.namespace).or_default().insert(&service.name);
    }
    let mut names = BTreeSet::new();
    let others = e.instances.all.iter().filter(|(s, _)| matches!(&*s.stem, "pods" | "nodes") && e.uid(s, a) != e.uid(s, b));
    for (spot, all) in e.exchanged(a, b).chain(others.map(|(spot, all)| (spot, all.as_slice()))) {
        let (space, name) = (&spot.namespace, &spot.name);
        names.insert(name.to_string());
        names.extend(["/", ".", "-", "_"].iter().flat_map(|by| [format!("{space}{by}{name}"), format!("{name}{by}{space}")]));
        // As the cluster's DNS finds a pod by its name behind one of its Services.
        let services = services.get(space.as_str()).filter(|_| spot.stem == "pods").into_iter().flatten();
        names.extend(services.flat_map(|service| ["", ".svc", ".svc.cluster.local"].map(|tail| format!("{name}.{service}.{space}{tail}"))));
        // As a user an account has this name (OpenShift's SecurityContextConstraints list such).
        names.extend((spot.stem == "serviceaccounts").then(|| format!("system:serviceaccount:{space}:{name}")));
        let there = [a, b].into_iter().filter_map(|side| all.get(side)?.as_ref());
        names.extend(there.filter(|at| !at.uid.is_empty()).map(|at| at.uid.to_string()));
    }
    names
}

/// Whether one instance differs only in labels and annotations (and, of a node, in what it offers) of an operator of the switched layer: they bear the
/// uid of an object of the layer that went or came (Operator Lifecycle Manager 0.46: `olm.operatorgroup.uid/…` on the namespaces that an OperatorGroup
/// selects, pkg/controller/operators/olm/operator.go), the domain and the name of one of its custom resources, or, on a node, only the domain (Fluid,
/// NVIDIA's operator) or the name of a driver of volumes (`topology.<driver>/zone`); or any domain but Kubernetes' own, if an account of the layer may
/// write nodes.
pub(super) fn bears_switched(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    let is_of_uid =
        |key: &str| e.exchanged(a, b).any(|(_, all)| all.iter().flatten().any(|at| !at.uid.is_empty() && key.contains(at.uid.as_str())));
    let is_of = |key: &str, spot: &Spot| spot.is_custom() && is_of_domain(key, spot.group());
    let is_of_group = |key: &str| {
        e.exchanged(a, b).any(|(spot, _)| match &*spot.stem {
            "csidrivers.storage.k8s.io" => is_of_domain(key, &spot.name),
            _ => is_of(key, spot),
        })
    };
    let is_of_name = |key: &str, name: &str| e.exchanged(a, b).any(|(spot, _)| spot.name == name && is_of(key, spot));
    let is_node = change.spot.stem == "nodes";
    let may_write = is_node && may_write_nodes(e, a, b)?;
    Ok(change.fields.iter().all(|field| {
        let Some((place, rest)) = PLACES.iter().find_map(|p| Some((p, field.pointer.strip_prefix(p)?))) else { return false };
        let values = || [&field.before, &field.after].into_iter().flatten();
        let pair = |(key, value): (&Text, &Value)| (key.to_string(), value.as_str().unwrap_or_default().to_owned());
        let all: Vec<(String, String)> = match steps(rest).next() {
            None => values().filter_map(Value::as_object).flat_map(Map::iter).map(pair).collect(),
            Some(key) => values().map(|value| pair((&Text::from(&*key), value))).collect(),
        };
        // What a node offers has no name of one object.
        let is_theirs = |(key, value): &(String, String)| {
            is_node && (is_of_group(key) || may_write && is_of_somebody(key))
                || !place.starts_with("/status") && (is_of_uid(key) || is_of_name(key, value))
        };
        !all.is_empty() && all.iter().all(is_theirs)
    }))
}

/// Whether a role of the switched layer that went or came permits to write nodes: what is written there by others than Kubernetes may be its operator's.
fn may_write_nodes(e: &Evidence<'_>, a: usize, b: usize) -> Result<bool, CompareError> {
    let has = |rule: &Value, list: &str, words: &[&str]| meta::list(rule, list).filter_map(Value::as_str).any(|word| words.contains(&word));
    let writes = |rule: &Value| {
        has(rule, "/apiGroups", &["", "*"]) && has(rule, "/resources", &["nodes", "*"]) && has(rule, "/verbs", &["patch", "update", "*"])
    };
    for (spot, all) in e.exchanged(a, b).filter(|(s, _)| s.stem == "clusterroles.rbac.authorization.k8s.io") {
        for (side, at) in [a, b].into_iter().filter_map(|side| Some((side, all.get(side)?.as_ref()?))) {
            if meta::list(&e.content(spot, at, side)?, "/rules").any(writes) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Where that may be; what a node offers, on nodes alone.
const PLACES: [&str; 4] = ["/metadata/labels", "/metadata/annotations", "/status/capacity", "/status/allocatable"];

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
    // A name may stand before a port (observatorium/thanos-receive-controller, main.go: the hashring of all receivers).
    let is_name =
        |text: &str| names.contains(text) || text.rsplit_once(':').is_some_and(|(name, port)| names.contains(name) && is_digits(port));
    match value {
        Value::String(text) => is_name(text),
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
