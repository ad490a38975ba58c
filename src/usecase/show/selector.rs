//! A label selector in kubectl's form: Kubernetes 1.36.3, apimachinery/pkg/labels/selector.go (`Requirement.Matches`). A label that is not
//! there differs from every value.
use crate::model::meta;
use crate::value::Value;

/// What labels must be.
#[derive(Debug, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Debug, PartialEq, Eq)]
enum Requirement {
    Is(String),
    IsNot(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
}

impl Selector {
    /// Reads `app=x,tier!=y,z in (a,b),!w`.
    ///
    /// # Errors
    /// If a part is no requirement.
    pub fn parse(text: &str) -> Result<Self, String> {
        parts(text)
            .into_iter()
            .map(|part| requirement(part.trim()).ok_or_else(|| format!("`{part}` is no requirement of a label")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn holds(&self, object: &Value) -> bool {
        let label = |key: &str| meta::label(object, key);
        self.0.iter().all(|r| match r {
            Requirement::Is(key) => label(key).is_some(),
            Requirement::IsNot(key) => label(key).is_none(),
            Requirement::In(key, values) => label(key).is_some_and(|v| values.iter().any(|x| x == v)),
            Requirement::NotIn(key, values) => label(key).is_none_or(|v| values.iter().all(|x| x != v)),
        })
    }
}

/// The parts between commas that are in no parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.split(|c| {
        inside = if c == '(' { true } else { inside && c != ')' };
        c == ',' && !inside
    })
    .collect()
}

fn requirement(part: &str) -> Option<Requirement> {
    let key = |text: &str| {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
        fits.then(|| text.to_owned())
    };
    let set = |text: &str| -> Option<Vec<String>> {
        Some(text.trim().strip_prefix('(')?.strip_suffix(')')?.split(',').map(|v| v.trim().to_owned()).collect())
    };
    for (sign, is) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((name, value)) = part.split_once(sign) {
            let values = vec![value.trim().to_owned()];
            return Some(if is { Requirement::In(key(name)?, values) } else { Requirement::NotIn(key(name)?, values) });
        }
    }
    if let Some((name, values)) = part.split_once(" notin ") {
        return Some(Requirement::NotIn(key(name)?, set(values)?));
    }
    if let Some((name, values)) = part.split_once(" in ") {
        return Some(Requirement::In(key(name)?, set(values)?));
    }
    match part.strip_prefix('!') {
        Some(name) => Some(Requirement::IsNot(key(name)?)),
        None => Some(Requirement::Is(key(part)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::Selector;
    use crate::value::json;

    #[test]
    fn labels_are_selected_as_kubectl_selects_them() {
        let object = json!({"metadata": {"labels": {"app": "feast", "tier": "web"}}});
        for (text, holds) in [
            ("app=feast", true),
            ("app==feast,tier=web", true),
            ("app=feast,tier=db", false),
            ("app!=feast", false),
            ("zone!=a", true),
            ("tier in (web, db),app", true),
            ("tier notin (web,db)", false),
            ("!zone", true),
            ("!app", false),
        ] {
            assert_eq!(Selector::parse(text).unwrap().holds(&object), holds, "{text}");
        }
        for text in ["", "a=b,", "in (a)", "a in b", "?"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
