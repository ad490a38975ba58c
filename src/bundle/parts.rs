//! Where a large kind is cut into files: at boundaries that the keys choose, so that two bundles share most of their files although
//! objects were added or removed between them. No part ever has the name of another kind's file.
use crate::bundle::like_parts::LikeParts;
use crate::canon;
use sha2::Digest as _;

/// A part does not end before it holds this many bytes …
const SMALLEST: usize = 256 * 1024;
/// … and ends before it would hold more than this.
const LARGEST: usize = 4 * 1024 * 1024;

/// Cuts the lines of one kind, which come sorted by `namespace/name`, into files.
pub struct Cutter<'k> {
    stem: String,
    like_parts: &'k LikeParts,
    is_first: bool,
    /// The part is large enough, and the last object's key ends it.
    at_boundary: bool,
    open: Option<(String, Vec<u8>)>,
}

impl<'k> Cutter<'k> {
    /// Starts empty; `stem` is `<plural>.<group>`.
    pub fn new(stem: &str, like_parts: &'k LikeParts) -> Self {
        Self { stem: stem.to_owned(), like_parts, is_first: true, at_boundary: false, open: None }
    }

    /// Adds the line of the object `key` (`namespace/name`). Returns the file (name and bytes) that ends before this object.
    pub fn add(&mut self, key: &str, line: &[u8]) -> Option<(String, Vec<u8>)> {
        let (stem, like_parts) = (&self.stem, self.like_parts);
        let part = || format!("{stem}.{}", &canon::sha256_hex(key.as_bytes())[..8]);
        let due = |bytes: &[u8]| self.at_boundary || bytes.len() + line.len() + 1 > LARGEST;
        // If the next part would have another kind's name, this part continues.
        let ended = self.open.take_if(|(_, bytes)| due(bytes) && !like_parts.holds(&part()));
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
    fn no_part_has_the_name_of_another_kinds_file() {
        let lines: Vec<_> = (0..3000).map(|i| (format!("ns/object-{i:05}"), vec![b'x'; 1500])).collect();
        let alone = cut("widgets.corp", &lines);
        // A kind with the name that the second part would have: the digits really are those of that part's first key.
        let second = alone[1].0.strip_suffix(".jsonl").unwrap();
        let beside = cut_beside(&[second], "widgets.corp", &lines);
        assert!(beside.iter().all(|(name, _)| *name != alone[1].0));
        assert_eq!(
            beside.iter().flat_map(|p| p.1.clone()).collect::<Vec<u8>>(),
            alone.iter().flat_map(|p| p.1.clone()).collect::<Vec<u8>>()
        );
        // The part that continued ends before the very next object.
        let lines_of = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
        assert_eq!(lines_of(&beside[0].1), lines_of(&alone[0].1) + 1);
        assert_eq!(beside[1].0, format!("widgets.corp.{}.jsonl", &canon::sha256_hex(lines[lines_of(&beside[0].1)].0.as_bytes())[..8]));
    }
}
