//! Fields that a controller owns by agreement: identity, not state, of the one object that the agreement is about.
use crate::layers::Context;
use crate::model::Object;
use crate::model::Placement;
use serde_json::Value;

/// A field that another controller owns by agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    /// JSON pointer.
    pub pointer: String,
    /// Who says so: an autoscaler's kind, `Application` or `argocd-cm`.
    pub by: &'static str,
    /// Whether the agreement covers a whole container of the object, or every kind.
    pub is_wide: bool,
    /// Whether that autoscaler is paused or failing.
    pub is_idle: bool,
}

/// The fields that are identity for this object: what an autoscaler scales, and what its Application, or its Argo CD for all, is told to
/// ignore by pointer.
pub fn owned_fields(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<Owned> {
    let k = &object.key;
    let replicas = object.value.pointer("/spec/replicas").and_then(Value::as_i64);
    let agreements = context.apps.agreements(&placement.app).filter(|(_, a)| a.is_about(&k.group, &k.kind, &k.namespace, &k.name));
    let mut owned: Vec<Owned> = agreements
        .flat_map(|(by, a)| a.pointers.iter().map(move |p| Owned { pointer: p.clone(), by, is_wide: a.is_wide(p), is_idle: false }))
        // Status is never state, and metadata as a whole is nobody's to give away.
        .filter(|o| !matches!(&*o.pointer, "/status" | "/metadata"))
        .collect();
    if let Some(scaler) = context.scaled.get(k) {
        // Outside of the autoscaler's bounds nobody agreed to it.
        owned.retain(|o| o.pointer != "/spec/replicas");
        let is_within = replicas.is_some_and(|n| (scaler.least..=scaler.most).contains(&n));
        let of_scaler = || Owned { pointer: "/spec/replicas".into(), by: scaler.by, is_wide: false, is_idle: scaler.is_idle };
        owned.extend(is_within.then(of_scaler));
    }
    owned
}
