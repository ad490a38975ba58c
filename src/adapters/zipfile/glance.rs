//! A few entries of a bundle, for a list of many bundles: they have the digests that SHA256SUMS says, and nothing else of the file is read. What is
//! compared, judged or signed must not come from here.
use crate::bundle::names;
use crate::bundle::sums::Sums;
use crate::canon::sha256_hex;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;
use zip::ZipArchive;

/// The largest entry that is looked at, in bytes.
const MOST: u64 = 64 << 20;

/// The content of these entries; none where anything about them is not as it should be.
pub fn glance<const N: usize>(path: &Path, wanted: [&str; N]) -> Option<[Vec<u8>; N]> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let sums = Sums::parse(&entry(&mut zip, names::SUMS)?).ok()?;
    let mut found = wanted.map(|_| Vec::new());
    for (name, content) in wanted.iter().zip(&mut found) {
        *content = entry(&mut zip, name).filter(|bytes| sums.get(name) == Some(&sha256_hex(bytes)))?;
    }
    Some(found)
}

fn entry(zip: &mut ZipArchive<BufReader<File>>, name: &str) -> Option<Vec<u8>> {
    let file = zip.by_name(name).ok().filter(|file| file.size() <= MOST)?;
    let mut content = Vec::new();
    file.take(MOST).read_to_end(&mut content).ok()?;
    Some(content)
}
