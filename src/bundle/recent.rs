//! The content of the files that were read last, since what is read next is most often beside what was read before. Must not know where it comes
//! from, or what is in it.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// So many files are kept however large they are: those of one kind.
const LEAST: usize = 5;

/// So many buffers wait for content. Memory that is given back and asked for anew in pieces of this size becomes full of holes.
const SPARE: usize = 3;

/// The files that were read last.
pub struct Recent {
    /// So many bytes are kept.
    most: usize,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    /// Name and content, in the order in which they were asked for.
    files: VecDeque<(String, Content)>,
    spare: Vec<Vec<u8>>,
}

/// The content of a file, read once for all that ask for it at the same time; or why it can't be read.
type Content = Arc<OnceLock<Result<Arc<Vec<u8>>, String>>>;

impl Recent {
    /// Keeps so many bytes.
    pub fn new(most: usize) -> Self {
        Self { most, last: Mutex::default() }
    }

    /// The content of a file. `read` replaces the content of a buffer by it.
    ///
    /// # Errors
    /// As `read`.
    pub fn file(&self, name: &str, read: impl FnOnce(&mut Vec<u8>) -> Result<(), String>) -> Result<Arc<Vec<u8>>, String> {
        let (content, mut buffer) = self.asked(name);
        let result = content.get_or_init(|| {
            read(&mut buffer)?;
            if buffer.capacity() > 2 * buffer.len() {
                buffer.shrink_to_fit();
            }
            Ok(Arc::new(buffer))
        });
        result.clone()
    }

    fn asked(&self, name: &str) -> (Content, Vec<u8>) {
        let Last { files, spare } = &mut *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.iter().position(|(known, _)| known == name).and_then(|at| files.remove(at)) {
            let content = Arc::clone(&known.1);
            files.push_back(known);
            return (content, Vec::new());
        }
        let size = |content: &Content| content.get().and_then(|read| read.as_ref().ok()).map_or(0, |bytes| bytes.len());
        while files.len() >= LEAST && files.iter().map(|(_, content)| size(content)).sum::<usize>() > self.most {
            let gone = files.pop_front().and_then(|(_, content)| Arc::into_inner(content)?.into_inner()?.ok());
            spare.extend(gone.and_then(Arc::into_inner));
        }
        spare.truncate(SPARE);
        let content = Content::default();
        files.push_back((name.to_owned(), Arc::clone(&content)));
        (content, spare.pop().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST, Recent};
    use std::cell::Cell;

    const KEPT: usize = 1 << 20;

    #[test]
    fn what_was_asked_for_last_is_not_read_again() {
        let (recent, reads) = (Recent::new(KEPT), Cell::new(0));
        let file = |name: &str, size: usize| {
            let read = |into: &mut Vec<u8>| {
                reads.set(reads.get() + 1);
                into.clear();
                into.resize(size, name.as_bytes()[0]);
                Ok(())
            };
            let content = recent.file(name, read).unwrap();
            assert!(content.len() == size && content.iter().all(|b| *b == name.as_bytes()[0]), "{name}");
            reads.get()
        };
        assert_eq!((file("a", 9), file("b", 7), file("a", 9)), (1, 2, 2));
        for i in 0..LEAST {
            file(&format!("large {i}"), KEPT);
        }
        let before = reads.get();
        assert_eq!(file("large 4", KEPT), before, "a large one is kept too");
        assert_eq!(file("a", 9), before + 1, "it was pushed out");
    }

    #[test]
    fn what_can_not_be_read_says_why() {
        let recent = Recent::new(KEPT);
        for _ in 0..2 {
            assert_eq!(recent.file("a", |_| Err("broken".into())), Err("broken".to_owned()));
        }
    }
}
