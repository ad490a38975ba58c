//! What goes when the layer goes, what stays, and what data would be lost: by the marks of the tracking method in force, as
//! Argo CD itself decides it, not by what a status lists. Pure.
use crate::argo::{self, app, managed, resources, set};
use crate::model::meta::text;
use crate::model::{Key, Object, meta};
use crate::usecase::switch::{Code, Fact, Scan, Strategy, Target, View};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds that hold data, or that take everything within them along.
const DATA: [&str; 4] = ["PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition"];

/// What becomes of the layer's objects.
#[derive(Clone, Default, Debug)]
pub struct Removal {
    /// What goes, Applications first.
    pub going: Vec<Target>,
    /// The root's own objects that are no Applications.
    pub direct: Vec<Key>,
    /// What stays on purpose.
    pub kept: Vec<Fact>,
    /// Data that would be lost.
    pub losses: Vec<Fact>,
    pub refusals: Vec<Fact>,
}

impl Removal {
    /// The root's own objects beside its children and its ApplicationSets; AppProjects last.
    pub fn direct(&self) -> impl Iterator<Item = &Target> {
        let all = |project: bool| self.own().filter(move |d| !d.key.is_argo("ApplicationSet") && d.key.is_argo("AppProject") == project);
        all(false).chain(all(true))
    }

    /// The root's own ApplicationSets: they go before any Application, which they would make again.
    pub fn sets(&self) -> impl Iterator<Item = &Target> {
        self.own().filter(|d| d.key.is_argo("ApplicationSet"))
    }

    fn own(&self) -> impl Iterator<Item = &Target> {
        self.going.iter().filter(|d| self.direct.contains(&d.key))
    }
}

/// Reads it off the metadata. `volumes` are the PersistentVolumes in full.
pub fn removal(view: &View, scan: &Scan, strategy: Strategy, volumes: &[Value]) -> Removal {
    let mut out = Removal::default();
    let Some(root) = view.root() else { return out };
    let ours = |key: &Key| *key == root.key || view.is_member(key);
    let preserving: BTreeSet<&Key> = view.members().into_iter().filter(|m| set::leaves_its_objects(&m.value)).map(|m| &m.key).collect();
    let why_kept = |object: &Object, app: &Key| match preserving.contains(app) {
        true => Some((Code::KeptBySet, app.place())),
        false => kept_by(object, *app == root.key, strategy).map(|option| (Code::Kept, option.to_owned())),
    };
    let mut going: BTreeMap<&str, (&Object, String)> = BTreeMap::new();
    let mut late = Vec::new();
    for object in scan.objects.iter().filter(|o| o.key != root.key) {
        let Some(app) = view.marked(object).filter(&ours) else { continue };
        if object.key.is_argo("Application") && !view.is_member(&object.key) {
            // Its mark says so, its parent does not. A prune would follow the mark.
            out.refusals.push(Fact::new(Code::Contested, &object.key, app.place()));
        } else if let Some(other) = listed_elsewhere(view, &object.key, &ours) {
            out.refusals.push(Fact::new(Code::Shared, &object.key, format!("{}, {}", app.place(), other.place())));
        } else if let Some((code, why)) = why_kept(object, &app) {
            if app != root.key && DATA.contains(&&*object.key.kind) && returns_prune(view, &app, object) {
                let why = format!("kept by {why}, and pruned when {} comes back: not in its Git, and no Prune=false", app.place());
                late.push(Fact::new(Code::WouldBeLost, &object.key, why));
            } else if object.key.is_argo("Application") {
                out.refusals.push(Fact::new(Code::ChildKept, &object.key, why));
            } else {
                out.kept.push(Fact::new(code, &object.key, why));
            }
        } else if object.key.is_argo("Application") || meta::owners(&object.value).next().is_none() && !argo::is_hook(&object.value) {
            if app == root.key && !object.key.is_argo("Application") {
                out.direct.push(object.key.clone());
            }
            going.insert(&object.uid, (object, format!("managed by {}", app.place())));
        }
    }
    for key in view.listed() {
        let Some(object) = scan.get(&key).filter(|o| !going.contains_key(&*o.uid)) else { continue };
        let by_root = strategy == Strategy::Prune && resources(&root.value).any(|listed| listed == key);
        if key.kind == "CustomResourceDefinition" {
            if by_root && !argo::has_option(&object.value, "Prune=false") {
                going.insert(&object.uid, (object, format!("listed by {}", root.key.place())));
            } else {
                out.kept.push(Fact::new(Code::Kept, &key, "CRD"));
            }
        } else if view.marked(object).is_none() && !key.is_argo("Application") && meta::owners(&object.value).next().is_none() {
            out.kept.push(Fact::new(Code::KeptUnmarked, &key, ""));
        }
    }
    close(scan, &mut going);
    // What such an Application takes along is not among what was looked at.
    let by_owner = going.values().filter(|(o, _)| o.key.is_argo("Application") && !view.is_member(&o.key));
    out.refusals.extend(by_owner.map(|(o, why)| Fact::new(Code::GoesUnlisted, &o.key, why.clone())));
    out.losses = losses(view, &going, volumes, &ours);
    out.losses.extend(late);
    out.going = going.values().filter_map(|(o, _)| scan.target(o)).collect();
    out.going.sort_by_key(|d| (!d.key.is_argo("Application"), d.key.clone()));
    for list in [&mut out.kept, &mut out.refusals, &mut out.losses] {
        list.sort();
        list.dedup();
    }
    out
}

