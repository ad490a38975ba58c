//! Fields that another controller owns by agreement: they are identity, not state, of the one object that the agreement is about.
use crate::canon::json;
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::layers::Context;
use crate::model::meta::{list, text};
use crate::model::{KeyRef, Object, Placement, meta};
use crate::value::Value;
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// What an autoscaler owns.
const REPLICAS: &str = "/spec/replicas";

/// Where an object has its count: its CustomResourceDefinition may name another field than that of Kubernetes' own (kubernetes,
/// staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go: `specReplicasPath`).
fn count_at(context: &Context<'_>, object: &Object) -> Cow<'static, str> {
    let definition = KeyRef { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: "", name: &object.stem() };
    let definition = Some(definition).filter(|_| is_custom(&object.key.group)).and_then(|key| context.objects.find(key));
    let named = definition.and_then(|at| context.objects.whole(at)).and_then(|definition| {
        let paths = list(&definition.value, "/spec/versions").map(|v| text(v, "/subresources/scale/specReplicasPath"));
        paths.into_iter().find(|path| !path.is_empty()).map(|path| path.replace('.', "/"))
    });
    named.map_or(REPLICAS.into(), Cow::from)
}

/// A field that another controller owns by agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    pub pointer: String,
    /// The source of the agreement: an autoscaler's kind, `Application`, `argocd-cm`, or `aggregation` of ClusterRoles.
    pub by: &'static str,
    /// Whether the agreement covers a whole container of the object, or every kind.
    pub is_wide: bool,
    /// Whether that autoscaler is paused or failing.
    pub is_idle: bool,
}

/// The fields that are identity for this object: those that an autoscaler scales, and those that its Application, or its Argo CD for all
/// Applications, ignores by pointer.
pub fn owned_fields(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<Owned> {
    let k = &object.key;
    // Only the Application that lists the object, and in whose layer the object is, may set agreements for it.
    let is_theirs = placement.mark.is_empty() && context.apps.layer_of_app(&placement.app).is_none_or(|layer| layer == placement.layer);
    let app = if is_theirs { &*placement.app } else { "" };
    let agreements = context.apps.agreements(app).filter(|(_, a)| a.is_about(&k.group, &k.kind, &k.namespace, &k.name));
    let runs = LazyCell::new(|| context.rules.of(&k.group, &k.kind).patterns(|r| &r.runs));
    // An agreement about more than one value, or about what runs, is wide: other changes may be in it.
    let is_wide = &|p: &str| object.value.pointer(p).is_some_and(|v| v.is_object() || v.is_array()) || runs.iter().any(|r| covers(r, p));
    let mut owned: Vec<Owned> = agreements
        .flat_map(|(by, a)| {
            a.pointers.iter().map(move |p| Owned { pointer: p.clone(), by, is_wide: a.is_wide(p) || is_wide(p), is_idle: false })
        })
        // Status is never state, and an agreement about all of metadata is not accepted.
        .filter(|o| !matches!(&*o.pointer, "/status" | "/metadata"))
        .collect();
    if let Some(scaler) = context.scaled.get(k) {
        // Outside of the autoscaler's bounds there is no agreement.
        let count = count_at(context, object);
        owned.retain(|o| o.pointer != count);
        let replicas = object.value.pointer(&count).and_then(Value::as_i64);
        let is_within = replicas.is_some_and(|n| (scaler.least..=scaler.most).contains(&n));
        let of_scaler = || Owned { pointer: count.into_owned(), by: scaler.by, is_wide: false, is_idle: scaler.is_idle };
        owned.extend(is_within.then(of_scaler));
    }
    if is_aggregated(context, object) {
        owned.push(Owned { pointer: "/rules".into(), by: "aggregation", is_wide: false, is_idle: false });
    }
    owned
}

/// The pointers of the fields that are state even where they have their default: the count of an object that has an autoscaler and is
/// outside of its bounds. In another bundle the autoscaler owns the field, so one of them has to say what it is.
pub fn stated_fields(context: &Context<'_>, object: &Object, owned: &[Owned]) -> Vec<String> {
    let count = context.scaled.contains_key(&object.key).then(|| count_at(context, object));
    count.filter(|count| owned.iter().all(|o| o.pointer != *count)).map(Cow::into_owned).into_iter().collect()
}

/// Whether an object's rules are exactly those of the ClusterRoles that its `aggregationRule` selects: they follow from state that is
/// compared (law 4). Kubernetes 1.36, `pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go`.
fn is_aggregated(context: &Context<'_>, object: &Object) -> bool {
    if object.key.kind != "ClusterRole" || object.key.group != "rbac.authorization.k8s.io" {
        return false;
    }
    let Some(selectors) = object.value.pointer("/aggregationRule/clusterRoleSelectors").and_then(Value::as_array) else { return false };
    let matches = |selector: &Value, role: &Object| {
        let labels = selector.get("matchLabels").and_then(Value::as_object);
        let plain = selector.as_object().is_some_and(|s| s.keys().all(|k| k == "matchLabels"));
        plain && labels.is_some_and(|all| !all.is_empty() && all.iter().all(|(k, v)| meta::label(&role.value, k) == v.as_str()))
    };
    let rules = |role: &Value| -> BTreeSet<String> {
        role.get("rules").and_then(Value::as_array).into_iter().flatten().map(json::to_text).collect()
    };
    let mut gathered = BTreeSet::new();
    for at in context.objects.of_kind("rbac.authorization.k8s.io", "ClusterRole") {
        let lean = context.objects.lean(at).filter(|role| role.key != object.key && selectors.iter().any(|s| matches(s, role)));
        if let Some(role) = lean.and_then(|_| context.objects.whole(at)) {
            gathered.extend(rules(&role.value));
        }
    }
    gathered == rules(&object.value)
}
