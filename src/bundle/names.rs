//! The names that an entry of a bundle may have, and which names can't be in one bundle together. Judges raw bytes; knows no zip and no
//! disk, and never repairs a name.
use std::collections::BTreeMap;

/// The checksums, always the last entry.
pub const SUMS: &str = "SHA256SUMS";
/// The manifest, always the last entry but one.
pub const MANIFEST: &str = "evid.json";
/// What evid wrote to the cluster in a proof.
pub const ACTIONS: &str = "actions.jsonl";
/// The files of a bundle that was made from text.
pub const TEXT: &str = "text.jsonl";
/// What was seen between two points of a proof.
pub const WATCH: &str = "watch.jsonl";
/// Entries that are in no folder.
const SINGLE: [&str; 7] = ["SHA256SUMS", ACTIONS, "config.json", "coverage.json", "evid.json", TEXT, WATCH];
/// Folders with their depth: the number of segments of a name, the folder's own included.
const FOLDERS: [(&str, usize); 5] = [("health", 3), ("identity", 3), ("noise", 3), ("probes", 2), ("state", 3)];
/// The longest segment that all common file systems accept, in bytes.
const SEGMENT: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// A byte outside `[A-Za-z0-9._-]`, or an empty segment, or one that starts or ends with a dot, or is too long.
    #[error("a part of it is empty, starts or ends with '.', is longer than 255 bytes, or holds a byte outside A-Z a-z 0-9 . _ -")]
    Segment,
    /// Not one of the names and folders of format 1.
    #[error(
        "format 1 has no such file; it has evid.json, config.json, coverage.json, actions.jsonl, watch.jsonl, text.jsonl, SHA256SUMS, \
             {{state,health,identity,noise}}/LAYER/KIND.jsonl and probes/LAYER.jsonl"
    )]
    Unknown,
}

/// The name as text, if a bundle may have an entry with that name.
pub fn check(raw: &[u8]) -> Result<&str, NameFault> {
    let name = std::str::from_utf8(raw).map_err(|_| NameFault::Segment)?;
    if !name.split('/').all(segment) {
        return Err(NameFault::Segment);
    }
    let depth = name.split('/').count();
    let known = match name.split_once('/') {
        None => SINGLE.contains(&name),
        Some((first, _)) => FOLDERS.contains(&(first, depth)) && name.ends_with(".jsonl"),
    };
    if known { Ok(name) } else { Err(NameFault::Unknown) }
}

fn segment(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !text.is_empty() && text.len() <= SEGMENT && !text.starts_with('.') && !text.ends_with('.') && text.bytes().all(allowed)
}

/// Pairs of names that a file system without letter case can't tell apart: of entries (`state/a/x`, `state/A/x`) or of their folders.
/// Each pair is (later, earlier) in the given order; equal names are not collisions.
pub fn collisions<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for name in names {
        let ends = name.match_indices('/').map(|(i, _)| i).chain([name.len()]);
        for part in ends.filter_map(|end| name.get(..end)) {
            match seen.get(&part.to_ascii_lowercase()) {
                Some(first) if first.get(..part.len()) != Some(part) => {
                    found.push((name, *first));
                    break;
                }
                Some(_) => {}
                None => drop(seen.insert(part.to_ascii_lowercase(), name)),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{NameFault, check, collisions};

    #[test]
    fn the_names_of_format_1_and_no_others_are_allowed() {
        for name in
            ["evid.json", "SHA256SUMS", "actions.jsonl", "state/core/deployments.apps.jsonl", "probes/core.jsonl", "noise/a/b_.0-.jsonl"]
        {
            assert_eq!(check(name.as_bytes()), Ok(name));
        }
        for name in [
            "",
            "x",
            "EVID.JSON",
            "state",
            "state/core",
            "state/x.jsonl",
            "state/a/b/c.jsonl",
            "state/core/x.json",
            "probes/a/b.jsonl",
            "evid.json/x",
        ] {
            assert!(check(name.as_bytes()).is_err(), "{name}");
        }
    }

    #[test]
    fn no_trick_with_a_path_is_a_name() {
        for name in [
            "../evid.json",
            "state/../x.jsonl",
            "/state/a/x.jsonl",
            "C:\\x",
            "state/a/.x.jsonl",
            "state//x.jsonl",
            "state/a/x.jsonl/",
            "state\\a\\x.jsonl",
            "state/a./x.jsonl",
            "state/a/x y.jsonl",
            "state/a/\u{e9}.jsonl",
            "state/a/x\0.jsonl",
            "./evid.json",
        ] {
            assert_eq!(check(name.as_bytes()), Err(NameFault::Segment), "{name}");
        }
        assert_eq!(check(b"state/a/\xff.jsonl"), Err(NameFault::Segment));
    }

    #[test]
    fn names_and_folders_that_differ_in_letter_case_only_collide() {
        assert_eq!(collisions(["state/a/x.jsonl", "state/a/X.jsonl"]), [("state/a/X.jsonl", "state/a/x.jsonl")]);
        assert_eq!(collisions(["state/a/x.jsonl", "state/A/y.jsonl"]), [("state/A/y.jsonl", "state/a/x.jsonl")]);
        assert_eq!(collisions(["state/a/x.jsonl", "state/a/y.jsonl", "health/A/x.jsonl"]), []);
    }
}
