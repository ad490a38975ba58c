//! Contradictions within a capture: an object that an Application calls Synced, or pods that their owner counts, are missing from a list
//! that should hold them. Such a list does not show that an object is absent.
use crate::argo;
use crate::argo::{Here, Settings};
use crate::kinds::Rules;
use crate::kinds::built_in::is_custom;
use crate::model::{Gap, KeyRef, Object, Objects, Question, Reason, meta};
use crate::value::Value;
use chrono::{DateTime, FixedOffset};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What names others.
const NAMING: [(&str, &str); 2] = [("", "PersistentVolumeClaim"), ("", "Pod")];

/// (group, kind, plural) of what each cluster has of itself, and makes again within a minute (kubernetes: what the API server serves,
/// pkg/controlplane/apiserver/aggregator.go; how it shares itself out, pkg/registry/flowcontrol/rest/storage_flowcontrol.go; its own Service's addresses,
/// pkg/controlplane/reconcilers/endpointsadapter.go). Nobody may delete its classes of priority (pkg/registry/scheduling/priorityclass/storage/storage.go).
const ALWAYS: [(&str, &str, &str); 5] = [
    ("apiregistration.k8s.io", "APIService", "apiservices"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations"),
    ("scheduling.k8s.io", "PriorityClass", "priorityclasses"),
    ("discovery.k8s.io", "EndpointSlice", "endpointslices"),
];

/// (group, kind, plural) of the controllers of pods, and where they count these. A Job may have come, or gone, while the lists were read.
const CONTROLLERS: [((&str, &str, &str), &str); 4] = [
    (("apps", "ReplicaSet", "replicasets"), "/status/replicas"),
    (("apps", "StatefulSet", "statefulsets"), "/status/replicas"),
    (("", "ReplicationController", "replicationcontrollers"), "/status/replicas"),
    (("apps", "DaemonSet", "daemonsets"), "/status/currentNumberScheduled"),
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

/// The lists of whole kinds of which there are more or fewer objects than the list held, each with how many there are.
pub(in crate::usecase) fn miscounted<'q>(
    questions: &'q [Question],
    gaps: &[Gap],
    objects: &dyn Objects,
    rules: &Rules,
    counts: &dyn Fn(usize) -> bool,
) -> Vec<(&'q Question, u64)> {
    let mut held: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for at in (0..objects.len()).filter(|at| counts(*at)) {
        *held.entry((objects.key(at).group, objects.plural(at))).or_default() += 1;
    }
    let held = |q: &Question| held.get(&(&*q.group, &*q.resource)).copied().unwrap_or(0);
    let is_alone = |q: &Question| questions.iter().filter(|x| x.group == q.group && x.resource == q.resource).count() == 1;
    let is_whole = |q: &Question| q.namespace.is_none() && !gaps.iter().any(|g| g.covers(&q.resource, &q.group));
    let of_kind = questions.iter().filter(|q| is_whole(q) && is_alone(q) && rules.keeps(&q.group, &q.resource));
    of_kind.map(|q| (q, held(q))).filter(|(q, held)| q.count != *held).collect()
}

/// The contradicted lists: those that hold nothing in a namespace in which a current Application saw one of their objects, an owner
/// counts pods, or an object of Kubernetes' own names one that must be there with it. If a list holds other objects of that namespace, neither a missing right nor a cut explains the missing one (law 8): that
/// is a doubt about a layer, which the claims handle.
pub(in crate::usecase) fn contradictions(objects: &dyn Objects, questions: &[Question], rules: &Rules, at: &Moment<'_>) -> Vec<Gap> {
    let mut gaps = BTreeSet::new();
    let begin = at.moment;
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
        // It would be in error without its project.
        let (group, kind, plural) = (argo::GROUP, "AppProject", "appprojects");
        if let Some(question) = asked(group, plural, control).filter(|_| !held.contains(&(group, kind, control))) {
            let detail = format!("Application {} has a project, and the list holds none", app.key.place());
            gaps.insert(Gap::of(group, plural, question.namespace.clone(), Reason::Contradicted, detail));
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
    for ((group, kind, _), counted) in CONTROLLERS {
        for at in objects.of_kind(group, kind) {
            let namespace = objects.key(at).namespace;
            let Some(owner) = objects.lean(at).filter(|_| !held.contains(&("", "Pod", namespace))) else { continue };
            let counted = owner.value.pointer(counted).and_then(Value::as_u64).unwrap_or(0);
            if let Some(question) = asked("", "pods", namespace).filter(|_| counted > 0) {
                let detail = format!("{} counts {counted} pods, and the list holds none of its namespace", owner.key);
                gaps.insert(Gap::of("", "pods", question.namespace.clone(), Reason::Contradicted, detail));
            }
        }
    }
    for at in NAMING.iter().flat_map(|(group, kind)| objects.of_kind(group, kind)) {
        let key = objects.key(at);
        // One that was made after the list was read may name what only a later list holds.
        let is_old = || made(objects, at).zip(begin).is_none_or(|(made, begin)| made < begin);
        for (group, kind, plural) in objects.lean(at).map(|object| named(key.kind, &object.value)).unwrap_or_default() {
            let namespace = if matches!(kind, "PersistentVolume" | "Node") { "" } else { key.namespace };
            let question = asked(group, plural, namespace).filter(|_| !held.contains(&(group, kind, namespace)) && is_old());
            if let Some(question) = question {
                let detail = format!("{} {}/{} names one, and the list holds none", key.kind, key.namespace, key.name);
                gaps.insert(Gap::of(group, plural, question.namespace.clone(), Reason::Contradicted, detail));
            }
        }
    }
    // What shows that a kind of the whole cluster has an object. Argo CD's own may be a hub's.
    let tells = |key: &KeyRef<'_>| {
        if is_custom(key.group) && !argo::is_own_kind(key.group, key.kind) {
            return Some(("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions"));
        }
        (!key.namespace.is_empty() && !is_custom(key.group)).then_some(("", "Namespace", "namespaces"))
    };
    let mut told = BTreeMap::new();
    for key in (0..objects.len()).map(|at| objects.key(at)) {
        // Whatever the cluster holds of its own shows that it is one.
        if key.group.is_empty() && key.kind == "Node" {
            told.extend(ALWAYS.map(|always| (always, key)));
        }
        if let Some(named) = tells(&key) {
            told.entry(named).or_insert(key);
        }
    }
    for ((group, kind, plural), key) in told {
        if !held.iter().any(|(g, k, _)| (*g, *k) == (group, kind)) && asked(group, plural, "").is_some() {
            let detail = format!("{} {}/{} shows that there is one, and the list holds none", key.kind, key.namespace, key.name);
            gaps.insert(Gap::of(group, plural, None, Reason::Contradicted, detail));
        }
    }
    let mut seen = BTreeSet::new();
    gaps.retain(|gap| seen.insert((gap.group.clone(), gap.resource.clone(), gap.namespace.clone())));
    gaps.into_iter().collect()
}

/// (group, kind, plural) of what an object names that must be there with it. Kubernetes itself sees to it: a claim without its volume is Lost, a pod
/// without its node or its controller is deleted (kubernetes 1.36, pkg/controller/volume/persistentvolume, podgc, garbagecollector).
fn named(kind: &str, object: &Value) -> Vec<(&'static str, &'static str, &'static str)> {
    let has = |pointer: &str| object.pointer(pointer).is_some_and(|v| v.as_str() != Some(""));
    let mut out = Vec::new();
    match kind {
        "PersistentVolumeClaim" if meta::text(object, "/status/phase") == "Bound" => {
            out.push(("", "PersistentVolume", "persistentvolumes"))
        }
        "Pod" if meta::deleting(object).is_none() => {
            let owner = meta::controller(object);
            let known = |o: meta::Owner<'_>| {
                CONTROLLERS.iter().map(|(kind, _)| *kind).find(|(group, kind, _)| *group == o.group && *kind == o.kind)
            };
            out.extend(owner.and_then(known));
            let is_running = has("/spec/nodeName") && meta::text(object, "/status/phase") == "Running";
            out.extend(is_running.then_some(("", "Node", "nodes")));
        }
        _ => {}
    }
    out
}

/// When an object was made.
fn made(objects: &dyn Objects, at: usize) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(meta::text(&objects.whole(at)?.value, "/metadata/creationTimestamp")).ok()
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
