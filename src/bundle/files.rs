//! The files of a bundle, in memory or unpacked when they are read. Whoever implements it has checked their bytes against SHA256SUMS.
use crate::bundle::lines::lines_at;
use crate::bundle::recent::Recent;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The entries of a bundle but SHA256SUMS.
pub trait Files: Sync {
    /// Their names, sorted by their bytes.
    fn names(&self) -> Vec<&str>;
    /// The content of one; none if there is no such entry.
    fn bytes(&self, name: &str) -> Option<Cow<'_, [u8]>>;
    /// The same, into a buffer that replaces its content; whether there is such an entry.
    fn read(&self, name: &str, into: &mut Vec<u8>) -> bool {
        let bytes = self.bytes(name);
        into.clear();
        into.extend_from_slice(bytes.as_deref().unwrap_or_default());
        bytes.is_some()
    }
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }

    fn bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.get(name).map(|bytes| Cow::Borrowed(&**bytes))
    }
}

/// So many bytes are kept: what an object is made from is beside it only in part.
const KEPT: usize = 4 << 20;

/// The files of a bundle by number, of which those that were read last are kept.
pub(super) struct Numbered<'f> {
    files: &'f dyn Files,
    names: Vec<String>,
    recent: Recent,
}

/// The place of a line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Span {
    file: u32,
    from: u32,
    len: u32,
}

impl<'f> Numbered<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self { files, names: files.names().into_iter().map(str::to_owned).collect(), recent: Recent::new(KEPT) }
    }

    /// The name of the file in which a line is.
    pub(super) fn name(&self, span: Span) -> &str {
        self.name_of(span.file)
    }

    pub(super) fn name_of(&self, file: u32) -> &str {
        usize::try_from(file).ok().and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }

    /// The content of the file in which a line is.
    pub(super) fn file_of(&self, span: Span) -> Arc<Vec<u8>> {
        self.file(span.file)
    }

    /// The numbers of the files whose names begin so.
    pub(super) fn beginning(&self, with: &str) -> Vec<u32> {
        (0..).zip(&self.names).filter(|(_, name)| name.starts_with(with)).map(|(file, _)| file).collect()
    }

    /// The content of a file; empty if it can't be read.
    pub(super) fn file(&self, file: u32) -> Arc<Vec<u8>> {
        let name = self.name_of(file);
        let read = |into: &mut Vec<u8>| self.files.read(name, into).then_some(()).ok_or_else(String::new);
        self.recent.file(name, read).unwrap_or_default()
    }
}

impl Span {
    /// The lines of a file, each with its number, from 1.
    pub(super) fn lines(file: u32, bytes: &[u8]) -> impl Iterator<Item = (usize, Self)> {
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        lines_at(bytes).map(move |(number, at, line)| (number, Self { file, from: short(at.start), len: short(line.len()) }))
    }

    pub(super) fn file(self) -> u32 {
        self.file
    }

    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let from = number(self.from);
        bytes.get(from..from.saturating_add(number(self.len))).unwrap_or_default()
    }
}
