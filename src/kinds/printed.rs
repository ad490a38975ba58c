//! The columns in which objects of a kind are printed, from `printed.yaml` or from its CustomResourceDefinition. It must not know how a
//! value is found or printed.
use crate::canon::yaml::Embedded;
use crate::model::meta::{list, text};
use crate::value::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How the values of a path become one text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The values themselves.
    #[default]
    Values,
    /// How many there are.
    Count,
    /// The sum of numbers.
    Sum,
    /// How many fields they have.
    Fields,
    /// The first eight characters of the first.
    First,
    /// How long before the capture it was.
    Age,
    Pod,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    /// kubectl's JSONPath.
    pub path: String,
    /// A second path, printed behind a slash.
    #[serde(default)]
    pub of: Option<String>,
    /// What stands between values.
    #[serde(default = "comma")]
    pub join: String,
    #[serde(default)]
    pub form: Form,
    /// What stands for no value.
    #[serde(default)]
    pub none: String,
    /// Whether only a wide table has it.
    #[serde(default)]
    pub wide: bool,
}

fn comma() -> String {
    ",".into()
}

/// What is printed of one kind.
#[derive(Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// Its short names, if it is not Kubernetes' own.
    #[serde(default)]
    pub short: Vec<String>,
    #[serde(default)]
    pub columns: Vec<Column>,
}

/// `<plural>.<group>` → what is printed.
pub fn table() -> &'static BTreeMap<String, Printed> {
    static TABLE: Embedded<BTreeMap<String, Printed>> = Embedded::new(include_str!("printed.yaml"));
    TABLE.get()
}

/// The columns of a kind's objects of one API version, as its CustomResourceDefinition says: Kubernetes 1.36.3,
/// apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go (`CustomResourceColumnDefinition`). Those with a priority are wide.
pub fn of_definition(definition: &Value, version: &str) -> Vec<Column> {
    let own = list(definition, "/spec/versions").find(|v| text(v, "/name") == version).unwrap_or(&Value::Null);
    let column = |c: &Value| Column {
        name: text(c, "/name").to_uppercase(),
        path: text(c, "/jsonPath").to_owned(),
        of: None,
        join: comma(),
        form: if text(c, "/type") == "date" { Form::Age } else { Form::Values },
        none: String::new(),
        wide: c.get("priority").and_then(Value::as_i64).unwrap_or(0) > 0,
    };
    // A definition is foreign, and a path that branches again and again would not come to an end.
    let is_plain = |c: &Column| c.path.len() < 300 && !c.path.contains("..") && !c.path.contains(',');
    let found = list(own, "/additionalPrinterColumns").map(column);
    found.filter(|c| is_plain(c) && c.path != ".metadata.creationTimestamp").collect()
}

#[cfg(test)]
mod tests {
    use super::{Form, of_definition};
    use crate::value::json;

    #[test]
    fn a_definition_tells_the_columns_of_each_version() {
        let columns = json!([{"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
            {"name": "Since", "type": "date", "jsonPath": ".status.since", "priority": 1},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}]);
        let crd = json!({"spec": {"versions": [{"name": "v1"}, {"name": "v2", "additionalPrinterColumns": columns}]}});
        assert!(of_definition(&crd, "v1").is_empty());
        let found = of_definition(&crd, "v2");
        assert_eq!(
            found.iter().map(|c| (&*c.name, c.wide, c.form)).collect::<Vec<_>>(),
            [("PHASE", false, Form::Values), ("SINCE", true, Form::Age)]
        );
    }
}
