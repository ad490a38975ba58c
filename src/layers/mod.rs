//! Which layer an object belongs to, by evidence and never by guess (DESIGN: ancestry, relation, namespace, label). Reads only
//! the snapshot's own objects; what several bundles know together is the comparison's business.
mod apps;
mod context;
mod derived;
mod lean;
mod owned;
mod places;
mod scalers;
mod tracking;

pub use apps::Apps;
pub use apps::deploys_here;
pub use apps::entries;
pub use apps::key_of_entry;
pub use apps::resources;
pub use context::Context;
pub use derived::Departure;
pub use derived::Templates;
pub use derived::What;
pub use derived::origin;
pub use lean::lean;
pub use owned::Owned;
pub use owned::owned_fields;
pub use places::Places;
pub use tracking::{Method, Tracking};

use crate::model::By;
use crate::model::Object;
use crate::model::Role;
use places::Place;

/// Places every object.
pub fn place(context: &Context<'_>) -> Places {
    let mut done = Places::new(context.objects.len());
    for at in 0..context.objects.len() {
        placement(context, at, &mut done, 0);
    }
    done
}

/// Owner chains are short; a longer one is a cycle or an attack.
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

fn decide(context: &Context<'_>, object: &Object, done: &mut Places, depth: usize) -> Place {
    let mut p = Place::NOWHERE;
    if context.apps.root_of(&object.key).is_some() {
        return Place { by: By::Ancestry, ..p };
    }
    let mark = context.apps.manager(object, &context.tracking);
    let dead = mark.as_ref().is_some_and(|m| m.dead);
    if let Some(mark) = mark {
        p.app = done.words.of(&mark.app);
        if let Some(layer) = mark.layer {
            return Place { layer: done.words.of(&layer), by: By::Ancestry, ..p };
        }
    }
    if let Some(layer) = context.apps.generated_layer(object) {
        return Place { layer: done.words.of(layer), by: By::Ancestry, ..p };
    }
    for target in context.related(object) {
        let other = placement(context, target, done, depth + 1);
        if other.by != By::None {
            return Place { layer: other.layer, by: By::Relation, related: u32::try_from(target).ok(), ..p };
        }
    }
    let namespace = if object.key.kind == "Namespace" && object.key.group.is_empty() { &object.key.name } else { &object.key.namespace };
    let by_namespace = context.apps.layer_of_namespace(namespace).map(|l| (l, By::Namespace));
    let by_label = || context.scope(object).filter(|l| context.apps.layers.iter().any(|x| x.name == *l)).map(|l| (l, By::Label));
    if let Some((layer, by)) = by_namespace.or_else(by_label)
        // A mark of an Application that nobody knows never makes an object one of a protected layer.
        && !(dead && context.apps.layers.iter().any(|l| l.name == layer && l.role == Role::Protected))
    {
        return Place { layer: done.words.of(layer), by, ..p };
    }
    p
}
