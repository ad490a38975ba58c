//! Where a large kind is cut into files: at boundaries that the keys choose, so that two bundles share most of their files
//! although objects came and went between them.
use crate::canon;
use sha2::Digest as _;

/// A part is not ended before it holds this many bytes …
const SMALLEST: usize = 256 * 1024;
/// … and is ended before it would hold more than this.
const LARGEST: usize = 4 * 1024 * 1024;

/// Cuts sorted `(namespace/name, line)` pairs into `(file name, bytes)`; `stem` is `<plural>.<group>`.
pub fn cut(stem: &str, lines: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut open: Option<(String, Vec<u8>)> = None;
    for (key, line) in lines {
        if open.as_ref().is_some_and(|(_, bytes)| bytes.len() + line.len() + 1 > LARGEST) {
            parts.extend(open.take());
        }
        let (_, bytes) = open.get_or_insert_with(|| {
            let first = parts.is_empty();
            let name = if first { format!("{stem}.jsonl") } else { format!("{stem}.{}.jsonl", &canon::sha256_hex(key.as_bytes())[..8]) };
            (name, Vec::new())
        });
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
        let boundary = sha2::Sha256::digest(key.as_bytes()).last().is_some_and(|b| b & 0x3f == 0);
        if boundary && bytes.len() >= SMALLEST {
            parts.extend(open.take());
        }
    }
    parts.extend(open);
    parts
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
    use super::{LARGEST, cut, stem};

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
