//! The rights that evid asks for, by verb, and the question whether the user has one. Must not know what is done without one.
use crate::argo::{SETTINGS, is_own_resource};
use crate::model::{stem, words};
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::{Api, Ask, Method, of_argo};
use crate::value::{Value, json};

words! {
    /// The verb of evid that a right is for; its word is in the names of roles.
    #[derive(PartialOrd, Ord)]
    Purpose {
        /// A bundle without gaps.
        Capture = "capture",
        /// Watching between the points of a proof.
        Prove = "prove",
        /// Probes through the API server, by exec, by port-forward.
        Probes = "probes",
        /// Off, on and repair.
        Switch = "switch",
    }
}

/// Where a right is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// In the whole cluster.
    Cluster,
    /// In each namespace that has Applications.
    Applications,
    /// In the namespace of Argo CD.
    Control,
    /// In the whole cluster of Argo CD, where that is another one.
    Hub,
}

/// One right: a verb on a resource.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Right {
    pub purpose: Purpose,
    pub scope: Scope,
    /// API group; empty for the core group, `*` for any.
    pub group: String,
    /// Plural, with its subresource as in `pods/exec`; `*` for any.
    pub resource: String,
    /// `list`, `get`, …
    pub verb: &'static str,
    /// The only objects for which it is needed; empty: all.
    pub names: &'static [&'static str],
}

impl Right {
    fn new(purpose: Purpose, scope: Scope, group: &str, resource: &str, verb: &'static str) -> Self {
        Self { purpose, scope, group: group.into(), resource: resource.into(), verb, names: &[] }
    }

    /// Any kind, listed: what a capture needs where kinds come and go.
    pub fn any() -> Self {
        Self::new(Purpose::Capture, Scope::Cluster, "*", "*", "list")
    }

    /// Whether it is needed in the cluster of Argo CD, where that is another one.
    pub fn is_of_argo(&self) -> bool {
        is_own_resource(&self.group, &self.resource) || matches!(self.scope, Scope::Control | Scope::Hub)
    }

    /// To delete objects of a kind.
    pub fn delete(kind: &Resource) -> Self {
        Self::new(Purpose::Switch, Scope::Applications, &kind.group, &kind.plural, "delete")
    }

    /// As a person reads it; a capture's rights are to list, where nothing else is said.
    pub fn shown(&self) -> String {
        let stem = stem(&self.resource, &self.group);
        if self.verb == "list" { stem } else { format!("{} {stem}", self.verb) }
    }
}

/// What a capture of these kinds needs: lists, nothing else.
pub fn of_capture(kinds: &[Resource]) -> Vec<Right> {
    kinds.iter().map(|r| Right::new(Purpose::Capture, Scope::Cluster, &r.group, &r.plural, "list")).collect()
}

/// What a capture needs on a hub: lists of Argo CD's own kinds among these, its settings, and which cluster it is.
pub fn of_capture_of_hub(kinds: &[Resource]) -> Vec<Right> {
    let own = of_capture(kinds).into_iter().filter(Right::is_of_argo).map(|right| Right { scope: Scope::Hub, ..right });
    let get = |scope, resource: &str, names| Right { names, ..Right::new(Purpose::Capture, scope, "", resource, "get") };
    own.chain([get(Scope::Control, "configmaps", &SETTINGS), get(Scope::Hub, "namespaces", &["kube-system"])]).collect()
}

/// What the other verbs need besides. Exec and port-forward are WebSockets: a GET, which newer API servers take only from who may create
/// too. A probe that sends a body is a create.
pub fn of_actions() -> Vec<Right> {
    let core = |resource: &str, verb| Right::new(Purpose::Probes, Scope::Cluster, "", resource, verb);
    let mut rights = vec![Right::new(Purpose::Prove, Scope::Cluster, "", "pods", "watch")];
    rights.extend(["pods", "services"].map(|r| core(r, "get")));
    for resource in ["pods/proxy", "services/proxy", "pods/exec", "pods/portforward"] {
        rights.extend(["get", "create"].map(|verb| core(resource, verb)));
    }
    rights.extend(of_switch());
    rights
}

/// What the switch writes, and reads one by one. What it waits to see gone it may list, as a capture does.
pub fn of_switch() -> Vec<Right> {
    let argo = |scope, resource: &str, verb| Right::new(Purpose::Switch, scope, "argoproj.io", resource, verb);
    let mut rights: Vec<Right> = ["get", "create", "patch", "delete"].map(|verb| argo(Scope::Applications, "applications", verb)).into();
    rights.extend(["get", "delete"].map(|verb| argo(Scope::Applications, "applicationsets", verb)));
    rights.extend(["get", "create"].map(|verb| argo(Scope::Control, "appprojects", verb)));
    rights.push(Right { names: &SETTINGS, ..Right::new(Purpose::Switch, Scope::Control, "", "configmaps", "get") });
    rights
}

/// Asks whether the user has a right in a namespace (none: in the whole cluster) of the cluster in which it is needed, by a
/// SelfSubjectAccessReview, which changes nothing.
pub fn ask(api: &dyn Api, right: &Right, namespace: Option<&str>) -> Result<bool, String> {
    let (resource, subresource) = right.resource.split_once('/').unwrap_or((&right.resource, ""));
    let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {
        "namespace": namespace.unwrap_or_default(), "verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource,
        "name": right.names.first().copied().unwrap_or_default()}}});
    let ask = Ask::with(Method::Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json", &body);
    let api = if right.is_of_argo() { of_argo(api) } else { api };
    let reply = api.send(&ask).map_err(|e| e.to_string())?;
    if !matches!(reply.status, 200 | 201) {
        return Err(format!("HTTP {}: {}", reply.status, reply.message()));
    }
    let answer = reply.json().map_err(|e| e.to_string())?;
    let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool);
    allowed.ok_or_else(|| "the review says neither yes nor no".to_owned())
}
