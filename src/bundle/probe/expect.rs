//! The right answer to a probe. Holds the declaration and checks that it makes sense; `judge` judges.
use crate::bundle::probe::time::Span;
use crate::canon::is_hex;
use crate::canon::redact::Redactor;
use crate::value::{Number, Value};
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};

/// What is expected of an answer. All of it must hold.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// HTTP status (200 by default), or the exit code of a command (0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// Conditions on the body, which is JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<Check>,
    /// A pattern that must match somewhere in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Whether the right body may be empty. If not, an empty body is not right, whatever its status.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_body: bool,
    /// The whole answer takes less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<Span>,
    /// SHA-256 of the body as it was sent, 64 lowercase hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One statement about a JSON body; exactly one of `equals`, `exists`, `regex`, `min` and `any`.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// JSON pointer; absent: the whole body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The value there must equal this; numbers by value (`1` is `1.0`).
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// Whether there must be a value (null is one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The text there must match this pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The number there must be this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// This must be true for some element of the list there; its pointer starts at the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Box<Self>>,
}

/// Reads `equals: null` as null, not as absent.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The field below `expect`, and what is wrong with it.
type Wrong = (String, String);

impl Expect {
    /// Checks that it makes sense.
    ///
    /// # Errors
    /// The field, such as `json[0].regex`, and what is wrong with it.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (i, check) in self.json.iter().enumerate() {
            check.check(0).map_err(|(field, what)| (format!("json[{i}]{field}"), what))?;
        }
        pattern(self.regex.as_deref()).map_err(|e| ("regex".to_owned(), e))?;
        if self.sha256.as_ref().is_some_and(|s| !is_hex(s, 64)) {
            return Err(("sha256".into(), "64 lowercase hex digits are wanted".into()));
        }
        if self.empty_body && !self.json.is_empty() {
            return Err(("emptyBody".into(), "an empty body can't be the right one where `json` says what stands in it".into()));
        }
        Ok(())
    }
}

impl Check {
    fn check(&self, depth: usize) -> Result<(), Wrong> {
        let given = [self.equals.is_some(), self.exists.is_some(), self.regex.is_some(), self.min.is_some(), self.any.is_some()];
        if given.iter().filter(|g| **g).count() != 1 {
            return Err((String::new(), "exactly one of `equals`, `exists`, `regex`, `min` and `any` is wanted".into()));
        }
        let tilde = self.at.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
        if (!self.at.is_empty() && !self.at.starts_with('/')) || tilde {
            return Err((".at".into(), format!("`{}` is no JSON pointer, as in `/models/0/state`", self.at)));
        }
        pattern(self.regex.as_deref()).map_err(|e| (".regex".to_owned(), e))?;
        match &self.any {
            Some(_) if depth > 8 => Err((".any".into(), "it is nested too deep".into())),
            Some(any) => any.check(depth + 1).map_err(|(field, what)| (format!(".any{field}"), what)),
            None => Ok(()),
        }
    }

    /// Redacts the text that must be equal, in the same way as the answer's text.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        self.equals.iter_mut().for_each(|v| redactor.object(v));
        self.any.iter_mut().for_each(|c| c.redact(redactor));
    }

    /// The expectation as one value.
    pub(super) fn wanted(&self) -> Value {
        let mut value = crate::value::to_value(self).unwrap_or_default();
        if let Some(map) = value.as_object_mut() {
            map.remove("at");
        }
        value
    }
}

/// A pattern that can be used: its size is limited, so that it can't be an attack.
fn pattern(text: Option<&str>) -> Result<Option<Regex>, String> {
    text.map(|t| regex::RegexBuilder::new(t).size_limit(1 << 20).build().map_err(|e| format!("`{t}` is no pattern: {e}"))).transpose()
}

/// Whether a text matches a pattern; an unusable pattern matches nothing.
pub(super) fn matches(wanted: &str, text: &str) -> bool {
    pattern(Some(wanted)).ok().flatten().is_some_and(|p| p.is_match(text))
}
