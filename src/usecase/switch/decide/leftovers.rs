//! What is left of a layer that is gone: by tracking mark, by the list saved before, by uid and by owner. Pure.
use crate::argo::{self, Method, resources};
use crate::model::{Key, Object, meta};
use crate::usecase::switch::decide::lacks::hangs;
use crate::usecase::switch::decide::removal::Removal;
use crate::usecase::switch::{Code, Fact, Scan, View};
use std::collections::BTreeSet;

/// What was known of the layer before it went.
#[derive(Clone, Default, Debug)]
pub struct Known {
    /// Its Applications, the root not among them.
    pub apps: BTreeSet<Key>,
    /// What they listed.
    pub listed: BTreeSet<Key>,
    /// Uids of everything that was to go.
    pub uids: BTreeSet<String>,
    /// Namespaces in which something was to go.
    pub spaces: BTreeSet<String>,
    /// What stays on purpose.
    pub kept: BTreeSet<Key>,
}

impl Known {
    /// What a view tells: the Applications that hang below the root, and those that the root lists.
    pub fn of(view: &View, removal: &Removal) -> Self {
        let listed = view.root().into_iter().flat_map(|r| resources(&r.value)).filter(|k| k.is_argo("Application"));
        let foreign = |k: &Key| view.get(k).is_some() && !view.is_member(k);
        Self {
            apps: view.members().into_iter().map(|o| o.key.clone()).chain(listed).filter(|k| !foreign(k)).collect(),
            listed: view.listed().into_iter().filter(|k| !foreign(k)).collect(),
            // What is computed, not stored (metrics), has none.
            uids: removal.going.iter().map(|d| d.uid.clone()).filter(|u| !u.is_empty()).collect(),
            spaces: removal.going.iter().map(|d| d.key.namespace.clone()).filter(|n| !n.is_empty()).collect(),
            kept: removal.kept.iter().map(|f| f.object.clone()).collect(),
        }
    }

    /// Only its Applications that are not there any more: what lives is no orphan, and neither is what it manages.
    pub fn dead(&self, view: &View) -> Self {
        Self { apps: self.apps.iter().filter(|k| view.get(k).is_none()).cloned().collect(), ..Self::default() }
    }
}

/// What is there and should not be, and what may have to do with it.
pub struct Left {
    /// Objects of the layer that live.
    pub orphans: Vec<Fact>,
    /// What stays on purpose, and marks that name Applications of which nobody knows.
    pub notes: Vec<Fact>,
    /// Some of the orphans are on their way: being deleted, or to be collected now that their owner is gone.
    pub passing: bool,
}

pub fn leftovers(view: &View, scan: &Scan, known: &Known) -> Left {
    let root = view.root_key();
    let mut left = Left { orphans: Vec::new(), notes: Vec::new(), passing: false };
    let uids: BTreeSet<&str> = scan.objects.iter().map(|o| &*o.uid).collect();
    for object in scan.objects.iter().filter(|o| o.key != root && !known.kept.contains(&o.key)) {
        let was_to_go = || known.uids.contains(&object.uid).then(|| hangs(&object.key, &object.value));
        match of(view, &root, object, known).or_else(was_to_go).or_else(|| dangling(scan, &uids, object, known)) {
            Some(fact) if matches!(fact.code, Code::DeadMark | Code::Kept) => left.notes.push(fact),
            Some(fact) => {
                left.passing |= fact.code == Code::OrphanOwned || meta::deleting(&object.value).is_some();
                left.orphans.push(fact);
            }
            None => {}
        }
    }
    left.orphans.sort();
    left.notes.sort();
    left
}

fn of(view: &View, root: &Key, object: &Object, known: &Known) -> Option<Fact> {
    let fact = |code, detail: String| Some(Fact::new(code, &object.key, detail));
    let state = || gone_state(object);
    if known.apps.contains(&object.key) {
        return fact(Code::ApplicationLives, state());
    }
    let owned = meta::owners(&object.value).find(|o| known.uids.contains(o.uid));
    match view.marked(object) {
        Some(app) if known.apps.contains(&app) || app == *root => {
            // What it owns is told of its owner.
            let quiet = meta::owners(&object.value).next().is_some() && owned.is_none();
            if let Some(option) = argo::kept_either_way(&object.key, &object.value) {
                return fact(Code::Kept, option.as_str().to_owned());
            }
            if quiet { None } else { fact(if argo::is_hook(&object.value) { Code::HookLeft } else { Code::Orphan }, app.place()) }
        }
        Some(app) if view.get(&app).is_none() => {
            if known.listed.contains(&object.key) {
                fact(Code::Orphan, app.place())
            } else if view.tracking.method == Method::Annotation {
                fact(Code::DeadMark, app.place())
            } else {
                None
            }
        }
        Some(_) => None,
        None => match owned {
            Some(o) => fact(Code::OrphanOwned, format!("{} {}", o.kind, o.name)),
            None if known.listed.contains(&object.key) => fact(Code::OrphanListed, state()),
            None => None,
        },
    }
}

/// What was born while its owner went (a Job of a CronJob, its pods): its owner is nowhere, in a Namespace in which something went.
fn dangling(scan: &Scan, uids: &BTreeSet<&str>, object: &Object, known: &Known) -> Option<Fact> {
    let mut owners = meta::owners(&object.value).peekable();
    let here = known.spaces.contains(&object.key.namespace) && owners.peek().is_some() && scan.gaps.is_empty();
    let owner = owners.next().filter(|_| here)?;
    let gone = meta::owners(&object.value).all(|o| !uids.contains(o.uid));
    gone.then(|| Fact::new(Code::OrphanOwned, &object.key, format!("{} {}", owner.kind, owner.name)))
}

fn gone_state(object: &Object) -> String {
    if meta::deleting(&object.value).is_some() { meta::finalizers(&object.value).join(" ") } else { String::new() }
}
