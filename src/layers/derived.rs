//! Whether an object is derived: made by a controller for an object that is there. A bare pod, hand-made Endpoints and a forged
//! owner are state.
use crate::argo::Listed;
use crate::kinds::rule::Derived;
use crate::layers::Context;
use crate::model::KeyRef;
use crate::model::Object;
use crate::model::meta;
use serde_json::Value;

/// Applies the kind's conditions to one object.
pub fn is_derived(context: &Context<'_>, object: &Object) -> bool {
    let rule = &context.rules.of(&object.key.group, &object.key.kind).rule;
    rule.derived.iter().any(|conditions| holds(context, object, conditions))
}

fn holds(context: &Context<'_>, object: &Object, d: &Derived) -> bool {
    let named = d.always || d.relation || d.name.is_some() || d.annotation.is_some() || !d.owner.is_empty();
    named
        && (d.owner.is_empty()
            || controller(context, object).is_some_and(|owner| d.owner.iter().any(|o| is_kind(context, o, owner.group, owner.kind))))
        && (!d.relation || related(context, object, d))
        && (!d.hook || context.is_hook(object))
        && (!d.managed || context.apps.manager(object).is_some_and(|m| m.listed == Listed::Yes))
        && d.same_as.as_ref().is_none_or(|ns| same_as(context, object, ns))
        && d.name.as_ref().is_none_or(|n| *n == object.key.name)
        && d.annotation.as_ref().is_none_or(|a| says(object, "annotations", a, &d.contains))
        && d.label.as_ref().is_none_or(|l| says(object, "labels", l, &d.contains))
        && d.only.as_ref().is_none_or(|only| has_only(&object.value, only))
}

/// Whether a label or annotation is there and contains one of the words (any text, where there are none).
fn says(object: &Object, map: &str, name: &str, words: &[String]) -> bool {
    let text = object.value.get("metadata").and_then(|m| m.get(map)?.get(name)?.as_str());
    text.is_some_and(|t| words.is_empty() || words.iter().any(|w| t.contains(&**w)))
}

/// Whether an owner is of a kind that a rule names.
fn is_kind(context: &Context<'_>, wanted: &str, group: &str, kind: &str) -> bool {
    match wanted {
        "*" => true,
        "+custom" => context.rules.of(group, kind).rule.kind.is_empty(),
        name => name == kind,
    }
}

/// Whether the object's data is that of its namesake in another namespace; true where that one was not seen.
fn same_as(context: &Context<'_>, object: &Object, namespace: &str) -> bool {
    let namesake = context.objects.find(KeyRef { namespace, ..object.key.parts() }).and_then(|at| context.objects.whole(at));
    namesake.is_none_or(|n| n.value.get("data") == object.value.get("data"))
}

/// The controller, where it is there by uid, kind and name.
fn controller<'a>(context: &'a Context<'_>, object: &Object) -> Option<KeyRef<'a>> {
    let owners = object.value.pointer("/metadata/ownerReferences")?.as_array()?;
    let reference = owners.iter().find(|o| o.get("controller") == Some(&Value::Bool(true)))?;
    let uid = meta::controller(&object.value)?.uid;
    let owner = context.objects.key(context.by_uid(uid)?);
    let same = |field: &str, value: &str| reference.get(field).and_then(Value::as_str) == Some(value);
    let same_place = owner.namespace.is_empty() || owner.namespace == object.key.namespace;
    (same("uid", uid) && same("kind", owner.kind) && same("name", owner.name) && same_place).then_some(owner)
}

fn related(context: &Context<'_>, object: &Object, d: &Derived) -> bool {
    let rule = &context.rules.of(&object.key.group, &object.key.kind).rule;
    rule.relations.iter().filter_map(|r| context.target(object, r)).filter_map(|at| context.objects.whole(at)).any(|target| {
        let text = |o: &Object, p: &str| o.value.pointer(p).and_then(Value::as_str).map(str::to_owned);
        d.target_has.as_ref().is_none_or(|p| target.value.pointer(p).is_some_and(|v| v.as_object().is_none_or(|m| !m.is_empty())))
            && d.by_uid.as_ref().is_none_or(|p| !target.uid.is_empty() && text(object, p).as_ref() == Some(&target.uid))
            && d.back.as_ref().is_none_or(|p| text(&target, p).as_ref() == Some(&object.key.name))
    })
}

/// Whether the object, beside apiVersion, kind and plain metadata, has nothing but these fields.
fn has_only(object: &Value, pointers: &[String]) -> bool {
    let Some(map) = object.as_object() else { return false };
    map.iter().filter(|(k, _)| !matches!(k.as_str(), "apiVersion" | "kind" | "metadata" | "secrets" | "status")).all(|(key, value)| {
        let prefix = format!("/{key}/");
        match value.as_object() {
            Some(fields) => fields.keys().all(|f| pointers.iter().any(|p| p.strip_prefix(&prefix) == Some(f))),
            None => pointers.iter().any(|p| *p == format!("/{key}")),
        }
    }) && ["labels", "finalizers"].iter().all(|k| map.get("metadata").and_then(|m| m.get(k)).is_none())
        && map
            .get("metadata")
            .and_then(|m| m.get("annotations"))
            .and_then(Value::as_object)
            .is_none_or(|a| a.keys().all(|k| k.starts_with("kubernetes.io/")))
}
