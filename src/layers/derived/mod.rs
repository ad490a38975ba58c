//! Whether an object is derived: a controller made it for an existing object, so that its content follows from state that is compared
//! (law 4). What an object says about itself can accuse and never acquit: a bare pod, hand-made Endpoints and an object with a forged
//! owner are state. A departure from the owner's template is named with its place. Decides from one snapshot; `compare` joins what
//! several snapshots show.
mod backed;
mod follows;

pub use follows::{Departure, What};

use crate::argo::Listed;
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::is_like;
use crate::kinds::rule::Derived;
use crate::layers::Context;
use crate::model::{KeyRef, Object, meta};
use crate::value::{Text, Value, join, tokens};
use backed::{Backed, backed};
use follows::Measure;
use std::collections::BTreeMap;

/// The owner of a derived object, and what follows from it.
pub struct Origin {
    /// Its controller; if that is in no list, the controller's own controller.
    owner: Option<usize>,
    /// Pointer in the object → pointer in the owner from which it follows.
    follows: BTreeMap<String, String>,
    /// Nothing says what the controller makes.
    is_untold: bool,
    /// It runs nothing.
    is_idle: bool,
    /// Its controller (or a pod that it names) is in no list.
    is_orphan: bool,
}

/// The origin of an object; none if it is state.
pub fn origin(context: &Context<'_>, object: &Object) -> Option<Origin> {
    let rule = &context.rules.of(&object.key.group, &object.key.kind).rule;
    let mut is_unseen = false;
    let found = rule.derived.iter().filter(|conditions| holds(context, object, conditions)).find(|conditions| {
        let backed = conditions.backed.then(|| backed(context, object, controller(context, object)));
        is_unseen = backed == Some(Backed::Unseen);
        backed != Some(Backed::No)
    });
    let Some(d) = found else { return orphan(context, object) };
    let zero = |p: &String| object.value.pointer(p).is_none_or(|v| v.as_u64() == Some(0));
    Some(Origin {
        owner: match () {
            () if !d.owner.is_empty() => controller(context, object),
            // It follows from the object that it names.
            () if d.relation && !d.follows.is_empty() => targets(context, object).into_iter().flatten().next(),
            () => None,
        },
        follows: d.follows.clone(),
        // None of its content is compared: a new object is compared with what its owner had before.
        is_untold: d.follows.is_empty() && (d.hook || !d.owner.is_empty() && !d.backed && !d.ephemeral && d.agrees.is_empty()),
        is_idle: !d.idle.is_empty() && d.idle.iter().all(zero),
        is_orphan: is_unseen,
    })
}

/// The templates of owners. Only the last one is kept, because objects of one controller come one after another.
#[derive(Default)]
pub struct Templates<'a> {
    measure: Option<((String, String), Measure<'a>)>,
    last: Option<((usize, String), Option<Value>)>,
}

impl<'a> Templates<'a> {
    /// Where an object of this origin departs from its owner; `state` is the content that would be its state.
    pub fn departures(&mut self, context: &'a Context<'_>, object: KeyRef<'_>, state: &Value, origin: &Origin) -> Vec<Departure> {
        let one = |at: &str, what| vec![Departure { at: at.to_owned(), what, wants: None }];
        let torn = || one("/metadata/ownerReferences", What::Torn);
        let Some(owner) = origin.owner.filter(|_| !origin.follows.is_empty()) else {
            return match () {
                () if origin.is_orphan => torn(),
                () if origin.is_untold => one("/spec", What::Untold),
                () => Vec::new(),
            };
        };
        let kind = (object.group.to_owned(), object.kind.to_owned());
        let (_, measure) = match self.measure.take() {
            Some(known) if known.0 == kind => self.measure.insert(known),
            _ => {
                self.last = None;
                let measure = Measure::new(context.rules.of(object.group, object.kind));
                self.measure.insert((kind, measure))
            }
        };
        let source: String = origin.follows.values().map(String::as_str).collect();
        if self.last.as_ref().is_none_or(|(known, _)| *known != (owner, source.clone())) {
            let template = context.objects.whole(owner).and_then(|o| measure.template(&o.value, &origin.follows));
            self.last = Some(((owner, source), template));
        }
        let Some(template) = self.last.as_ref().and_then(|(_, t)| t.as_ref()) else { return one("/spec", What::Untold) };
        let mut found = measure.departures(state, template, &origin.follows);
        if origin.is_idle {
            found.iter_mut().for_each(|d| d.what = What::Holds);
        }
        // If the object equals what the owner's owner makes, it belongs to it, even if the owner is in no list.
        if origin.is_orphan && !found.is_empty() { torn() } else { found }
    }
}

