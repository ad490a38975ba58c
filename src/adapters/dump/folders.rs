//! Decides which folders of a dump are named after the namespace that was asked. If in doubt, the folder is a namespace: an answer must
//! never count for more than was asked. Knows paths and the namespaces of what was read below them.
use crate::adapters::dump::answer::Answer;
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::name::{Place, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// The folders that are namespaces.
pub(super) struct Folders(BTreeSet<String>);

impl Folders {
    /// Judges each folder by what its files hold and by the namespaces that exist.
    pub fn of<'a, I: 'a>(files: impl Iterator<Item = (&'a Place, &'a [Answer<I>])>, existing: &BTreeSet<String>) -> Self {
        let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (place, answers) in files.filter(|(p, _)| p.tree == Tree::Plain && !p.folder.is_empty()) {
            seen.entry(&place.folder).or_default().extend(answers.iter().flat_map(|a| &a.seen.namespaces).map(String::as_str));
        }
        let pure = |folder: &str, of: &BTreeSet<&str>| of.iter().all(|n| *n == last(folder));
        let mut found: BTreeSet<String> = seen
            .iter()
            .filter(|(f, of)| pure(f, of) && (!of.is_empty() || existing.contains(last(f))))
            .map(|(f, _)| (*f).to_owned())
            .collect();
        let parents: BTreeSet<String> = found.iter().map(|f| parent(f).to_owned()).collect();
        found.extend(
            seen.iter().filter(|(f, of)| of.is_empty() && label(last(f)) && parents.contains(parent(f))).map(|(f, _)| (*f).to_owned()),
        );
        Self(found)
    }

    /// The namespace that the question of a file was about; `namespaced` says whether its objects have one.
    pub fn namespace(&self, place: &Place, namespaced: bool) -> Option<String> {
        match &place.tree {
            _ if !namespaced => None,
            Tree::Gathered(namespace) => namespace.clone(),
            Tree::Namespace(namespace) => Some(namespace.clone()),
            Tree::Plain => self.0.contains(&place.folder).then(|| place.last_folder().to_owned()),
        }
    }

    /// Group, resource and namespace of the question that a file's name tells; `*` if it tells none.
    pub fn question(&self, place: &Place, all: &Catalogue) -> (String, String, Option<String>) {
        match place.resource(all) {
            Some((group, plural)) => {
                let namespace = self.namespace(place, all.namespaced(&group, &plural).unwrap_or(true));
                (group, plural, namespace)
            }
            None => (String::new(), "*".into(), self.namespace(place, true)),
        }
    }
}

fn last(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

fn parent(folder: &str) -> &str {
    folder.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn label(name: &str) -> bool {
    (1..=63).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
