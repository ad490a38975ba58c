//! Foreign text where it leaves for a terminal or a page: nothing in it may move the cursor, hide, reorder or begin a line of its own. The
//! one filter; it must not know who prints.

/// Whether a character shows nothing of its own and changes how others are shown: control and format characters, among them those that
/// turn the direction of writing (Unicode 16, categories Cc and Cf), and the separators of lines and paragraphs.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
}

/// One line of text, without hidden characters.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// Lines of text, without hidden characters.
pub fn clean_lines(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A message: only its first line that is not empty begins at the margin, so that no foreign newline makes a line that looks like evid's own.
pub fn message(text: &str) -> String {
    let text = clean_lines(text);
    let rest = text.trim_start_matches('\n');
    let mut out = "\n".repeat(text.len() - rest.len());
    for (i, line) in rest.split('\n').enumerate() {
        if i > 0 {
            out.push_str(if line.is_empty() || line.starts_with(' ') { "\n" } else { "\n  " });
        }
        out.push_str(line);
    }
    out
}

/// A text as one word of a shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// JSON text with hidden characters as escapes: the same value.
pub fn escaped(json: &str) -> String {
    if !json.chars().any(|c| is_hidden(c) && c != '\n') {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) && c != '\n' {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{clean, escaped, message};
    use crate::value::{Value, json};

    #[test]
    fn nothing_hidden_is_left_of_a_text_and_words_of_any_language_stay() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\u{200b}\u{2028}\n\u{e0041}"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        for text in ["코어는 그대로", "né à Zürich", "מערכת", "✓ – 😀"] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_newline_of_a_foreign_text_begins_no_line_of_evids_own() {
        assert_eq!(message("no \"a\nproven: all\" here\n  as it was"), "no \"a\n  proven: all\" here\n  as it was");
    }

    #[test]
    fn escapes_keep_the_value() {
        let value = json!({"a\u{202e}": "\u{1b}\u{e0041}\u{7f}"});
        let text = escaped(&value.to_string());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
