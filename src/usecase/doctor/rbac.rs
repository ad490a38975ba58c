//! Roles as objects: the least that evid needs, and whose they are. Comments and text are the renderer's.
use crate::usecase::cluster::Resource;
use crate::usecase::rights::{self, Purpose, Right, Scope};
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const API: &str = "rbac.authorization.k8s.io/v1";
/// Who gets the rights where nobody is named.
const SOMEBODY: &str = "system:serviceaccount:evid:evid";

pub struct Grant<'a> {
    /// A user name as the API server has it; none for a ServiceAccount of evid's own.
    pub user: Option<&'a str>,
    /// The namespace of Argo CD.
    pub control: &'a str,
    /// The namespaces that have Applications.
    pub applications: &'a [String],
}

/// All rights that evid can use: for these kinds, or for any.
pub fn complete(kinds: Option<&[Resource]>) -> Vec<Right> {
    let capture = kinds.map_or_else(|| vec![Right::any()], rights::of_capture);
    capture.into_iter().chain(rights::of_actions()).collect()
}

/// The same for a platform whose Argo CD runs in another cluster: what is needed on that to which it deploys, and what on the hub.
pub fn complete_with_hub(kinds: &[Resource]) -> [Vec<Right>; 2] {
    let (of_argo, own): (Vec<Right>, Vec<Right>) = complete(Some(kinds)).into_iter().partition(Right::is_of_argo);
    let actions = of_argo.into_iter().filter(|r| r.purpose != Purpose::Capture);
    [own, rights::of_capture_of_hub(kinds).into_iter().chain(actions).collect()]
}

/// The role of a verb and its bindings, one pair for each scope in which it needs rights.
pub fn roles(purpose: Purpose, rights: &[Right], grant: &Grant<'_>) -> Vec<(Value, Vec<Value>)> {
    let of_purpose = || rights.iter().filter(|r| r.purpose == purpose);
    let scopes: BTreeSet<Scope> = of_purpose().map(|r| r.scope).collect();
    let one = |scope: Scope| {
        let (part, spaces): (_, Vec<Option<&str>>) = match scope {
            Scope::Cluster => ("", vec![None]),
            Scope::Hub => ("-hub", vec![None]),
            Scope::Control => ("-settings", vec![Some(grant.control)]),
            Scope::Applications => ("", grant.applications.iter().map(|ns| Some(&**ns)).collect()),
        };
        let name = format!("evid-{}{part}", purpose.as_str());
        let own: Vec<Right> = of_purpose().filter(|r| r.scope == scope).cloned().collect();
        let bindings = spaces.into_iter().map(|namespace| binding(&name, grant.user, namespace)).collect();
        (role(&name, &own), bindings)
    };
    scopes.into_iter().map(one).collect()
}

/// A ClusterRole of rights: resources of one purpose with the same verbs share a rule, Secrets have one of their own (it may be struck
/// out).
pub fn role(name: &str, rights: &[Right]) -> Value {
    type Names = &'static [&'static str];
    /// What resources share: purpose, group, whether they are Secrets, verbs, the only objects.
    type Rule<'a> = (Purpose, &'a str, bool, Vec<&'a str>, Names);
    let mut verbs: BTreeMap<(Purpose, &str, &str, Names), Vec<&str>> = BTreeMap::new();
    for right in rights {
        verbs.entry((right.purpose, &right.group, &right.resource, right.names)).or_default().push(right.verb);
    }
    let mut rules: BTreeMap<Rule<'_>, BTreeSet<&str>> = BTreeMap::new();
    for ((purpose, group, resource, names), verbs) in verbs {
        rules.entry((purpose, group, resource == "secrets", verbs, names)).or_default().insert(resource);
    }
    let rule = |((_, group, _, verbs, names), resources): (Rule<'_>, BTreeSet<&str>)| {
        let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        rule
    };
    let rules: Vec<Value> = rules.into_iter().map(rule).collect();
    json!({"apiVersion": API, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
}

/// Gives a role to somebody: in one namespace, or (none) everywhere.
fn binding(role: &str, user: Option<&str>, namespace: Option<&str>) -> Value {
    let user = user.unwrap_or(SOMEBODY);
    let account = user.strip_prefix("system:serviceaccount:").and_then(|a| a.split_once(':'));
    let subject = match account {
        Some((namespace, account)) => json!({"kind": "ServiceAccount", "namespace": namespace, "name": account}),
        None => json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}),
    };
    let (kind, metadata) = match namespace {
        Some(namespace) => ("RoleBinding", json!({"name": role, "namespace": namespace})),
        None => ("ClusterRoleBinding", json!({"name": role})),
    };
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role});
    json!({"apiVersion": API, "kind": kind, "metadata": metadata, "roleRef": role, "subjects": [subject]})
}
