//! The kinds that a person may mean in a bundle, and their names: plural, singular, kind, short names, with or without the group. They
//! come from Kubernetes' own table, from the rules, and from the bundle's CustomResourceDefinitions, questions and objects.
use crate::bundle::coverage::Coverage;
use crate::kinds::{Rules, built_in, printed};
use crate::model::{Object, meta, stem, unstem};
use crate::value::Value;
use std::collections::BTreeMap;

#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Named {
    pub group: String,
    pub plural: String,
    /// Empty if nothing tells it.
    pub kind: String,
    /// Empty if nothing tells it.
    pub singular: String,
    pub short: Vec<String>,
}

impl Named {
    pub fn stem(&self) -> String {
        stem(&self.plural, &self.group)
    }

    pub fn is_of(&self, object: &Object) -> bool {
        object.key.group == self.group && object.plural == self.plural
    }

    /// Whether a text names it, by anything but a short name.
    fn is_called(&self, text: &str) -> bool {
        let own = [&self.plural, &self.singular, &self.kind.to_lowercase()].into_iter().any(|n| !n.is_empty() && n == text);
        own || text
            .strip_suffix(&*self.group)
            .and_then(|t| t.strip_suffix('.'))
            .is_some_and(|t| !self.group.is_empty() && self.is_called(t))
    }
}

pub struct Names(BTreeMap<(String, String), Named>);

impl Names {
    pub fn of(objects: &[Object], coverage: &Coverage, rules: &Rules) -> Self {
        let mut names = Self(BTreeMap::new());
        for kind in &built_in::table().kinds {
            names.add(&kind.group, &kind.plural, &kind.kind).short.clone_from(&kind.short);
        }
        for kind in rules.iter().map(|k| &k.rule).filter(|r| !r.plural.is_empty()) {
            names.add(&kind.group, &kind.plural, &kind.kind);
        }
        for (at, kind) in printed::table() {
            let (plural, group) = unstem(at);
            names.add(group, plural, "").short.extend(kind.short.iter().cloned());
        }
        for object in objects {
            names.add(&object.key.group, &object.plural, &object.key.kind);
        }
        for kind in &coverage.universe.kinds {
            names.add(&kind.group, &kind.resource, "");
        }
        for question in &coverage.questions {
            names.add(&question.group, &question.resource, "");
        }
        for definition in objects.iter().filter(|o| o.key.kind == "CustomResourceDefinition").map(|o| &o.value) {
            let text = |at: &str| meta::text(definition, at);
            let named = names.add(text("/spec/group"), text("/spec/names/plural"), text("/spec/names/kind"));
            named.singular = text("/spec/names/singular").to_owned();
            named.short.extend(meta::list(definition, "/spec/names/shortNames").filter_map(Value::as_str).map(str::to_owned));
        }
        names
    }

    fn add(&mut self, group: &str, plural: &str, kind: &str) -> &mut Named {
        let new = || Named { group: group.to_owned(), plural: plural.to_owned(), ..Named::default() };
        let named = self.0.entry((group.to_owned(), plural.to_owned())).or_insert_with(new);
        if named.kind.is_empty() {
            kind.clone_into(&mut named.kind);
        }
        named
    }

    /// All, by group and plural.
    pub fn iter(&self) -> impl Iterator<Item = &Named> {
        self.0.values()
    }

    /// The kinds that a text names: usually one; several where groups share a name. A short name counts where it is nobody's full name.
    pub fn find(&self, text: &str) -> Vec<&Named> {
        let text = text.to_lowercase();
        let called: Vec<&Named> = self.0.values().filter(|n| n.is_called(&text)).collect();
        if called.is_empty() { self.0.values().filter(|n| n.short.contains(&text)).collect() } else { called }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::bundle::coverage::Coverage;
    use crate::kinds::Rules;
    use crate::model::{Key, Object};
    use crate::value::json;

    #[test]
    fn a_kind_has_the_names_that_kubectl_knows() {
        let names = json!({"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]});
        let value = json!({"spec": {"group": "acme.io", "names": names}});
        let key = Key::new("apiextensions.k8s.io", "CustomResourceDefinition", "", "widgets.acme.io");
        let definition = Object { key, plural: "customresourcedefinitions".into(), uid: String::new(), value, file: String::new() };
        let names = Names::of(&[definition], &Coverage::default(), &Rules::new(&[]).unwrap());
        let find = |text: &str| names.find(text).iter().map(|n| n.stem()).collect::<Vec<_>>();
        for (text, stem) in [
            ("po", "pods"),
            ("Pod", "pods"),
            ("pvc", "persistentvolumeclaims"),
            ("deploy", "deployments.apps"),
            ("deployment.apps", "deployments.apps"),
            ("app", "applications.argoproj.io"),
            ("wd", "widgets.acme.io"),
            ("widget.acme.io", "widgets.acme.io"),
        ] {
            assert_eq!(find(text), [stem], "{text}");
        }
        assert!(find("gadgets").is_empty() && find("pods.").is_empty() && find("").is_empty());
    }
}
