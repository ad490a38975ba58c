//! Where a large kind is cut into files: at boundaries that the keys choose, so that two bundles share most of their files
//! although objects came and went between them.
use crate::canon;
use sha2::Digest as _;

/// A part is not ended before it holds this many bytes …
const SMALLEST: usize = 256 * 1024;
/// … and is ended before it would hold more than this.
const LARGEST: usize = 4 * 1024 * 1024;

/// Cuts the lines of one kind, which come sorted by `namespace/name`, into files.
pub struct Cutter {
    stem: String,
    is_first: bool,
    open: Option<(String, Vec<u8>)>,
}

impl Cutter {
    /// Nothing yet; `stem` is `<plural>.<group>`.
    pub fn new(stem: &str) -> Self {
        Self { stem: stem.to_owned(), is_first: true, open: None }
    }

    /// Adds the line of the object `key` (`namespace/name`). Gives back the file (name and bytes) that it ends.
    pub fn add(&mut self, key: &str, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let full = self.open.take_if(|(_, bytes)| bytes.len() + line.len() + 1 > LARGEST);
        let (_, bytes) = self.open.get_or_insert_with(|| {
            let part = || format!("{}.{}.jsonl", self.stem, &canon::sha256_hex(key.as_bytes())[..8]);
            let name = if self.is_first { format!("{}.jsonl", self.stem) } else { part() };
            self.is_first = false;
            (name, Vec::with_capacity(SMALLEST))
        });
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
        let boundary = sha2::Sha256::digest(key.as_bytes()).last().is_some_and(|b| b & 0x3f == 0);
        let ended = self.open.take_if(|(_, bytes)| boundary && bytes.len() >= SMALLEST);
        full.into_iter().chain(ended).collect()
    }

    /// The last file.
    pub fn finish(self) -> Option<(String, Vec<u8>)> {
        self.open
    }
}

/// `<plural>.<group>` of a file name, whether it is a first or a later part.
pub fn stem(file: &str) -> &str {
    let name = file.strip_suffix(".jsonl").unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, part)) if part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cutter, LARGEST, stem};

    fn cut(stem: &str, lines: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        let mut cutter = Cutter::new(stem);
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
        assert!(whole.iter().all(|(name, bytes)| bytes.len() <= LARGEST && stem(name) == "deployments.apps"));
    }
}
