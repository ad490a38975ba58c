//! Label and field selectors, as they are written in queries. Knows no list.
use super::status::Status;
use serde_json::Value;

/// The condition on one label.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Need {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
}

/// A parsed label selector, a parsed field selector.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selector {
    labels: Vec<(String, Need)>,
    fields: Vec<(String, bool, String)>,
}

/// Fields that a selector can use: first those of every kind, then those of some.
const FIELDS: &[(&str, &[&str])] = &[
    ("", &["metadata.name", "metadata.namespace"]),
    ("pods", &["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"]),
    ("namespaces", &["status.phase"]),
    ("nodes", &["spec.unschedulable"]),
    ("secrets", &["type"]),
    ("jobs.batch", &["status.successful"]),
    ("events", &["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "reason", "type"]),
];

impl Selector {
    /// Reads both selectors of a query for a stem (`pods`); empty text selects everything.
    ///
    /// # Errors
    /// 400 for a selector that can't be read, and for a field that the kind does not support.
    pub fn parse(stem: &str, labels: &str, fields: &str) -> Result<Self, Status> {
        let labels = parts(labels).into_iter().map(|p| label(&p)).collect::<Option<_>>();
        let labels = labels.ok_or_else(|| Status::bad_request("unable to parse requirement: found an unknown selector"))?;
        let fields = parts(fields).into_iter().map(|p| field(stem, &p)).collect::<Result<_, _>>()?;
        Ok(Self { labels, fields })
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object is selected.
    pub fn matches(&self, object: &Value) -> bool {
        let fits = |(path, equal, wanted): &(String, bool, String)| (at(object, path) == *wanted) == *equal;
        self.matches_labels(&object["metadata"]["labels"]) && self.fields.iter().all(fits)
    }

    /// Whether labels are selected.
    pub fn matches_labels(&self, labels: &Value) -> bool {
        self.labels.iter().all(|(key, need)| match (need, labels[key].as_str()) {
            (Need::Exists, value) => value.is_some(),
            (Need::Missing, value) => value.is_none(),
            (Need::In(list), value) => value.is_some_and(|v| list.iter().any(|l| l == v)),
            (Need::NotIn(list), value) => value.is_none_or(|v| list.iter().all(|l| l != v)),
        })
    }
}

/// The text of a field; empty where there is none.
fn at(object: &Value, path: &str) -> String {
    match object.pointer(&format!("/{}", path.replace('.', "/"))) {
        None | Some(Value::Null) => {
            if path == "spec.unschedulable" {
                "false".into()
            } else {
                String::new()
            }
        }
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Splits at commas that are not within parentheses.
fn parts(text: &str) -> Vec<String> {
    let (mut depth, mut all) = (0, vec![String::new()]);
    for c in text.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        match (c, all.last_mut()) {
            (',', _) if depth == 0 => all.push(String::new()),
            (_, Some(last)) => last.push(c),
            _ => {}
        }
    }
    all.into_iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

fn label(text: &str) -> Option<(String, Need)> {
    let list = |t: &str| Some(t.trim().strip_prefix('(')?.strip_suffix(')')?.split(',').map(|v| v.trim().to_owned()).collect::<Vec<_>>());
    let (key, need) = if let Some((key, values)) = text.split_once(" notin ") {
        (key, Need::NotIn(list(values)?))
    } else if let Some((key, values)) = text.split_once(" in ") {
        (key, Need::In(list(values)?))
    } else if let Some((key, value)) = text.split_once("!=") {
        (key, Need::NotIn(vec![value.trim().to_owned()]))
    } else if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (key, Need::In(vec![value.trim().to_owned()]))
    } else if let Some(key) = text.strip_prefix('!') {
        (key, Need::Missing)
    } else {
        (text, Need::Exists)
    };
    let key = key.trim();
    let fine = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    fine.then(|| (key.to_owned(), need))
}

fn field(stem: &str, text: &str) -> Result<(String, bool, String), Status> {
    let split = text.split_once("!=").map(|(k, v)| (k, false, v));
    let split = split.or_else(|| text.split_once("==").or_else(|| text.split_once('=')).map(|(k, v)| (k, true, v)));
    let (key, equal, value) = split.ok_or_else(|| Status::bad_request(format!("invalid selector: {text:?}; can't understand {text:?}")))?;
    if !FIELDS.iter().any(|(s, fields)| (s.is_empty() || *s == stem) && fields.contains(&key)) {
        return Err(Status::bad_request(format!("field label not supported: {key}")));
    }
    Ok((key.to_owned(), equal, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn selects(labels: &str, fields: &str) -> bool {
        let object = json!({"metadata": {"name": "x", "labels": {"app": "web", "tier": "1"}}, "status": {"phase": "Running"}});
        Selector::parse("pods", labels, fields).unwrap().matches(&object)
    }

    #[test]
    fn selectors_say_what_they_say_in_kubectl() {
        for yes in
            ["", "app", "app=web", "app==web,tier=1", "app in (api, web)", "app notin (api)", "!gone", "gone!=x", "gone notin (a,b),app"]
        {
            assert!(selects(yes, ""), "{yes}");
        }
        for no in ["app=api", "!app", "gone", "app in (api)", "app notin (web)", "app!=web", "gone=x"] {
            assert!(!selects(no, ""), "{no}");
        }
        assert!(selects("", "metadata.name=x,status.phase!=Pending"));
        assert!(!selects("", "metadata.name=y"));
        assert_eq!(Selector::parse("pods", "a b", "").unwrap_err().code, 400);
        assert_eq!(Selector::parse("configmaps", "", "status.phase=x").unwrap_err().message, "field label not supported: status.phase");
    }
}
