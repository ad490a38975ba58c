//! What custom resources say of themselves: one that said it is ready before and says now that it is not, or says nothing, has not come through.
//! Argo CD knows the health of few kinds, and calls the others healthy.
use crate::claims::predicates::counts::{Ready, ready};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot};
use crate::model::meta;
use crate::value::{Value, join, json};
use std::collections::BTreeMap;

/// The conditions with which a custom resource, or what serves it, says that it does its work (Gateway API 1.4, apis/v1; OpenShift's
/// openshift/api 4.19, route/v1; crossplane-runtime, apis/common/v1/condition.go; ACK's controllers; RabbitMQ's cluster-operator, internal/status).
const WELL: &[&str] = &[
    "Ready",
    "Available",
    "Healthy",
    "Accepted",
    "Programmed",
    "ResolvedRefs",
    "Admitted",
    "Synced",
    "ACK.ResourceSynced",
    "AllReplicasReady",
    "ClusterAvailable",
    "Valid",
];

/// Those with which it says that it has ended well (knative.dev/pkg, apis/condition_types.go, as Tekton has it; kubernetes, pkg/apis/batch/types.go),
/// or that it scales (kubernetes, pkg/apis/autoscaling/types.go). In one instance they say little; what came back is not as well as it was without.
const RETURNED: &[&str] = &["Succeeded", "Complete", "Completed", "Finished", "AbleToScale", "ScalingActive"];

/// The conditions with which it says that it does not (openshift/api 4.19, config/v1; kstatus 0.1, pkg/status).
const ILL: &[&str] = &["Degraded", "Failed", "Stalled"];

/// Where conditions are: its own, and those of each parent that a route has, or of each router.
const PLACES: &[(&str, &str)] = &[
    ("/status/conditions", ""),
    ("/status/parents", "/conditions"),
    ("/status/ingress", "/conditions"),
    ("/status/listeners", "/conditions"),
];

/// Where many operators say in a word how a resource fares: one that says nothing there any more is not known to fare well.
const WORDS: &[&str] = &["/status/phase", "/status/state", "/status/health", "/status/printableStatus"];

/// How the names of such words end, wherever in a status they are (Longhorn, Rook, MinIO, Flink, SR-IOV, Zalando's operator …), and how those of
/// what is true where it fares well do.
const NAMED: &[&str] = &["phase", "state", "status", "health", "robustness"];
const FLAGS: &[&str] = &["ready", "available", "healthy", "synced", "created"];

/// The words that say that it fares well …
const GOOD: &[&str] = &["ready", "running", "active", "available", "healthy", "bound", "green", "ok", "online", "deployed", "health_ok"];

/// … those that say that it has ended …
const DONE: &[&str] = &["succeeded", "completed", "complete", "done"];

/// … and those that say that it does not.
const BAD: &[&str] = &[
    "failed",
    "failure",
    "error",
    "degraded",
    "unhealthy",
    "unavailable",
    "red",
    "down",
    "lost",
    "faulted",
    "crashed",
    "crashloopbackoff",
    "notready",
    "offline",
    "stopped",
    "invalid",
    "health_err",
];

/// A kind whose health evid reads.
const KNOWN: &str = "rollouts.argoproj.io";

/// A kind of Kubernetes' own that says with a condition whether what serves it answers …
const SERVED: &str = "apiservices.apiregistration.k8s.io";

/// … and those that say so whether they have ended, or whether they work.
const RETURNING: &[&str] = &["jobs.batch", "horizontalpodautoscalers.autoscaling"];

/// How many conditions of a name are true, false, or neither.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    well: usize,
    ill: usize,
    other: usize,
}

/// What a resource says: its conditions, as pointer and name, and its words.
type Said = (BTreeMap<(&'static str, &'static str), Count>, BTreeMap<String, String>);

