//! What one run passes to the next: texts without a secret, and the meaning of field names. Both depend on the text alone, not on its
//! place or on the key. Holds no text that had a secret, and forgets what is not seen again.
use super::mode::Mode;
use super::names::{Name, Sense};
use foldhash::fast::RandomState;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of one generation of texts, including some for each text's entry in the table.
const GENERATION: usize = 1 << 17;
/// Longer texts are stored by their digest.
const LONGEST: usize = 128;

/// Used by one run at a time.
#[derive(Default)]
pub(super) struct Memo {
    /// By mode and sense.
    clean: [[Recent<()>; 5]; 3],
    names: Recent<Name>,
}

impl Memo {
    /// Whether no secret was found in this text the last time it had such a name and mode.
    pub(super) fn is_clean(&mut self, text: &str, sense: Sense, mode: Mode) -> bool {
        self.clean_of(sense, mode).get(text).is_some()
    }

    /// Records that this text has no secret.
    pub(super) fn clean(&mut self, text: &str, sense: Sense, mode: Mode) {
        self.clean_of(sense, mode).put(text, ());
    }

    /// The meaning of a field's name.
    pub(super) fn name(&mut self, name: &str) -> Name {
        self.names.get(name).unwrap_or_else(|| {
            let says = Name::of(name);
            self.names.put(name, says);
            says
        })
    }

    fn clean_of(&mut self, sense: Sense, mode: Mode) -> &mut Recent<()> {
        &mut self.clean[mode as usize][sense as usize]
    }
}

/// Two generations: when the younger one is full, the older one is dropped. An entry that is used again moves to the younger one.
struct Recent<V> {
    young: HashMap<Box<[u8]>, V, RandomState>,
    old: HashMap<Box<[u8]>, V, RandomState>,
    bytes: usize,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), bytes: 0 }
    }
}

impl<V: Copy> Recent<V> {
    fn get(&mut self, text: &str) -> Option<V> {
        let name = name_of(text);
        if let Some(found) = self.young.get(&*name) {
            return Some(*found);
        }
        let (name, found) = self.old.remove_entry(&*name)?;
        self.add(name, found);
        Some(found)
    }

    fn put(&mut self, text: &str, value: V) {
        self.add(name_of(text).into(), value);
    }

    fn add(&mut self, name: Box<[u8]>, value: V) {
        self.bytes += name.len() + size_of::<(Box<[u8]>, V)>();
        if self.bytes > GENERATION {
            self.bytes = 0;
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, value);
    }
}

/// The key of a text: a short text itself; of a long one its digest, after a byte that no text contains.
fn name_of(text: &str) -> Cow<'_, [u8]> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text.as_bytes());
    }
    let digest = Sha256::digest(text.as_bytes());
    Cow::Owned([0xff].into_iter().chain(digest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_again_and_again_stays_and_the_rest_is_forgotten() {
        let mut recent = Recent::default();
        recent.put("once", 1);
        recent.put("often", 2);
        for i in 0..2 * GENERATION / 8 {
            recent.put(&format!("{i:08}"), 0);
            assert_eq!(recent.get("often"), Some(2));
        }
        assert_eq!(recent.get("once"), None);
        assert!(recent.young.len() + recent.old.len() <= 2 * GENERATION / 8);
    }

    #[test]
    fn long_texts_are_told_apart() {
        let (mut recent, long) = (Recent::default(), "x".repeat(LONGEST + 1));
        recent.put(&long, ());
        assert!(recent.get(&long).is_some() && recent.get(&format!("{long}y")).is_none() && recent.get(&long[1..]).is_none());
    }
}