/// All conditions but `backed`.
fn holds(context: &Context<'_>, object: &Object, d: &Derived) -> bool {
    let named = d.always
        || d.relation
        || d.name.is_some()
        || d.annotation.is_some()
        || !d.owner.is_empty()
        || !d.dependent_of.is_empty()
        || !d.says.is_empty();
    named
        && (d.owner.is_empty() || controller(context, object).is_some_and(|owner| is_owner(context, object, owner, d)))
        && (d.dependent_of.is_empty() || depends(context, object, &d.dependent_of))
        && (!d.relation || related(context, object, d))
        && (!d.every || targets(context, object).iter().all(Option::is_some))
        && (!d.hook || context.apps.runs_as_hook(object))
        && (!d.managed || context.apps.manager(object).is_some_and(|m| m.listed == Listed::Yes))
        && d.same_as.as_ref().is_none_or(|ns| same_as(context, object, ns))
        && d.name.as_ref().is_none_or(|n| is_like(n, &object.key.name))
        && d.annotation.as_ref().is_none_or(|a| says(object, "annotations", a, d))
        && d.label.as_ref().is_none_or(|l| says(object, "labels", l, d))
        && d.says.iter().all(|(pointer, words)| says_one_of(object, pointer, words))
        && !d.unless.iter().any(|(at, words)| texts(&object.value, &tokens(at)).iter().any(|t| words.iter().any(|w| is_like(w, t))))
        && d.without.iter().all(|p| object.value.pointer(p).is_none_or(Value::is_null))
        && d.only.as_ref().is_none_or(|only| has_only(&object.value, only))
        && (!d.ephemeral || is_ephemeral(context, object))
}

/// Whether a label or annotation exists and contains (or is) one of the words (any text, if there are no words).
fn says(object: &Object, map: &str, name: &str, d: &Derived) -> bool {
    let text = object.value.get("metadata").and_then(|m| m.get(map)?.get(name)?.as_str());
    text.is_some_and(|t| {
        (d.contains.is_empty() || d.contains.iter().any(|w| t.contains(&**w))) && (d.is.is_empty() || d.is.iter().any(|w| w == t))
    })
}

/// Whether the text, or each text of a list, at a pointer is one of these words.
fn says_one_of(object: &Object, pointer: &str, words: &[String]) -> bool {
    let like = |text: &str| words.iter().any(|word| is_like(&word.replace("{namespace}", &object.key.namespace), text));
    if pointer.contains("/*") {
        let found = texts(&object.value, &tokens(pointer));
        return !found.is_empty() && found.into_iter().all(like);
    }
    let is_one = |v: &Value| v.as_str().is_some_and(like);
    let are_all = |v: &Value| v.as_array().map_or_else(|| is_one(v), |list| !list.is_empty() && list.iter().all(is_one));
    object.value.pointer(pointer).is_some_and(are_all)
}

