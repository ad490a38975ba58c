//! A program that scales a workload, or gives it other resources, as the cluster grows: its own command line says which (cluster-proportional-autoscaler
//! 1.10, cmd/cluster-proportional-autoscaler/options/options.go: `--target`; kubernetes/autoscaler, addon-resizer 1.8, nanny/main/pod_nanny.go:
//! `--deployment`). There is no object that says so.
use crate::claims::Evidence;
use crate::compare::{Change, CompareError, FieldChange};
use crate::kinds::patterns::covers;
use crate::model::meta;
use crate::value::Value;

/// Whether only the count of a workload, or the resources of its template, are others, and the command line of a program that is there names it.
pub(super) fn is_commanded(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    const RESOURCES: &str = "/spec/template/spec/containers/*/resources";
    let some = |v: &Option<Value>| v.as_ref().and_then(Value::as_i64).is_some_and(|n| n > 0);
    let is_count = |f: &FieldChange| f.pointer == "/spec/replicas" && some(&f.before) && some(&f.after);
    let is_written = |f: &FieldChange| is_count(f) || covers(RESOURCES, &f.pointer);
    if change.spot.stem != "deployments.apps" || !change.fields.iter().all(is_written) {
        return Ok(false);
    }
    let name = &change.spot.name;
    let targets = [format!("deployment/{name}"), format!("--deployment={name}")];
    let side = change.sides.1;
    for (spot, at) in e.instances.in_bundle(side).filter(|(s, _)| s.stem == "deployments.apps" && s.namespace == change.spot.namespace) {
        let object = e.whole(spot, at, side)?;
        let containers = meta::list(&object, "/spec/template/spec/containers");
        let words = containers.flat_map(|c| meta::list(c, "/command").chain(meta::list(c, "/args")));
        let mut parts = words.filter_map(Value::as_str).flat_map(|word| word.split([' ', ',', '\n']));
        if parts.any(|part| targets.iter().any(|t| part == t || part.to_lowercase() == format!("--target={t}"))) {
            return Ok(true);
        }
    }
    Ok(false)
}
