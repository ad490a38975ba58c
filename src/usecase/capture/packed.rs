//! The objects of one answered list, packed: their names in one text, their content in the spool, and about fifty bytes of memory for
//! each. Information about the whole list is stored once.
use crate::layers::Lean;
use crate::model::{Key, KeyRef};
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;

#[derive(Clone, Copy, Debug)]
pub(super) struct PackedObject {
    kind: u32,
    namespace: Text,
    name: Text,
    uid: Text,
    /// Where its bytes begin in the spool: first the lean form, then the whole.
    pub(super) at: u64,
    /// Length of the lean form, in bytes.
    pub(super) lean: u32,
    /// Length of the whole, in bytes.
    pub(super) whole: u32,
}

/// A part of the list's text.
#[derive(Clone, Copy, Debug, Default)]
struct Text {
    from: u32,
    len: u32,
}

/// The objects of one list, in its order, and the information about the list.
#[derive(Clone, Debug, Default)]
pub struct PackedList {
    texts: String,
    packed: Vec<PackedObject>,
    /// (group, kind) of all items, including those that are not stored.
    pub(super) kinds: Vec<(String, String)>,
    /// (group, kind, plural) of the kinds that its CustomResourceDefinitions define.
    pub(super) made: Vec<(String, String, String)>,
    /// For each object that has a controller: the controller's kind, as an index into `kinds`, and the short hash of its uid.
    pub(super) controllers: Vec<(u32, u64)>,
    /// The number of all items.
    pub(super) seen: u64,
    /// The highest resourceVersion of its items.
    pub(super) highest: Option<u64>,
    /// What is wrong with items that can't be stored.
    pub(super) wrong: Vec<String>,
    /// The kind of the last item, and what placing reads of it.
    pub(super) lean: Option<(u32, Lean)>,
    /// A buffer in which an object is packed before it goes to the spool.
    pub(super) scratch: Vec<u8>,
}

impl PackedList {
    /// The number of stored objects.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// The number of all items; an object that stands in the list more than once counts once.
    pub(super) fn count(&self) -> u64 {
        let mut keys: Vec<KeyRef<'_>> = self.packed.iter().map(|object| self.key(object)).collect();
        keys.sort();
        keys.dedup();
        self.seen.saturating_sub((self.packed.len() - keys.len()) as u64)
    }

    /// Whether no object is stored.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Records the kind of an item; gives its index.
    pub(super) fn kind(&mut self, group: &str, kind: &str) -> u32 {
        let known = self.kinds.iter().position(|(g, k)| g == group && k == kind);
        let at = known.unwrap_or_else(|| {
            self.kinds.push((group.to_owned(), kind.to_owned()));
            self.kinds.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Adds an object whose bytes are in the spool.
    pub(super) fn add(&mut self, key: &Key, uid: &str, at: u64, lean: usize, whole: usize) {
        let kind = self.kind(&key.group, &key.kind);
        // Lists are sorted by namespace, so neighbours share one copy of its name.
        let last = self.packed.last().map(|s| s.namespace).filter(|t| self.text(*t) == key.namespace);
        let namespace = last.unwrap_or_else(|| self.write(&key.namespace));
        let (name, uid) = (self.write(&key.name), self.write(uid));
        let size = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        self.packed.push(PackedObject { kind, namespace, name, uid, at, lean: size(lean), whole: size(whole) });
    }

    fn write(&mut self, text: &str) -> Text {
        let size = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let from = size(self.texts.len());
        self.texts.push_str(text);
        Text { from, len: size(text.len()) }
    }

    fn text(&self, text: Text) -> &str {
        let from = usize::try_from(text.from).unwrap_or(usize::MAX);
        let len = usize::try_from(text.len).unwrap_or(usize::MAX);
        self.texts.get(from..from.saturating_add(len)).unwrap_or_default()
    }

    pub(super) fn packed(&self) -> Range<usize> {
        0..self.packed.len()
    }

    pub(super) fn object(&self, at: usize) -> Option<&PackedObject> {
        self.packed.get(at)
    }

    pub(super) fn key(&self, object: &PackedObject) -> KeyRef<'_> {
        let (group, kind) = self.kinds.get(number(object.kind)).map_or(("", ""), |(g, k)| (g, k));
        KeyRef { group, kind, namespace: self.text(object.namespace), name: self.text(object.name) }
    }

    /// Takes out the object of a key; whether there was one.
    pub(super) fn take_out(&mut self, key: KeyRef<'_>) -> bool {
        let at = self.packed.iter().position(|object| self.key(object) == key);
        at.map(|at| self.packed.remove(at)).is_some()
    }

    /// The index of an object's kind.
    pub(super) fn kind_of(&self, object: &PackedObject) -> usize {
        number(object.kind)
    }

    pub(super) fn uid(&self, object: &PackedObject) -> &str {
        self.text(object.uid)
    }

    /// Records an object's controller.
    pub(super) fn controlled(&mut self, group: &str, kind: &str, uid: &str) {
        let kind = self.kind(group, kind);
        self.controllers.push((kind, mark(uid)));
    }

    /// The short hashes of all uids.
    pub(super) fn marks(&self) -> impl Iterator<Item = u64> {
        self.packed.iter().map(|object| mark(self.uid(object)))
    }

    /// Frees the memory that was reserved for more objects.
    pub(super) fn close(&mut self) {
        self.texts.shrink_to_fit();
        self.packed.shrink_to_fit();
        (self.scratch, self.lean) = (Vec::new(), None);
    }
}

/// A short hash of a uid: eight bytes are enough to see that a uid is missing.
fn mark(uid: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    uid.hash(&mut hasher);
    hasher.finish()
}

fn number(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
