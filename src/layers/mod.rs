//! Which layer an object belongs to, by evidence and never by guess (DESIGN: ancestry, relation, namespace, label). Reads only
//! the snapshot's own objects; what several bundles know together is the comparison's business.
mod apps;
mod context;
mod derived;
mod owned;
mod tracking;

pub use apps::Apps;
pub use apps::deploys_here;
pub use apps::entries;
pub use apps::key_of_entry;
pub use apps::resources;
pub use context::Context;
pub use derived::is_derived;
pub use owned::owned_pointers;
pub use tracking::{Method, Tracking};

use crate::model::By;
use crate::model::Object;
use crate::model::PLATFORM;
use crate::model::Placement;
use crate::model::Role;

/// Places every object; the answer is in the order of the context's objects.
pub fn place(context: &Context<'_>) -> Vec<Placement> {
    let mut done: Vec<Option<Placement>> = vec![None; context.objects.len()];
    for i in 0..context.objects.len() {
        placement(context, i, &mut done, 0);
    }
    done.into_iter().map(|p| p.unwrap_or_else(nowhere)).collect()
}

fn nowhere() -> Placement {
    Placement { layer: PLATFORM.into(), by: By::None, app: String::new(), related: String::new() }
}

/// Owner chains are short; a longer one is a cycle or an attack.
const DEEPEST: usize = 16;

fn placement(context: &Context<'_>, i: usize, done: &mut Vec<Option<Placement>>, depth: usize) -> Placement {
    if let Some(p) = done.get(i).and_then(Clone::clone) {
        return p;
    }
    let Some(object) = context.objects.get(i) else { return nowhere() };
    let found = if depth > DEEPEST { nowhere() } else { decide(context, object, done, depth) };
    if let Some(slot) = done.get_mut(i) {
        *slot = Some(found.clone());
    }
    found
}

fn decide(context: &Context<'_>, object: &Object, done: &mut Vec<Option<Placement>>, depth: usize) -> Placement {
    let mut p = nowhere();
    if context.apps.root_of(&object.key).is_some() {
        return Placement { by: By::Ancestry, ..p };
    }
    let mark = context.apps.manager(object, &context.tracking);
    let dead = mark.as_ref().is_some_and(|m| m.dead);
    if let Some(mark) = mark {
        p.app = mark.app;
        if let Some(layer) = mark.layer {
            return Placement { layer, by: By::Ancestry, ..p };
        }
    }
    if let Some(layer) = context.apps.generated_layer(object) {
        return Placement { layer, by: By::Ancestry, ..p };
    }
    for target in context.related(object) {
        let other = placement(context, target, done, depth + 1);
        if other.by != By::None
            && let Some(target) = context.objects.get(target)
        {
            let related = [&*target.stem(), &target.key.namespace, &target.key.name].join("|");
            return Placement { layer: other.layer, by: By::Relation, related, ..p };
        }
    }
    let namespace = if object.key.kind == "Namespace" && object.key.group.is_empty() { &object.key.name } else { &object.key.namespace };
    let by_namespace = context.apps.layer_of_namespace(namespace).map(|l| (l, By::Namespace));
    let by_label = || context.scope(object).filter(|l| context.apps.layers.iter().any(|x| x.name == *l)).map(|l| (l, By::Label));
    if let Some((layer, by)) = by_namespace.or_else(by_label)
        // A mark of an Application that nobody knows never makes an object one of a protected layer.
        && !(dead && context.apps.layers.iter().any(|l| l.name == layer && l.role == Role::Protected))
    {
        return Placement { layer: layer.to_owned(), by, ..p };
    }
    p
}
