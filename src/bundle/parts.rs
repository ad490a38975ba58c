//! Where a large kind is cut into files: at boundaries that the keys choose, so that two bundles share most of their files
//! although objects came and went between them. And which file is of which kind: a later part's name ends in eight hex digits, as the
//! name of a kind may too, so the kinds whose names do are listed in the manifest, and no part ever has the name of one.
use crate::canon;
use crate::model::Objects;
use crate::model::stem;
use sha2::Digest as _;
use std::collections::BTreeSet;

/// A part is not ended before it holds this many bytes …
const SMALLEST: usize = 256 * 1024;
/// … and is ended before it would hold more than this.
const LARGEST: usize = 4 * 1024 * 1024;

/// The kinds of one bundle whose own names look like a part's: `<plural>.<group>` whose group ends in eight hex digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LikeParts(BTreeSet<String>);

impl LikeParts {
    /// Of these kinds.
    pub fn of(stems: impl IntoIterator<Item = String>) -> Self {
        Self(stems.into_iter().filter(|stem| before_digits(stem).is_some()).collect())
    }

    /// Of the kinds that have objects.
    pub fn of_objects(objects: &dyn Objects) -> Self {
        let kinds: BTreeSet<(&str, &str)> = (0..objects.len()).map(|at| (objects.plural(at), objects.key(at).group)).collect();
        Self::of(kinds.into_iter().map(|(plural, group)| stem(plural, group)))
    }

    /// As the manifest lists them.
    pub fn to_list(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// `<plural>.<group>` of a file name, whether it is a first or a later part.
    pub fn stem<'n>(&self, file: &'n str) -> &'n str {
        let name = file.strip_suffix(".jsonl").unwrap_or(file);
        if self.0.contains(name) { name } else { before_digits(name).unwrap_or(name) }
    }
}

/// What stands before a last `.<eight hex digits>`.
fn before_digits(name: &str) -> Option<&str> {
    let (stem, part) = name.rsplit_once('.')?;
    (part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))).then_some(stem)
}

/// Cuts the lines of one kind, which come sorted by `namespace/name`, into files.
pub struct Cutter<'k> {
    stem: String,
    like_parts: &'k LikeParts,
    is_first: bool,
    /// The last object's key ends the part, which is large enough.
    at_boundary: bool,
    open: Option<(String, Vec<u8>)>,
}

impl<'k> Cutter<'k> {
    /// Nothing yet; `stem` is `<plural>.<group>`.
    pub fn new(stem: &str, like_parts: &'k LikeParts) -> Self {
        Self { stem: stem.to_owned(), like_parts, is_first: true, at_boundary: false, open: None }
    }

    /// Adds the line of the object `key` (`namespace/name`). Gives back the file (name and bytes) that ends before it.
    pub fn add(&mut self, key: &str, line: &[u8]) -> Option<(String, Vec<u8>)> {
        let (stem, like_parts) = (&self.stem, self.like_parts);
        let part = || format!("{stem}.{}", &canon::sha256_hex(key.as_bytes())[..8]);
        let due = |bytes: &[u8]| self.at_boundary || bytes.len() + line.len() + 1 > LARGEST;
        // Where the next part would have another kind's name, this one goes on.
        let ended = self.open.take_if(|(_, bytes)| due(bytes) && !like_parts.0.contains(&part()));
        let (_, bytes) = self.open.get_or_insert_with(|| {
            let name = if self.is_first { stem.clone() } else { part() };
            (format!("{name}.jsonl"), Vec::with_capacity(SMALLEST))
        });
        self.is_first = false;
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
        let ends = sha2::Sha256::digest(key.as_bytes()).last().is_some_and(|b| b & 0x3f == 0);
        self.at_boundary = bytes.len() >= SMALLEST && (ends || (self.at_boundary && ended.is_none()));
        ended
    }

    /// The last file.
    pub fn finish(self) -> Option<(String, Vec<u8>)> {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::{Cutter, LARGEST, LikeParts};
    use crate::canon;

    fn cut(stem: &str, lines: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        cut_beside(&[], stem, lines)
    }

    /// Cut in a bundle that has these kinds too.
    fn cut_beside(others: &[&str], stem: &str, lines: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        let like_parts = LikeParts::of(others.iter().map(|s| (*s).to_owned()));
        let mut cutter = Cutter::new(stem, &like_parts);
        let mut parts: Vec<_> = lines.iter().flat_map(|(key, line)| cutter.add(key, line)).collect();
        parts.extend(cutter.finish());
        parts
    }

    #[test]
    fn small_kinds_have_one_file_with_the_plain_name() {
        let parts = cut("pods", &[("a/b".into(), b"{}".to_vec()), ("a/c".into(), b"{}".to_vec())]);
        assert_eq!(parts, vec![("pods.jsonl".to_owned(), b"{}\n{}\n".to_vec())]);
        assert!(cut("pods", &[]).is_empty());
    }

    #[test]
    fn boundaries_do_not_move_when_an_object_goes() {
        let lines: Vec<_> = (0..3000).map(|i| (format!("ns/object-{i:05}"), vec![b'x'; 1500])).collect();
        let whole = cut("deployments.apps", &lines);
        let less: Vec<_> = lines.iter().filter(|(k, _)| k != "ns/object-00003").cloned().collect();
        let without = cut("deployments.apps", &less);
        let shared = whole.iter().filter(|p| without.contains(p)).count();
        assert!(whole.len() > 4 && shared >= whole.len() - 1, "{} of {} parts are shared", shared, whole.len());
        assert!(whole.iter().all(|(name, bytes)| bytes.len() <= LARGEST && LikeParts::default().stem(name) == "deployments.apps"));
    }

    #[test]
    fn a_kind_whose_group_ends_in_eight_hex_digits_is_no_part_and_no_part_has_its_name() {
        let lines: Vec<_> = (0..3000).map(|i| (format!("ns/object-{i:05}"), vec![b'x'; 1500])).collect();
        let alone = cut("widgets.corp", &lines);
        // A kind that is named as the second part would be: the digits are truly those of that part's first key.
        let second = alone[1].0.strip_suffix(".jsonl").unwrap();
        let beside = cut_beside(&[second], "widgets.corp", &lines);
        assert!(beside.iter().all(|(name, _)| *name != alone[1].0));
        assert_eq!(beside.iter().flat_map(|p| p.1.clone()).collect::<Vec<u8>>(), alone.iter().flat_map(|p| p.1.clone()).collect::<Vec<u8>>());
        // The part that goes on ends before the very next object.
        let lines_of = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
        assert_eq!(lines_of(&beside[0].1), lines_of(&alone[0].1) + 1);
        assert_eq!(beside[1].0, format!("widgets.corp.{}.jsonl", &canon::sha256_hex(lines[lines_of(&beside[0].1)].0.as_bytes())[..8]));
        let kinds = LikeParts::of(["widgets.corp".to_owned(), second.to_owned(), "widgets.corp.deadbeef".to_owned()]);
        assert_eq!(kinds.to_list().len(), 2);
        for (file, stem) in [
            ("widgets.corp.jsonl", "widgets.corp"),
            ("widgets.corp.deadbeef.jsonl", "widgets.corp.deadbeef"),
            ("widgets.corp.deadbeef.0123abcd.jsonl", "widgets.corp.deadbeef"),
            ("widgets.corp.0123abcd.jsonl", "widgets.corp"),
            (&*alone[1].0, second),
        ] {
            assert_eq!(kinds.stem(file), stem, "{file}");
        }
    }
}