/// The texts at a place; `*` stands for each element, or each field.
fn texts<'v>(value: &'v Value, place: &[String]) -> Vec<&'v str> {
    match (place.split_first(), value) {
        (None, value) => value.as_str().into_iter().collect(),
        (Some((token, rest)), Value::Array(list)) if token == "*" => list.iter().flat_map(|v| texts(v, rest)).collect(),
        (Some((token, rest)), Value::Object(map)) if token == "*" => map.values().flat_map(|v| texts(v, rest)).collect(),
        (Some((token, rest)), value) => value.get(token).map_or_else(Vec::new, |v| texts(v, rest)),
    }
}

/// Whether the controller is of a kind that a rule names, and has the values that the rule wants.
fn is_owner(context: &Context<'_>, object: &Object, owner: usize, d: &Derived) -> bool {
    let key = context.objects.key(owner);
    let whole = || context.objects.whole(owner);
    d.owner.iter().any(|wanted| match wanted.as_str() {
        "*" => true,
        "+custom" => is_custom(key.group),
        name => match name.split_once('/') {
            Some((group, kind)) => group == key.group && kind == key.kind,
            // A name without a group means a kind of the object's own group, or of Kubernetes' own groups.
            None => name == key.kind && (key.group == object.key.group || !is_custom(key.group) && !is_custom(&object.key.group)),
        },
    }) && (d.relation || d.target_has.as_ref().is_none_or(|p| whole().is_some_and(|o| has(&o.value, p))))
}

fn has(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).is_some_and(|v| v.as_object().is_none_or(|m| !m.is_empty()))
}

/// Whether the object's data equals that of the object with the same name in another namespace, which was seen.
fn same_as(context: &Context<'_>, object: &Object, namespace: &str) -> bool {
    let namesake = context.objects.find(KeyRef { namespace, ..object.key.parts() }).and_then(|at| context.objects.whole(at));
    object.key.namespace != namespace && namesake.is_some_and(|n| n.value.get("data") == object.value.get("data"))
}

/// The index of an owner, if it exists with that uid, kind and name.
fn there(context: &Context<'_>, object: &Object, owner: meta::Owner<'_>) -> Option<usize> {
    let at = context.by_uid(owner.uid)?;
    let key = context.objects.key(at);
    let same_place = key.namespace.is_empty() || key.namespace == object.key.namespace;
    (owner.kind == key.kind && owner.name == key.name && same_place).then_some(at)
}

/// The index of the controller, if it exists.
fn controller(context: &Context<'_>, object: &Object) -> Option<usize> {
    there(context, object, meta::controller(&object.value)?)
}

/// Whether an owner of one of these kinds exists, controller or not: the garbage collector deletes the object with it.
fn depends(context: &Context<'_>, object: &Object, kinds: &[String]) -> bool {
    // Of the object's own group, or of Kubernetes' own groups: a custom resource with the same kind name is something else.
    let is_of = |at: usize| {
        let group = context.objects.key(at).group;
        group == object.key.group || !is_custom(group)
    };
    meta::owners(&object.value).any(|owner| kinds.iter().any(|k| k == owner.kind) && there(context, object, owner).is_some_and(is_of))
}

/// A pod whose Job is in no list: CronJobs make and remove Jobs while lists are read. Such a pod is always torn, unless it equals exactly
/// what the CronJob makes after which the Job is named (`<cronjob>-<number>`).
fn orphan(context: &Context<'_>, object: &Object) -> Option<Origin> {
    let reference = meta::controller(&object.value).filter(|_| object.key.kind == "Pod" && object.key.group.is_empty())?;
    let is_job = reference.kind == "Job" && reference.group == "batch" && !reference.uid.is_empty() && !reference.name.is_empty();
    // An existing Job of that name is another Job, so the pod belongs to neither moment.
    let key = KeyRef { group: "batch", kind: "Job", namespace: &object.key.namespace, name: reference.name };
    if !is_job || context.by_uid(reference.uid).is_some() || context.objects.find(key).is_some() {
        return None;
    }
    let owner = context.cron_job(object);
    let of = |group: &str, kind: &str, owner: &str| {
        let derived = &context.rules.of(group, kind).rule.derived;
        derived.iter().find(|d| d.owner.iter().any(|o| o == owner)).map(|d| d.follows.clone()).unwrap_or_default()
    };
    let job = of("batch", "Job", "CronJob");
    let through = |source: &str| job.iter().find_map(|(own, from)| Some(format!("{from}{}", source.strip_prefix(&**own)?)));
    let follows = of("", "Pod", "Job").into_iter().filter_map(|(own, source)| Some((own, through(&source)?))).collect();
    Some(Origin { owner, follows, is_untold: false, is_idle: false, is_orphan: true })
}

