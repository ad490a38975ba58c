//! One bundle of a comparison: its manifest, coverage and configuration, and its files, which are read when they are needed.
use crate::bundle::config::Config;
use crate::bundle::coverage::Coverage;
use crate::bundle::joined::Line;
use crate::bundle::like_parts::LikeParts;
use crate::bundle::lines::{LinePlace, StatePlace, lines_at};
use crate::bundle::manifest::Manifest;
use crate::bundle::probe;
use crate::bundle::sums::Sums;
use crate::canon::json;
use crate::compare::Spot;
use crate::value::Value;
use crate::value::wanted::ALL;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A bundle's entries. The implementation must check their bytes against SHA256SUMS before it gives them, and must have checked their
/// content against itself (law 15) unless the side is `unchecked`.
pub trait Entries: Send + Sync {
    fn sums(&self) -> &Sums;
    fn entry(&self, name: &str) -> Result<Arc<Vec<u8>>, String>;
}

/// A bundle that can't be compared: a file within it is not valid.
#[derive(Debug, thiserror::Error)]
#[error("{bundle}: {entry}: {what}")]
pub struct CompareError {
    bundle: String,
    entry: String,
    what: String,
}

impl CompareError {
    fn new(bundle: &str, entry: &str, what: impl ToString) -> Self {
        Self { bundle: bundle.to_owned(), entry: entry.to_owned(), what: what.to_string() }
    }
}

/// Where the objects' lines are in their file: a keyed hash of `namespace/name`, and the line's position; sorted. Two names of one hash are as
/// likely as a guess of 64 bits.
type Places = Vec<(u64, Range<u32>)>;

/// A file of a kind.
struct Entry {
    name: String,
    /// Where its objects are, once one was looked for.
    places: OnceLock<Places>,
}

/// One bundle.
pub struct Side {
    /// Its name in messages and in the report.
    pub name: String,
    /// SHA-256 of the zip file.
    pub sha256: String,
    /// `evid.json`.
    pub manifest: Manifest,
    /// `coverage.json`.
    pub coverage: Coverage,
    /// `config.json`.
    pub config: Config,
    /// Whether its content was not checked against itself before the comparison.
    pub unchecked: bool,
    entries: Box<dyn Entries>,
    hasher: RandomState,
    like_parts: LikeParts,
    /// `<facet>/<layer>/<stem>` → entries.
    by_kind: HashMap<String, Vec<Entry>>,
}

impl Side {
    /// Opens a bundle for comparison.
    ///
    /// # Errors
    /// If a document in it can't be read.
    pub fn open(name: &str, sha256: &str, entries: Box<dyn Entries>) -> Result<Self, CompareError> {
        fn document<T: DeserializeOwned>(name: &str, entries: &dyn Entries, entry: &str) -> Result<T, CompareError> {
            let bytes = entries.entry(entry).map_err(|e| CompareError::new(name, entry, e))?;
            serde_json::from_slice(&bytes).map_err(|e| CompareError::new(name, entry, e))
        }
        let manifest: Manifest = document(name, &*entries, "evid.json")?;
        let like_parts = LikeParts::of(manifest.like_parts.clone());
        let mut by_kind: HashMap<String, Vec<Entry>> = HashMap::new();
        for (entry, _) in entries.sums().iter() {
            if let Some((folder, file)) = entry.rsplit_once('/') {
                by_kind
                    .entry(format!("{folder}/{}", like_parts.stem(file)))
                    .or_default()
                    .push(Entry { name: entry.to_owned(), places: OnceLock::new() });
            }
        }
        Ok(Self {
            by_kind,
            manifest,
            like_parts,
            coverage: document(name, &*entries, "coverage.json")?,
            config: document(name, &*entries, "config.json")?,
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            unchecked: false,
            entries,
            hasher: RandomState::default(),
        })
    }

    /// The digests of its files.
    pub fn sums(&self) -> &Sums {
        self.entries.sums()
    }

