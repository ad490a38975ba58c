//! What custom resources that make objects elsewhere name, and which objects bear their name. Knows no bundle.
use crate::model::meta;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Some custom resources, and what they name.
#[derive(Default)]
pub(super) struct Makers {
    /// (kind, namespace or nothing, name) of what they name.
    made: BTreeSet<(String, String, String)>,
    /// Name → (namespace or nothing, last word of the kind) of each of them.
    own: BTreeMap<String, Vec<(String, String)>>,
}

impl Makers {
    /// Adds a resource.
    pub(super) fn add(&mut self, kind: &str, namespace: &str, name: &str) {
        self.own.entry(name.to_owned()).or_default().push((namespace.to_owned(), last_word(kind)));
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

    /// Whether the labels or annotations of an object say the name and the namespace of one of them; of one without a namespace, whether the name
    /// stands where something of its kind is named.
    pub(super) fn are_borne(&self, object: &Value) -> bool {
        let maps = ["/metadata/labels", "/metadata/annotations"].into_iter().filter_map(|p| object.pointer(p)?.as_object());
        let marks: Vec<(&str, &str)> = maps.flat_map(|map| map.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?)))).collect();
        marks.iter().any(|(key, name)| {
            self.own.get(*name).into_iter().flatten().any(|(namespace, kind)| {
                let is_beside = || marks.iter().any(|(other, value)| other != key && value == namespace);
                if namespace.is_empty() { key.to_lowercase().contains(kind.as_str()) } else { is_beside() }
            })
        })
    }
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
        makers.add("ServiceExport", "shop", "web");
        makers.add("ClusterAdmissionPolicy", "", "deny");
        let borne = |labels| makers.are_borne(&json!({"metadata": {"labels": labels}}));
        assert!(borne(json!({"x/sourceName": "web", "x/sourceNamespace": "shop"})));
        assert!(!borne(json!({"app": "web"})) && !borne(json!({"app": "web", "x/namespace": "other"})));
        assert!(borne(json!({"policyName": "deny"})) && !borne(json!({"app": "deny"})));
    }
}
