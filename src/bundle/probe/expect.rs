//! What the right answer to a probe looks like. Only what is declared, and whether it can be meant; who judges is `judge`.
use crate::bundle::probe::time::Span;
use crate::canon::redact::Redactor;
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

/// What is expected of an answer. All of it must hold.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// HTTP status (200 where none is said), or the exit code of a command (0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// What stands in the body, which is JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<Check>,
    /// What the body matches, anywhere in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The right body may be empty. Else an empty one is no right answer, whatever its status.
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
    /// JSON pointer; the whole body where none is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The value there is this one; numbers by value (`1` is `1.0`).
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// Whether there is a value (null is one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The text there matches this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The number there is this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// Of some element of the list there this is true, its pointer counted from the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Box<Self>>,
}

/// `equals: null` says null, not nothing.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Where something is wrong, below `expect`, and what.
type Wrong = (String, String);

impl Expect {
    /// Whether it can be meant.
    ///
    /// # Errors
    /// The field, as in `json[0].regex`, and what is wrong with it.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (i, check) in self.json.iter().enumerate() {
            check.check(0).map_err(|(field, what)| (format!("json[{i}]{field}"), what))?;
        }
        pattern(self.regex.as_deref()).map_err(|e| ("regex".to_owned(), e))?;
        let hex = |s: &String| s.len() == 64 && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if self.sha256.as_ref().is_some_and(|s| !hex(s)) {
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

    /// Redacts what a text must be equal to, as the text itself is.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        self.equals.iter_mut().for_each(|v| redactor.object(v));
        self.any.iter_mut().for_each(|c| c.redact(redactor));
    }

    /// What it wants, as one value.
    pub(super) fn wanted(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(map) = value.as_object_mut() {
            map.remove("at");
        }
        value
    }
}

/// A pattern that can be used: bounded in size, so that none can be hostile.
fn pattern(text: Option<&str>) -> Result<Option<Regex>, String> {
    text.map(|t| regex::RegexBuilder::new(t).size_limit(1 << 20).build().map_err(|e| format!("`{t}` is no pattern: {e}"))).transpose()
}

/// Whether a text matches a pattern; one that can't be used matches nothing.
pub(super) fn matches(wanted: &str, text: &str) -> bool {
    pattern(Some(wanted)).ok().flatten().is_some_and(|p| p.is_match(text))
}
