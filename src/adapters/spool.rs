//! The spool: an unnamed temporary file, which disappears whichever way the program ends. Must not know what it keeps.
use crate::usecase::capture::spool::Spool;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many bytes are collected before they are written.
const GATHERED: usize = 1 << 18;

/// So many bytes are read at once: what is asked for next is most often beside them.
const READ: usize = 1 << 14;

/// So many pieces that were read are kept: each thread reads at a place of its own, here the lean forms and there the objects.
const PIECES: usize = 8;

#[derive(Debug)]
pub struct FileSpool(Mutex<State>);

#[derive(Debug)]
struct State {
    file: File,
    /// Bytes in the file.
    written: u64,
    /// Bytes that come after them and are not in the file yet.
    gathered: Vec<u8>,
    /// Pieces of the file and where each begins, in the order in which they were asked for.
    pieces: VecDeque<(u64, Vec<u8>)>,
    fault: Option<String>,
}

impl FileSpool {
    /// An empty spool, in the system's folder for temporary files.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self(Mutex::new(State { file, written: 0, gathered: Vec::with_capacity(2 * GATHERED), pieces: VecDeque::new(), fault: None })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn flush(&mut self) {
        let done = self.file.seek(SeekFrom::Start(self.written)).and_then(|_| self.file.write_all(&self.gathered));
        self.written += self.gathered.len() as u64;
        self.gathered.clear();
        self.note(done);
    }

    /// Some bytes of the file, from a piece that was read.
    fn read(&mut self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        if len > READ {
            let mut bytes = Vec::with_capacity(len);
            self.fill(at, len, &mut bytes)?;
            return if bytes.len() == len { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let has = |(from, piece): &(u64, Vec<u8>)| *from <= at && at + len as u64 <= from + piece.len() as u64;
        let known = self.pieces.iter().position(has).and_then(|known| self.pieces.remove(known));
        let (from, piece) = match known {
            Some(known) => known,
            None => {
                let oldest = if self.pieces.len() < PIECES { None } else { self.pieces.pop_front() };
                let mut piece = oldest.map(|(_, piece)| piece).unwrap_or_default();
                self.fill(at, READ, &mut piece)?;
                (at, piece)
            }
        };
        let start = usize::try_from(at - from).unwrap_or(usize::MAX);
        let bytes = piece.get(start..start + len).map(<[u8]>::to_vec);
        self.pieces.push_back((from, piece));
        bytes.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads so many bytes of the file, or as many as there are, in the place of what the buffer holds.
    fn fill(&mut self, at: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
        into.clear();
        self.file.seek(SeekFrom::Start(at))?;
        (&self.file).take(len as u64).read_to_end(into)?;
        Ok(())
    }

    fn note(&mut self, done: io::Result<()>) {
        if let (Err(e), None) = (done, &self.fault) {
            self.fault = Some(format!("the temporary file can't be used: {e}"));
        }
    }
}

impl Spool for FileSpool {
    fn put(&self, pieces: &[&[u8]]) -> u64 {
        let mut state = self.lock();
        let at = state.written + state.gathered.len() as u64;
        pieces.iter().for_each(|piece| state.gathered.extend_from_slice(piece));
        if state.gathered.len() >= GATHERED {
            state.flush();
        }
        at
    }

    fn get(&self, at: u64, len: usize) -> Vec<u8> {
        let mut state = self.lock();
        if at + len as u64 > state.written {
            state.flush();
        }
        state.read(at, len).unwrap_or_else(|e| {
            state.note(Err(e));
            Vec::new()
        })
    }

    fn fault(&self) -> Option<String> {
        self.lock().fault.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{FileSpool, GATHERED};
    use crate::usecase::capture::spool::Spool as _;

    #[test]
    fn what_was_put_comes_back_written_or_not() {
        let spool = FileSpool::new().unwrap();
        let large = vec![b'x'; GATHERED];
        let places = [spool.put(&[b"a", b"bc"]), spool.put(&[&large]), spool.put(&[b"d"])];
        assert_eq!((spool.get(places[0], 3), spool.get(places[2], 1)), (b"abc".to_vec(), b"d".to_vec()));
        assert_eq!(spool.get(places[1], GATHERED), large);
        assert_eq!(spool.fault(), None);
    }

    #[test]
    fn what_can_not_be_had_back_is_a_fault() {
        let spool = FileSpool::new().unwrap();
        assert_eq!(spool.get(0, 1), Vec::<u8>::new());
        assert!(spool.fault().unwrap().contains("temporary file"));
    }
}
