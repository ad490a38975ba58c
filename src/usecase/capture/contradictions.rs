//! Contradictions within a capture: an object that an Application calls Synced, or pods that their owner counts, are missing from a list
//! that should hold them. Such a list does not show that an object is absent.
use crate::argo;
use crate::argo::{Here, Settings};
use crate::kinds::Rules;
use crate::model::{Gap, KeyRef, Object, Objects, Question, Reason, meta};
use crate::value::Value;
use chrono::{DateTime, FixedOffset};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// (group, kind, pointer) of owners that count their pods, and the field with the count.
const COUNTING: [(&str, &str, &str); 4] = [
    ("apps", "ReplicaSet", "/status/replicas"),
    ("apps", "StatefulSet", "/status/replicas"),
    ("", "ReplicationController", "/status/replicas"),
    ("apps", "DaemonSet", "/status/currentNumberScheduled"),
];

/// The moment at which Applications were read, and the names that they may use for this cluster.
pub(in crate::usecase) struct Moment<'a> {
    /// The moment; none if unknown: then no Application's status is known to be current.
    pub(in crate::usecase) moment: Option<DateTime<FixedOffset>>,
    /// Which destinations are this cluster.
    pub(in crate::usecase) here: &'a Here,
}

impl<'a> Moment<'a> {
    /// A live capture reads Applications once more at its end; it is unknown when a dump read them.
    pub(in crate::usecase) fn new(is_live: bool, started: Option<&str>, finished: Option<&str>, here: &'a Here) -> Self {
        let moment = if is_live { finished } else { started };
        Self { moment: moment.and_then(|t| DateTime::parse_from_rfc3339(t).ok()), here }
    }
}

/// The contradicted lists: those that hold nothing in a namespace in which a current Application saw one of their objects, or an owner
/// counts pods. If a list holds other objects of that namespace, neither a missing right nor a cut explains the missing one (law 8): that
/// is a doubt about a layer, which the claims handle.
pub(in crate::usecase) fn contradictions(objects: &dyn Objects, questions: &[Question], rules: &Rules, at: &Moment<'_>) -> Vec<Gap> {
    let mut gaps = BTreeSet::new();
    let asked = |group: &str, resource: &str, namespace: &str| {
        questions.iter().find(|q| q.group == group && q.resource == resource && q.namespace.as_ref().is_none_or(|n| n == namespace))
    };
    let held: HashSet<(&str, &str, &str)> = (0..objects.len()).map(|at| objects.key(at)).map(|k| (k.group, k.kind, k.namespace)).collect();
    let mut settings: BTreeMap<String, Settings> = BTreeMap::new();
    for app in objects.of_kind(argo::GROUP, "Application").filter_map(|at| objects.lean(at)) {
        let control = argo::app::controller_namespace(&app.value).unwrap_or(&app.key.namespace);
        let settings = settings.entry(control.to_owned()).or_insert_with(|| Settings::of(objects, control));
        let is_current = at.moment.is_some_and(|moment| argo::stale(&app.value, settings, moment, None).is_none());
        let counts = is_current && meta::deleting(&app.value).is_none() && !argo::app::is_operating(&app.value);
        if !counts || (at.here.is_open(&app.value) && !at.here.is(&app.value) && !is_marked_here(objects, &app)) {
            continue;
        }
        let seen = argo::listed(&app.value).filter(|e| e.says_seen()).map(|e| e.key());
        for key in seen.filter(|key| at.here.may_hold(&app.value, key)) {
            let there =
                held.contains(&(&key.group, &key.kind, &key.namespace)) || objects.find(KeyRef { namespace: "", ..key.parts() }).is_some();
            let known = questions.iter().filter(|q| q.group == key.group).map(|q| &*q.resource);
            let plural = rules.plural_among(&key.group, &key.kind, known);
            if let Some(question) = asked(&key.group, &plural, &key.namespace).filter(|_| !there && rules.stored(&key.group, &key.kind)) {
                let detail = format!("{} is Synced says Application {}, and the list does not hold it", key, app.key.place());
                gaps.insert(Gap::of(key.group, plural, question.namespace.clone(), Reason::Contradicted, detail));
            }
        }
    }
    for (at, counted) in COUNTING.iter().flat_map(|(group, kind, counted)| objects.of_kind(group, kind).map(move |at| (at, *counted))) {
        let namespace = objects.key(at).namespace;
        let Some(owner) = objects.lean(at).filter(|_| !held.contains(&("", "Pod", namespace))) else { continue };
        let counted = owner.value.pointer(counted).and_then(Value::as_u64).unwrap_or(0);
        if let Some(question) = asked("", "pods", namespace).filter(|_| counted > 0) {
            let detail = format!("{} counts {counted} pods, and the list holds none of its namespace", owner.key);
            gaps.insert(Gap::of("", "pods", question.namespace.clone(), Reason::Contradicted, detail));
        }
    }
    gaps.into_iter().collect()
}

/// Whether an object that an Application lists is in this cluster and carries its mark.
fn is_marked_here(objects: &dyn Objects, app: &Object) -> bool {
    let names = [app.key.name.clone(), format!("{}_{}", app.key.namespace, app.key.name)];
    let marked = |o: Cow<'_, Object>| {
        let id = meta::annotation(&o.value, argo::ANNOTATION).and_then(|id| id.split(':').next().map(str::to_owned));
        id.is_some_and(|id| names.contains(&id))
    };
    argo::resources(&app.value).filter_map(|key| objects.find(key.parts())).filter_map(|at| objects.lean(at)).any(marked)
}
