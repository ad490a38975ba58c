//! The objects whose lines of a facet differ between two bundles, and where these lines are. Only files that are not in both bundles are read,
//! one kind at a time, and no line is kept.
use crate::bundle::lines::lines_at;
use crate::compare::{CompareError, Side, Spot};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

pub struct Place<'s> {
    side: &'s Side,
    pub(super) entry: &'s str,
    at: Range<usize>,
}

/// The lines of one object that only the first bundle has, and that only the second has.
#[derive(Default)]
pub struct Pair<'s> {
    pub before: Option<Place<'s>>,
    pub after: Option<Place<'s>>,
}

impl Place<'_> {
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, CompareError> {
        self.with(|line| self.side.parse(self.entry, line))?
    }

    /// Whether a text is in the line.
    pub(super) fn contains(&self, text: &str) -> Result<bool, CompareError> {
        self.with(|line| std::str::from_utf8(line).is_ok_and(|line| line.contains(text)))
    }

    fn with<T>(&self, take: impl FnOnce(&[u8]) -> T) -> Result<T, CompareError> {
        Ok(take(self.side.file(self.entry)?.get(self.at.clone()).unwrap_or_default()))
    }
}

/// The objects whose lines differ.
///
/// # Errors
/// If a file that differs can't be read.
pub fn differing<'s>(before: &'s Side, after: &'s Side, facet: &'s str) -> Result<BTreeMap<Spot, Pair<'s>>, CompareError> {
    let digests = |side: &'s Side| side.files(facet).map(|(_, _, stem, digest)| (stem, digest)).collect::<HashSet<_>>();
    let (x, y) = (digests(before), digests(after));
    let of = |side: &'s Side, other: &HashSet<(&str, &str)>| {
        let differ = side.files(facet).filter(|(_, _, stem, digest)| !other.contains(&(*stem, *digest)));
        differ.map(|(entry, _, stem, _)| (entry, stem)).collect::<BTreeMap<_, _>>()
    };
    let (x, y) = (of(before, &y), of(after, &x));
    let mut out: BTreeMap<Spot, Pair<'s>> = BTreeMap::new();
    let entries: BTreeMap<&str, &str> = x.iter().chain(&y).map(|(entry, stem)| (*entry, *stem)).collect();
    for (entry, stem) in entries {
        let read = |side: &Side, of: &BTreeMap<&str, &str>| of.get(entry).map(|_| side.file(entry)).transpose();
        merge(entry, stem, (before, read(before, &x)?), (after, read(after, &y)?), &mut out)?;
    }
    // A line may have moved to another file as it is.
    let is_other = |(spot, pair): (Spot, Pair<'s>)| match (&pair.before, &pair.after) {
        (Some(x), Some(y)) if x.entry != y.entry && x.with(|x| y.with(|y| x == y))?? => Ok(None),
        _ => Ok(Some((spot, pair))),
    };
    out.into_iter().filter_map(|one| is_other(one).transpose()).collect()
}

/// The lines of a file are in the order of `namespace/name`.
fn in_file(spot: &Spot) -> impl Iterator<Item = u8> {
    spot.namespace.bytes().chain([b'/']).chain(spot.name.bytes())
}

type File<'s> = (&'s Side, Option<Arc<Vec<u8>>>);

/// Goes through two files of one name, whose lines are in the order of their places. Were they in no order, more lines would be found to differ.
fn merge<'s>(entry: &'s str, stem: &str, x: File<'s>, y: File<'s>, out: &mut BTreeMap<Spot, Pair<'s>>) -> Result<(), CompareError> {
    let ((before, x), (after, y)) = (x, y);
    let (mut x, mut y) = (x.iter().flat_map(|bytes| lines_at(bytes)).peekable(), y.iter().flat_map(|bytes| lines_at(bytes)).peekable());
    loop {
        let spot =
            |side: &Side, line: Option<&(usize, Range<usize>, &[u8])>| line.map(|(.., line)| side.spot(entry, stem, line)).transpose();
        if let (Some((.., a)), Some((.., b))) = (x.peek(), y.peek())
            && a == b
        {
            x.next();
            y.next();
            continue;
        }
        let (a, b) = (spot(before, x.peek())?, spot(after, y.peek())?);
        let order = match (&a, &b) {
            (Some(a), Some(b)) => in_file(a).cmp(in_file(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let (old, new) = (order.is_le(), order.is_ge());
        if let Some((spot, (_, at, _))) = a.filter(|_| old).zip(x.next_if(|_| old)) {
            out.entry(spot).or_default().before = Some(Place { side: before, entry, at });
        }
        if let Some((spot, (_, at, _))) = b.filter(|_| new).zip(y.next_if(|_| new)) {
            out.entry(spot).or_default().after = Some(Place { side: after, entry, at });
        }
        if x.peek().is_none() && y.peek().is_none() {
            return Ok(());
        }
    }
}
