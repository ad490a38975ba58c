//! The objects of one snapshot, in any storage: in memory, or packed and read back one at a time.
use crate::model::{KeyRef, Object};
use std::borrow::Cow;
use std::ops::Range;

/// Objects sorted by key. An index is a position in that order; an index beyond the end gives an empty value or none.
#[allow(clippy::len_without_is_empty, reason = "nothing asks whether there are none")]
pub trait Objects: Sync {
    /// The number of objects.
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

    /// The objects of a kind.
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
    use super::Objects;
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
    }
}
