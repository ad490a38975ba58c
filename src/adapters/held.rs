//! The entries of a bundle as a comparison asks for them: each is unpacked and checked against SHA256SUMS when it is needed, and those that were
//! asked for last are kept. Must not know what is in them.
use crate::adapters::zipfile::BundleReader;
use crate::bundle::sums::Sums;
use crate::compare::Entries;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many bytes of content are kept: a comparison goes through the kinds one by one, and reads a few files of a kind at the same time.
const KEPT: u64 = 6 << 20;

/// How many entries are kept however large they are: those of one kind.
const LEAST: usize = 5;

/// How many buffers wait for content.
const SPARE: usize = 3;

/// A bundle, and the content of its entries that was asked for last.
pub(super) struct Held {
    reader: BundleReader,
    /// In the order in which they were asked for.
    last: Mutex<VecDeque<One>>,
    /// Buffers of what is no longer kept, used again: memory that is given back and asked for anew in such pieces becomes full of holes.
    spare: Mutex<Vec<Vec<u8>>>,
}

struct One {
    name: String,
    /// Bytes of content.
    size: u64,
    content: Content,
}

/// The content of an entry, unpacked once for all that ask for it at the same time.
type Content = Arc<OnceLock<Result<Arc<Vec<u8>>, String>>>;

impl Held {
    pub(super) fn new(reader: BundleReader) -> Self {
        Self { reader, last: Mutex::default(), spare: Mutex::default() }
    }

    fn content(&self, name: &str) -> Content {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.iter().position(|one| one.name == name).and_then(|at| last.remove(at)) {
            let content = Arc::clone(&known.content);
            last.push_back(known);
            return content;
        }
        let content = Content::default();
        last.push_back(One { name: name.to_owned(), size: self.reader.size(name).unwrap_or_default(), content: Arc::clone(&content) });
        while last.len() > LEAST && last.iter().map(|one| one.size).sum::<u64>() > KEPT {
            let gone = last.pop_front().and_then(|one| Arc::into_inner(one.content)?.into_inner()?.ok());
            let mut spare = spare(&self.spare);
            spare.extend(gone.and_then(Arc::into_inner));
            spare.truncate(SPARE);
        }
        content
    }
}

impl Entries for Held {
    fn sums(&self) -> &Sums {
        self.reader.sums()
    }
    fn entry(&self, name: &str) -> Result<Arc<Vec<u8>>, String> {
        let unpack = || {
            let mut content = spare(&self.spare).pop().unwrap_or_default();
            self.reader.read(name, &mut content).map_err(|defect| defect.to_string())?;
            Ok(Arc::new(content))
        };
        self.content(name).get_or_init(unpack).clone()
    }
}

fn spare(buffers: &Mutex<Vec<Vec<u8>>>) -> MutexGuard<'_, Vec<Vec<u8>>> {
    buffers.lock().unwrap_or_else(PoisonError::into_inner)
}
