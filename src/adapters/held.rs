//! The entries of a bundle as a comparison asks for them: each is unpacked and checked against SHA256SUMS when it is needed. Must not know what
//! is in them.
use crate::adapters::zipfile::BundleReader;
use crate::bundle::recent::Recent;
use crate::bundle::sums::Sums;
use crate::compare::Entries;
use std::sync::Arc;

/// So many bytes are kept of each bundle.
const KEPT: usize = 1 << 20;

/// A bundle, and the entries that were asked for last.
pub(super) struct Held {
    reader: BundleReader,
    recent: Recent,
}

impl Held {
    pub(super) fn new(reader: BundleReader) -> Self {
        Self { reader, recent: Recent::new(KEPT) }
    }
}

impl Entries for Held {
    fn sums(&self) -> &Sums {
        self.reader.sums()
    }
    fn entry(&self, name: &str) -> Result<Arc<Vec<u8>>, String> {
        self.recent.file(name, |into| self.reader.read(name, into).map_err(|defect| defect.to_string()))
    }
}
