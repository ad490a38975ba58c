//! Pods from templates, and the hashes that name a template's revisions. Knows no replica counts.
use crate::world::objects::{name, reference};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Template → hash. Hashes in the seed are kept, so that the same template gets the same name again.
#[derive(Debug, Default)]
pub struct Hashes(HashMap<(String, String), String>);

impl Hashes {
    pub fn learn(&mut self, owner: &str, template: &Value, hash: &str) {
        self.0.entry((owner.to_owned(), template.to_string())).or_insert_with(|| hash.to_owned());
    }

    pub fn of(&mut self, owner: &str, template: &Value) -> String {
        let made = || {
            let letters = b"bcdfghjklmnpqrstvwxz2456789";
            let digest = Sha256::digest(format!("{owner}{template}"));
            digest.iter().take(10).map(|b| char::from(letters[usize::from(*b) % letters.len()])).collect()
        };
        self.0.entry((owner.to_owned(), template.to_string())).or_insert_with(made).clone()
    }
}

/// A pod from a template: unscheduled, with what admission adds. `labels` are added.
pub fn pod(owner: &Value, template: &Value, labels: &Value) -> Value {
    let mut meta = template["metadata"].clone();
    if !meta.is_object() {
        meta = json!({});
    }
    meta["generateName"] = format!("{}-", name(owner)).into();
    meta["ownerReferences"] = reference(owner);
    let mut all: Map<String, Value> = meta["labels"].as_object().cloned().unwrap_or_default();
    all.extend(labels.as_object().cloned().unwrap_or_default());
    meta["labels"] = all.into();
    let mut spec = template["spec"].clone();
    let account = spec["serviceAccountName"].as_str().unwrap_or("default").to_owned();
    spec["serviceAccount"] = account.clone().into();
    spec["serviceAccountName"] = account.into();
    spec["enableServiceLinks"] = spec["enableServiceLinks"].as_bool().unwrap_or(true).into();
    let mut tolerations = spec["tolerations"].as_array().cloned().unwrap_or_default();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        if !tolerations.iter().any(|t| t["key"] == key) && !tolerations.iter().any(|t| t["operator"] == "Exists" && t["key"].is_null()) {
            tolerations.push(json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}));
        }
    }
    spec["tolerations"] = tolerations.into();
    if spec["automountServiceAccountToken"] != false {
        mount_token(&mut spec);
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": {"phase": "Pending", "qosClass": "Burstable"}})
}

fn mount_token(spec: &mut Value) {
    let volume = format!("kube-api-access-{}", &hex(&spec.to_string())[..5]);
    let mount = json!({"name": volume, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"});
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            push(container, "volumeMounts", mount.clone());
        }
    }
    let sources = json!([
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]);
    push(spec, "volumes", json!({"name": volume, "projected": {"defaultMode": 420, "sources": sources}}));
}

fn push(map: &mut Value, list: &str, item: Value) {
    match map[list].as_array_mut() {
        Some(list) => list.push(item),
        None => map[list] = json!([item]),
    }
}

/// The SHA-256 of a text, as the simulated registry names images.
pub fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}
