//! A folder of evidence as a unit: its `MANIFEST` lists its files as `sha256sum` writes them, and a signed statement is about that list. So a page
//! or a journal that was changed is named, though no report speaks of it. Must not know how files are read.
use crate::bundle::sums::{Sums, SumsFault};
use crate::canon::sha256_hex;
use crate::envelope::{Statement, Subject};
use crate::value::json;
use std::collections::BTreeSet;

/// The list: `sha256sum -c MANIFEST` checks it.
pub const MANIFEST: &str = "MANIFEST";
/// The files of the list: itself, its signature in two forms, and a timestamp of that.
pub const OWN: [&str; 4] = [MANIFEST, "MANIFEST.json", "MANIFEST.sigstore.json", STAMP];
/// The timestamp of its signature.
pub const STAMP: &str = "MANIFEST.tsr";
/// The predicate's type of the statement about it.
pub const PREDICATE_TYPE: &str = "https://evid.dev/folder/v1";
/// The public key of who signed, for convenience: never trusted for lying there.
pub const SIGNER: &str = "signer.pub";

/// The signed statement about a list.
pub fn statement(list: &Sums) -> Statement {
    Statement {
        subjects: vec![Subject { name: MANIFEST.into(), sha256: sha256_hex(list.to_string().as_bytes()) }],
        predicate_type: PREDICATE_TYPE.into(),
        predicate: json!({"tool": {"name": "evid", "version": env!("CARGO_PKG_VERSION")}}),
    }
}

/// Reads a list, strictly.
///
/// # Errors
/// The first line that has another form, or a name that leads out of the folder, hides what it is, or is the list's own.
pub fn parse(text: &[u8]) -> Result<Sums, SumsFault> {
    Sums::parse_of(text, |name| !is_own(name) && is_plain(name))
}

/// Whether a file is the list itself, or signs it.
pub fn is_own(name: &str) -> bool {
    OWN.contains(&name)
}

/// Whether `sha256sum` writes a name as it is, and it stays within the folder: parts that are no `.` and no `..`, apart by `/`.
pub fn is_plain(name: &str) -> bool {
    !name.chars().any(|c| c.is_control() || c == '\\') && name.split('/').all(|part| !["", ".", ".."].contains(&part))
}

/// How a file stands to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its digest is the listed one.
    Listed,
    /// Its digest is another.
    Changed,
    /// It is listed, and not there.
    Missing,
    /// It is there, and not listed.
    Unlisted,
}

/// Every file that is listed or there, sorted by its name.
pub fn against<'a>(list: &'a Sums, there: &'a Sums) -> Vec<(&'a str, Standing)> {
    let names: BTreeSet<&str> = list.iter().chain(there.iter()).map(|(name, _)| name).collect();
    let standing = |name| match (list.get(name), there.get(name)) {
        (Some(listed), Some(digest)) if listed == digest => Standing::Listed,
        (Some(_), Some(_)) => Standing::Changed,
        (Some(_), None) => Standing::Missing,
        (None, _) => Standing::Unlisted,
    };
    names.into_iter().map(|name| (name, standing(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, Standing, against, parse, statement};
    use crate::bundle::sums::Sums;
    use crate::canon::sha256_hex;

    fn sums(files: &[(&str, &str)]) -> Sums {
        let mut sums = Sums::default();
        files.iter().for_each(|(name, text)| drop(sums.insert(name, sha256_hex(text.as_bytes()))));
        sums
    }

    #[test]
    fn a_file_that_was_changed_or_taken_away_or_added_is_named() {
        let list = sums(&[("before.evid.zip", "b"), ("index.html", "page"), ("run.json", "r")]);
        let there = sums(&[("before.evid.zip", "b"), ("index.html", "other"), ("notes.txt", "n")]);
        let named: Vec<(&str, Standing)> = against(&list, &there);
        let (listed, changed) = (("before.evid.zip", Standing::Listed), ("index.html", Standing::Changed));
        assert_eq!(named, [listed, changed, ("notes.txt", Standing::Unlisted), ("run.json", Standing::Missing)]);
    }

    #[test]
    fn the_statement_is_about_the_list_as_sha256sum_reads_it() {
        let list = sums(&[("a/b c.txt", "x"), ("z", "y")]);
        let statement = statement(&list);
        assert_eq!(statement.subjects[0].name, MANIFEST);
        assert_eq!(statement.subjects[0].sha256, sha256_hex(list.to_string().as_bytes()));
        assert_eq!(parse(list.to_string().as_bytes()).unwrap(), list);
    }

    #[test]
    fn a_name_that_leads_elsewhere_or_hides_what_it_is_can_not_be_listed() {
        for name in ["../x", "/etc/passwd", "a/../b", "a//b", "./a", "a\\b", "a\u{1b}[2J", "MANIFEST", "MANIFEST.json", ""] {
            let line = format!("{}  {name}\n", sha256_hex(b""));
            assert!(parse(line.as_bytes()).is_err(), "{name:?}");
        }
        assert!(parse(format!("{}  MANIFEST.txt\n", sha256_hex(b"")).as_bytes()).is_ok());
    }
}
