//! What comes and goes by itself, as its own form says: copies of settings that are numbered, pods that have run to their end, what ends by a time of
//! its own, and what an operator that is there says it made. Who did it, nothing says.
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError};
use crate::kinds::built_in::is_custom;
use crate::model::meta;
use crate::value::Value;

/// What an operator may run as.
pub(super) const WORKLOADS: [&str; 3] = ["deployments.apps", "statefulsets.apps", "daemonsets.apps"];

/// Whether an object that no Application manages came or went as such do.
pub(super) fn comes_by_itself(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let side = change.shown_by();
    let is_own = is_custom(&change.key.group) && !crate::argo::is_own_kind(&change.key.group, &change.key.kind);
    let stem = &*change.spot.stem;
    if e.is_managed(&change.spot) || !(is_own || matches!(stem, "pods" | "jobs.batch" | "configmaps" | "secrets")) {
        return Ok(false);
    }
    if matches!(stem, "configmaps" | "secrets") {
        return Ok(is_numbered(e, change));
    }
    let Some(at) = e.instances.at(&change.spot, side) else { return Ok(false) };
    let object = e.whole(&change.spot, at, side)?;
    Ok(match stem {
        "pods" => has_run_out(&object),
        _ if is_own && is_renamed(e, change) => true,
        _ => is_of_operator(e, change, &object) || is_own && change.kind == ChangeKind::Removed && ends_by_itself(&object),
    })
}

/// Whether a numbered copy of settings came after an earlier one, or went before a later one (OpenShift keeps what each revision of a control plane's
/// pods was started with: library-go, pkg/operator/revisioncontroller/revision_controller.go).
fn is_numbered(e: &Evidence<'_>, change: &Change) -> bool {
    let (_, other) = change.shown_and_other();
    let like = e.instances.in_bundle(other).filter(|(s, _)| s.stem == change.spot.stem && s.namespace == change.spot.namespace);
    let (is_added, name) = (change.kind == ChangeKind::Added, &*change.spot.name);
    like.into_iter().any(|(other, _)| if is_added { follows(&other.name, name) } else { follows(name, &other.name) })
}

/// Whether another resource came in its place, or went, whose name differs only in what is drawn for each: what an agent or a cloud keeps of a machine,
/// a session or a version of something.
fn is_renamed(e: &Evidence<'_>, change: &Change) -> bool {
    let (here, there) = change.shown_and_other();
    let form = form(&change.spot.name);
    let like = e.instances.in_bundle(there).filter(|(s, _)| s.stem == change.spot.stem && s.namespace == change.spot.namespace);
    form.contains('#') && like.into_iter().any(|(s, _)| e.instances.at(s, here).is_none() && self::form(&s.name) == form)
}

/// A name with a mark in the place of each part that has a digit.
fn form(name: &str) -> String {
    let part = |part: &str| if part.bytes().any(|b| b.is_ascii_digit()) { "#".to_owned() } else { part.to_owned() };
    name.split(['-', '.']).map(part).collect::<Vec<_>>().join("-")
}

/// Whether two names differ in one number, which is greater in the second.
fn follows(earlier: &str, later: &str) -> bool {
    let parts = |name: &str| name.split(['-', '.']).map(str::to_owned).collect::<Vec<_>>();
    let (x, y) = (parts(earlier), parts(later));
    let mut differ = x.iter().zip(&y).filter(|(x, y)| x != y);
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let is_greater = differ.next().is_some_and(|(x, y)| number(x).zip(number(y)).is_some_and(|(x, y)| x < y));
    x.len() == y.len() && is_greater && differ.next().is_none()
}

/// Whether a pod has run to its end, and was not to be started anew.
fn has_run_out(pod: &Value) -> bool {
    matches!(meta::text(pod, "/status/phase"), "Succeeded" | "Failed")
        && matches!(meta::text(pod, "/spec/restartPolicy"), "Never" | "OnFailure")
}

/// Whether an object says that a workload manages it that is there in both bundles (Trivy's operator 0.32,
/// pkg/operator/jobs/limit_checker.go: `app.kubernetes.io/managed-by` of the Jobs that scan).
fn is_of_operator(e: &Evidence<'_>, change: &Change, object: &Value) -> bool {
    let name = meta::label(object, "app.kubernetes.io/managed-by").unwrap_or_default();
    let (a, b) = change.sides;
    let mut workloads = e.instances.in_bundle(a).filter(|(s, _)| WORKLOADS.contains(&&*s.stem) && s.name == name);
    workloads.any(|(spot, _)| e.instances.at(spot, b).is_some())
}

/// Whether a resource says how long it stays (`ttlSecondsAfterFinished`; `timeToLiveSeconds` of kubeflow/spark-operator,
/// api/v1beta2/sparkapplication_types.go).
fn ends_by_itself(object: &Value) -> bool {
    let is_ttl = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with("ttl") || name.starts_with("timetolive")
    };
    let fields = |value: &Value| value.as_object().is_some_and(|map| map.iter().any(|(name, value)| is_ttl(name) && !value.is_null()));
    let Some(spec) = object.get("spec") else { return false };
    fields(spec) || spec.as_object().into_iter().flatten().any(|(_, part)| fields(part))
}

#[cfg(test)]
mod tests {
    use super::{ends_by_itself, follows, form};
    use crate::value::json;

    #[test]
    fn a_copy_of_settings_follows_one_with_a_smaller_number() {
        assert!(follows("config-8", "config-9") && follows("config-9", "config-10") && follows("pod-8-of-a", "pod-9-of-a"));
        assert!(!follows("config-9", "config-8") && !follows("config-a", "config-b") && !follows("config", "config-1"));
        assert!(!follows("a-1-2", "a-2-3") && !follows("config-8", "settings-9"));
    }

    #[test]
    fn names_are_alike_where_they_differ_in_what_is_drawn_for_each() {
        assert!(form("i-0a1b") == form("i-0c2d") && form("edge.9f86d081") == form("edge.60303ae2"));
        assert!(form("deny-1") != form("allow-2"));
    }

    #[test]
    fn a_resource_says_how_long_it_stays() {
        assert!(ends_by_itself(&json!({"spec": {"ttlSecondsAfterFinished": 60}})));
        assert!(ends_by_itself(&json!({"spec": {"runPolicy": {"ttlSecondsAfterFinished": 60}}})));
        assert!(!ends_by_itself(&json!({"spec": {"title": "a"}})));
    }
}
