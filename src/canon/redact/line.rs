//! Where a pair stands: its line, and what stands around it there. Knows nothing of values.
use super::mode::Mode;
use std::ops::Range;

/// The line on which a pair stands. It only moves forward, so each line is looked at once, however many pairs are on it.
#[derive(Default)]
pub(super) struct Line {
    pub(super) range: Range<usize>,
    /// Where what is no white space begins.
    body: usize,
    field: Option<bool>,
}

impl Line {
    pub(super) fn go_to(&mut self, text: &str, at: usize) {
        if at < self.range.end {
            return;
        }
        let start = text.get(self.range.end..at).and_then(|t| t.rfind(['\n', '\r'])).map_or(self.range.start, |n| self.range.end + n + 1);
        let rest = text.get(start..).unwrap_or_default();
        self.range = start..start + rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.body = start + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.field = None;
    }

    /// The line at a later place.
    pub(super) fn next(&self, text: &str, at: usize) -> Self {
        let mut next = Self { range: self.range.clone(), ..Self::default() };
        next.go_to(text, at);
        next
    }

    /// Whether a pair is one of PromQL's matchers, `metric{name="value"}`, where a value is the name of something.
    pub(super) fn is_matcher(&mut self, text: &str, name: usize, value: usize) -> bool {
        let Some(open) = name.checked_sub(self.body).and_then(|_| text.get(self.body.max(name.saturating_sub(512))..name)) else {
            return false;
        };
        let before = open.rfind('{').filter(|at| !open.get(*at..).is_some_and(|t| t.contains('}'))).and_then(|at| open.get(..at));
        before.is_some_and(|b| b.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':'))
            && text.get(value..).is_some_and(|v| v.trim_start_matches('\\').starts_with('"'))
    }

    /// Whether a reference follows on one of the next two lines, or on one of the two before.
    pub(super) fn names_a_field(&mut self, text: &str) -> bool {
        let is_reference = |l: &str| ["remoteRef:", "secretPath:", "objectName:"].iter().any(|r| l.contains(r));
        let (before, rest) = text.split_at_checked(self.range.start).unwrap_or_default();
        let near = || rest.lines().skip(1).take(2).any(is_reference) || before.lines().rev().take(2).any(is_reference);
        *self.field.get_or_insert_with(near)
    }
}

/// How a pair stands in its text.
pub(super) struct Place {
    pub(super) whole_line: bool,
    pub(super) quoted_name: bool,
    pub(super) colon: bool,
    pub(super) spaced: bool,
    pub(super) prose: bool,
    /// `db.password:x`, as files of properties have it.
    pub(super) property: bool,
    /// `x-api-key=x`, as lists of headers have it: with a comma the next one begins.
    pub(super) header: bool,
}

impl Place {
    pub(super) fn of(text: &str, start: usize, line: &Line, quoted_name: bool, sep: &str, whole: &str, mode: Mode) -> Self {
        let lead = text.get(line.body..start).unwrap_or_default();
        let comment = lead.starts_with('#') || lead.starts_with("//");
        let lead = if lead.len() > 64 { lead } else { lead.trim_end() };
        let first =
            matches!(lead, "" | "-" | "\"" | "'" | "- \"" | "- '" | "export" | "set" | "ENV" | "ARG" | ";" | "#" | "- -" | "?" | "[")
                || lead == "- export";
        Self {
            whole_line: first && mode != Mode::Prose,
            quoted_name,
            colon: matches!(sep, ":" | "："),
            spaced: whole.ends_with([' ', '\t', '：'])
                || text.get(start + whole.len()..).is_some_and(|r| r.starts_with(['"', '\'', '\\', '\n', '\r'])),
            prose: mode == Mode::Prose || (comment && sep == ":") || whole.contains("**"),
            header: sep == "=" && whole.contains('-'),
            property: !quoted_name && !whole.contains('/') && whole.contains(['.', '_']),
        }
    }

    /// Whether a list or a map begins here, and not a password with a bracket: that one goes on behind the bracket's end or has none.
    pub(super) fn is_flow(&self, line: &str) -> bool {
        let (Some(open), Some(rest)) = (line.chars().next(), line.get(1..)) else { return false };
        let close = match open {
            '[' => ']',
            '{' if !rest.starts_with('{') => '}',
            _ => return false,
        };
        let begins = rest.trim_start().is_empty() || rest.starts_with(['"', '\'', '\\', ' ', '[', '{']);
        if self.colon || self.quoted_name || begins {
            return true;
        }
        // In braces a password stands in a string of ODBC.
        let after = rest.split_once(close).filter(|(inner, _)| open == '[' || inner.contains(':')).map(|(_, after)| after);
        after.is_some_and(|a| !a.starts_with(|c: char| c.is_alphanumeric() || c == ';'))
    }
}
