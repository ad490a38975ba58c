//! The tree of Applications, with what each bundle shows of each.
use crate::model::Key;
use crate::render::foreign;
use crate::render::view::said::{Application, alike};
use crate::render::words::{fill, page};
use crate::usecase::shown::{self, Shown};
use std::collections::BTreeMap;

/// How many digits of a Git revision are shown.
const DIGITS: usize = 8;

/// All Applications: those that none brings, and below each what it brings.
pub(super) fn tree(names: &[&str], shown: &Shown) -> Vec<Application> {
    let all = |p: &'_ shown::Point| p.applications.iter().map(|a| (a.key.clone(), ())).collect::<Vec<_>>();
    let keys: BTreeMap<Key, ()> = shown.points.iter().flat_map(all).collect();
    let mut below: BTreeMap<Option<&Key>, Vec<&Key>> = BTreeMap::new();
    for key in keys.keys() {
        let parent = shown.points.iter().filter_map(|p| find(p, key)).find_map(|a| a.parent.as_ref());
        // A parent that is in no bundle is no place to hang it.
        below.entry(parent.filter(|p| keys.contains_key(p))).or_default().push(key);
    }
    let mut left = keys.keys().collect();
    let mut trees: Vec<Application> = Vec::new();
    for key in below.get(&None).into_iter().flatten() {
        trees.extend(grown(key, &below, &mut left, names, shown));
    }
    // Bundles are foreign: Applications that bring each other in a circle hang on nothing.
    while let Some(key) = left.first().copied() {
        trees.extend(grown(key, &below, &mut left, names, shown));
    }
    trees
}

fn find<'p>(point: &'p shown::Point, key: &Key) -> Option<&'p shown::Application> {
    point.applications.iter().find(|a| a.key == *key)
}

/// An Application with what it brings; none if it stands in the tree already.
fn grown<'k>(
    key: &'k Key,
    below: &BTreeMap<Option<&'k Key>, Vec<&'k Key>>,
    left: &mut std::collections::BTreeSet<&'k Key>,
    names: &[&str],
    shown: &Shown,
) -> Option<Application> {
    if !left.remove(key) {
        return None;
    }
    let seen: Vec<Option<&shown::Application>> = shown.points.iter().map(|p| find(p, key)).collect();
    let children = below.get(&Some(key)).into_iter().flatten();
    Some(Application {
        name: foreign::clean(&key.written()),
        layer: seen.iter().flatten().next().map(|a| foreign::clean(&a.layer)).unwrap_or_default(),
        at: alike(names, seen.iter().map(|a| words(*a)).collect()),
        children: children.filter_map(|child| grown(child, below, left, names, shown)).collect(),
    })
}

fn words(app: Option<&shown::Application>) -> String {
    let t = page();
    let Some(app) = app else { return t.not_there.to_owned() };
    let word = |text: &String| if text.is_empty() { t.unknown.to_owned() } else { foreign::clean(text) };
    let short = |r: &String| foreign::clean(&r.chars().take(DIGITS).collect::<String>());
    // Several sources may be of one commit.
    let mut revisions: Vec<String> = app.revisions.iter().map(short).collect();
    revisions.dedup();
    let text = if app.deleting { t.application_deleting } else { t.application };
    let [sync, health, revision] = [&app.sync, &app.health, &revisions.join(" ")].map(word);
    fill(text, &[("sync", &sync), ("health", &health), ("revision", &revision)])
}