fn targets(context: &Context<'_>, object: &Object) -> Vec<Option<usize>> {
    let rule = &context.rules.of(&object.key.group, &object.key.kind).rule;
    rule.relations.iter().map(|r| context.target(object, r)).collect()
}

fn related(context: &Context<'_>, object: &Object, d: &Derived) -> bool {
    targets(context, object).into_iter().flatten().filter_map(|at| context.objects.whole(at)).any(|target| {
        let text = |o: &Object, p: &str| o.value.pointer(p).and_then(Value::as_str).map(str::to_owned);
        let is_named = |named: &Value| named == &*object.key.name || meta::text(named, "/name") == object.key.name;
        let names = |p: &String| meta::list(&target.value, p).any(is_named);
        d.target_has.as_ref().is_none_or(|p| has(&target.value, p))
            && d.by_uid.as_ref().is_none_or(|p| !target.uid.is_empty() && text(object, p).as_ref() == Some(&target.uid))
            && d.back.as_ref().is_none_or(|p| text(&target, p).as_ref() == Some(&object.key.name))
            && d.named_in.as_ref().is_none_or(names)
            && d.agrees.iter().all(|(own, other)| text(object, own).is_some() && text(object, own) == text(&target, other))
            && (!d.of_derived || origin(context, &target).is_some())
    })
}

/// Whether the object has only these fields, apart from apiVersion, kind and plain metadata.
fn has_only(object: &Value, pointers: &[String]) -> bool {
    let Some(map) = object.as_object() else { return false };
    map.iter().filter(|(k, _)| !matches!(k.as_str(), "apiVersion" | "kind" | "metadata" | "secrets" | "status")).all(|(key, value)| {
        let prefix = format!("/{key}/");
        match value.as_object() {
            Some(fields) => fields.keys().all(|f| pointers.iter().any(|p| p.strip_prefix(&prefix) == Some(f))),
            None => pointers.iter().any(|p| *p == format!("/{key}")),
        }
    }) && meta::list(object, "/metadata/finalizers").next().is_none()
        && ["labels", "annotations"].iter().all(|kind| {
            let marks = object.pointer(&format!("/metadata/{kind}")).and_then(Value::as_object);
            let is_plain = |key: &str| *kind == "annotations" && key.starts_with("kubernetes.io/");
            let is_named = |key: &str| pointers.contains(&join(&format!("/metadata/{kind}"), key));
            marks.is_none_or(|m| m.keys().all(|key| is_plain(key) || is_named(key)))
        })
}

/// Whether a claim is the one that its pod's spec makes: named `<pod>-<volume>`, from that volume's template. Kubernetes 1.36,
/// `pkg/controller/volume/ephemeral/controller.go`.
fn is_ephemeral(context: &Context<'_>, claim: &Object) -> bool {
    let Some(pod) = controller(context, claim).and_then(|at| context.objects.whole(at)) else { return false };
    let own = |v: &&Value| format!("{}-{}", pod.key.name, meta::text(v, "/name")) == claim.key.name;
    let template =
        meta::list(&pod.value, "/spec/volumes").find(own).and_then(|v| v.pointer("/ephemeral/volumeClaimTemplate/spec")?.as_object());
    let same = |(field, wanted): (&Text, &Value)| claim.value.get("spec").and_then(|spec| spec.get(field)) == Some(wanted);
    template.is_some_and(|fields| fields.iter().all(same))
}
