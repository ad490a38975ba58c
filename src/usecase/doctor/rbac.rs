//! Roles as objects: the least that evid needs, and whose they are. Comments and text are the renderer's.
use crate::usecase::cluster::Resource;
use crate::usecase::doctor::{Purpose, Right, access};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const API: &str = "rbac.authorization.k8s.io/v1";
/// Who gets the rights where nobody is named.
const SOMEBODY: &str = "system:serviceaccount:evid:evid";

/// All rights that evid can use: for these kinds, or for any.
pub fn complete(kinds: Option<&[Resource]>) -> Vec<Right> {
    let capture = kinds.map_or_else(|| vec![Right::any()], access::of_capture);
    capture.into_iter().chain(access::of_actions()).collect()
}

/// A ClusterRole of rights: resources of one purpose with the same verbs share a rule, Secrets have one of their own (it may be struck
/// out).
pub fn role(name: &str, rights: &[Right]) -> Value {
    let mut verbs: BTreeMap<(Purpose, &str, &str), Vec<&str>> = BTreeMap::new();
    for right in rights {
        verbs.entry((right.purpose, &right.group, &right.resource)).or_default().push(right.verb);
    }
    let mut rules: BTreeMap<(Purpose, &str, bool, Vec<&str>), BTreeSet<&str>> = BTreeMap::new();
    for ((purpose, group, resource), verbs) in verbs {
        rules.entry((purpose, group, resource == "secrets", verbs)).or_default().insert(resource);
    }
    let rule = |((_, group, _, verbs), resources)| json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
    let rules: Vec<Value> = rules.into_iter().map(rule).collect();
    json!({"apiVersion": API, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
}

/// Gives a role to somebody (a user name as the API server has it): everywhere, and the switch's where Argo CD is.
pub fn binding(purpose: Purpose, user: Option<&str>, control: &str) -> Value {
    let name = format!("evid-{}", purpose.as_str());
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name});
    let user = user.unwrap_or(SOMEBODY);
    let account = user.strip_prefix("system:serviceaccount:").and_then(|a| a.split_once(':'));
    let subject = match account {
        Some((namespace, account)) => json!({"kind": "ServiceAccount", "namespace": namespace, "name": account}),
        None => json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}),
    };
    let (kind, metadata) = match purpose {
        Purpose::Switch => ("RoleBinding", json!({"name": name, "namespace": control})),
        Purpose::Capture | Purpose::Probes => ("ClusterRoleBinding", json!({"name": name})),
    };
    json!({"apiVersion": API, "kind": kind, "metadata": metadata, "roleRef": role, "subjects": [subject]})
}
