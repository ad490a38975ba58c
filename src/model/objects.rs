//! The objects of one snapshot, in any storage: in memory, or packed and read back one at a time.
use crate::model::{KeyRef, Object};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::ops::Range;

/// Objects sorted by key. An index is a position in that order; an index beyond the end gives an empty value or none.
#[allow(clippy::len_without_is_empty, reason = "nothing asks whether there are none")]
pub trait Objects: Sync {
    fn len(&self) -> usize;
    fn key(&self, at: usize) -> KeyRef<'_>;
    fn plural(&self, at: usize) -> &str;
    /// Its `metadata.uid`, empty if it has none.
    fn uid(&self, at: usize) -> &str;
    /// The object, whose value may hold only the fields that placing reads.
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>>;
    /// The object with its whole value.
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>>;

    /// The object of a key; the last, should there be several.
    fn find(&self, key: KeyRef<'_>) -> Option<usize> {
        let after = self.first(&|other| other > key);
        after.checked_sub(1).filter(|at| self.key(*at) == key)
    }

    fn of_kind(&self, group: &str, kind: &str) -> Range<usize> {
        self.first(&|k| (k.group, k.kind) >= (group, kind))..self.first(&|k| (k.group, k.kind) > (group, kind))
    }

    /// The first index from which on a condition holds for all keys.
    fn first(&self, holds: &dyn Fn(KeyRef<'_>) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if holds(self.key(middle)) { high = middle } else { low = middle + 1 }
        }
        low
    }
}

/// Where the object of each key is: the key's hash and the index, sorted. Of the hash 32 bits are held, and what has it is compared.
#[derive(Default)]
pub(crate) struct ByKey {
    hasher: RandomState,
    hashes: Vec<(u32, u32)>,
}

impl ByKey {
    pub(crate) fn of(objects: &dyn Objects) -> Self {
        let mut this = Self::default();
        this.hashes = (0..objects.len()).filter_map(|at| Some((this.hash(objects.key(at)), u32::try_from(at).ok()?))).collect();
        this.hashes.sort_unstable();
        this
    }

    /// As [`Objects::find`].
    pub(crate) fn find(&self, objects: &dyn Objects, key: KeyRef<'_>) -> Option<usize> {
        let hash = self.hash(key);
        let from = self.hashes.partition_point(|(other, _)| *other < hash);
        let same = self.hashes.iter().skip(from).take_while(|(other, _)| *other == hash).filter_map(|(_, at)| usize::try_from(*at).ok());
        same.filter(|at| objects.key(*at) == key).last()
    }

    fn hash(&self, key: KeyRef<'_>) -> u32 {
        u32::try_from(self.hasher.hash_one(key) >> 32).unwrap_or_default()
    }
}

impl Objects for &[Object] {
    fn len(&self) -> usize {
        <[Object]>::len(self)
    }
    fn key(&self, at: usize) -> KeyRef<'_> {
        self.get(at).map(|o| o.key.parts()).unwrap_or_default()
    }
    fn plural(&self, at: usize) -> &str {
        self.get(at).map_or("", |o| &o.plural)
    }
    fn uid(&self, at: usize) -> &str {
        self.get(at).map_or("", |o| &o.uid)
    }
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.whole(at)
    }
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.get(at).map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::{ByKey, Objects};
    use crate::model::{Key, Object};
    use crate::value::Value;

    #[test]
    fn an_object_is_found_by_its_key_and_a_kind_by_its_range() {
        let object = |kind: &str, name: &str| Object {
            key: Key::new("", kind, "a", name),
            plural: String::new(),
            uid: name.into(),
            value: Value::Null,
            file: String::new(),
        };
        let all = [object("A", "x"), object("B", "x"), object("B", "y"), object("C", "x")];
        let all = &all[..];
        assert_eq!(all.find(Key::new("", "B", "a", "y").parts()), Some(2));
        assert_eq!(all.find(Key::new("", "B", "a", "z").parts()), None);
        assert_eq!(all.find(Key::new("", "A", "", "x").parts()), None);
        assert_eq!((all.of_kind("", "B"), all.of_kind("", "D")), (1..3, 4..4));
        let by_key = ByKey::of(&all);
        for key in [("B", "a", "y"), ("B", "a", "z"), ("A", "", "x"), ("C", "a", "x")].map(|(kind, ns, name)| Key::new("", kind, ns, name))
        {
            assert_eq!(by_key.find(&all, key.parts()), all.find(key.parts()), "{key}");
        }
    }
}
