//! Tables in a text: a row of names, and below it rows of values. Markdown and separated values. Knows nothing of single pairs.
use super::literal::is_literal;
use super::names::{Sense, sense};
use super::pairs::add;
use super::spans::Spans;
use std::ops::Range;

/// Adds the values of columns whose names say that they are secret.
pub(super) fn find(text: &str, out: &mut Spans) {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push(at..at + line.trim_end().len());
        at += line.len();
    }
    let separated = lines.first().and_then(|first| [',', ';', '\t'].into_iter().find(|sign| is_header(text.get(first.clone()), *sign)));
    if let Some(sign) = separated {
        rows(text, &lines, sign, out);
    }
    let is_row = |line: &Range<usize>| text.get(line.clone()).is_some_and(|l| l.trim_start().starts_with('|'));
    let mut rest = lines.as_slice();
    while let Some(start) = rest.iter().position(is_row) {
        let table = rest.get(start..).unwrap_or_default();
        let len = table.iter().take_while(|l| is_row(l)).count();
        rows(text, table.get(..len).unwrap_or_default(), '|', out);
        rest = table.get(len..).unwrap_or_default();
    }
}

/// Whether this is a row of names, more than one.
fn is_header(line: Option<&str>, sign: char) -> bool {
    let is_name = |cell: &str| {
        let cell = cell.trim().trim_matches('"');
        !cell.is_empty() && cell.len() < 64 && cell.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c))
    };
    line.is_some_and(|l| l.len() < 4096 && l.contains(sign) && l.split(sign).all(is_name))
}

/// The first row names the columns; a row of other length tells nothing.
fn rows(text: &str, lines: &[Range<usize>], sign: char, out: &mut Spans) {
    let Some((head, rows)) = lines.split_first() else { return };
    let names: Vec<Sense> = cells(text, head, sign).map(|c| sense(text.get(c).unwrap_or_default())).collect();
    if !names.contains(&Sense::Secret) {
        return;
    }
    for row in rows {
        for (cell, sense) in cells(text, row, sign).zip(&names) {
            let value = text.get(cell.clone()).unwrap_or_default();
            if is_literal(value) && !value.starts_with('`') && !value.bytes().all(|b| b"-:= ".contains(&b)) {
                add(text, cell, *sense, out);
            }
        }
    }
}

/// The cells of a row, without blanks and quotes around them.
fn cells(text: &str, line: &Range<usize>, sign: char) -> impl Iterator<Item = Range<usize>> {
    let mut at = line.start;
    text.get(line.clone()).unwrap_or_default().split(sign).map(move |cell| {
        let from = at;
        at += cell.len() + sign.len_utf8();
        let bare = cell.trim().trim_matches('"');
        let start = from + cell.find(bare).unwrap_or(0);
        start..start + bare.len()
    })
}

#[cfg(test)]
mod tests {
    use super::super::spans::found;
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        found(text, find)
    }

    #[test]
    fn a_column_under_a_secret_name_is_secret() {
        assert_eq!(secrets("# users\n| user | password |\n|---|:--|\n| admin | zq1 |\n| view | `zq2` |\n\nend"), ["zq1"]);
        assert_eq!(secrets("user,password,role\nadmin,zq1,a\nview,\"zq2\",b\n"), ["zq1", "zq2"]);
    }

    #[test]
    fn other_tables_stay() {
        assert!(secrets("| user | token count |\n|---|---|\n| a | 12 |\n").is_empty());
        assert!(secrets("p, role:token-admin, secrets, get, */*, allow\ng, a, b\n").is_empty());
    }
}
