//! The layer of each object, by evidence and never by guess (laws 2 and 3): first confirmed evidence, then what only the object or a
//! namespace says. Reads only the snapshot's own objects; `compare` joins what several bundles show. Leaves all questions about Argo CD
//! to `crate::argo`.
mod context;
mod derived;
mod hosts;
mod lean;
mod owned;
mod places;
mod scalers;
mod volumes;

pub use context::Context;
pub use derived::{Templates, origin};
pub use lean::Lean;
pub use owned::{owned_fields, stated_fields};
pub use places::Places;

use crate::argo::Listed;
use crate::model::{By, KeyRef, Object, Role, meta};
use places::Place;

pub fn place(context: &Context<'_>) -> Places {
    let mut done = Places::new(context.objects.len());
    for at in 0..context.objects.len() {
        placement(context, at, &mut done, 0);
    }
    done
}

/// Chains of owners are short; a longer one is a cycle or an attack.
const DEEPEST: usize = 16;

fn placement(context: &Context<'_>, at: usize, done: &mut Places, depth: usize) -> Place {
    if let Some(place) = done.done.get(at).copied().flatten() {
        return place;
    }
    let Some(object) = context.objects.lean(at) else { return Place::NOWHERE };
    let found = if depth > DEEPEST { Place::NOWHERE } else { decide(context, &object, done, depth) };
    if let Some(slot) = done.done.get_mut(at) {
        *slot = Some(found);
    }
    found
}

/// The evidence in order of strength. Confirmed evidence comes before all that only the object itself says.
fn decide(context: &Context<'_>, object: &Object, done: &mut Places, depth: usize) -> Place {
    let mut p = Place::NOWHERE;
    if context.apps.root_of(&object.key).is_some() {
        return Place { by: By::Ancestry, ..p };
    }
    let mark = context.apps.manager(object);
    let doubted = mark.as_ref().is_some_and(|m| m.listed != Listed::Yes);
    let marked = mark.as_ref().and_then(|m| m.layer.clone());
    if let Some(mark) = &mark {
        (p.app, p.mark) = (done.words.of(&mark.app), mark.listed.as_str());
    }
    let listed = marked.as_deref().filter(|_| !doubted);
    if let Some(layer) = listed.and_then(|l| context.apps.sharing(&object.key).or(Some(l))).or(context.apps.generated_layer(object)) {
        return Place { layer: done.words.of(layer), by: By::Ancestry, ..p };
    }
    let role = |layer: &str| context.apps.layers.iter().find(|l| l.name == layer).map(|l| l.role);
    let protects = |done: &Places, place: Place| role(done.words.text(place.layer)) == Some(Role::Protected);
    let mut named: Option<Place> = None;
    for (target, is_mutual) in context.related(object) {
        let other = placement(context, target, done, depth + 1);
        let place = Place { layer: other.layer, related: u32::try_from(target).ok(), ..p };
        if is_mutual && other.by.is_confirmed() && !context.is_kept(target) {
            return Place { by: By::Relation, ..place };
        }
        // What it names of a protected layer is not the switched layer's alone; only its owner comes before.
        let is_first = named.is_none_or(|known| protects(done, place) && !protects(done, known) && !is_owner(context, object, known));
        if is_first && other.by != By::None {
            named = Some(Place { by: By::Reference, ..place });
        }
    }
    // A mark that its Application does not confirm places nothing in a protected layer.
    if let Some(layer) = marked.filter(|l| role(l) == Some(Role::Switched)) {
        return Place { layer: done.words.of(&layer), by: By::Mark, related: named.and_then(|n| n.related), ..p };
    }
    if let Some(named) = named {
        return named;
    }
    let namespace = if object.key.kind == "Namespace" && object.key.group.is_empty() { &object.key.name } else { &object.key.namespace };
    let by_namespace = context.apps.layer_of_namespace(namespace).map(|l| (l, By::Namespace));
    let made = made_namespace(context, object, done, depth).map(|layer| done.words.text(layer).to_owned());
    let by_maker = || made.as_deref().filter(|l| role(l) == Some(Role::Switched)).map(|l| (l, By::Namespace));
    let by_destination = || context.apps.layer_that_fills(namespace).map(|l| (l, By::Destination));
    let by_label = || context.scope(object).filter(|l| role(l).is_some()).map(|l| (l, By::Label));
    // An Application is below a root by ancestry or not at all.
    let found = by_namespace.or_else(by_maker).or_else(by_destination).or_else(by_label).filter(|_| !object.key.is_argo("Application"));
    match found {
        Some((layer, by)) if !(doubted && role(layer) == Some(Role::Protected)) => Place { layer: done.words.of(layer), by, ..p },
        _ => p,
    }
}

/// The layer of what the object's Namespace was made for (a Profile of Kubeflow, a SubnamespaceAnchor): what is in it goes with it.
fn made_namespace(context: &Context<'_>, object: &Object, done: &mut Places, depth: usize) -> Option<u32> {
    let key = KeyRef { group: "", kind: "Namespace", namespace: "", name: &object.key.namespace };
    let place = placement(context, context.objects.find(key).filter(|_| !object.key.namespace.is_empty())?, done, depth + 1);
    matches!(place.by, By::Reference | By::Relation).then_some(place.layer)
}

/// Whether the object at the other end of a relation is an owner.
fn is_owner(context: &Context<'_>, object: &Object, place: Place) -> bool {
    let related = place.related.and_then(|at| usize::try_from(at).ok());
    meta::owners(&object.value).any(|owner| related.is_some() && context.by_uid(owner.uid) == related)
}
