//! Values of captured objects in words: never JSON, on one line, and of two long texts the part that differs. It must not know what the
//! values are about.
use crate::render::foreign;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// How many characters of a value are shown.
const MOST: usize = 60;

/// A value on one short line.
pub fn short(value: &Value) -> String {
    cut(&words(value))
}

/// A value on one line: a list as its elements, an object as its fields.
pub fn words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(s) if s.is_empty() => "an empty text".into(),
        Value::String(s) => foreign::clean(&s.replace('\n', "⏎")),
        Value::Array(list) if list.is_empty() => "an empty list".into(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => "no fields".into(),
        // The names of the facts of health are pointers.
        Value::Object(map) => {
            let field = |(name, value): (&String, &Value)| {
                let name = name.strip_prefix('/').unwrap_or(name).replace('/', ".");
                let inner = if value.is_object() { format!("({})", words(value)) } else { words(value) };
                format!("{} {inner}", foreign::clean(&name))
            };
            map.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Both values of what changed. Of two texts of many lines the first line that differs is shown; of two long values the part that differs.
pub fn both(before: &Value, after: &Value) -> String {
    if let (Value::String(a), Value::String(b)) = (before, after)
        && (a.contains('\n') || b.contains('\n'))
    {
        return first_line(a, b);
    }
    let (a, b) = (words(before), words(after));
    if a == b {
        return cut(&a);
    }
    if a.chars().count() <= MOST && b.chars().count() <= MOST {
        return format!("from {a} to {b}");
    }
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count().saturating_sub(MOST / 3);
    let rest = |text: &str| {
        let rest: String = text.chars().skip(same).collect();
        cut(&if same > 0 { format!("…{rest}") } else { rest })
    };
    format!("from {} to {}", rest(&a), rest(&b))
}

/// The lines of two texts that differ, with two lines around them; each begins with `-`, `+` or a space.
pub fn lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let changes = diff.grouped_ops(2).into_iter().flatten().flat_map(|op| diff.iter_changes(&op).collect::<Vec<_>>());
    changes.map(|c| format!("{} {}", sign(c.tag()), foreign::clean(c.value().trim_end_matches('\n')))).collect()
}

fn sign(tag: ChangeTag) -> char {
    match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    }
}

/// `line 3: from x to y, and 2 more lines differ`.
fn first_line(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let changed: Vec<_> = diff.iter_all_changes().filter(|c| c.tag() != ChangeTag::Equal).collect();
    let text = |tag: ChangeTag| changed.iter().find(|c| c.tag() == tag).map(|c| cut(&foreign::clean(c.value().trim())));
    let line = changed.first().and_then(|c| c.new_index().or(c.old_index())).map_or(0, |i| i + 1);
    let (says, shown) = match (text(ChangeTag::Delete), text(ChangeTag::Insert)) {
        (Some(a), Some(b)) => (format!("from `{a}` to `{b}`"), 2),
        (Some(a), None) => (format!("without `{a}`"), 1),
        (None, b) => (format!("with `{}`", b.unwrap_or_default()), 1),
    };
    match changed.len().saturating_sub(shown) {
        0 => format!("line {line} {says}"),
        more => format!("line {line} {says} (lines more: {more})"),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::{both, lines, words};
    use serde_json::json;

    #[test]
    fn no_value_is_json() {
        for (value, says) in [
            (json!({"/status/sync/status": "OutOfSync", "/status/phase": null}), "status.phase nothing, status.sync.status OutOfSync"),
            (json!({"prune": true, "retry": {"limit": 3}}), "prune true, retry (limit 3)"),
            (json!(["a", 1, ["b"]]), "a, 1, b"),
            (json!([]), "an empty list"),
            (json!("x\ny\u{1b}"), "x⏎y\u{fffd}"),
        ] {
            assert_eq!(words(&value), says);
        }
    }

    #[test]
    fn of_two_long_values_the_part_that_differs_is_shown() {
        let long = |end: &str| json!(format!("{}{end}", "x".repeat(200)));
        let says = both(&long("one"), &long("two"));
        assert!(says.contains("one") && says.contains("two") && says.len() < 160, "{says}");
        assert_eq!(both(&json!(2), &json!(3)), "from 2 to 3");
    }

    #[test]
    fn of_a_text_the_lines_that_changed_are_shown() {
        let (a, b) = ("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n", "a: 1\nb: 2\nc: 3\nd: 4\ne: five\nf: 6\n");
        assert_eq!(both(&json!(a), &json!(b)), "line 5 from `e: 5` to `e: five`");
        assert_eq!(lines(a, b), ["  c: 3", "  d: 4", "- e: 5", "+ e: five", "  f: 6"]);
        assert_eq!(both(&json!("a\nb\n"), &json!("a\nx\nb\ny\nz\n")), "line 2 with `x` (lines more: 2)");
    }
}
