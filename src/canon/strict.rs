//! JSON text → values, several in one text, with exact numbers. Stricter than serde_json: a repeated key is an error. Knows nothing of
//! Kubernetes or of files.
use crate::canon::yaml::{Document, Malformed};
use crate::value::Strict;

/// The values up to the first error, and that error.
pub fn documents(text: &str) -> (Vec<Document>, Option<Malformed>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Strict>();
    let mut done = Vec::new();
    let (mut line, mut seen) = (1, 0);
    loop {
        let rest = text.get(seen..).unwrap_or_default();
        let from = seen + rest.len() - rest.trim_start().len();
        line += newlines(text, seen, from);
        seen = from;
        match stream.next() {
            None => return (done, None),
            Some(Ok(Strict(value))) => done.push(Document { line, value }),
            Some(Err(e)) => return (done, Some(malformed(&e))),
        }
        line += newlines(text, seen, stream.byte_offset());
        seen = stream.byte_offset();
    }
}

fn newlines(text: &str, from: usize, to: usize) -> usize {
    text.as_bytes().get(from..to).unwrap_or_default().iter().filter(|b| **b == b'\n').count()
}

fn malformed(error: &serde_json::Error) -> Malformed {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned();
    Malformed { line: error.line(), column: error.column(), what }
}

#[cfg(test)]
mod tests {
    use super::documents;
    use crate::canon::yaml::Malformed;
    use crate::value::Value;

    fn parse(text: &str) -> Result<Vec<Value>, Malformed> {
        let (found, fault) = documents(text);
        fault.map_or_else(|| Ok(found.into_iter().map(|d| d.value).collect()), Err)
    }
    use crate::value::json;

    #[test]
    fn numbers_keep_every_digit() {
        let text = "[9007199254740993, 0.10, -0, 123456789012345678901234567890]";
        assert_eq!(parse(text).unwrap()[0].to_string(), text.replace(' ', ""));
    }

    #[test]
    fn a_stream_is_read_up_to_its_first_error() {
        let (found, error) = documents("{\"a\": 1}\n\n {\"b\":\n2} {\"c\": 1, \"c\": 2}");
        assert_eq!(found.iter().map(|d| (d.line, d.value.clone())).collect::<Vec<_>>(), [(1, json!({"a": 1})), (3, json!({"b": 2}))]);
        let error = error.unwrap();
        assert_eq!((error.line, error.what.as_str()), (4, "the key `c` stands here twice"));
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
