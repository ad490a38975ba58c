//! Kubernetes' own resources and Argo CD's: how the names in file names and the kinds belong together. A dump adds its own
//! CustomResourceDefinitions. Knows no folder and no answer.
use crate::kinds::built_in::{self, BuiltIn};
use crate::value::Value;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Resource {
    pub group: String,
    pub plural: String,
    pub kind: String,
    pub namespaced: bool,
    short: Vec<String>,
}

/// All resources known while one dump is read.
pub(super) struct Catalogue(Vec<Resource>);

/// Argo CD's kinds, which a dump may hold without their definitions: plural, kind, short names.
const ARGO: [(&str, &str, &[&str]); 3] = [
    ("applications", "Application", &["app", "apps"]),
    ("applicationsets", "ApplicationSet", &["appset", "appsets"]),
    ("appprojects", "AppProject", &["appproj", "appprojs"]),
];

impl Catalogue {
    /// The built-in resources and those that some CustomResourceDefinitions declare. If a word could mean both, a kind that every cluster
    /// has comes first, then a declared kind, then a kind that few clusters have.
    pub fn new<'a>(definitions: impl Iterator<Item = &'a Value>) -> Self {
        let (common, rare): (Vec<_>, Vec<_>) = built_in::table().kinds.iter().partition(|k| k.is_stable());
        let argo = ARGO.iter().map(|(plural, kind, short)| Resource {
            group: "argoproj.io".into(),
            plural: (*plural).into(),
            kind: (*kind).into(),
            namespaced: true,
            short: short.iter().map(|s| (*s).to_owned()).collect(),
        });
        let all = common.into_iter().map(known).chain(argo).chain(definitions.filter_map(declared));
        Self(all.chain(rare.into_iter().map(known)).collect())
    }

    pub fn of_kind(&self, group: &str, kind: &str) -> Option<&Resource> {
        self.0.iter().find(|r| r.group == group && r.kind == kind)
    }

    pub fn of_plural(&self, group: &str, plural: &str) -> Option<&Resource> {
        self.0.iter().find(|r| r.group == group && r.plural == plural)
    }

    /// The resource that a word means, as a person or a tool writes it: plural, singular, short name, or with hyphens.
    pub fn of_word(&self, word: &str) -> Option<&Resource> {
        let word = word.to_lowercase().replace(['-', '_'], "");
        let whole = |r: &&Resource| r.plural == word || r.kind.to_lowercase() == word;
        self.0.iter().find(whole).or_else(|| self.0.iter().find(|r| r.short.contains(&word)))
    }

    pub fn namespaced(&self, group: &str, plural: &str) -> Option<bool> {
        self.of_plural(group, plural).map(|r| r.namespaced)
    }
}

fn known(kind: &BuiltIn) -> Resource {
    Resource {
        group: kind.group.clone(),
        plural: kind.plural.clone(),
        kind: kind.kind.clone(),
        namespaced: !kind.cluster,
        short: kind.short.clone(),
    }
}

fn declared(definition: &Value) -> Option<Resource> {
    let at = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str);
    let short = definition.pointer("/spec/names/shortNames").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Some(Resource {
        group: at("/spec/group")?.into(),
        plural: at("/spec/names/plural")?.into(),
        kind: at("/spec/names/kind")?.into(),
        namespaced: at("/spec/scope")? == "Namespaced",
        short: short.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Catalogue;
    use crate::value::json;

    #[test]
    fn a_word_finds_its_resource() {
        let crd =
            json!({"spec": {"group": "x.io", "scope": "Cluster", "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]}}});
        let all = Catalogue::new(std::iter::once(&crd));
        for (word, plural, group) in [
            ("pods", "pods", ""),
            ("Deployment", "deployments", "apps"),
            ("replication-controllers", "replicationcontrollers", ""),
            ("pvc", "persistentvolumeclaims", ""),
            ("apps", "applications", "argoproj.io"),
            ("wd", "widgets", "x.io"),
            ("events", "events", ""),
        ] {
            let found = all.of_word(word).unwrap();
            assert_eq!((found.plural.as_str(), found.group.as_str()), (plural, group));
        }
        assert_eq!(all.of_word("out1"), None);
        assert_eq!(
            (all.namespaced("x.io", "widgets"), all.namespaced("", "nodes"), all.namespaced("", "pods")),
            (Some(false), Some(false), Some(true))
        );
    }
}
