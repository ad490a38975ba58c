//! The check that every facet file of a bundle follows from its objects: each must come out byte for byte. Knows nothing of how the
//! files are made.
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::Files;
use std::collections::BTreeSet;

/// Compares the facet files of a bundle with those that its own objects give, one by one.
pub struct Against<'f> {
    files: &'f dyn Files,
    /// Files of the bundle that no object has given yet.
    left: BTreeSet<&'f str>,
    defects: Vec<Defect>,
}

impl<'f> Against<'f> {
    pub fn new(files: &'f dyn Files) -> Self {
        let facet = |n: &&str| ["state/", "health/", "identity/", "noise/"].iter().any(|f| n.starts_with(f));
        Self { files, left: files.names().into_iter().filter(facet).collect(), defects: Vec::new() }
    }

    /// Compares one file that the objects give.
    pub fn given(&mut self, name: &str, expected: &[u8]) {
        let stored = self.left.remove(name).then(|| self.files.bytes(name)).flatten();
        let what = match stored {
            Some(stored) if *stored == *expected => return,
            Some(stored) => first_difference(&stored, expected),
            None => "missing: objects of the bundle belong here".to_owned(),
        };
        self.defects.push(Defect::of(name, DefectKind::Facets(what)));
    }

    /// Everything that differs, in the order of the names.
    pub fn finish(mut self) -> Vec<Defect> {
        let extra = "no object of the bundle belongs here";
        self.defects.extend(self.left.iter().map(|name| Defect::of(name, DefectKind::Facets(extra.into()))));
        self.defects.sort_by(|a, b| a.entry.cmp(&b.entry));
        self.defects
    }
}

fn first_difference(stored: &[u8], expected: &[u8]) -> String {
    let same = stored.split(|c| *c == b'\n').zip(expected.split(|c| *c == b'\n')).take_while(|(a, b)| a == b).count();
    format!("line {} does not follow from the object it belongs to", same + 1)
}
