//! What custom resources that make objects elsewhere name, and which objects bear their name, their domain or that of their operator. Knows no bundle.
use crate::model::{Key, meta};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where an object says what manages it (kubernetes/website, docs/concepts/overview/working-with-objects/common-labels).
const MANAGED: &[&str] = &["app.kubernetes.io/managed-by", "app.kubernetes.io/created-by"];

/// Some custom resources, and what they name.
#[derive(Default)]
pub(super) struct Makers {
    /// (kind, namespace or nothing, name) of what they name.
    made: BTreeSet<(String, String, String)>,
    /// Name → (namespace or nothing, last word of the kind) of each of them.
    own: BTreeMap<String, Vec<(String, String)>>,
    /// The groups of them.
    domains: BTreeSet<String>,
    /// The names of workloads that may be their operators.
    operators: BTreeSet<String>,
    /// (kind, namespace, name) of what may have been copied into other namespaces.
    sources: BTreeSet<(String, String, String)>,
}

impl Makers {
    /// Adds a resource.
    pub(super) fn add(&mut self, kind: &Key) {
        self.own.entry(kind.name.clone()).or_default().push((kind.namespace.clone(), last_word(&kind.kind)));
        self.domains.insert(kind.group.clone());
    }

    /// Adds a workload that may be an operator.
    pub(super) fn add_operator(&mut self, name: &str) {
        self.operators.insert(name.to_owned());
    }

    /// Adds an object that may have been copied.
    pub(super) fn add_source(&mut self, source: &Key) {
        self.sources.insert((source.kind.clone(), source.namespace.clone(), source.name.clone()));
    }

    /// Whether an object has the kind and the name of one of these in another namespace, which it names in a label or an annotation
    /// (hierarchical-namespaces 1.1, api/v1alpha2/hierarchy_types.go: `hnc.x-k8s.io/inherited-from`).
    pub(super) fn is_copy(&self, object: &Value) -> bool {
        let text = |pointer| meta::text(object, pointer).to_owned();
        let (kind, name, own) = (text("/kind"), text("/metadata/name"), text("/metadata/namespace"));
        let is_source = |space: &str| space != own && self.sources.contains(&(kind.clone(), space.to_owned(), name.clone()));
        !own.is_empty() && marks(object).into_iter().any(|(_, value)| is_source(value.strip_suffix(&format!("/{name}")).unwrap_or(value)))
    }

    /// Adds what a part of a resource names: the manifests in it, and with them what is listed by kind and name.
    /// What is named without a namespace has none, or is in the resource's own.
    pub(super) fn read(&mut self, part: &Value, namespace: &str, with_lists: bool) {
        within(part, namespace, with_lists, &mut self.made);
    }

    /// Whether one of them names this object.
    pub(super) fn name(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.made.contains(&(kind.to_owned(), namespace.to_owned(), name.to_owned()))
    }

    /// Whether an object bears the name of one of them, says that a workload manages it, or has a label or annotation of the domain of one of them
    /// (KubeVirt 1.9 makes roles, classes and definitions for its resource, marked with `kubevirt.io/install-strategy-identifier`:
    /// pkg/virt-operator/resource/apply).
    pub(super) fn are_borne(&self, object: &Value) -> bool {
        self.are_named(object) || self.are_of_domain(object, &|_| true) || self.is_copy(object)
    }

    /// Whether an object has a label or annotation of the domain of one of them that is of such a group, and names no other resource there.
    pub(super) fn are_of_domain(&self, object: &Value, is_such: &dyn Fn(&str) -> bool) -> bool {
        let is_of_one = |key: &str| self.domains.iter().any(|domain| is_of_domain(key, domain) && is_such(domain));
        let own = |name: &str| !name.starts_with("argocd.argoproj.io/") && is_of_one(name);
        let mut found = marks(object).into_iter().filter(|(key, _)| own(key)).peekable();
        found.peek().is_some() && !found.any(|(key, value)| self.is_of_another(key, value))
    }

    /// Whether a mark names a resource, or a namespace, that is none of theirs.
    fn is_of_another(&self, key: &str, value: &str) -> bool {
        let key = key.to_lowercase();
        let mut spaces = self.own.values().flatten().map(|(namespace, _)| namespace);
        if key.contains("namespace") { !spaces.any(|space| space == value) } else { key.ends_with("name") && !self.own.contains_key(value) }
    }

    /// Whether the labels or annotations of an object say the name and the namespace of one of them; of one without a namespace, whether the name
    /// stands where something of its kind is named. Or whether they name a workload as what manages the object.
    pub(super) fn are_named(&self, object: &Value) -> bool {
        let marks = marks(object);
        let is_managed = |key: &str, name: &str| MANAGED.contains(&key) && self.operators.contains(name);
        marks.iter().any(|(key, name)| {
            let is_own = self.own.get(*name).into_iter().flatten().any(|(namespace, kind)| {
                let is_beside = || marks.iter().any(|(other, value)| other != key && value == namespace);
                if namespace.is_empty() { key.to_lowercase().contains(kind.as_str()) } else { is_beside() }
            });
            is_own || is_managed(key, name)
        })
    }
}

/// The labels and annotations of an object.
fn marks(object: &Value) -> Vec<(&str, &str)> {
    let maps = ["/metadata/labels", "/metadata/annotations"].into_iter().filter_map(|p| object.pointer(p)?.as_object());
    maps.flat_map(|map| map.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?)))).collect()
}

