//! The lines of a facet that only one of two bundles has, from files that are not in both bundles.
use crate::compare::{CompareError, Side, lines};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A line and its place.
pub(super) struct Found {
    pub(super) entry: String,
    /// `<plural>.<group>`.
    pub(super) stem: String,
    pub(super) line: Vec<u8>,
}

type Files = Vec<(String, String, Arc<Vec<u8>>)>;

/// The lines that only the first bundle has, and those that only the second has.
pub(super) fn differing(before: &Side, after: &Side, facet: &str) -> Result<(Vec<Found>, Vec<Found>), CompareError> {
    let digests = |side: &Side| side.files(facet).map(|(_, _, stem, digest)| (stem.to_owned(), digest.to_owned())).collect::<HashSet<_>>();
    let (x, y) = (digests(before), digests(after));
    let texts = |side: &Side, other: &HashSet<(String, String)>| {
        let differ = side.files(facet).filter(|(_, _, stem, digest)| !other.contains(&((*stem).to_owned(), (*digest).to_owned())));
        differ
            .map(|(entry, _, stem, _)| Ok((entry.to_owned(), stem.to_owned(), side.file(entry)?)))
            .collect::<Result<Files, CompareError>>()
    };
    let (x, y) = (texts(before, &y)?, texts(after, &x)?);
    Ok((only(&x, &y), only(&y, &x)))
}

fn only(files: &Files, others: &Files) -> Vec<Found> {
    let mut known: HashMap<&str, HashSet<&[u8]>> = HashMap::new();
    others.iter().for_each(|(_, stem, bytes)| known.entry(stem).or_default().extend(lines(bytes)));
    let of_file = |(entry, stem, bytes): &(String, String, Arc<Vec<u8>>)| {
        let new = lines(bytes).filter(|l| !known.get(&**stem).is_some_and(|known| known.contains(l)));
        new.map(|line| Found { entry: entry.clone(), stem: stem.clone(), line: line.to_vec() }).collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}
