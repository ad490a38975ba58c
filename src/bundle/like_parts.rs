//! Which file belongs to which kind. The name of a later part ends in eight hex digits. The name of a kind may end so too, so the
//! manifest lists such kinds. Opens no file.
use crate::canon::is_hex;
use crate::model::{Objects, stem};
use std::collections::BTreeSet;

/// The kinds of one bundle whose own names look like the name of a part: `<plural>.<group>` whose group ends in eight hex digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LikeParts(BTreeSet<String>);

impl LikeParts {
    pub fn of(stems: impl IntoIterator<Item = String>) -> Self {
        Self(stems.into_iter().filter(|stem| before_digits(stem).is_some()).collect())
    }

    pub fn of_objects(objects: &dyn Objects) -> Self {
        let kinds: BTreeSet<(&str, &str)> = (0..objects.len()).map(|at| (objects.plural(at), objects.key(at).group)).collect();
        Self::of(kinds.into_iter().map(|(plural, group)| stem(plural, group)))
    }

    pub fn holds(&self, stem: &str) -> bool {
        self.0.contains(stem)
    }

    /// The form that the manifest holds.
    pub fn to_list(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// `<plural>.<group>` of a file name, of a first or a later part.
    pub fn stem<'n>(&self, file: &'n str) -> &'n str {
        let name = file.strip_suffix(".jsonl").unwrap_or(file);
        if self.holds(name) { name } else { before_digits(name).unwrap_or(name) }
    }
}

/// The text before a final `.<eight hex digits>`.
fn before_digits(name: &str) -> Option<&str> {
    let (stem, part) = name.rsplit_once('.')?;
    is_hex(part, 8).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::LikeParts;

    #[test]
    fn a_kind_whose_group_ends_in_eight_hex_digits_is_no_part() {
        let kinds = LikeParts::of(["widgets.corp".to_owned(), "widgets.corp.deadbeef".to_owned()]);
        assert_eq!(kinds.to_list(), ["widgets.corp.deadbeef"]);
        for (file, stem) in [
            ("widgets.corp.jsonl", "widgets.corp"),
            ("widgets.corp.deadbeef.jsonl", "widgets.corp.deadbeef"),
            ("widgets.corp.deadbeef.0123abcd.jsonl", "widgets.corp.deadbeef"),
            ("widgets.corp.0123abcd.jsonl", "widgets.corp"),
        ] {
            assert_eq!(kinds.stem(file), stem, "{file}");
        }
    }
}
