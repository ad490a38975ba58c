//! Fields that a controller owns by agreement: identity, not state, of the one object that the agreement is about.
use crate::layers::Context;
use crate::model::Key;
use crate::model::Object;
use crate::model::Objects;
use crate::model::Placement;
use crate::model::group_of;
use serde_json::Value;
use std::collections::HashMap;

/// The objects that an autoscaler scales, each with the bounds within which its word holds.
pub(super) fn scaled(objects: &dyn Objects) -> HashMap<Key, (i64, i64)> {
    objects
        .of_kind("autoscaling", "HorizontalPodAutoscaler")
        .filter_map(|at| objects.lean(at))
        .filter_map(|o| {
            let target = o.value.pointer("/spec/scaleTargetRef")?;
            let at = |k: &str| target.get(k).and_then(Value::as_str);
            let group = at("apiVersion").map_or("", group_of);
            let bound = |p: &str| o.value.pointer(p).and_then(Value::as_i64);
            let bounds = (bound("/spec/minReplicas").unwrap_or(1), bound("/spec/maxReplicas")?);
            Some((Key::new(group, at("kind")?, &o.key.namespace, at("name")?), bounds))
        })
        .collect()
}

/// A field that another controller owns by agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    /// JSON pointer.
    pub pointer: String,
    /// Who says so: `HorizontalPodAutoscaler`, `Application` or `argocd-cm`.
    pub by: &'static str,
    /// Whether the agreement covers a whole container of the object, or every kind.
    pub is_wide: bool,
}

/// The fields that are identity for this object: what an autoscaler scales, and what its Application, or its Argo CD for all, is told to
/// ignore by pointer.
pub fn owned_fields(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<Owned> {
    let k = &object.key;
    let replicas = object.value.pointer("/spec/replicas").and_then(Value::as_i64);
    let scaled = context.scaled.get(k).map(|(least, most)| replicas.is_some_and(|n| (*least..=*most).contains(&n)));
    let agreements = context.apps.agreements(&placement.app).filter(|(_, a)| a.is_about(&k.group, &k.kind, &k.namespace, &k.name));
    let mut owned: Vec<Owned> = agreements
        .flat_map(|(by, a)| a.pointers.iter().map(move |p| Owned { pointer: p.clone(), by, is_wide: a.is_wide(p) }))
        // Status is never state, and metadata as a whole is nobody's to give away.
        .filter(|o| !matches!(&*o.pointer, "/status" | "/metadata"))
        .collect();
    match scaled {
        Some(true) => owned.push(Owned { pointer: "/spec/replicas".into(), by: "HorizontalPodAutoscaler", is_wide: false }),
        // Outside of the autoscaler's bounds nobody agreed to it.
        Some(false) => owned.retain(|o| o.pointer != "/spec/replicas"),
        None => {}
    }
    owned
}