/// Whether the key of a label or an annotation has a domain that is this one, below it or above it. Kubernetes' own is everybody's.
pub(super) fn is_of_domain(key: &str, domain: &str) -> bool {
    let own = key.split_once('/').map_or("", |(own, _)| own);
    let is_below = |name: &str, above: &str| name.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_of_somebody(key) && (is_below(domain, own) || is_below(own, domain))
}

/// Whether the key of a label or an annotation has a domain, which is not Kubernetes' own.
pub(super) fn is_of_somebody(key: &str) -> bool {
    let own = key.split_once('/').map_or("", |(own, _)| own);
    own.contains('.') && !own.ends_with("kubernetes.io") && !own.ends_with("k8s.io")
}

/// The last word of a kind, in small letters: `policy` of `ClusterAdmissionPolicy`.
fn last_word(kind: &str) -> String {
    kind.get(kind.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0)..).unwrap_or(kind).to_lowercase()
}

fn within(value: &Value, own: &str, with_lists: bool, out: &mut BTreeSet<(String, String, String)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| within(v, own, with_lists, out)),
        Value::Object(map) => {
            let manifest = value.pointer("/metadata/name").is_some() && value.get("apiVersion").is_some();
            let at = if manifest { "/metadata" } else { "" };
            let text = |field: &str| meta::text(value, &format!("{at}/{field}")).to_owned();
            let kind = meta::text(value, "/kind");
            if !kind.is_empty() && !text("name").is_empty() && (manifest || with_lists) {
                let spaces = if text("namespace").is_empty() { vec![String::new(), own.to_owned()] } else { vec![text("namespace")] };
                out.extend(spaces.into_iter().map(|space| (kind.to_owned(), space, text("name"))));
            }
            map.values().for_each(|v| within(v, own, with_lists, out));
        }
        // Fleet's Bundle and Sveltos' policies have them as texts, of which some are no YAML before they are filled in.
        Value::String(text) if text.contains("apiVersion") && text.contains("kind") => {
            for manifest in crate::canon::yaml::parse(text).unwrap_or_default() {
                if !manifest.is_string() {
                    within(&manifest, own, false, out);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Makers;
    use crate::model::Key;
    use crate::value::json;

    #[test]
    fn a_manifest_names_what_it_makes_and_a_list_what_it_lists() {
        let value = json!({
            "manifest": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "ops"}},
            "resources": [{"group": "", "kind": "Role", "name": "b", "namespace": "ops"}, {"kind": "Secret", "name": "c"}]
        });
        let (mut all, mut manifests) = (Makers::default(), Makers::default());
        all.read(&value, "feast", true);
        manifests.read(&value, "feast", false);
        assert!(all.name("ConfigMap", "ops", "a") && all.name("Role", "ops", "b") && !all.name("ConfigMap", "shop", "a"));
        assert!(all.name("Secret", "feast", "c") && !all.name("Secret", "shop", "c"));
        assert!(manifests.name("ConfigMap", "ops", "a") && !manifests.name("Role", "ops", "b"));
    }

    #[test]
    fn a_text_that_is_a_manifest_names_what_it_makes() {
        let mut makers = Makers::default();
        let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Role, metadata: {name: a, namespace: ops}}\n";
        makers.read(&json!({"data": {"all.yaml": text, "other": "kind: apiVersion: {{"}}), "feast", false);
        assert!(makers.name("Role", "ops", "a") && !makers.name("List", "feast", ""));
    }

    #[test]
    fn what_bears_the_name_and_the_namespace_of_a_resource_was_made_for_it() {
        let mut makers = Makers::default();
        makers.add(&Key::new("net.example.org", "ServiceExport", "shop", "web"));
        makers.add(&Key::new("policies.example.org", "ClusterAdmissionPolicy", "", "deny"));
        let borne = |labels| makers.are_borne(&json!({"metadata": {"labels": labels}}));
        assert!(borne(json!({"x/sourceName": "web", "x/sourceNamespace": "shop"})));
        assert!(!borne(json!({"app": "web"})) && !borne(json!({"app": "web", "x/namespace": "other"})));
        assert!(borne(json!({"policyName": "deny"})) && !borne(json!({"app": "deny"})));
    }

    #[test]
    fn what_names_the_namespace_of_an_object_of_its_kind_and_name_is_a_copy() {
        let mut makers = Makers::default();
        makers.add_source(&Key::new("", "Role", "shop", "dev"));
        let copy = |kind: &str, from: &str| {
            makers.is_copy(&json!({"kind": kind, "metadata": {"name": "dev", "namespace": "ops", "labels": {"x/inherited-from": from}}}))
        };
        assert!(copy("Role", "shop") && copy("Role", "shop/dev"));
        assert!(!copy("Role", "other") && !copy("Secret", "shop"));
    }

    #[test]
    fn what_bears_the_domain_of_a_resource_or_names_its_operator_was_made_for_it() {
        let mut makers = Makers::default();
        makers.add(&Key::new("virt.example.org", "Virt", "virt", "main"));
        makers.add_operator("virt-operator");
        let borne = |key: &str, value: &str| makers.are_borne(&json!({"metadata": {"labels": {(key): (value)}}}));
        assert!(borne("virt.example.org/generation", "1") && borne("app.kubernetes.io/managed-by", "virt-operator"));
        assert!(!borne("virt.example.org/name", "other") && !borne("virt.example.org/namespace", "other"), "it is another's");
        assert!(!borne("other.example.org/generation", "1") && !borne("app.kubernetes.io/managed-by", "other"));
        assert!(!borne("app", "virt-operator"));
    }
}
