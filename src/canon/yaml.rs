//! YAML text to JSON values, number for number: a number keeps its digits, a quoted text stays a text. Duplicate keys, unbounded
//! aliases and things that JSON has no word for are errors with line and column.
use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::Span;
use saphyr_parser::Tag;
use serde_json::Map;
use serde_json::Number;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// Text that is not the YAML that evid reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct YamlError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

const DEEPEST: usize = 128;
/// How many values aliases may expand to in one text.
const MOST_ALIASED: usize = 100_000;

/// Parses all documents of a text.
///
/// # Errors
/// Where it is no YAML, or holds what JSON can't.
pub fn parse(text: &str) -> Result<Vec<Value>, YamlError> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), aliased: 0 };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => {
                let (event, span) = reader.next()?;
                documents.push(reader.value(event, span, 0)?);
            }
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            _ => return Err(wrong(span, "a value outside of a document")),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    aliased: usize,
}

fn wrong(span: Span, what: impl Into<String>) -> YamlError {
    YamlError { line: span.start.line(), column: span.start.col() + 1, what: what.into() }
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(e)) => Err(YamlError { line: e.marker().line(), column: e.marker().col() + 1, what: e.info().to_owned() }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Value, YamlError> {
        if depth > DEEPEST {
            return Err(wrong(span, format!("nested deeper than {DEEPEST}")));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref(), span)?, anchor),
            Event::SequenceStart(anchor, _) => (self.sequence(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(depth)?, anchor),
            Event::Alias(id) => {
                let value = self.anchors.get(&id).cloned().ok_or_else(|| wrong(span, "an alias of nothing"))?;
                self.aliased += size(&value);
                if self.aliased > MOST_ALIASED {
                    return Err(wrong(span, "aliases expand to too much"));
                }
                return Ok(value);
            }
            _ => return Err(wrong(span, "the text ends within a value")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(list)),
                (event, span) => list.push(self.value(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut map = Map::new();
        loop {
            let key: Cow<'_, str> = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Object(map)),
                (Event::Scalar(text, _, _, _), span) if !map.contains_key(text.as_ref()) => {
                    if text == "<<" {
                        return Err(wrong(span, "merge keys (`<<`) are not read; write the fields out"));
                    }
                    text
                }
                (Event::Scalar(text, _, _, _), span) => return Err(wrong(span, format!("key `{text}` stands twice"))),
                (_, span) => return Err(wrong(span, "a key that is no text")),
            };
            let (event, span) = self.next()?;
            let value = self.value(event, span, depth + 1)?;
            map.insert(key.into_owned(), value);
        }
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

/// The core schema of YAML 1.2; a timestamp is a text, as are `yes` and `on`.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Value, YamlError> {
    let forced = tag.is_some_and(|t| t.suffix == "str");
    if style != ScalarStyle::Plain || forced {
        return Ok(Value::String(text.to_owned()));
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | "-.Inf" => return Err(wrong(span, format!("{text} is no JSON number"))),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    })
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
        return None;
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(Number::from);
        }
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    // JSON wants a digit on each side of the point and no leading zeros.
    let (mantissa, exponent) = rest.find(['e', 'E']).map_or((rest, ""), |at| rest.split_at(at));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) || (whole.is_empty() && fraction.is_none_or(str::is_empty)) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.filter(|f| !f.is_empty()).map(|f| format!(".{f}")).unwrap_or_default();
    format!("{sign}{whole}{fraction}{exponent}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    #[test]
    fn numbers_keep_their_digits_and_quoted_numbers_stay_texts() {
        let text = "a: 123456789012345678901234567890\nb: 1.10\nc: \"1.10\"\nd: 0x1F\ne: 1e3\nf: 2026-11-24T00:00:00Z\ng: yes\nh: ~\ni: 10.244.0.1\nj: .5\nk: -3\n";
        let value = parse(text).unwrap().remove(0);
        assert_eq!(value["a"].to_string(), "123456789012345678901234567890");
        assert_eq!(value["b"].to_string(), "1.10");
        for (key, want) in [("c", json!("1.10")), ("d", json!(31)), ("f", json!("2026-11-24T00:00:00Z")), ("g", json!("yes")), ("h", json!(null)), ("i", json!("10.244.0.1")), ("k", json!(-3))] {
            assert_eq!(value[key], want, "{key}");
        }
        assert_eq!(value["j"].to_string(), "0.5");
    }

    #[test]
    fn a_duplicate_key_and_a_bomb_are_errors_with_their_place() {
        let twice = parse("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!((twice.line, twice.what.as_str()), (3, "key `a` stands twice"));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..8 {
            bomb.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", ")));
        }
        assert!(parse(&bomb).unwrap_err().what.contains("too much"));
        assert!(parse("a: .nan").is_err());
    }

    #[test]
    fn block_texts_and_documents() {
        let all = parse("a: |\n  x\n  y\n---\n- 1\n- {b: 2}\n").unwrap();
        assert_eq!(all, vec![json!({"a": "x\ny\n"}), json!([1, {"b": 2}])]);
    }
}
