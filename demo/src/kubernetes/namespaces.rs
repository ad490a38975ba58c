//! The lifecycle of namespaces: what a new one gets, and how a deleted one is emptied.
use crate::world::controller::{Controller, Watch, always};
use crate::world::objects::{all, create, deleting, text};
use crate::world::store::{DeleteOptions, Id, Store};
use serde_json::json;

const ABOUT: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as \
    the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// The namespace controller, with those of service accounts and of the root CA.
pub fn control() -> Box<dyn Controller> {
    let mut watch = Watch::on(&["namespaces", "serviceaccounts", "configmaps"]);
    always(move |store, _| {
        if !watch.moved(store) && !store.list("namespaces", None).any(deleting) {
            return;
        }
        for (id, object) in all(store, "namespaces") {
            if deleting(&object) {
                empty(store, &id);
            } else {
                furnish(store, &id.name);
            }
        }
    })
}

fn furnish(store: &mut Store, namespace: &str) {
    if store.get(&Id::new("serviceaccounts", namespace, "default")).is_none() {
        create(store, "serviceaccounts", namespace, json!({"metadata": {"name": "default"}}));
    }
    if store.get(&Id::new("configmaps", namespace, "kube-root-ca.crt")).is_none() {
        let data = store.get(&Id::new("configmaps", "default", "kube-root-ca.crt")).map_or(json!({}), |c| c["data"].clone());
        let meta = json!({"name": "kube-root-ca.crt", "annotations": {"kubernetes.io/description": ABOUT}});
        create(store, "configmaps", namespace, json!({"metadata": meta, "data": data}));
    }
}

fn empty(store: &mut Store, id: &Id) {
    let stems: Vec<String> = store.resources().iter().filter(|r| r.namespaced).map(|r| r.stem()).collect();
    let content: Vec<(Id, bool)> =
        stems.iter().flat_map(|s| store.entries(s, Some(&id.name))).map(|(i, o)| (i.clone(), deleting(o))).collect();
    for (inside, _) in content.iter().filter(|(_, going)| !going) {
        drop(store.delete(inside, &DeleteOptions::default()));
    }
    if content.is_empty() {
        drop(store.modify(id, |o| {
            if let Some(list) = o["spec"]["finalizers"].as_array_mut() {
                list.retain(|f| text(f) != "kubernetes");
            }
        }));
    }
}