/// An Application outside the layer that lists the object as its own, too.
fn listed_elsewhere(view: &View, key: &Key, ours: &dyn Fn(&Key) -> bool) -> Option<Key> {
    let lists = |app: &&Key| view.get(app).is_some_and(|a| managed(&a.value).any(|mine| mine == *key));
    view.listing(key).iter().filter(|a| !ours(a)).find(lists).cloned()
}

/// The option that makes an object stay, as Argo CD asks about it.
fn kept_by(object: &Object, by_root: bool, strategy: Strategy) -> Option<&'static str> {
    // A child is deleted on purpose; its `Prune=false` is asked about by name (`losses`).
    if by_root && object.key.is_argo("Application") {
        return None;
    }
    let by = |way| argo::kept(&object.key, &object.value, way).map(argo::Kept::as_str);
    match (by_root, strategy) {
        (true, Strategy::Prune) => by(Strategy::Prune),
        (true, Strategy::Cascade) => by(Strategy::Prune).or_else(|| by(Strategy::Cascade)),
        (false, _) => by(Strategy::Cascade),
    }
}

/// Whether the Application, made again, would prune what it had kept: what carries its mark and is not in Git (under label tracking a
/// claim of a StatefulSet, before that is there again). Seen on Argo CD 2.12.
fn returns_prune(view: &View, app: &Key, object: &Object) -> bool {
    let in_git = |e: &argo::Entry<'_>| !e.status().is_empty() && !e.requires_pruning();
    let kept = argo::has_option(&object.value, "Prune=false") || meta::owners(&object.value).next().is_some();
    !kept
        && view.get(app).is_none_or(|a| {
            !app::policy_has(&a.value, "Prune=false") && !argo::listed(&a.value).any(|e| in_git(&e) && e.key() == object.key)
        })
}

/// Adds what goes with it: what it owns, and what lives in a Namespace that goes.
fn close<'a>(scan: &'a Scan, going: &mut BTreeMap<&'a str, (&'a Object, String)>) {
    loop {
        let spaces: BTreeSet<&str> = going.values().filter(|(o, _)| is_namespace(&o.key)).map(|(o, _)| &*o.key.name).collect();
        let takes = |o: &Object| {
            let owner = meta::owners(&o.value).find(|o| going.contains_key(o.uid));
            let owner = owner.map(|o| format!("owned by {} {}", o.kind, o.name));
            owner.or_else(|| spaces.contains(&*o.key.namespace).then(|| format!("in Namespace {}", o.key.namespace)))
        };
        let new: Vec<_> = scan.objects.iter().filter(|o| !going.contains_key(&*o.uid)).filter_map(|o| Some((o, takes(o)?))).collect();
        if new.is_empty() {
            return;
        }
        going.extend(new.into_iter().map(|(o, why)| (&*o.uid, (o, why))));
    }
}

fn is_namespace(key: &Key) -> bool {
    key.kind == "Namespace" && key.group.is_empty()
}

fn losses(view: &View, going: &BTreeMap<&str, (&Object, String)>, volumes: &[Value], ours: &dyn Fn(&Key) -> bool) -> Vec<Fact> {
    let mut losses = Vec::new();
    for (object, why) in going.values() {
        let of_pod = object.key.kind == "PersistentVolumeClaim" && meta::owners(&object.value).any(|o| o.kind == "Pod");
        if DATA.contains(&&*object.key.kind) && !of_pod {
            losses.push(Fact::new(Code::WouldBeLost, &object.key, why.clone()));
        } else if view.marked(object).is_some_and(|a| !ours(&a)) {
            losses.push(Fact::new(Code::WouldBeLost, &object.key, format!("of another Application, {why}")));
        }
    }
    for volume in volumes {
        let claim = text(volume, "/spec/claimRef/uid");
        let key = Key::new("", "PersistentVolume", "", text(volume, "/metadata/name"));
        if text(volume, "/spec/persistentVolumeReclaimPolicy") == "Delete"
            && let Some((claim, _)) = going.get(claim).filter(|_| !going.contains_key(meta::uid(volume)))
        {
            losses.push(Fact::new(Code::WouldBeLost, &key, format!("reclaimPolicy Delete, bound to {}", claim.key.place())));
        }
    }
    let protected = |o: &&Object| argo::has_option(&o.value, "Prune=false") || argo::has_option(&o.value, "Delete=false");
    losses.extend(view.children().into_iter().filter(protected).map(|o| Fact::new(Code::WouldBeLost, &o.key, "Prune=false")));
    losses
}
