//! The defaults that the API server fills in (`defaults.yaml`): enough for the controllers, and for kubectl to read what a person
//! applied. Knows no store. Independent of evid's rules for kinds, which hold the same for another reason.
use super::resource::Resource;
use super::yaml;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// Where a pod's spec is in each kind.
const PODS: [(&str, &str); 7] = [
    ("pods", "/spec"),
    ("cronjobs.batch", "/spec/jobTemplate/spec/template/spec"),
    ("daemonsets.apps", "/spec/template/spec"),
    ("deployments.apps", "/spec/template/spec"),
    ("jobs.batch", "/spec/template/spec"),
    ("replicasets.apps", "/spec/template/spec"),
    ("statefulsets.apps", "/spec/template/spec"),
];

static TABLE: LazyLock<Value> = LazyLock::new(|| yaml::read(include_str!("defaults.yaml")).unwrap_or_default());

/// Fills the defaults of a resource into an object.
pub fn fill(resource: &Resource, object: &mut Value) {
    let stem = resource.stem();
    if let Some(own) = TABLE[&stem].as_object() {
        fill_all(object, own);
    }
    let spec = PODS.iter().find(|(s, _)| *s == stem).and_then(|(_, at)| object.pointer_mut(at));
    if let (Some(spec), Some(pod)) = (spec, TABLE["pod"].as_object()) {
        fill_all(spec, pod);
    }
}

fn fill_all(object: &mut Value, defaults: &Map<String, Value>) {
    for (pointer, default) in defaults {
        put(object, &pointer.split('/').skip(1).collect::<Vec<_>>(), default);
    }
}

fn put(at: &mut Value, path: &[&str], default: &Value) {
    match (path, at) {
        (["*", rest @ ..], Value::Array(list)) => list.iter_mut().for_each(|item| put(item, rest, default)),
        ([last], Value::Object(map)) => {
            let slot = map.entry(*last).or_insert(Value::Null);
            if slot.is_null() || (slot == &Value::Object(Map::new()) && default.is_object()) {
                *slot = default.clone();
            }
        }
        ([first, rest @ ..], Value::Object(map)) => drop(map.get_mut(*first).map(|inner| put(inner, rest, default))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::resource;
    use serde_json::json;

    #[test]
    fn what_is_said_stays_and_what_is_not_is_filled_in() {
        let deployments = resource::builtin().into_iter().find(|r| r.kind == "Deployment").unwrap();
        let mut object = json!({"spec": {"replicas": 0, "template": {"spec": {"dnsPolicy": "Default", "containers": [{"name": "c"}]}}}});
        fill(&deployments, &mut object);
        assert_eq!(object["spec"]["replicas"], 0);
        assert_eq!(object["spec"]["strategy"]["type"], "RollingUpdate");
        let pod = &object["spec"]["template"]["spec"];
        assert_eq!((&pod["dnsPolicy"], &pod["restartPolicy"]), (&json!("Default"), &json!("Always")));
        assert_eq!(pod["containers"][0]["terminationMessagePolicy"], "File");
        assert_eq!(pod.get("initContainers"), None);
    }
}