/// The custom resources of a layer that no longer say that they are well, with this effect if they say that they are not; a doubt if they
/// do not know, or say nothing.
pub(super) fn lost(e: &Evidence<'_>, layer: &str, (a, b): (usize, usize), effect: Effect) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    // What comes back may be on its way, and a run that had ended may run again.
    let is_return = effect == Effect::Counters;
    let may_end = |s: &Spot| is_return || !e.ends(s);
    let speaks =
        |s: &Spot| (s.is_custom() && may_end(s) && &*s.stem != KNOWN) || &*s.stem == SERVED || is_return && RETURNING.contains(&&*s.stem);
    let said = |object: &Value| said(object, if is_return { RETURNED } else { &[] });
    for (spot, x, y) in e.held_by_both(layer, (a, b)).filter(|(s, x, y)| speaks(s) && !x.derived && !y.derived) {
        if e.is_same(spot, (x, a), (y, b))? {
            continue;
        }
        let before = e.whole(spot, x, a)?;
        // The pods of what ends are ready while it runs.
        let (many, was) = (if spot.is_custom() && !e.ends(spot) { ready(&before) } else { BTreeMap::new() }, said(&before));
        if many.is_empty() && was.0.is_empty() && was.1.is_empty() {
            continue;
        }
        let after = e.whole(spot, y, b)?;
        let (fewer, is) = (ready(&after), said(&after));
        let file = e.file("noise", spot, y, b)?;
        let found = |effect, pointer: &str, before: Option<Value>, after: Option<Value>| {
            e.found(effect, Code::Unhealthy, spot, b).at(pointer, before, after).in_file(&file)
        };
        for (pointer, Ready { now, .. }) in &many {
            let after = fewer.get(pointer);
            if after.map_or(is_return && *now > 0, |after| after.now < *now && !after.is_all) {
                findings.push(found(Effect::Doubts, pointer, Some(json!(now)), after.map(|after| json!(after.now))));
            }
        }
        for (place, before) in &was.0 {
            let after = is.0.get(place).copied().unwrap_or_default();
            if after.well < before.well {
                let effect = if after.ill > before.ill { effect } else { Effect::Doubts };
                findings.push(found(effect, place.0, say(place.1, *before), say(place.1, after)));
            }
        }
        let came = is.0.iter().filter(|(place, after)| ILL.contains(&place.1) && after.ill > 0 && !was.0.contains_key(*place));
        findings.extend(came.map(|(place, after)| found(Effect::Doubts, place.0, None, say(place.1, *after))));
        for (pointer, before) in &was.1 {
            let after = is.1.get(pointer);
            let (was, now) = (word(before), after.map(|text| word(text)).unwrap_or_default());
            let is_known = WORDS.contains(&&**pointer);
            let is_done = |word: &str| DONE.contains(&word);
            let is_good = |word: &str| GOOD.contains(&word);
            let is_else = was != now && !is_good(&now) && !is_done(&now);
            // A word of a part may stand there only after something has happened.
            let is_said = is_known || !now.is_empty();
            let is_on_its_way = is_said
                && (is_done(&was) && !is_done(&now) || is_good(&was) && is_else || is_known && !is_bad(&was) && !was.is_empty() && is_else);
            let is_away = is_known && is_good(&was) && now.is_empty() || is_return && is_on_its_way;
            let is_worse = !is_bad(&was) && is_bad(&now);
            if is_worse || is_away {
                let effect = if is_worse && is_known { effect } else { Effect::Doubts };
                findings.push(found(effect, pointer, Some(json!(before)), after.map(|word| json!(word))));
            }
        }
    }
    Ok(findings)
}

/// A condition in the report: its status, or how many of each there are.
fn say(name: &str, count: Count) -> Option<Value> {
    let word = match (count.well, count.ill, count.other) {
        (0, 0, 0) => return None,
        (1, 0, 0) => json!("True"),
        (0, 1, 0) => json!("False"),
        (0, 0, 1) => json!("Unknown"),
        (well, ill, other) => json!({"True": well, "False": ill, "Unknown": other}),
    };
    Some(json!({(name): (word)}))
}

/// The status of each of these conditions that the object has, and its words. A condition that is bad where it is true is well where it is
/// not.
fn said(object: &Value, ended: &'static [&'static str]) -> Said {
    let (mut conditions, mut words) = (BTreeMap::<_, Count>::new(), BTreeMap::new());
    for (place, within) in PLACES {
        let lists: Vec<&Value> = match *within {
            "" => object.pointer(place).into_iter().collect(),
            within => meta::list(object, place).filter_map(|one| one.pointer(within)).collect(),
        };
        for condition in lists.into_iter().filter_map(Value::as_array).flatten() {
            let kind = meta::text(condition, "/type");
            let named = |names: &'static [&'static str]| names.iter().find(|name| **name == kind).copied();
            let (name, good, bad) = match (named(WELL).or_else(|| named(ended)), named(ILL)) {
                (Some(name), _) => (name, "True", "False"),
                (None, Some(name)) => (name, "False", "True"),
                (None, None) => continue,
            };
            let count = conditions.entry((*place, name)).or_default();
            match meta::text(condition, "/status") {
                status if status == good => count.well += 1,
                status if status == bad => count.ill += 1,
                _ => count.other += 1,
            }
        }
    }
    words_in(object.get("status"), "/status", &mut words);
    (conditions, words)
}

/// The words, and what is true or false, in a status, by their pointers; those of its parts too.
fn words_in(status: Option<&Value>, at: &str, words: &mut BTreeMap<String, String>) {
    for (name, value) in status.and_then(Value::as_object).into_iter().flatten() {
        let lower = name.to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
        let text = match value {
            Value::String(text) if ends(NAMED) => text.to_string(),
            Value::Bool(is) if ends(FLAGS) => is.to_string(),
            Value::Object(_) if at == "/status" => {
                words_in(Some(value), &join(at, name), words);
                continue;
            }
            // Its members, each with a name.
            Value::Array(members) if at == "/status" && !lower.ends_with("conditions") => {
                for member in members.iter().filter(|m| !meta::text(m, "/name").is_empty()) {
                    words_in(Some(member), &join(&join(at, name), meta::text(member, "/name")), words);
                }
                continue;
            }
            _ => continue,
        };
        words.insert(join(at, name), text);
    }
}

/// A word as the lists above have it.
fn word(text: &str) -> String {
    text.to_lowercase().replace(' ', "")
}

/// Whether a word says that a resource does not fare well.
fn is_bad(word: &str) -> bool {
    BAD.contains(&word) || word == "false" || word.starts_with("error") || word.starts_with("failed") || word.ends_with("failed")
}
