//! The text of SHA256SUMS and what follows from it: each entry's digest, a layer's digest, the content id. A folder's MANIFEST has the same
//! form. Knows text only, no zip and no disk; the reader checks that a listed file exists.
use crate::bundle::names;
use crate::canon::{is_hex, sha256_hex};
use std::collections::BTreeMap;
use std::fmt;

/// Digests by entry name, without SHA256SUMS itself. Its text has one line `<64 lowercase hex digits>  <name>\n` for each entry, sorted
/// by the bytes of the names, and no other form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<String, String>);

/// Why a text is no valid SHA256SUMS. `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SumsFault {
    #[error("line {line} is not `<64 lowercase hex digits>  <name>` with a newline at its end")]
    Form { line: usize },
    /// A name that may not be listed, such as that of the list itself.
    #[error("line {line} names {name:?}, which may not be listed")]
    Name { line: usize, name: String },
    #[error("line {line} ({name}) is a duplicate or not sorted by the bytes of its name")]
    Order { line: usize, name: String },
}

#[allow(clippy::len_without_is_empty, reason = "nothing asks whether there are none")]
impl Sums {
    /// Reads the text strictly: for a text that it accepts, `to_string` gives the same bytes.
    ///
    /// # Errors
    /// The first invalid line.
    pub fn parse(text: &[u8]) -> Result<Self, SumsFault> {
        Self::parse_of(text, |name| names::check(name.as_bytes()).is_ok() && name != names::SUMS)
    }

    /// Reads a text of this form that lists files of another kind, as strictly: `allowed` says which names it may list.
    ///
    /// # Errors
    /// The first invalid line.
    pub fn parse_of(text: &[u8], allowed: impl Fn(&str) -> bool) -> Result<Self, SumsFault> {
        let mut sums = BTreeMap::new();
        for (i, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
            let line_number = i + 1;
            let (digest, name) = split(line).ok_or(SumsFault::Form { line: line_number })?;
            if !allowed(name) {
                return Err(SumsFault::Name { line: line_number, name: name.into() });
            }
            if sums.last_key_value().is_some_and(|(last, _): (&String, &String)| last.as_str() >= name) {
                return Err(SumsFault::Order { line: line_number, name: name.into() });
            }
            sums.insert(name.to_owned(), digest.to_owned());
        }
        Ok(Self(sums))
    }

    /// Records the digest (64 lowercase hex digits) of an entry; returns an earlier one of the same name.
    pub fn insert(&mut self, name: &str, digest: String) -> Option<String> {
        self.0.insert(name.to_owned(), digest)
    }

    /// The digest of an entry as 64 lowercase hex digits.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// (name, digest), sorted by the bytes of the name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, digest)| (name.as_str(), digest.as_str()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What `grep ' state/LAYER/' SHA256SUMS | sha256sum` prints, as 64 lowercase hex digits. A layer without state gives the
    /// digest of no bytes.
    pub fn layer_digest(&self, layer: &str) -> String {
        let prefix = format!("state/{layer}/");
        let lines = self.iter().filter(|(name, _)| name.starts_with(&prefix));
        sha256_hex(lines.map(line_of).collect::<String>().as_bytes())
    }

    /// What `sha256sum SHA256SUMS` prints, as 64 lowercase hex digits.
    pub fn content_id(&self) -> String {
        sha256_hex(self.to_string().as_bytes())
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|entry| f.write_str(&line_of(entry)))
    }
}

fn line_of((name, digest): (&str, &str)) -> String {
    format!("{digest}  {name}\n")
}

fn split(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (digest, name) = line.split_once("  ")?;
    (is_hex(digest, 64) && !name.is_empty()).then_some((digest, name))
}

#[cfg(test)]
mod tests {
    use super::{Sums, SumsFault};
    use crate::canon::sha256_hex;

    fn line(digit: char, name: &str) -> String {
        format!("{}  {name}\n", digit.to_string().repeat(64))
    }

    #[test]
    fn a_text_that_is_accepted_is_printed_byte_for_byte() {
        let text = [line('a', "evid.json"), line('0', "state/core/pods.jsonl"), line('1', "state/core2/pods.jsonl")].concat();
        let sums = Sums::parse(text.as_bytes()).unwrap();
        assert_eq!(sums.to_string(), text);
        assert_eq!(sums.content_id(), sha256_hex(text.as_bytes()));
        assert_eq!(sums.layer_digest("core"), sha256_hex(line('0', "state/core/pods.jsonl").as_bytes()));
        assert_eq!(sums.get("evid.json"), Some("a".repeat(64).as_str()));
        assert_eq!(Sums::parse(b"").unwrap().to_string(), "");
    }

    #[test]
    fn a_text_of_any_other_form_is_refused_with_its_line() {
        let good = line('a', "evid.json");
        for bad in [
            good.replace("  ", " *"),
            good.replace("  ", " "),
            good.replace('\n', "\r\n"),
            good.replace('\n', ""),
            good.replace('a', "A"),
            good[1..].into(),
            "\n".into(),
            format!("#{good}"),
            good.replace("  ", "   "),
        ] {
            let text = [good.clone(), bad].concat();
            let fault = Sums::parse(text.as_bytes()).unwrap_err();
            assert!(matches!(fault, SumsFault::Form { line: 2 } | SumsFault::Name { line: 2, .. }), "{text:?}: {fault}");
        }
    }

    #[test]
    fn duplicates_and_lines_out_of_order_and_foreign_names_are_refused() {
        let (a, b) = (line('a', "config.json"), line('b', "evid.json"));
        assert!(matches!(Sums::parse([b.clone(), a.clone()].concat().as_bytes()), Err(SumsFault::Order { line: 2, .. })));
        assert!(matches!(Sums::parse([a.clone(), a].concat().as_bytes()), Err(SumsFault::Order { line: 2, .. })));
        for name in ["SHA256SUMS", "../x", "other.txt"] {
            assert!(matches!(Sums::parse(line('a', name).as_bytes()), Err(SumsFault::Name { line: 1, .. })));
        }
    }
}
