//! What one run may leave to the next: texts in which nothing was found, and what names of fields say. Both follow from the text
//! alone, whatever stands around it and whatever the key is. Holds no text that held a secret, and forgets what is not met again.
use super::mode::Mode;
use super::names::{Name, Sense};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of one generation of texts, with some for each text's place in its table.
const GENERATION: usize = 1 << 17;
/// Longer texts are remembered by their digest.
const LONGEST: usize = 128;

/// Of one run at a time.
#[derive(Default)]
pub(super) struct Memo {
    clean: [[Recent<()>; 3]; 3],
    names: Recent<Name>,
}

impl Memo {
    /// Whether nothing was found in this text, the last time it stood under such a name in such a mode.
    pub(super) fn is_clean(&mut self, text: &str, sense: Sense, mode: Mode) -> bool {
        self.clean_of(sense, mode).get(text).is_some()
    }

    /// Nothing is in this text.
    pub(super) fn clean(&mut self, text: &str, sense: Sense, mode: Mode) {
        self.clean_of(sense, mode).put(text, ());
    }

    /// What the name of a field says.
    pub(super) fn name(&mut self, name: &str) -> Name {
        self.names.get(name).unwrap_or_else(|| {
            let says = Name::of(name);
            self.names.put(name, says);
            says
        })
    }

    fn clean_of(&mut self, sense: Sense, mode: Mode) -> &mut Recent<()> {
        let [full, prose, shapes] = &mut self.clean;
        let [plain, likely, secret] = match mode {
            Mode::Full => full,
            Mode::Prose => prose,
            Mode::Shapes => shapes,
        };
        match sense {
            Sense::Plain => plain,
            Sense::Likely => likely,
            Sense::Secret => secret,
        }
    }
}

/// Two generations: the older one is forgotten when the younger one is full; what is met again becomes young again.
struct Recent<V> {
    young: HashMap<Box<[u8]>, V>,
    old: HashMap<Box<[u8]>, V>,
    bytes: usize,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), bytes: 0 }
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

/// A short text is its own name, that of a long one its digest behind a byte that no text holds.
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
