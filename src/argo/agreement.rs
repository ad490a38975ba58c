//! What Argo CD is told to ignore in an object, by the Application that manages it (`spec.ignoreDifferences`) or for all Applications
//! (`argocd-cm`): such a field belongs to another controller by agreement. Argo CD 3.6.0, `util/argo/normalizers/diff_normalizer.go`:
//! group and kind are globs; name and namespace must match if they are not empty. Expressions are not evaluated here: the fields that
//! they cover stay state.
use crate::model::meta::{list, text};
use crate::value::{Value, tokens};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agreement {
    group: String,
    kind: String,
    name: String,
    namespace: String,
    pub pointers: Vec<String>,
    /// Whether it (also) has jq expressions or field managers.
    pub by_expression: bool,
}

impl Agreement {
    pub fn of_application(app: &Value) -> Vec<Self> {
        let one = |says: &Value| Self {
            name: text(says, "/name").to_owned(),
            namespace: text(says, "/namespace").to_owned(),
            ..Self::for_all(text(says, "/group"), text(says, "/kind"), says)
        };
        list(app, "/spec/ignoreDifferences").map(one).collect()
    }

    /// An agreement about every object of a kind, from its settings.
    pub fn for_all(group: &str, kind: &str, says: &Value) -> Self {
        Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            name: String::new(),
            namespace: String::new(),
            pointers: list(says, "/jsonPointers").filter_map(Value::as_str).filter(|p| p.starts_with('/')).map(str::to_owned).collect(),
            by_expression: list(says, "/jqPathExpressions").chain(list(says, "/managedFieldsManagers")).next().is_some(),
        }
    }

    pub fn is_about(&self, group: &str, kind: &str, namespace: &str, name: &str) -> bool {
        let same = |wanted: &str, seen: &str| wanted.is_empty() || wanted == seen;
        glob(&self.group, group) && glob(&self.kind, kind) && same(&self.name, name) && same(&self.namespace, namespace)
    }

    pub fn is_any_kind(&self) -> bool {
        self.kind.contains('*')
    }

    /// Whether one of its pointers covers a whole container of the object (`/spec`, `/data`), or it is about every kind. Then it is too
    /// wide to say that a field which changed concerns only its owner.
    pub fn is_wide(&self, pointer: &str) -> bool {
        self.is_any_kind() || tokens(pointer).len() < 2
    }
}

/// Whether a text matches a pattern in which `*` stands for any text and `?` for one character.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (mut rest, mut parts) = (text, pattern.split('*'));
    let same = |part: &str, text: &str| {
        part.chars().count() == text.chars().count() && part.chars().zip(text.chars()).all(|(p, t)| p == '?' || p == t)
    };
    let Some(first) = parts.next() else { return false };
    if !pattern.contains('*') {
        return same(pattern, text);
    }
    let Some(head) = rest.get(..first.len()).filter(|head| same(first, head)) else { return false };
    rest = &rest[head.len()..];
    let mut middle: Vec<&str> = parts.collect();
    let last = middle.pop().unwrap_or("");
    for part in middle {
        let found =
            rest.char_indices().map(|(i, _)| i).chain([rest.len()]).find(|i| rest.get(*i..i + part.len()).is_some_and(|t| same(part, t)));
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.get(rest.len() - last.len()..).is_some_and(|t| same(last, t))
}

#[cfg(test)]
mod tests {
    use super::{Agreement, glob};
    use crate::value::json;

    #[test]
    fn group_and_kind_are_patterns_name_and_namespace_are_not() {
        let of = |says| Agreement::of_application(&json!({"spec": {"ignoreDifferences": [says]}})).remove(0);
        for (says, want) in [
            (json!({"group": "apps", "kind": "Deployment"}), true),
            (json!({"group": "*", "kind": "*"}), true),
            (json!({"kind": "Deployment"}), false),
            (json!({"group": "apps", "kind": "Deploy*", "name": "a"}), true),
            (json!({"group": "apps", "kind": "Deployment", "name": "*"}), false),
            (json!({"group": "apps", "kind": "Deployment", "namespace": "other"}), false),
        ] {
            assert_eq!(of(says.clone()).is_about("apps", "Deployment", "n", "a"), want, "{says}");
        }
        let narrow = of(json!({"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}));
        assert!(!narrow.is_wide("/spec/replicas") && narrow.is_wide("/spec"));
        assert!(of(json!({"group": "*", "kind": "*"})).is_wide("/spec/replicas"));
    }

    #[test]
    fn a_glob_matches_the_whole_text() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("*", "apps", true),
            ("*.io", "x.io", true),
            ("*.io", "x.iox", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "ac", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "", true),
            ("", "apps", false),
            ("ä*", "äb", true),
            ("*é", "é", true),
        ] {
            assert_eq!(glob(pattern, text), want, "{pattern} {text}");
        }
    }
}
