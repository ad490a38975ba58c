//! `key: value`, `key = value` and `"key": "value"` anywhere in a text, whatever its format. Nested blocks are `blocks`' matter.
use super::data::NAMES;
use super::line::{Line, Place};
use super::mode::Mode;
use super::names::{self, Sense};
use super::pattern::Pattern;
use super::spans::Spans;
use super::value::secret_from;
use super::{encoded, forms, literal};
use std::ops::Range;

static PAIR: Pattern = Pattern::new(r#"([\w--0-9][\w.\-/]*)(\\*["'])?\]?(?:\*\*)?[ \t]*\\?(=>|->|<-|[:?+]=|[:=：＝])(?:\*\*[ \t])?[ \t]*"#);
static WORD_PAIR: Pattern = Pattern::new(r#"(?m)^[ \t]*([A-Za-z][\w.-]*)[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'=:]\S*?))[ \t]*;?\r?$"#);
static LOGIN: Pattern = Pattern::new(
    r"(?:(?:login|user|username|account)\s+\S+|(?m:^)[ \t]*enable|\S/\S*passw\S*)\s+(?:insecure-)?(?:password|passwd|secret)\s+(\S+)",
);
static NAMED: Pattern = Pattern::new(
    r#"(?:\\*["'])?(?-u:\b)(?i-u:name|key|id)(?:\\*["'])?\s*[=:]\s*\\*["']([^"'\\<>]+)\\*["']\s*,?\s*(?:\\*["'])?(?i-u:value)(?:\\*["'])?\s*[=:]\s*\\*["']([^"'\\]+)\\*["']"#,
);
static NAMED_AFTER: Pattern = Pattern::new(
    r#"(?-u:\b)(?i-u:value)(?:\\*["'])?(?-u:\s)*[=:](?-u:\s)*\\*["']([^"'\\]+)\\*["'](?-u:\s)*,?(?-u:\s)*(?:\\*["'])?(?i-u:name|key)(?:\\*["'])?(?-u:\s)*[=:](?-u:\s)*\\*["']([^"'\\<>]+)"#,
);
static ELEMENT: Pattern = Pattern::new(r"<(?:\w+:)?([\w.-]+)(?:\s[^<>]*)?>\s*(?:<(?i-u:value)>\s*)?([^<>]*?[^<>\s])\s*</");
static NAMED_ELEMENT: Pattern = Pattern::new(
    r"<(?i-u:name|key)>\s*([^<>]+?)\s*</(?i-u:name|key)>\s*(?:<[A-Za-z]+>[^<>]*</[A-Za-z]+>(?-u:\s)*){0,3}?<(?i-u:value|string)>\s*([^<>]*?[^<>\s])\s*</",
);
static FLAG: Pattern =
    Pattern::new(r#"(?:^|\s)--?([A-Za-z][\w.-]*)[ \t]+(?:\\+(?:\r?\n|r?n)[ \t]*)?(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'-][^\s"';|&]*))"#);
static COMPLEX: Pattern =
    Pattern::new(r#"(?m)^[ \t-]*\?[ \t]+["']?([\w.-]+)["']?[ \t]*\r?\n[ \t]*:[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'][^\n\r]*))"#);
static CALL: Pattern = Pattern::new(r#"[(\[]\s*\\*["']([\w./-]+)\\*["']\s*,\s*(?:default\s*=\s*)?\\*(?:"([^"\\]+)\\*"|'([^'\\]+)\\*')"#);
static PHRASE: Pattern = Pattern::new(r#""([\w.-]+(?: [\w.-]+)+)\\*"\s*[:=]\s*\\*"([^"\\]+)\\*""#);
static NAMED_WORD: Pattern =
    Pattern::new(r#"(?m)^[ \t]*([A-Za-z][\w.-]*)[ \t]+[\w.-]+[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'=:;{][^\s;]*))[ \t]*;?\r?$"#);
static TYPED: Pattern = Pattern::new(
    r#"([A-Za-z_]\w*)[ \t]*:?[ \t]+(?:string|String|str|&str|\[\]byte)[ \t]*:?=[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`)"#,
);
static NAMED_TAG: Pattern = Pattern::new(
    r#"<\w[^<>]*?\s(?i-u:name|key|id)=\\*["']([^"'<>\\]+)\\*["'][^<>]*>\s*(?:<(?:\w+:)?(?i-u:value)>\s*)?([^<>]*?[^<>\s])\s*</"#,
);
static FLOW_NAMED: Pattern = Pattern::new(r#"\{\s*(?:name|key):\s*([\w./-]+)\s*,\s*value:\s*([^\s,{}"']+)"#);
static STATEMENT: Pattern = Pattern::new(r#"(?:^|[\s{;])([A-Za-z][\w.-]*)[ \t]+\\*"([^"\\\n]+)\\*"[ \t]*[;}]"#);
static CDATA: Pattern = Pattern::new(r"<(?:\w+:)?([\w.-]+)(?:\s[^<>]*)?>\s*<!\[CDATA\[\s*([^\]]*[^\]\s])\s*\]\]>");
static PIPE: Pattern = Pattern::new(r"(?m)^[ \t]*([A-Za-z][\w.-]*)[ \t]*\|[ \t]*([^\s|]+)[ \t]*\r?$");
/// `process.env.TOKEN || 'x'`
static DEFAULT: Pattern = Pattern::new(
    r#"([A-Za-z_][A-Za-z0-9_]*)\\*["']?(?:[)\]]*(?-u:\s)*(?:\|\||\?\?|\?:)|[)\]]+(?-u:\s)+or)(?-u:\s)*(?:\\*"([^"\\\n]+)\\*"|'([^'\\\n]+)')"#,
);
static COMPARED: Pattern = Pattern::new(r#"\$([A-Za-z]\w*)\\*["']?\s*(?:[!=]=+|!?[~=]\*?)\s*\\*["']([^"'\\]+)"#);
static CUT: Pattern = Pattern::new(r"\s+(?:[A-Za-z_][\w.-]*=|-{1,2}[A-Za-z]|&&|\|\||[|;>]|psql(?-u:\b)|exec(?-u:\b)|mysql|pg_|redis-cli)");

/// `DIRECTIVE NAME VALUE`.
static DIRECTIVE: Pattern = Pattern::made(|| {
    let words: Vec<String> = NAMES.get().directives.iter().map(|w| regex::escape(w)).collect();
    format!(
        r#"(?-u:\b)(?:{})[ \t]+(?:set[ \t]+|always[ \t]+|-[a-zA-Z]+[ \t]+)?["']?\$?([A-Za-z][\w.-]*)["']?[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'=:;{{][^\s;]*))"#,
        words.join("|")
    )
});

/// Adds the secrets that are values of named fields.
pub(super) fn find(text: &str, mode: Mode, out: &mut Spans) {
    if text.len() < 6 || !(names::stem(text) || text.contains("alue")) {
        return;
    }
    let Some(pair) = PAIR.regex() else { return };
    let (mut at, mut line, mut lists) = (0, Line::default(), 4 * text.len());
    while let Some(found) = text.get(at..).and_then(|_| pair.captures_at(text, at)) {
        let (Some(whole), Some(name), Some(sep)) = (found.get(0), found.get(1), found.get(3)) else { break };
        at = whole.end();
        let opens = || text.get(at..).is_some_and(|rest| rest.starts_with(['{', '[']));
        let sense = match names::sense(name.as_str()) {
            sense if sense < Sense::Secret && names::holds(name.as_str()) && opens() => Sense::Secret,
            sense => sense,
        };
        // An image and its tag, or a host and its port; and a key that is said to be public.
        let is_tag = || {
            sep.as_str() == ":"
                && whole.as_str().ends_with(':')
                && name.as_str().contains('/')
                && !text.get(at..).is_some_and(|r| r.starts_with(['"', '\'', '\\']))
        };
        let is_option = || name.as_str() == "secret-id" && text.get(..name.start()).is_some_and(|t| t.ends_with("--"));
        let is_public = || name.as_str() == "key" && text.get(..name.start()).is_some_and(|t| t.ends_with("ublic "));
        if sense == Sense::Plain || is_tag() || is_public() || is_option() {
            continue;
        }
        line.go_to(text, name.start());
        let sense = if sep.as_str() == "=" && line.is_matcher(text, name.start(), at) { sense.min(Sense::Likely) } else { sense };
        // An entry of an ExternalSecret: there it is the name of a field.
        if name.as_str() == "secretKey" && line.names_a_field(text) {
            continue;
        }
        let place = Place::of(text, name.start(), &line, found.get(2).is_some(), sep.as_str(), whole.as_str(), mode);
        // `==`, `=~` and `::` compare and name; a value may begin so too.
        let mut rest = text.get(at..).unwrap_or_default().chars();
        let is_value = |next: Option<char>| place.whole_line && !place.spaced && next.is_some_and(|c| c.is_alphanumeric());
        if matches!((sep.as_str(), rest.next()), (_, Some('=' | '~')) | (":", Some(':'))) && !is_value(rest.next()) {
            continue;
        }
        if let Some(range) = value(text, at, &line, sense, &place, &mut lists, out) {
            at = range.end.max(at);
        }
    }
    if mode == Mode::Prose {
        return;
    }
    let mut take = |pattern: &Pattern, sense: fn(&str) -> Sense| {
        for found in pattern.captures(text) {
            let sense = found.get(1).map_or(Sense::Plain, |name| sense(name.as_str()));
            if let Some(value) = (2..5).find_map(|i| found.get(i)) {
                add(text, value.range(), sense, out);
            }
        }
    };
    for pattern in [&NAMED, &ELEMENT, &NAMED_ELEMENT, &CALL, &PHRASE, &TYPED, &NAMED_TAG, &FLOW_NAMED, &STATEMENT, &CDATA, &PIPE] {
        take(pattern, names::sense);
    }
    if text.contains(['|', '?', ')', ']']) {
        take(&DEFAULT, names::sense);
    }
    take(&FLAG, |name| names::flag(name, ""));
    if text.contains('\n') {
        take(&WORD_PAIR, names::sense);
        take(&COMPLEX, names::sense);
    }
    take(&DIRECTIVE, names::sense);
    [&NAMED_WORD, &COMPARED].into_iter().for_each(|pattern| take(pattern, names::named));
    loose(text, out);
    for (value, name) in NAMED_AFTER.captures(text).filter_map(|c| c.get(1).zip(c.get(2))) {
        add(text, value.range(), names::sense(name.as_str()), out);
    }
    for value in LOGIN.captures(text).filter_map(|c| c.get(1)) {
        add(text, value.range(), Sense::Secret, out);
    }
}

/// Adds words that look random behind a name, or behind a name and a short number, with blanks between them.
fn loose(text: &str, out: &mut Spans) {
    for line in text.split(['\n', '\r']) {
        let mut name = "";
        for word in line.split([' ', '\t']).filter(|word| !word.is_empty()) {
            let value = word.split(['"', '\'', '\\']).next().unwrap_or_default();
            let is_name = |name: &str| {
                name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| forms::word(b) || b"-.".contains(&b))
            };
            if value.len() >= 8 && !value.starts_with(['=', ':', '<']) && is_name(name) && literal::looks_random(value) {
                let start = (value.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
                add(text, start..start + value.len(), names::named(name), out);
            }
            if word.len() > 2 || !word.bytes().all(|b| b.is_ascii_digit()) {
                name = word;
            }
        }
    }
}

/// Adds a value if its name makes it a secret.
pub(super) fn add(text: &str, range: Range<usize>, sense: Sense, out: &mut Spans) -> bool {
    let value = text.get(range.clone()).unwrap_or_default();
    let Some(secret) = secret_from(value, sense).and_then(|from| value.get(from..)) else { return false };
    let start = range.start + value.len() - secret.trim_start().len();
    out.add_decoded(start..range.start + value.trim_end().len(), encoded::decoded(secret.trim()));
    true
}

/// Adds the value that begins here; gives its range.
fn value(text: &str, at: usize, line: &Line, sense: Sense, place: &Place, lists: &mut usize, out: &mut Spans) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    // It goes on in the next line.
    let next = rest.strip_prefix("\\\n").or_else(|| rest.strip_prefix("\\\r\n")).map(|next| next.trim_start_matches([' ', '\t']));
    if let Some(next) = next.filter(|next| !next.starts_with('\\')) {
        let start = text.len() - next.len();
        return value(text, start, &line.next(text, start), sense, place, lists, out);
    }
    // A text over several lines, as Python and TOML write it.
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quotes) {
            let range = at + 3..at + 3 + inner.find(quotes).unwrap_or(inner.len());
            add(text, range.clone(), sense, out);
            return Some(range);
        }
    }
    let opener = rest.len() - rest.trim_start_matches('\\').len();
    if let Some(quote) = rest.get(opener..)?.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let start = at + opener + 1;
        let mut end = start + closing(text.get(start..)?, quote, opener);
        // A shell writes a single quote within single quotes so.
        while let Some(next) =
            ["'\"'\"'", "'\\''"].iter().find(|next| quote == '\'' && text.get(end..).is_some_and(|r| r.starts_with(**next)))
        {
            let from = end + next.len();
            end = from + closing(text.get(from..)?, quote, opener);
        }
        let sense = if place.prose && place.colon && !place.quoted_name { sense.min(Sense::Likely) } else { sense };
        add(text, start..end, sense, out);
        return Some(start..end);
    }
    let line = text.get(at..line.range.end)?;
    // An address, or what an alias stands for.
    if place.colon && (line.starts_with("//") || literal::is_alias(line)) {
        return None;
    }
    // Code in Markdown; with a blank in it, it is a command.
    let code = line.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(code, _)| code);
    if let Some(code) = code.filter(|code| !code.contains(' ') && literal::is_literal(&format!("`{code}`"))) {
        add(text, at + 1..at + 1 + code.len(), sense, out);
        return Some(at + 1..at + 1 + code.len());
    }
    if place.is_flow(line) {
        // Lists that begin within lists are each looked at to their end; what would take too many passes is secret as a whole.
        let inner = line.get(1..line.find([']', '}']).unwrap_or(line.len()))?;
        let Some(left) = lists.checked_sub(inner.len()) else {
            out.add(at..at + line.len());
            return Some(at..at + line.len());
        };
        *lists = left;
        return flow(text, at, line.starts_with('{'), inner, sense, out);
    }
    let mut sense = sense;
    let len = if place.whole_line && (place.colon || !place.prose) {
        let comment = line.find(" #").unwrap_or(line.len());
        let cut = if place.colon { line.len() } else { CUT.regex().and_then(|c| c.find(line)).map_or(line.len(), |m| m.start()) };
        let next = line.find(',').filter(|at| place.header && line.get(*at..).is_some_and(|rest| rest.contains('=')));
        let value = line.get(..comment.min(cut).min(next.unwrap_or(line.len())))?.trim_end();
        if place.quoted_name { value.trim_end_matches(',').len() } else { value.len() }
    } else {
        inline(line)
    };
    if place.colon && (place.prose || !(place.spaced || place.quoted_name || place.whole_line && place.property)) {
        sense = sense.min(Sense::Likely);
    }
    if add(text, at..at + len, sense, out) || !place.whole_line || sense == Sense::Secret {
        return Some(at..at + len);
    }
    // Of a line of a script, `KEY=value command`, the first word. Where that is none either, the line may hold another pair.
    let first = line.get(..len)?.find(char::is_whitespace).filter(|_| !place.colon && !place.spaced)?;
    add(text, at..at + first, sense, out).then_some(at..at + first)
}

/// The length of an unquoted value inside a longer line; `${...}` and `{{ ... }}` are held together.
fn inline(line: &str) -> usize {
    for (open, close) in [("{{", "}}"), ("${", "}"), ("$(", ")"), ("<path:", ">")] {
        if line.starts_with(open) {
            return line.find(close).map_or(line.len(), |n| n + close.len());
        }
    }
    if let Some(end) = line.find('}').filter(|_| line.starts_with('{')) {
        return end + 1;
    }
    line.find(|c: char| c.is_whitespace() || ",;&\"'`)}]>|\\".contains(c)).unwrap_or(line.len())
}

/// The end of a quoted text: the same quote, with as many escapes as the opening one.
fn closing(text: &str, quote: char, escapes: usize) -> usize {
    let bytes = text.as_bytes();
    let mut i = 0;
    let mut slashes = 0;
    while let Some(&b) = bytes.get(i) {
        if b == b'\\' {
            slashes += 1;
        } else {
            if b == quote as u8 && (slashes <= escapes || (quote == '\'' && escapes == 0)) {
                if quote == '\'' && bytes.get(i + 1) == Some(&b'\'') {
                    i += 1;
                } else {
                    return i - slashes.min(escapes);
                }
            }
            slashes = 0;
        }
        i += 1;
    }
    text.len()
}

/// The literals of a list or map on one line. Of a list of maps under a name that only may be secret, each member tells by its own name.
fn flow(text: &str, at: usize, map: bool, inner: &str, sense: Sense, out: &mut Spans) -> Option<Range<usize>> {
    let of_maps = !map && inner.trim_start().starts_with('{');
    if of_maps && sense < Sense::Secret {
        return None;
    }
    let mut start = at + 1;
    for part in inner.split(',') {
        let (name, value) = if map || of_maps { part.split_once(':')? } else { ("", part) };
        let name = name.trim_start().trim_start_matches('{');
        let bare = value.trim().trim_matches(['"', '\'']);
        let from = start + part.len() - value.len() + value.find(bare).unwrap_or(0);
        if !names::benign(name.trim().trim_matches(['"', '\''])) {
            add(text, from..from + bare.len(), sense, out);
        }
        start += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_begin_within_lists_are_secret_where_they_are_too_many_to_look_at() {
        let found = |text: &str| super::super::spans::found(text, |text, out| find(text, Mode::Full, out));
        assert_eq!(found("passwords: [one1, 'two2']\n"), ["one1", "two2"]);
        let hostile = "password: [".repeat(40);
        assert!(found(&hostile).iter().map(String::len).sum::<usize>() > hostile.len() / 2);
    }

    #[test]
    fn a_quoted_value_ends_at_its_own_quote() {
        assert_eq!(closing("ab\\\"c\" x", '"', 0), 5);
        assert_eq!(closing("abc\\\" x", '"', 1), 3);
        assert_eq!(closing("it''s' x", '\'', 0), 5);
    }
}
