//! A command of a shell, cut into words: quotes, escapes, and where it ends. Knows nothing of programs.
use std::ops::Range;

/// The words from here to the end of the command, and that end. Quotes are taken off where they stand around a whole word; which ones are
/// not closed anywhere in the rest of the text is kept in `open`.
pub(super) fn words(text: &str, from: usize, open: &mut [bool; 2]) -> (Vec<Range<usize>>, usize) {
    let bytes = text.as_bytes();
    let line = text.get(..from).unwrap_or_default().bytes().rev().take_while(|b| *b != b'\n').take(16);
    // An item of a list in YAML: the next items are the next words.
    let is_item = line.filter(|b| !b" \t\"'".contains(b)).eq([b'-']);
    let (mut out, mut i) = (Vec::new(), from);
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b' ' | b'\t' | b',' => i += 1,
            b'\\' if bytes.get(i + 1) == Some(&b'\n') => i += 2,
            // Escaped, as in JSON: what it encloses ends with the same.
            b'\\' if matches!(bytes.get(i + 1), Some(b'"' | b'\'')) => i += 1,
            b'\n' if is_item => {
                let rest = text.get(i + 1..).unwrap_or_default();
                let lead = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                if !rest.get(lead..).is_some_and(|r| r.starts_with("- ")) {
                    break;
                }
                i += lead + 3;
            }
            // An option at the beginning of a line, as in a folded text of YAML: no command begins so.
            b'\n' if is_option(text.get(i + 1..).unwrap_or_default()) => i += 1,
            b'\n' | b'\r' | b'|' | b';' | b'&' | b')' | b']' | b'`' | b'<' | b'>' => break,
            b'"' | b'\'' => match closing(bytes, i, open) {
                Some(end) => {
                    out.push(i + 1..end);
                    i = end + 1;
                }
                None => i += 1,
            },
            _ => {
                let (end, goes_on) = word_end(bytes, i, open);
                out.push(i..end);
                i = end;
                if !goes_on {
                    // The quote that ends here was opened before the command; what follows it in a list of arguments goes on.
                    i += 1;
                    if bytes.get(i) != Some(&b',') {
                        break;
                    }
                }
            }
        }
    }
    (out, i)
}

fn is_option(line: &str) -> bool {
    let mut letters = line.trim_start_matches([' ', '\t']).chars();
    letters.next() == Some('-') && letters.find(|c| *c != '-').is_some_and(char::is_alphabetic)
}

/// Where an unquoted word ends, and whether its command goes on: not where a quote ends it that was opened before.
fn word_end(bytes: &[u8], from: usize, open: &mut [bool; 2]) -> (usize, bool) {
    let mut i = from;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b'|' | b';' | b'`' => break,
            b'\\' if bytes.get(i + 1) == Some(&b'\n') => break,
            b'\\' if bytes.get(i + 1) == Some(&b'"') => return (i, false),
            b')' if !bytes.get(from..i).is_some_and(|w| w.contains(&b'(')) => break,
            b'"' | b'\''
                if (i == from + 2 && bytes.get(from) == Some(&b'-')) || matches!(bytes.get(i.wrapping_sub(1)), Some(b'=' | b':')) =>
            {
                match closing(bytes, i, open) {
                    Some(end) => i = end,
                    None => return (i, false),
                }
            }
            b'"' | b'\'' => return (i, false),
            _ => {}
        }
        i += 1;
    }
    (i, true)
}

/// Where the quote that opens here is closed.
fn closing(bytes: &[u8], at: usize, open: &mut [bool; 2]) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let known = open.get_mut(usize::from(quote == b'\''))?;
    if !*known {
        return None;
    }
    // One that is escaped itself is closed by the next, whose sign of escape belongs to neither.
    let escaped = at.checked_sub(1).and_then(|b| bytes.get(b)) == Some(&b'\\');
    let mut i = at + 1;
    while let Some(&byte) = bytes.get(i) {
        if byte == quote {
            return Some(i);
        }
        i += if byte == b'\\' && quote == b'"' && !escaped { 2 } else { 1 };
    }
    *known = false;
    None
}
