//! ControllerRevisions of StatefulSets and DaemonSets: the history of the template. This platform needs the newest one only.
use super::template::Hashes;
use crate::world::objects::{all, controller, create, ended, items, name, namespace, number, reference, remove, text, uid};
use crate::world::store::Store;
use serde_json::{Value, json};
use std::sync::Arc;

const STEM: &str = "controllerrevisions.apps";

/// Makes sure that the revision of a workload's current template exists, and gives its hash. `label` is the label that holds the hash.
pub fn current(store: &mut Store, hashes: &mut Hashes, owner: &Value, label: &str) -> String {
    let key = format!("{}/{}/{}", text(&owner["kind"]), namespace(owner), name(owner));
    let mut template = owner["spec"]["template"].clone();
    template["$patch"] = "replace".into();
    let own: Vec<Arc<Value>> = all(store, STEM).into_iter().map(|(_, r)| r).filter(|r| controller(r) == uid(owner)).collect();
    for revision in &own {
        hashes.learn(&key, &revision["data"]["spec"]["template"], text(&revision["metadata"]["labels"][label]));
    }
    let hash = hashes.of(&key, &template);
    if !own.iter().any(|r| r["metadata"]["labels"][label] == hash) {
        let number = own.iter().map(|r| number(&r["revision"])).max().unwrap_or(0) + 1;
        let mut meta = json!({"name": format!("{}-{hash}", name(owner)), "ownerReferences": reference(owner),
            "annotations": owner["metadata"]["annotations"]});
        meta["labels"] = owner["spec"]["template"]["metadata"]["labels"].clone();
        meta["labels"][label] = hash.clone().into();
        create(store, STEM, namespace(owner), json!({"metadata": meta, "data": {"spec": {"template": template}}, "revision": number}));
    }
    hash
}

/// The pods of a workload that have not ended.
pub fn pods(store: &Store, owner: &Value) -> Vec<Value> {
    store.list("pods", Some(namespace(owner))).filter(|p| controller(p) == uid(owner) && !ended(p)).cloned().collect()
}

/// Adds to a pod the volume for a claim, as a StatefulSet does.
pub fn mount_claim(pod: &mut Value, volume: &str, claim: &str) {
    let mut volumes: Vec<Value> = items(&pod["spec"]["volumes"]).cloned().collect();
    volumes.retain(|v| v["name"] != volume);
    volumes.insert(0, json!({"name": volume, "persistentVolumeClaim": {"claimName": claim}}));
    pod["spec"]["volumes"] = volumes.into();
    remove(&mut pod["metadata"], "generateName");
}
