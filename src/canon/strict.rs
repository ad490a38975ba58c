//! JSON text → values, several in one text, with exact numbers. Stricter than serde_json: a repeated key is an error. Knows nothing of
//! Kubernetes or of files.
use crate::canon::yaml::{Document, Malformed};
use crate::value::Strict;

/// The documents up to the first error, and that error.
pub fn documents(text: &str) -> (Vec<Document>, Option<Malformed>) {
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut stream = serde_json::Deserializer::from_str(whole).into_iter::<Strict>();
    let (mut found, mut line, mut seen) = (Vec::new(), 1, 0);
    loop {
        let rest = whole.get(stream.byte_offset()..).unwrap_or_default();
        let start = whole.len() - rest.trim_ascii_start().len();
        match stream.next() {
            None => return (found, None),
            Some(Err(e)) => return (found, Some(malformed(&e))),
            Some(Ok(Strict(value))) => {
                line += whole.get(seen..start).unwrap_or_default().bytes().filter(|b| *b == b'\n').count();
                seen = start;
                found.push(Document { line, value });
            }
        }
    }
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
    use crate::value::{Value, json};

    fn parse(text: &str) -> Result<Vec<Value>, Malformed> {
        let (found, error) = documents(text);
        error.map_or_else(|| Ok(found.into_iter().map(|document| document.value).collect()), Err)
    }

    #[test]
    fn a_stream_is_read_up_to_its_first_error() {
        let (found, error) = documents("{\"a\": 1}\n\n {\"b\":\n2} {\"c\": 1, \"c\": 2} {");
        let found: Vec<_> = found.into_iter().map(|document| (document.line, document.value)).collect();
        assert_eq!(found, [(1, json!({"a": 1})), (3, json!({"b": 2}))]);
        let error = error.unwrap();
        assert_eq!((error.line, error.column, error.what.as_str()), (4, 15, "the key `c` stands here twice"));
    }

    #[test]
    fn nothing_is_no_value_and_half_a_value_is_an_error() {
        assert_eq!(parse(" \n").unwrap(), Vec::<crate::value::Value>::new());
        assert!(parse("{\"a\": [1").is_err());
        assert!(parse(&("[".repeat(200) + &"]".repeat(200))).is_err());
    }
}
