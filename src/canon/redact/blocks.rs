//! YAML blocks in a text: a secret-like name whose value is on the lines below it. Pairs on one line are not handled here.
use super::names::{self, Sense};
use super::pairs::add;
use super::pattern::Pattern;
use super::spans::Spans;
use super::{encoded, literal};
use std::ops::Range;

static OPENING: Pattern = Pattern::new(
    r#"^(?:- +)*["']?([A-Za-z_.][\w./-]*)["']?[ \t]*:[ \t]*(?:[&!][\w!/.-]*[ \t]+)*((?:[|>][+-]?\d?[+-]?)?)[ \t]*(?:[&!][\w!/.-]*)?[ \t]*(?:#.*)?$"#,
);
static FIELD: Pattern = Pattern::new(r#"^((?:- +)*)["']?([A-Za-z_.][\w./ -]*?)["']?(?:[ \t]*:|[ \t]+=)[ \t]+(.*)$"#);
/// A block of HCL; a variable's is named by the text before it.
static BRACE: Pattern = Pattern::new(r#"^(?:(variable)[ \t]+)?"?([A-Za-z_][\w-]*)"?[ \t]*=?[ \t]*\{$"#);
static ITEM: Pattern = Pattern::new(r"^(?:- +)+(.+)$");
static SECRET_KIND: Pattern = Pattern::new(r"(?m)^[ \t]*kind:[ \t]*Secret[ \t]*\r?$");

struct Open {
    indent: usize,
    secret: bool,
    /// Of HCL: there only texts that are assigned to a name are secret, for other languages write blocks so too.
    braces: bool,
    /// The content of a block scalar so far.
    content: Option<Range<usize>>,
}

/// Adds the secrets of blocks.
pub(super) fn find(text: &str, out: &mut Spans) {
    if !text.contains('\n') {
        return;
    }
    let of_secret = SECRET_KIND.is_match(text);
    let mut open: Vec<Open> = Vec::new();
    let mut named: Option<(Sense, usize)> = None;
    let mut variable = Sense::Plain;
    let mut valued: Option<(Range<usize>, usize)> = None;
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let from = start;
        start += line.len();
        let body = line.trim_end();
        let trimmed = body.trim_start();
        if trimmed.is_empty() {
            continue;
        }
        let indent = body.len() - trimmed.len();
        let at = from + indent;
        while open.last().is_some_and(|o| indent < o.indent || (indent == o.indent && (o.content.is_some() || !trimmed.starts_with('-')))) {
            close(text, open.pop(), out);
        }
        if let Some(content) = open.last_mut().and_then(|o| o.content.as_mut()) {
            *content = if content.start == content.end { at..from + body.len() } else { content.start..from + body.len() };
            continue;
        }
        let inherited = open.last().is_some_and(|o| o.secret && !o.braces);
        let assigned = open.last().is_some_and(|o| o.secret && o.braces);
        if body == "}" {
            variable = Sense::Plain;
        } else if let Some(found) = trimmed.ends_with('{').then(|| BRACE.first(trimmed)).flatten() {
            let sense = found.get(2).map_or(Sense::Plain, |name| names::sense(name.as_str()));
            variable = if found.get(1).is_some() { sense } else { Sense::Plain };
            if found.get(1).is_none() && sense == Sense::Secret || assigned {
                open.push(Open { indent, secret: true, braces: true, content: None });
            }
        } else if let Some(found) = OPENING.first(trimmed) {
            let name = found.get(1).map_or("", |m| m.as_str());
            let scalar = found.get(2).is_some_and(|m| !m.is_empty());
            let secret = names::sense(name) == Sense::Secret
                || names::holds(name)
                || (of_secret && name == "data")
                || (inherited && !names::benign(name));
            let indent = indent + found.get(1).map_or(0, |m| m.start()) / 2 * 2;
            if secret || (inherited && !scalar) {
                open.push(Open { indent, secret, braces: false, content: (scalar && secret).then_some(0..0) });
            }
        } else if let Some(found) = FIELD.first(trimmed) {
            let (Some(name), Some(value)) = (found.get(2), found.get(3)) else { continue };
            if literal::is_alias(value.as_str()) {
                continue;
            }
            let range = unquoted(text, at + value.start()..at + value.end());
            let lower = name.as_str().to_ascii_lowercase();
            let is_assigned = || assigned && value.as_str().starts_with('"') && !trimmed.contains(": ");
            if (inherited || is_assigned()) && !names::benign(name.as_str()) {
                add(text, range.clone(), Sense::Secret, out);
            } else if let (true, Some((sense, _))) = (lower == "value", named.filter(|n| number - n.1 <= 2)) {
                add(text, range.clone(), sense, out);
            } else if lower == "default" {
                add(text, range.clone(), variable, out);
            } else if let ("name", Some((value, _))) = (lower.as_str(), valued.take().filter(|v| number - v.1 == 1)) {
                add(text, value, names::sense(text.get(range.clone()).unwrap_or_default()), out);
            }
            if lower == "value" && found.get(1).is_some_and(|dashes| !dashes.is_empty()) {
                valued = Some((range.clone(), number));
            }
            if matches!(lower.as_str(), "name" | "key" | "path") {
                named = text.get(range).map(|value| (names::sense(value), number));
            }
        } else if inherited {
            let item = ITEM.first(trimmed).and_then(|c| c.get(1)).map_or(0, |m| m.start());
            add(text, unquoted(text, at + item..from + body.len()), Sense::Secret, out);
        }
    }
    while let Some(last) = open.pop() {
        close(text, Some(last), out);
    }
}

/// Adds the content of a finished block scalar.
fn close(text: &str, open: Option<Open>, out: &mut Spans) {
    let Some(range) = open.filter(|o| o.secret).and_then(|o| o.content) else { return };
    let Some(content) = text.get(range.clone()) else { return };
    if literal::is_literal(content) {
        out.add_decoded(range, encoded::decoded(&content.split_whitespace().collect::<String>()));
    }
}

/// The value without a comment at its end and without quotes.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(value) = text.get(range.clone()) else { return range };
    for quote in ['"', '\''] {
        if let Some(end) = value.strip_prefix(quote).and_then(|rest| rest.rfind(quote)) {
            return range.start + 1..range.start + 1 + end;
        }
    }
    range.start..range.start + value.find(" #").unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use super::super::spans::found;
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        found(text, find)
    }

    #[test]
    fn maps_lists_and_texts_under_a_secret_name_are_secret() {
        assert_eq!(secrets("passwords:\n  alice: one1\n  username: bob\nhost: x\n"), ["one1"]);
        assert_eq!(secrets("a:\n  tokens:\n  - \"one1\"\n  - two2\nb: c\n"), ["one1", "two2"]);
        assert_eq!(secrets("password: |\n  some text\nhost: x\n"), ["some text"]);
    }

    #[test]
    fn an_entry_of_a_list_is_judged_by_its_name() {
        assert_eq!(secrets("env:\n- name: DB_PASSWORD\n  value: 'x1'\n- name: MODE\n  value: fast\n"), ["x1"]);
    }

    #[test]
    fn references_and_schemas_stay() {
        assert!(secrets("passwordSecret:\n  name: db\n  key: pw\ntype: x\n").iter().all(|s| s == "pw"));
        assert!(secrets("password:\n  type: string\n  description: the word\n").is_empty());
    }

    #[test]
    fn the_data_of_a_secret_in_a_text_is_secret() {
        assert_eq!(secrets("kind: Secret\ndata:\n  a: YWJj\nstringData:\n  b: x\n"), ["YWJj", "x"]);
    }
}
