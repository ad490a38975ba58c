//! JSON text → values, several in one text, with exact numbers. Stricter than serde_json: a repeated key is an error. Knows nothing of
//! Kubernetes or of files.
use crate::canon::yaml::Malformed;
use crate::value::{Members, Strict, Value};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// A value of a JSON text that is not read yet.
#[derive(Clone, Copy)]
pub struct Raw<'t> {
    whole: &'t str,
    json: &'t str,
}

/// The documents of a text, each with the line on which it begins. An error is the last.
pub fn documents(text: &str) -> impl Iterator<Item = Result<(usize, Raw<'_>), Malformed>> {
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut stream = serde_json::Deserializer::from_str(whole).into_iter::<&RawValue>();
    let (mut line, mut seen, mut ended) = (1, 0, false);
    std::iter::from_fn(move || {
        let next = stream.next().filter(|_| !ended)?;
        let raw = next.map(|raw| Raw { whole, json: raw.get() });
        ended = raw.is_err();
        Some(raw.map_err(|e| malformed(&e)).map(|raw| {
            line += newlines(whole, seen, raw.start());
            seen = raw.start();
            (line, raw)
        }))
    })
}

fn newlines(text: &str, from: usize, to: usize) -> usize {
    text.as_bytes().get(from..to).unwrap_or_default().iter().filter(|b| **b == b'\n').count()
}

fn malformed(error: &serde_json::Error) -> Malformed {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned();
    Malformed { line: error.line(), column: error.column(), what }
}

impl<'t> Raw<'t> {
    fn of(self, part: &'t RawValue) -> Self {
        Self { json: part.get(), ..self }
    }

    /// Where it begins.
    fn start(self) -> usize {
        (self.json.as_ptr() as usize).saturating_sub(self.whole.as_ptr() as usize)
    }

    /// What is wrong in it, with its place in the whole text.
    fn malformed(self, error: &serde_json::Error) -> Malformed {
        let (own, before) = (malformed(error), self.whole.get(..self.start()).unwrap_or_default());
        let column = if own.line > 1 { 0 } else { before.len() - before.rfind('\n').map_or(0, |at| at + 1) };
        Malformed { line: own.line + newlines(before, 0, before.len()), column: own.column + column, what: own.what }
    }

    /// The value.
    ///
    /// # Errors
    /// If an object in it has a key twice, or it is nested too deep.
    pub fn value(self) -> Result<Value, Malformed> {
        serde_json::from_str(self.json).map(|Strict(value)| value).map_err(|e| self.malformed(&e))
    }

    /// If it is an object one of whose members is a list: the object without that member, and the items, which are not read yet.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn listed(self, member: &str) -> Result<Option<(Value, Vec<Self>)>, Malformed> {
        if !self.json.starts_with('{') {
            return Ok(None);
        }
        let Members(members) = serde_json::from_str(self.json).map_err(|e| self.malformed(&e))?;
        let names: BTreeSet<&str> = members.iter().map(|(name, _)| &**name).collect();
        let Some((_, list)) = members.iter().find(|(name, raw)| name == member && raw.get().starts_with('[')) else { return Ok(None) };
        if names.len() < members.len() {
            // Reading it says which key stands there twice.
            return Ok(None);
        }
        let head = members.iter().filter(|(name, _)| name != member);
        let head = head.map(|(name, raw)| Ok((&**name, self.of(raw).value()?))).collect::<Result<Value, _>>()?;
        let items: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(|e| self.of(list).malformed(&e))?;
        Ok(Some((head, items.into_iter().map(|item| self.of(item)).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::documents;
    use crate::canon::yaml::Malformed;
    use crate::value::Value;

    fn parse(text: &str) -> Result<Vec<Value>, Malformed> {
        documents(text).map(|found| found?.1.value()).collect()
    }
    use crate::value::json;

    #[test]
    fn numbers_keep_every_digit() {
        let text = "[9007199254740993, 0.10, -0, 123456789012345678901234567890]";
        assert_eq!(parse(text).unwrap()[0].to_string(), text.replace(' ', ""));
    }

    #[test]
    fn a_stream_is_read_up_to_its_first_error() {
        let found: Vec<_> = documents("{\"a\": 1}\n\n {\"b\":\n2} {\"c\": 1, \"c\": 2} {").collect();
        let read = |i: usize| found[i].as_ref().map(|(line, raw)| (*line, raw.value()));
        assert_eq!((read(0).unwrap(), read(1).unwrap()), ((1, Ok(json!({"a": 1}))), (3, Ok(json!({"b": 2})))));
        let error = read(2).unwrap().1.unwrap_err();
        assert_eq!((error.line, error.column, error.what.as_str()), (4, 15, "the key `c` stands here twice"));
        assert!(found.len() == 4 && read(3).is_err_and(|e| e.line == 4));
    }

    #[test]
    fn the_items_of_a_list_are_read_one_by_one_and_a_fault_in_one_has_its_place_in_the_text() {
        let text = "{\"items\": [1,\n {\"a\": 1,\n \"a\": 2}], \"kind\": \"List\"}";
        let (_, raw) = documents(text).next().unwrap().unwrap();
        let (head, items) = raw.listed("items").unwrap().unwrap();
        assert_eq!((head, items[0].value().unwrap()), (json!({"kind": "List"}), json!(1)));
        assert_eq!(items[1].value().unwrap_err().line, raw.value().unwrap_err().line);
        for other in ["[1]", "7", "{\"items\": null}", "{\"a\": []}", "{\"items\": [], \"a\": 1, \"a\": 2}"] {
            assert!(documents(other).next().unwrap().unwrap().1.listed("items").unwrap().is_none(), "{other}");
        }
    }

    #[test]
    fn an_object_can_not_pretend_to_be_a_number() {
        for text in [
            r#"{"$serde_json::private::Number": "1"}"#,
            r#"{"\u0024serde_json::private::Number": "\u0031"}"#,
            r#"{"$serde_json::private::RawValue": "1"}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_is_no_value_and_half_a_value_is_an_error() {
        assert_eq!(parse(" \n").unwrap(), Vec::<crate::value::Value>::new());
        assert!(parse("{\"a\": [1").is_err());
        assert!(parse(&("[".repeat(200) + &"]".repeat(200))).is_err());
    }
}
