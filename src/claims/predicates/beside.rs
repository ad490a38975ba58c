//! What is written into a running pod beside what its template says: operators and agents of nodes note there how it fares, and which of its
//! workload's pods leads. Nothing says who wrote it, so it leaves a claim open.
use crate::bundle::lines::IdentityLine;
use crate::claims::Evidence;
use crate::compare::{Change, CompareError, FieldChange, Instance, Spot};
use crate::kinds::patterns::covers;
use crate::model::meta;
use crate::value::{Value, join};
use std::collections::BTreeMap;

/// Whether a workload that was made anew lost only times in its template's annotations, with which somebody started its pods anew before. Git may
/// have had them, or not.
pub(super) fn is_stamp(change: &Change) -> bool {
    let are_times = |value: &Value| value.as_object().map_or_else(|| is_time(value), |all| all.values().all(is_time));
    let is_lost = |f: &FieldChange| f.after.is_none() && f.before.as_ref().is_some_and(are_times);
    let mut fields = change.fields.iter();
    change.recreated && fields.all(|f| covers("/spec/template/metadata/annotations", &f.pointer) && is_lost(f))
}

/// Whether a value is a time of day.
pub(super) fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() > 15 && text.chars().map(digit).take(11).eq("0000-00-00T".chars()))
}

fn digit(c: char) -> char {
    if c.is_ascii_digit() { '0' } else { c }
}

/// Whether one pod changed only beside its template: in annotations that the template does not have, or in labels that the pods of its workload
/// exchanged among themselves.
pub(super) fn is_beside_template(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    Ok(change.spot.stem == "pods" && change.derived && (is_noted(e, change)? || is_exchanged(e, change)?))
}

fn is_noted(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    const NOTES: &str = "/metadata/annotations";
    if !change.fields.iter().all(|f| covers(NOTES, &f.pointer)) {
        return Ok(false);
    }
    let (a, b) = change.sides;
    for field in &change.fields {
        // Where it is, it departs from the template; a pod of a custom resource has none.
        let (side, value) = field.after.as_ref().map_or((a, &field.before), |_| (b, &field.after));
        let Some(at) = e.instances.at(&change.spot, side) else { return Ok(false) };
        let Some(line) = e.read::<IdentityLine>("identity", &change.spot, at, side)? else { return Ok(false) };
        let is_own = |pointer: &str| line.departs.iter().any(|d| d.what == "untold" || d.at == pointer && d.wants.is_none());
        let all = value.as_ref().and_then(Value::as_object).filter(|_| field.pointer == NOTES);
        if !all.map_or_else(|| is_own(&field.pointer), |all| all.keys().all(|name| is_own(&join(NOTES, name)))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As many pods as before have each value: they chose another leader. Which label says it, each operator has its own name for.
fn is_exchanged(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    if !change.fields.iter().all(|f| covers("/metadata/labels/*", &f.pointer)) {
        return Ok(false);
    }
    // The top of the chain of owners; where a layer does not follow it, the controller.
    let workload = |spot: &Spot, at: &Instance, pod: &Value| {
        let top = e.instances.top(spot, Some(at));
        (top != *spot).then_some(top).or_else(|| {
            let owner = meta::controller(pod)?;
            Some(Spot::new(e.stem_of(owner.group, owner.kind), spot.namespace.clone(), owner.name))
        })
    };
    let Some(at) = e.instances.at(&change.spot, b) else { return Ok(false) };
    let Some(own) = workload(&change.spot, at, &e.whole(&change.spot, at, b)?) else { return Ok(false) };
    let labels = change.fields.iter().map(|f| &*f.pointer);
    let values = |side: usize| -> Result<BTreeMap<&str, Vec<String>>, CompareError> {
        let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let pods = e.instances.in_bundle(side).filter(|(s, _)| s.stem == "pods" && s.namespace == change.spot.namespace);
        for (spot, at) in pods {
            let pod = e.whole(spot, at, side)?;
            if workload(spot, at, &pod).as_ref() == Some(&own) {
                labels.clone().for_each(|label| all.entry(label).or_default().push(meta::text(&pod, label).to_owned()));
            }
        }
        all.values_mut().for_each(|of| of.sort());
        Ok(all)
    };
    Ok(values(a)? == values(b)?)
}
