//! A port: where packed objects are kept between the answer and the files of the bundle. Must not know what the bytes are.
use std::sync::{Mutex, PoisonError};

/// Stores bytes and reads them back. A fault is remembered, not returned: the caller must ask for it before it seals.
pub trait Spool: Sync {
    /// Stores some bytes, one piece after another; gives the position where they begin.
    fn put(&self, pieces: &[&[u8]]) -> u64;
    /// Stored bytes; empty if they can't be read back.
    fn get(&self, at: u64, len: usize) -> Vec<u8>;
    /// What went wrong, if anything did.
    fn fault(&self) -> Option<String>;
}

/// Keeps everything in memory: for small sources and for tests.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Vec<u8>>);

impl Spool for Memory {
    fn put(&self, pieces: &[&[u8]]) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.len() as u64;
        pieces.iter().for_each(|piece| kept.extend_from_slice(piece));
        at
    }

    fn get(&self, at: u64, len: usize) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        kept.get(from..from.saturating_add(len)).unwrap_or_default().to_vec()
    }

    fn fault(&self) -> Option<String> {
        None
    }
}