    /// The files of a facet: `(entry, layer, stem, digest)`.
    pub fn files<'a>(&'a self, facet: &'a str) -> impl Iterator<Item = (&'a str, &'a str, &'a str, &'a str)> {
        self.sums().iter().filter_map(move |(name, digest)| {
            let mut path = name.split('/');
            let (f, layer, file) = (path.next()?, path.next()?, path.next()?);
            (f == facet).then(|| (name, layer, self.like_parts.stem(file), digest))
        })
    }

    /// The bytes of one file.
    ///
    /// # Errors
    /// As `Entries::entry`.
    pub fn file(&self, entry: &str) -> Result<Arc<Vec<u8>>, CompareError> {
        self.entries.entry(entry).map_err(|e| CompareError::new(&self.name, entry, e))
    }

    /// The line of one object in a facet's file, parsed; null if there is none.
    ///
    /// # Errors
    /// As [`Side::file`], or if a line is no JSON.
    pub fn line(&self, facet: &str, layer: &str, spot: &Spot) -> Result<Value, CompareError> {
        self.read(facet, layer, spot).map(Option::unwrap_or_default)
    }

    /// The line of one object in a facet's file; none if there is none.
    ///
    /// # Errors
    /// As [`Side::line`].
    pub fn read<T: DeserializeOwned>(&self, facet: &str, layer: &str, spot: &Spot) -> Result<Option<T>, CompareError> {
        self.with_line(facet, layer, spot, |entry, line| self.parse(entry, line))?.transpose()
    }

    /// What is made of an object's line in a facet's file, given its entry and bytes; none if there is no line.
    ///
    /// # Errors
    /// As [`Side::file`].
    pub(crate) fn with_line<T>(
        &self,
        facet: &str,
        layer: &str,
        spot: &Spot,
        make: impl FnOnce(&str, &[u8]) -> T,
    ) -> Result<Option<T>, CompareError> {
        let found = self.find(facet, layer, spot)?;
        found.map(|(entry, range)| Ok(make(entry, self.file(entry)?.get(range).unwrap_or_default()))).transpose()
    }

    /// Whether a kind's files of a facet are the same in another bundle: then each of its lines is, and none need be read.
    pub(crate) fn has_same_files(&self, other: &Self, facet: &str, layer: &str, stem: &str) -> bool {
        let folder = format!("{facet}/{layer}/{stem}");
        let digests = |side: &Self| -> Vec<Option<String>> {
            let files = side.by_kind.get(&folder).into_iter().flatten();
            files.map(|file| side.sums().get(&file.name).map(str::to_owned)).collect()
        };
        digests(self) == digests(other)
    }

    /// One object, put together from the lines of its facets.
    ///
    /// # Errors
    /// As [`Side::line`].
    pub fn whole(&self, layer: &str, spot: &Spot) -> Result<Value, CompareError> {
        let wrong = |e: serde_json::Error| CompareError::new(&self.name, &format!("{layer}/{}", spot.stem), e);
        let bytes = |facet: &str| Ok(self.with_line(facet, layer, spot, |_, line| line.to_vec())?.unwrap_or_default());
        let (identity, noise) = (bytes("identity")?, bytes("noise")?);
        let [identity, noise] = [&identity, &noise].map(|line| Line::read(line, &ALL).map_err(wrong));
        identity?.object(noise?, || self.line("state", layer, spot))
    }

    /// The entry that holds the line of one object; if the kind is cut into parts, the exact part.
    ///
    /// # Errors
    /// As [`Side::line`].
    pub fn entry_of(&self, facet: &str, layer: &str, spot: &Spot) -> Result<Option<&str>, CompareError> {
        Ok(self.find(facet, layer, spot)?.map(|(entry, _)| entry))
    }

    /// The position of the line of one object.
    fn find(&self, facet: &str, layer: &str, spot: &Spot) -> Result<Option<(&str, Range<usize>)>, CompareError> {
        let hash = self.hash(&spot.namespace, &spot.name);
        for entry in self.by_kind.get(&format!("{facet}/{layer}/{}", spot.stem)).into_iter().flatten() {
            let places = match entry.places.get() {
                Some(known) => known,
                None => {
                    let read = self.places(&entry.name)?;
                    entry.places.get_or_init(|| read)
                }
            };
            let found = places.binary_search_by_key(&hash, |(hash, _)| *hash).ok().and_then(|at| places.get(at));
            if let Some((_, at)) = found {
                return Ok(Some((&entry.name, at.start as usize..at.end as usize)));
            }
        }
        Ok(None)
    }

    /// The probe lines of a layer. Each sample is judged again, by this bundle's declaration.
    ///
    /// # Errors
    /// As [`Side::file`], or if a line is no probe line.
    pub fn probes(&self, layer: &str) -> Result<Vec<probe::Line>, CompareError> {
        let entry = format!("probes/{layer}.jsonl");
        if self.sums().get(&entry).is_none() {
            return Ok(Vec::new());
        }
        let mut all = lines(&self.file(&entry)?).map(|line| self.parse(&entry, line)).collect::<Result<Vec<probe::Line>, _>>()?;
        all.iter_mut().for_each(|line| line.judge(&self.config));
        Ok(all)
    }

    /// The position of each object's line in a file.
    fn places(&self, entry: &str) -> Result<Places, CompareError> {
        let bytes = self.file(entry)?;
        let mut places = lines_at(&bytes)
            .map(|(_, at, line)| {
                let place = self.place(entry, line)?;
                // An entry has at most 512 MiB.
                let at = u32::try_from(at.start).unwrap_or(u32::MAX)..u32::try_from(at.end).unwrap_or(u32::MAX);
                Ok((self.hash(&place.namespace, &place.name), at))
            })
            .collect::<Result<Places, CompareError>>()?;
        places.sort_unstable_by_key(|(hash, _)| *hash);
        Ok(places)
    }

    fn hash(&self, namespace: &str, name: &str) -> u64 {
        self.hasher.hash_one((namespace, name))
    }

    fn place<'l>(&self, entry: &str, line: &'l [u8]) -> Result<LinePlace<'l>, CompareError> {
        if entry.starts_with("state/") { Ok(self.parse::<StatePlace<'_>>(entry, line)?.metadata) } else { self.parse(entry, line) }
    }

    pub(super) fn spot(&self, entry: &str, stem: &str, line: &[u8]) -> Result<Spot, CompareError> {
        let place = self.place(entry, line)?;
        Ok(Spot::new(stem, place.namespace, place.name))
    }

    /// Parses one line.
    ///
    /// # Errors
    /// If it does not have the form of its file's lines.
    pub fn parse<'a, T: serde::Deserialize<'a>>(&self, entry: &str, line: &'a [u8]) -> Result<T, CompareError> {
        json::parse(line).map_err(|e| CompareError::new(&self.name, entry, e))
    }
}

pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines_at(bytes).map(|(.., line)| line)
}
