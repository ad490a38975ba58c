//! DaemonSets: one pod on each node whose taints it tolerates.
use super::nodes::{bound_to, fits};
use super::revisions;
use super::template::{Hashes, pod};
use crate::world::controller::{Controller, on};
use crate::world::objects::{all, create, deleting, name, ready, set_status};
use crate::world::store::{DeleteOptions, Id, Store};
use serde_json::{Value, json};

const LABEL: &str = "controller-revision-hash";

pub fn control() -> Box<dyn Controller> {
    let mut hashes = Hashes::default();
    on(&["daemonsets.apps", "controllerrevisions.apps", "nodes", "pods"], move |store, _| {
        for (id, set) in all(store, "daemonsets.apps").into_iter().filter(|(_, s)| !deleting(s)) {
            reconcile(store, &mut hashes, &id, &set);
        }
    })
}

fn reconcile(store: &mut Store, hashes: &mut Hashes, id: &Id, set: &Value) {
    let hash = revisions::current(store, hashes, set, LABEL);
    let template = &set["spec"]["template"];
    let nodes: Vec<String> = store.list("nodes", None).filter(|n| fits(&template["spec"], n)).map(|n| name(n).to_owned()).collect();
    let pods = revisions::pods(store, set);
    for node in &nodes {
        match pods.iter().find(|p| bound_to(p) == node) {
            None => drop(create(store, "pods", &id.namespace, daemon(set, node, &hash))),
            Some(old) if !deleting(old) && old["metadata"]["labels"][LABEL] != hash => {
                drop(store.delete(&Id::new("pods", &id.namespace, name(old)), &DeleteOptions::default()));
                break;
            }
            Some(old) if deleting(old) => break,
            Some(_) => {}
        }
    }
    let pods = revisions::pods(store, set);
    let ready = pods.iter().filter(|p| ready(p)).count();
    let updated = pods.iter().filter(|p| p["metadata"]["labels"][LABEL] == hash).count();
    let mut status = json!({"currentNumberScheduled": pods.len(), "desiredNumberScheduled": nodes.len(), "numberMisscheduled": 0,
        "numberReady": ready,
        "observedGeneration": set["metadata"]["generation"]});
    for (field, count) in
        [("numberAvailable", ready), ("updatedNumberScheduled", updated), ("numberUnavailable", nodes.len().saturating_sub(ready))]
    {
        if count > 0 {
            status[field] = count.into();
        }
    }
    set_status(store, id, status);
}

fn daemon(set: &Value, node: &str, hash: &str) -> Value {
    let generation = set["metadata"]["annotations"]["deprecated.daemonset.template.generation"].as_str().unwrap_or("1");
    let mut pod = pod(set, &set["spec"]["template"], &json!({LABEL: hash, "pod-template-generation": generation}));
    pod["spec"]["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]}}});
    pod
}
