//! StatefulSets: numbered pods, in order, each with its claims. The claims stay when the pods go.
use super::revisions;
use super::template::{Hashes, pod};
use crate::world::controller::{Controller, on};
use crate::world::objects::{all, create, deleting, items, name, number, ready, set_status, text};
use crate::world::store::{DeleteOptions, Id, Store};
use serde_json::{Value, json};

const LABEL: &str = "controller-revision-hash";

pub fn control() -> Box<dyn Controller> {
    let mut hashes = Hashes::default();
    on(&["statefulsets.apps", "controllerrevisions.apps", "pods"], move |store, _| {
        for (id, set) in all(store, "statefulsets.apps").into_iter().filter(|(_, s)| !deleting(s)) {
            reconcile(store, &mut hashes, &id, &set);
        }
    })
}

fn reconcile(store: &mut Store, hashes: &mut Hashes, id: &Id, set: &Value) {
    let hash = revisions::current(store, hashes, set, "controller.kubernetes.io/hash");
    let revision = format!("{}-{hash}", id.name);
    let wanted = number(set["spec"].get("replicas").unwrap_or(&1.into()));
    let pods = revisions::pods(store, set);
    for number in 0..wanted {
        let pod_name = format!("{}-{number}", id.name);
        match pods.iter().find(|p| name(p) == pod_name) {
            None => {
                birth(store, set, &pod_name, number, &revision);
                break;
            }
            Some(pod) if !deleting(pod) && pod["metadata"]["labels"][LABEL] != revision => {
                drop(store.delete(&Id::new("pods", &id.namespace, &pod_name), &DeleteOptions::default()));
                break;
            }
            Some(pod) if !ready(pod) || deleting(pod) => break,
            Some(_) => {}
        }
    }
    let over = |p: &&Value| name(p).rsplit_once('-').and_then(|(_, n)| n.parse::<i64>().ok()).is_some_and(|n| n >= wanted);
    for extra in pods.iter().filter(over).filter(|p| !deleting(p)) {
        drop(store.delete(&Id::new("pods", &id.namespace, name(extra)), &DeleteOptions::default()));
    }
    let pods = revisions::pods(store, set);
    let (all, ready, new) = (
        pods.len(),
        pods.iter().filter(|p| ready(p) && !deleting(p)).count(),
        pods.iter().filter(|p| p["metadata"]["labels"][LABEL] == revision).count(),
    );
    let current = if new == all { revision.clone() } else { set["status"]["currentRevision"].as_str().unwrap_or(&revision).to_owned() };
    let mut status = json!({"replicas": all, "availableReplicas": ready, "collisionCount": 0, "currentRevision": current,
        "updateRevision": revision,
        "observedGeneration": set["metadata"]["generation"]});
    for (field, count) in [("readyReplicas", ready), ("currentReplicas", new), ("updatedReplicas", new)] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    set_status(store, id, status);
}

fn birth(store: &mut Store, set: &Value, pod_name: &str, index: i64, revision: &str) {
    let space = text(&set["metadata"]["namespace"]);
    let labels =
        json!({LABEL: revision, "statefulset.kubernetes.io/pod-name": pod_name, "apps.kubernetes.io/pod-index": index.to_string()});
    let mut pod = pod(set, &set["spec"]["template"], &labels);
    for template in items(&set["spec"]["volumeClaimTemplates"]) {
        let claim = format!("{}-{pod_name}", name(template));
        if store.get(&Id::new("persistentvolumeclaims", space, &claim)).is_none() {
            let mut labels = template["metadata"]["labels"].clone();
            for (key, value) in set["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten() {
                labels[key] = value.clone();
            }
            let claim = json!({"metadata": {"name": claim, "labels": labels}, "spec": template["spec"], "status": {"phase": "Pending"}});
            create(store, "persistentvolumeclaims", space, claim);
        }
        revisions::mount_claim(&mut pod, name(template), &claim);
    }
    pod["metadata"]["name"] = pod_name.into();
    pod["metadata"]["generateName"] = format!("{}-", name(set)).into();
    pod["spec"]["hostname"] = pod_name.into();
    pod["spec"]["subdomain"] = set["spec"]["serviceName"].clone();
    create(store, "pods", space, pod);
}
