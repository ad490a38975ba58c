//! Text as a person kept it, without what a terminal would have eaten: colours and other escape sequences, carriage returns, a byte order
//! mark. It must not know what the text says.

/// The text, and the first line that is not UTF-8.
pub(super) fn plain(bytes: &[u8]) -> (String, Option<u64>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let broken = std::str::from_utf8(bytes).err().and_then(|e| bytes.get(..e.valid_up_to())).map(line);
    let mut text = String::new();
    let decoded = String::from_utf8_lossy(bytes);
    let mut rest = decoded.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\u{1b}', Some('[')) => {
                rest.next();
                // Parameters and intermediates, then one final character: ECMA-48, 5.4.
                while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
                rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
            }
            ('\u{1b}', Some(']')) => {
                // A command to the terminal: up to BEL, or ESC and a backslash.
                while let Some(c) = rest.next_if(|c| *c != '\n') {
                    if c == '\u{7}' || c == '\u{1b}' && rest.next_if_eq(&'\\').is_some() {
                        break;
                    }
                }
            }
            ('\u{1b}', Some('\u{40}'..='\u{5f}')) => drop(rest.next()),
            ('\r', Some('\n') | None) => {}
            ('\r', _) => text.push('\n'),
            _ => text.push(c),
        }
    }
    (text, broken)
}

fn line(before: &[u8]) -> u64 {
    u64::try_from(before.iter().filter(|b| **b == b'\n').count()).unwrap_or(u64::MAX) + 1
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_a_terminal_eats_is_gone_and_all_else_stays() {
        let of = |text: &str| plain(text.as_bytes()).0;
        assert_eq!(
            of("\u{feff}\u{1b}[1;32mSynced\u{1b}[0m\r\nb\u{1b}]0;title\u{7}c\u{1b}]8;;x\u{1b}\\d\u{1b}(B"),
            "Synced\nbcd(B".replace("(B", "\u{1b}(B")
        );
        assert_eq!(of("a\rb\r\n"), "a\nb\n");
        assert_eq!(of("코어 \u{202e}x"), "코어 \u{202e}x");
        assert_eq!(plain(b"a\nb\xff\nc"), ("a\nb\u{fffd}\nc".into(), Some(2)));
        assert_eq!(of("\u{1b}[31"), "");
    }
}
