//! One bundle of a comparison: its manifest, coverage and configuration, and its files, read when they are needed.
use crate::bundle::config::Config;
use crate::bundle::coverage::Coverage;
use crate::bundle::manifest::Manifest;
use crate::bundle::parts;
use crate::bundle::sums::Sums;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A bundle's entries; whoever implements it gives out only bytes that SHA256SUMS holds for.
pub trait Entries {
    /// The parsed SHA256SUMS.
    fn sums(&self) -> &Sums;
    /// The bytes of one entry.
    ///
    /// # Errors
    /// Where the entry is missing or its bytes are not those that SHA256SUMS lists.
    fn entry(&self, name: &str) -> Result<Vec<u8>, String>;
}

/// A bundle that can't be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A file within it can't be used.
    #[error("{bundle}: {entry}: {what}")]
    Entry {
        /// The bundle's name.
        bundle: String,
        /// The entry.
        entry: String,
        /// What is wrong.
        what: String,
    },
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
    entries: Box<dyn Entries>,
    cache: RefCell<BTreeMap<String, Rc<Vec<u8>>>>,
}

impl Side {
    /// Opens a bundle for comparison.
    ///
    /// # Errors
    /// Where a document in it can't be read.
    pub fn open(name: &str, sha256: &str, entries: Box<dyn Entries>) -> Result<Self, CompareError> {
        fn document<T: DeserializeOwned>(name: &str, entries: &dyn Entries, entry: &str) -> Result<T, CompareError> {
            let wrong = |what: String| CompareError::Entry { bundle: name.to_owned(), entry: entry.to_owned(), what };
            let bytes = entries.entry(entry).map_err(wrong)?;
            serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))
        }
        Ok(Self {
            manifest: document(name, &*entries, "evid.json")?,
            coverage: document(name, &*entries, "coverage.json")?,
            config: document(name, &*entries, "config.json")?,
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            entries,
            cache: RefCell::default(),
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
            (f == facet).then(|| (name, layer, parts::stem(file), digest))
        })
    }

    /// The bytes of one file, read once.
    ///
    /// # Errors
    /// As [`Entries::entry`].
    pub fn file(&self, entry: &str) -> Result<Rc<Vec<u8>>, CompareError> {
        if let Some(bytes) = self.cache.borrow().get(entry) {
            return Ok(Rc::clone(bytes));
        }
        let wrong = |what: String| CompareError::Entry { bundle: self.name.clone(), entry: entry.to_owned(), what };
        let bytes = Rc::new(self.entries.entry(entry).map_err(wrong)?);
        self.cache.borrow_mut().insert(entry.to_owned(), Rc::clone(&bytes));
        Ok(bytes)
    }

    /// The line of one object in a facet's file, parsed; null where there is none.
    ///
    /// # Errors
    /// As [`Side::file`], or where the line is no JSON.
    pub fn line(&self, facet: &str, layer: &str, stem: &str, namespace: &str, name: &str) -> Result<Value, CompareError> {
        for (entry, l, s, _) in self.files(facet) {
            if l != layer || s != stem {
                continue;
            }
            let bytes = self.file(entry)?;
            for line in lines(&bytes) {
                // The quick look spares the parse of every other line; the parse decides.
                if !contains(line, name.as_bytes()) {
                    continue;
                }
                let value: Value = self.parse(entry, line)?;
                let at = |p: &str, q: &str| value.pointer(p).or_else(|| value.get(q)).and_then(Value::as_str).unwrap_or("").to_owned();
                if at("/metadata/name", "name") == name && at("/metadata/namespace", "namespace") == namespace {
                    return Ok(value);
                }
            }
        }
        Ok(Value::Null)
    }

    /// Parses one line.
    ///
    /// # Errors
    /// Where it does not have the form that its file's lines have.
    pub fn parse<'a, T: serde::Deserialize<'a>>(&self, entry: &str, line: &'a [u8]) -> Result<T, CompareError> {
        serde_json::from_slice(line).map_err(|e| CompareError::Entry {
            bundle: self.name.clone(),
            entry: entry.to_owned(),
            what: e.to_string(),
        })
    }
}

/// The lines of a file.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty())
}

fn contains(line: &[u8], name: &[u8]) -> bool {
    name.is_empty() || line.windows(name.len()).any(|w| w == name)
}
