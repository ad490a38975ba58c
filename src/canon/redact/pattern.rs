//! A regular expression that is compiled when it is first used. Knows nothing of secrets.
use regex::{Captures, Match, Regex};
use std::sync::OnceLock;

/// A regular expression in a static. Few texts match, and to see that one does not costs a third of looking for its groups.
pub(super) struct Pattern {
    source: Source,
    compiled: OnceLock<Option<Regex>>,
}

/// A letter, beyond ASCII: the blocks in which letters are, less those of signs. With the tables of Unicode an expression takes ten times as much
/// memory, in itself and once more in each thread that uses it, and ten times as long to compile.
const LETTERS: &str = concat!(
    r"\u{AA}\u{B5}\u{BA}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1FFF}\u{200C}\u{200D}\u{2C00}-\u{2DFF}\u{3005}-\u{3007}\u{3021}-\u{3029}\u{3031}-\u{3035}",
    r"\u{3041}-\u{30FA}\u{30FC}-\u{31FF}\u{3400}-\u{D7FF}\u{F900}-\u{FDFF}\u{FE00}-\u{FE0F}\u{FE70}-\u{FEFC}\u{FF10}-\u{FF19}\u{FF21}-\u{FF3A}",
    r"\u{FF41}-\u{FF5A}\u{FF66}-\u{FFDC}\u{10000}-\u{1EFFF}\u{20000}-\u{3FFFF}\u{E0100}-\u{E01EF}",
);

/// An expression in which `\w` stands for ASCII and [`LETTERS`], and `\d` for the digits of ASCII.
fn spelled_out(source: &str) -> String {
    let (mut out, mut is_in_class) = (String::with_capacity(source.len()), false);
    let mut rest = source.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next() } else { None };
        let class = match escaped {
            Some('w') => format!("0-9A-Za-z_{LETTERS}"),
            Some('d') => "0-9".to_owned(),
            _ => {
                if escaped.is_none() {
                    is_in_class = c == '[' || is_in_class && c != ']';
                }
                out.push(c);
                out.extend(escaped);
                continue;
            }
        };
        out.push_str(&if is_in_class { class } else { format!("[{class}]") });
    }
    out
}

enum Source {
    Text(&'static str),
    Made(fn() -> String),
}

impl Pattern {
    /// Keeps the source. Where it does not compile, every test that uses it fails.
    pub(super) const fn new(source: &'static str) -> Self {
        Self { source: Source::Text(source), compiled: OnceLock::new() }
    }

    /// As [`Self::new`], of a source that is made of lists of words.
    pub(super) const fn made(source: fn() -> String) -> Self {
        Self { source: Source::Made(source), compiled: OnceLock::new() }
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        let source = || match self.source {
            Source::Text(text) => spelled_out(text),
            Source::Made(make) => spelled_out(&make()),
        };
        let compile = || {
            let regex = Regex::new(&source());
            debug_assert!(regex.is_ok(), "{regex:?}");
            regex.ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    fn matching(&self, text: &str) -> Option<&Regex> {
        self.regex().filter(|r| r.is_match(text))
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.matching(text).is_some()
    }

    pub(super) fn first<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.matching(text)?.captures(text)
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.matching(text).into_iter().flat_map(move |r| r.captures_iter(text))
    }

    pub(super) fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.matching(text).into_iter().flat_map(move |r| r.find_iter(text))
    }
}

#[cfg(test)]
mod tests {
    use super::spelled_out;
    use regex::Regex;

    #[test]
    fn letters_and_digits_are_found_as_the_tables_of_unicode_have_them() {
        let (ours, theirs) = (Regex::new(&spelled_out(r"^\w$")).unwrap(), Regex::new(r"^\w$").unwrap());
        let is_letter = |expression: &Regex, c: char| expression.is_match(c.encode_utf8(&mut [0; 4]));
        let common = ('\0'..='\u{24F}').chain("비밀번호пароль密码パスワードรหัสผ่านپسوردसंकेतशब्द：＝「」　“”–…·×÷".chars());
        for c in common {
            assert_eq!(is_letter(&ours, c), is_letter(&theirs, c), "{c:?}");
        }
        let lost = ('\0'..=char::MAX).filter(|c| is_letter(&theirs, *c) && !is_letter(&ours, *c)).count();
        assert!(lost < 400, "{lost}");
    }

    #[test]
    fn a_class_within_a_class_is_part_of_it() {
        let all =
            [(r"\d+", "[0-9]+"), (r"[\d.-]\\", r"[0-9.-]\\"), (r"\[\d\]", r"\[[0-9]\]"), (r"[^\]\d]", r"[^\]0-9]"), (r"[a]\d", "[a][0-9]")];
        for (source, expected) in all {
            assert_eq!(spelled_out(source), expected, "{source}");
        }
    }
}
