//! Values of captured objects in words: never JSON, on one line, and of two long texts the part that differs. It must not know what the
//! values are about.
use crate::render::foreign;
use crate::render::words::{fill, phrases};
use crate::value::{Text, Value};
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
        Value::Null => phrases().nothing.into(),
        Value::String(s) if s.is_empty() => phrases().empty_text.into(),
        Value::String(s) => foreign::clean(&s.replace('\n', "⏎")),
        Value::Array(list) if list.is_empty() => phrases().empty_list.into(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => phrases().no_fields.into(),
        // The names of the facts of health are pointers.
        Value::Object(map) => {
            let field = |(name, value): (&Text, &Value)| {
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
        return fill(phrases().from_to, &[("before", &a), ("after", &b)]);
    }
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count().saturating_sub(MOST / 3);
    let rest = |text: &str| {
        let rest: String = text.chars().skip(same).collect();
        cut(&if same > 0 { format!("…{rest}") } else { rest })
    };
    fill(phrases().from_to, &[("before", &rest(&a)), ("after", &rest(&b))])
}

/// Of longer texts only the first line that differs is shown: finding all of them takes too long.
const MOST_LINES: usize = 4000;

/// The lines of two texts that differ, with two lines around them; each begins with `-`, `+` or a space.
pub fn lines(before: &str, after: &str) -> Vec<String> {
    if before.lines().count().max(after.lines().count()) > MOST_LINES {
        return vec![first_line(before, after)];
    }
    let sign = |tag: ChangeTag| match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    };
    let diff = TextDiff::from_lines(before, after);
    let changes = diff.grouped_ops(2).into_iter().flatten().flat_map(|op| diff.iter_changes(&op).collect::<Vec<_>>());
    changes.map(|c| format!("{} {}", sign(c.tag()), foreign::clean(c.value().trim_end_matches('\n')))).collect()
}

/// `line 3 from x to y (lines more: 2)`: the lines between those that are alike at both ends.
fn first_line(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let alike = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(alike..).unwrap_or_default(), b.get(alike..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default());
    let text = |line: &str| cut(&foreign::clean(line.trim()));
    let (p, n) = (phrases(), (alike + 1).to_string());
    let says = match (a.first(), b.first()) {
        (Some(a), Some(b)) => fill(p.line_from_to, &[("n", &n), ("before", &text(a)), ("after", &text(b))]),
        (Some(a), None) => fill(p.line_without, &[("n", &n), ("before", &text(a))]),
        (None, b) => fill(p.line_with, &[("n", &n), ("after", &text(b.unwrap_or(&"")))]),
    };
    match a.len().max(b.len()).saturating_sub(1) {
        0 => says,
        more => says + &fill(p.lines_more, &[("n", &more.to_string())]),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::{both, lines, words};
    use crate::value::json;

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
        let long = |end: &str| format!("{}{end}", "x\n".repeat(9000));
        assert_eq!(lines(&long("y"), &long("z")), ["line 9001 from `y` to `z`"]);
        assert_eq!(lines(a, b), ["  c: 3", "  d: 4", "- e: 5", "+ e: five", "  f: 6"]);
        assert_eq!(both(&json!("a\nb\n"), &json!("a\nx\nb\n")), "line 2 with `x`");
        assert_eq!(both(&json!("a\nb\n"), &json!("a\nx\nb\ny\nz\n")), "line 2 from `b` to `x` (lines more: 3)");
    }
}
