//! JSON text that is read part by part: only what is looked at is in memory. Knows no object, and says nothing of what is wrong.
use crate::canon::yaml::{Document, Part, Take};
use crate::value::{Map, RESERVED, Strict, Value};
use serde_json::value::RawValue;
use std::io::Read;

pub(super) const CHUNK: usize = 1 << 18;

/// A part of a text that is read.
pub(super) struct Window {
    from: Box<dyn Read>,
    chunk: usize,
    bytes: Vec<u8>,
    /// Where the rest begins.
    at: usize,
    read: u64,
    /// Whether nothing follows what was read.
    is_over: bool,
    /// Whether a member or an item must come now, or a comma or the end.
    is_first: bool,
}

impl Window {
    pub(super) fn new(from: Box<dyn Read>, chunk: usize) -> Self {
        Self { from, chunk, bytes: Vec::new(), at: 0, read: 0, is_over: false, is_first: false }
    }

    /// The number of bytes that were read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Reads on, at least as much again as is left: what is cut is looked at a few times and not once for each chunk.
    fn fill(&mut self) -> Option<()> {
        self.bytes.drain(..std::mem::take(&mut self.at));
        let (left, more) = (self.bytes.len(), self.bytes.len().max(self.chunk));
        let read = self.from.by_ref().take(more as u64).read_to_end(&mut self.bytes).ok()?;
        self.read += read as u64;
        self.is_over = self.bytes.len() < left + more;
        Some(())
    }

    /// The next byte that is no white space; the inner none at the end of the text.
    fn next(&mut self) -> Option<Option<u8>> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            match rest.iter().position(|b| !b" \t\r\n".contains(b)) {
                Some(space) => {
                    self.at += space;
                    return Some(self.bytes.get(self.at).copied());
                }
                None if self.is_over => return Some(None),
                None => {
                    self.at = self.bytes.len();
                    self.fill()?;
                }
            }
        }
    }

    /// Passes a sign that must come.
    fn eat(&mut self, sign: u8) -> Option<()> {
        (self.next()? == Some(sign)).then(|| self.at += 1)
    }

    /// Passes the sign with which an object or a list begins.
    fn enter(&mut self, sign: u8) -> Option<()> {
        self.is_first = true;
        self.eat(sign)
    }

    /// Whether another member or item follows before this end, which is passed.
    fn part(&mut self, end: u8) -> Option<bool> {
        let is_first = std::mem::take(&mut self.is_first);
        if self.next()? == Some(end) {
            self.at += 1;
            return Some(false);
        }
        if !is_first {
            self.eat(b',')?;
        }
        Some(true)
    }

    /// Passes on the documents, and before each the items of its list, if it has one; none where something is wrong, or not taken.
    pub(super) fn parts(&mut self, take: Take<'_>) -> Option<()> {
        while self.next()?.is_some() {
            let mut members = Map::new();
            self.enter(b'{')?;
            while self.part(b'}')? {
                let name = self.value()?;
                let name = name.as_str().filter(|name| !name.starts_with(RESERVED))?;
                self.eat(b':')?;
                let value = if name == "items" && self.next()? == Some(b'[') {
                    take(Part::List(Value::Object(members.clone())))?;
                    self.enter(b'[')?;
                    while self.part(b']')? {
                        take(Part::Item(self.value()?))?;
                    }
                    Value::Array(Vec::new())
                } else {
                    self.value()?
                };
                members.insert(name, value).is_none().then_some(())?;
            }
            take(Part::Document(Document { line: 1, value: Value::Object(members) }))?;
        }
        Some(())
    }

    /// The next value, in which no key stands twice.
    fn value(&mut self) -> Option<Value> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
            match values.next() {
                // A number may go on.
                Some(Ok(raw)) if values.byte_offset() < rest.len() || self.is_over => {
                    let Strict(value) = serde_json::from_str(raw.get()).ok()?;
                    self.at += values.byte_offset();
                    return Some(value);
                }
                Some(Err(e)) if !e.is_eof() => return None,
                _ if self.is_over => return None,
                _ => self.fill()?,
            }
        }
    }
}
