//! What a capture says against itself: an object that an Application calls Synced, or pods that their owner counts, missing
//! from a list that should hold them. Such a list shows no absence.
use crate::kinds::Rules;
use crate::argo::Here;
use crate::argo::entries;
use crate::argo::key_of_entry;
use crate::model::Gap;
use crate::model::Key;
use crate::model::KeyRef;
use crate::model::Objects;
use crate::model::Question;
use crate::model::Reason;
use serde_json::Value;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// (group, kind, pointer) of owners that count their pods, and where.
const COUNTING: [(&str, &str, &str); 4] = [
    ("apps", "ReplicaSet", "/status/replicas"),
    ("apps", "StatefulSet", "/status/replicas"),
    ("", "ReplicationController", "/status/replicas"),
    ("apps", "DaemonSet", "/status/currentNumberScheduled"),
];

/// The contradicted lists.
pub(super) fn contradictions(objects: &dyn Objects, questions: &[Question], rules: &Rules) -> Vec<Gap> {
    let mut gaps = BTreeSet::new();
    let asked = |group: &str, resource: &str, namespace: &str| {
        questions.iter().find(|q| q.group == group && q.resource == resource && q.namespace.as_ref().is_none_or(|n| n == namespace))
    };
    let apps = objects.of_kind("argoproj.io", "Application").filter_map(|at| objects.lean(at));
    for app in apps.filter(|o| Here::default().is(&o.value) && o.value.pointer("/metadata/deletionTimestamp").is_none()) {
        for key in synced(&app.value) {
            let plural = rules.plural(&key.group, &key.kind);
            let there = objects.find(key.parts()).or_else(|| objects.find(KeyRef { namespace: "", ..key.parts() })).is_some();
            if let Some(question) = asked(&key.group, &plural, &key.namespace).filter(|_| !there && rules.stored(&key.group, &key.kind)) {
                let detail = format!("{} is Synced says Application {}, and the list does not hold it", key, app.key.place());
                gaps.insert(Gap {
                    group: key.group,
                    resource: plural,
                    namespace: question.namespace.clone(),
                    reason: Reason::Contradicted,
                    detail,
                });
            }
        }
    }
    let counting = COUNTING.iter().flat_map(|(group, kind, counted)| objects.of_kind(group, kind).map(move |at| (at, *counted)));
    let mut pods: HashMap<&str, u64> = counting.clone().map(|(at, _)| (objects.uid(at), 0)).collect();
    for pod in objects.of_kind("", "Pod").filter_map(|at| objects.lean(at)) {
        let owners = pod.value.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        for uid in owners.into_iter().flatten().filter_map(|o| o.get("uid")?.as_str()) {
            if let Some(seen) = pods.get_mut(uid) {
                *seen += 1;
            }
        }
    }
    for (owner, counted) in counting.filter_map(|(at, counted)| Some((objects.lean(at)?, counted))) {
        let counted = owner.value.pointer(counted).and_then(Value::as_u64).unwrap_or(0);
        let seen = pods.get(&*owner.uid).copied().unwrap_or(0);
        if let Some(question) = asked("", "pods", &owner.key.namespace).filter(|_| seen < counted) {
            let detail = format!("{} counts {counted} pods, and the list holds {seen} of them", owner.key);
            gaps.insert(Gap {
                group: String::new(),
                resource: "pods".into(),
                namespace: question.namespace.clone(),
                reason: Reason::Contradicted,
                detail,
            });
        }
    }
    gaps.into_iter().collect()
}

/// The objects that an Application calls Synced and that are not hooks.
fn synced(app: &Value) -> impl Iterator<Item = Key> + '_ {
    let is_synced = |r: &Value| r.get("status").and_then(Value::as_str) == Some("Synced") && r.get("hook") != Some(&Value::Bool(true));
    entries(app).filter(move |r| is_synced(r)).map(key_of_entry)
}
