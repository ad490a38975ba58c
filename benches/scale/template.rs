//! One object's text, and the places in it that differ from copy to copy: after a name, and where a uid is. It is searched once, however many
//! copies are written. Knows no kinds.
use evid::canon::sha256_hex;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What a text is searched for.
pub struct Words<'a> {
    names: &'a BTreeSet<String>,
    longest: usize,
    /// Uids that stay.
    shared: &'a BTreeSet<String>,
}

/// The length of a uid.
const UID: usize = 36;

impl<'a> Words<'a> {
    pub fn new(names: &'a BTreeSet<String>, shared: &'a BTreeSet<String>) -> Self {
        Self { names, longest: names.iter().map(String::len).max().unwrap_or_default(), shared }
    }

    /// Where the longest name ends that begins here and is a word of its own: part of no longer word, and not the name of a host.
    fn name_at(&self, text: &str, start: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        let begins = bytes.get(start)?.is_ascii_alphanumeric()
            && !start.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(|b| inside(b) || *b == b'.');
        let last = bytes.len().min(start + self.longest);
        let is_name = |end: &usize| {
            let ends = !bytes.get(*end).is_some_and(inside) && !text.get(*end..).is_some_and(begins_host);
            ends && text.get(start..*end).is_some_and(|word| self.names.contains(word))
        };
        if begins { (start + 1..=last).rev().find(is_name) } else { None }
    }

    /// Whether a JSON string that is a uid begins here, and is one of those that differ.
    fn uid_at(&self, text: &str, start: usize) -> bool {
        let Some(uid) = text.get(start..start + UID) else { return false };
        let quoted = text.get(..start).is_some_and(|t| t.ends_with('"')) && text.get(start + UID..).is_some_and(|t| t.starts_with('"'));
        let form = |(i, b): (usize, u8)| if [8, 13, 18, 23].contains(&i) { b == b'-' } else { matches!(b, b'0'..=b'9' | b'a'..=b'f') };
        quoted && uid.bytes().enumerate().all(form) && !self.shared.contains(uid)
    }
}

/// Whether a text goes on as the host of an API group does: `.networking.k8s.io` after a plural.
fn begins_host(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('.') else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
    after.len() < rest.len() && (after.starts_with(".io") || after.starts_with(".com"))
}

/// A text in pieces: each ends where something differs.
pub struct Template {
    text: String,
    places: Vec<Place>,
}

enum Place {
    /// A name ends here.
    Name(usize),
    /// A uid begins here.
    Uid(usize),
}

impl Template {
    pub fn new(text: String, words: &Words) -> Self {
        let (mut places, mut at) = (Vec::new(), 0);
        while at < text.len() {
            if words.uid_at(&text, at) {
                places.push(Place::Uid(at));
                at += UID;
            } else if let Some(end) = words.name_at(&text, at) {
                places.push(Place::Name(end));
                at = end;
            } else {
                at += 1;
            }
        }
        Self { text, places }
    }

    /// Writes copy `i`; copy 0 is the text itself.
    pub fn write(&self, i: usize, out: &mut impl Write) -> io::Result<()> {
        if i == 0 {
            return out.write_all(self.text.as_bytes());
        }
        let mut from = 0;
        let piece = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        for place in &self.places {
            match *place {
                Place::Name(end) => {
                    write!(out, "{}-x{i}", piece(from, end))?;
                    from = end;
                }
                Place::Uid(start) => {
                    let hex = sha256_hex(format!("{}/{i}", piece(start, start + UID)).as_bytes());
                    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
                    write!(out, "{}{}-{}-{}-{}-{}", piece(from, start), part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))?;
                    from = start + UID;
                }
            }
        }
        out.write_all(piece(from, self.text.len()).as_bytes())
    }
}
