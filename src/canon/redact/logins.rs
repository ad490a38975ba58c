//! Files in which each line is a user and a word: `.htpasswd`, `userlist.txt`, `rsyncd.secrets`. Their names are known to who asks.
use super::literal::is_literal;
use super::pattern::Pattern;
use super::spans::Spans;

static LINE: Pattern = Pattern::new(
    r#"^\s*(?:"[^"\s]+"|'[^'\s]+'|[\w.@%+*-]+)[ \t]*[:= \t][ \t]*(?:(?:[\w.*-]+[: \t])?"([^"]+)"|'([^']+)'|((?:[^\s"',{}]|,\S)\S*))[ \t]*(?:\*|[\d.]+)?$"#,
);

/// The words of all lines; nothing where a line is no login.
pub(super) fn find(text: &str) -> Option<Spans> {
    let (mut out, mut at) = (Spans::default(), 0);
    for line in text.split_inclusive(['\n', '\r']) {
        let from = at;
        at += line.len();
        let body = line.trim_end();
        if body.is_empty() || body.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let found = LINE.first(body)?;
        let word = (1..4).find_map(|i| found.get(i))?;
        if is_literal(word.as_str()) {
            out.add(from + word.start()..from + word.end());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Option<Vec<String>> {
        Some(find(text)?.merged().into_iter().map(|s| text[s.range].to_owned()).collect())
    }

    #[test]
    fn the_second_word_of_each_line_is_secret() {
        let both = Some(vec!["zq1".to_owned(), "zq2".to_owned()]);
        for text in ["# users\nadmin:zq1\n\nview:zq2\n", "\"app\" \"zq1\"\n\"stats\" \"zq2\"\n", "a zq1\nb zq2", "a = 'zq1'\nb = 'zq2'\n"] {
            assert_eq!(secrets(text), both, "{text}");
        }
    }

    #[test]
    fn a_file_with_another_line_is_no_file_of_logins() {
        for text in ["[section]\na = b\n", "a: b\nusers:\n", "<xml a=b>\n", "a:b\nsome words in a line\n"] {
            assert_eq!(secrets(text), None, "{text}");
        }
    }
}
