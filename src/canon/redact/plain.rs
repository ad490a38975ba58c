//! Texts that hold no secret wherever they stand, seen at a glance: most texts of an object are such. Knows nothing of names.
use super::{forms, literal};

/// The shortest structure that is a secret by itself: a JWT without content.
const STRUCTURE: usize = 11;

/// Whether a text is short and of one word, a number with points, a uid, or a time, and so can't hold a secret that shows by its form.
pub(super) fn holds_nothing(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        0..6 => true,
        len if len < STRUCTURE && len < forms::shortest() && bytes.iter().copied().all(is_word) => true,
        20..31 => is_time(bytes),
        36 => literal::is_uuid(text) && !text.bytes().any(|b| b.is_ascii_uppercase()),
        _ => bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'.')),
    }
}

/// Whether it stands in names, versions and paths, and parts nothing.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._/-".contains(&byte)
}

/// As in `2026-11-23T18:07:46Z`, or with a fraction of the second.
fn is_time(bytes: &[u8]) -> bool {
    let sign = |at| match at {
        4 | 7 => Some(b'-'),
        10 => Some(b'T'),
        13 | 16 => Some(b':'),
        19 if bytes.len() > 20 => Some(b'.'),
        _ if at + 1 == bytes.len() => Some(b'Z'),
        _ => None,
    };
    bytes.iter().enumerate().all(|(at, byte)| sign(at).map_or(byte.is_ascii_digit(), |sign| *byte == sign))
}

#[cfg(test)]
mod tests {
    use super::super::mode::Mode;
    use super::super::scan::Scan;
    use super::super::token::Tokens;
    use super::*;
    use proptest::prelude::*;
    use std::sync::Mutex;

    #[test]
    fn what_is_plain_is_told_from_what_is_like_it() {
        for text in ["", "a", "triton-x1", "v1.2.3", "10.244.1.37", "2026-11-23T18:07:46Z", "2026-11-23T18:07:46.123456Z"] {
            assert!(holds_nothing(text), "{text}");
        }
        assert!(holds_nothing("594aed21-2199-e487-d00f-f8a072ed17f4"));
        for text in [
            "a=bcdef",
            "pw: abc",
            "2026-11-23T18:07:46",
            "2026-11-23 18:07:46Z",
            "594aed21-2199-e487-d00f-f8a072ed17fX",
            "hunter2-and-more",
        ] {
            assert!(!holds_nothing(text), "{text}");
        }
    }

    proptest! {
        /// Each form of text that is taken for plain holds no secret if it is searched.
        #[test]
        fn a_plain_text_is_one_in_which_nothing_is_found(
            text in prop_oneof![
                "[A-Za-z0-9._/-]{1,10}", "(eyJ|H4sI|sk-|ghp_|AKIA|xox|/u3+7)[A-Za-z0-9._/-]{0,6}", "[0-9.]{6,60}",
                "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z",
            ],
            mode in 0..3_usize,
        ) {
            let (tokens, memos) = (Tokens::new(&[7; 32]), Mutex::default());
            let found = Scan::new(&tokens, &memos).text(&text, [Mode::Full, Mode::Prose, Mode::Shapes][mode]);
            prop_assert!(!holds_nothing(&text) || found.is_none(), "{} {:?}", text, found);
        }
    }
}
