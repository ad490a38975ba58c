//! The kinds of objects that a server serves. The built-in list is data: `resources.yaml`. Knows no objects.
use super::yaml;
use serde::Deserialize;

/// One resource of one version.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// API group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// API version.
    #[serde(default)]
    pub version: String,
    /// The name in paths.
    pub plural: String,
    /// The singular name; empty in the data file if it is the kind in lower case.
    #[serde(default)]
    pub singular: String,
    /// `kind` of its objects.
    pub kind: String,
    /// Short names that kubectl takes.
    #[serde(default, rename = "short")]
    pub short_names: Vec<String>,
    /// `all`, for `kubectl get all`.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Whether its objects have a namespace.
    #[serde(default)]
    pub namespaced: bool,
    /// The verbs that it supports.
    #[serde(default = "all_verbs")]
    pub verbs: Vec<String>,
    /// `status`, `scale`, `exec` …
    #[serde(default)]
    pub subresources: Vec<String>,
    /// Whether its objects have a generation.
    #[serde(default)]
    pub generation: bool,
    /// Whether a CRD defines it: items of lists have a kind, strategic patches are refused.
    #[serde(default)]
    pub custom: bool,
    /// Whether a deletion waits until a kubelet confirms it.
    #[serde(default)]
    pub graceful: bool,
    /// Columns of tables between Name and Age: title and template with `{pointer|default}`, `{#pointer}` (how many), `{ready}`, `{pod}`.
    #[serde(default)]
    pub columns: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    group: String,
    version: String,
    resources: Vec<Resource>,
}

fn all_verbs() -> Vec<String> {
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"].map(String::from).into()
}

impl Resource {
    /// `pods`, `deployments.apps`: the plural and the group, as kubectl spells it.
    pub fn stem(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether status is written only through its own path, and does not count as a new generation.
    pub fn status_subresource(&self) -> bool {
        self.subresources.iter().any(|s| s == "status")
    }
}

/// The listable kinds of Kubernetes 1.36 and of Argo CD, from `resources.yaml`; empty if that file can't be read.
pub fn builtin() -> Vec<Resource> {
    read(include_str!("resources.yaml")).unwrap_or_default()
}

/// Resources from a text in the form of `resources.yaml`.
///
/// # Errors
/// What is wrong with the text.
pub fn read(text: &str) -> Result<Vec<Resource>, String> {
    let groups: Vec<Group> = yaml::read(text)?;
    let mut all = Vec::new();
    for group in groups {
        all.extend(group.resources.into_iter().map(|mut r| {
            (r.group, r.version) = (group.group.clone(), group.version.clone());
            if r.singular.is_empty() {
                r.singular = r.kind.to_lowercase();
            }
            r
        }));
    }
    Ok(all)
}
