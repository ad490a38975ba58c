//! Law 4 over several bundles: a derived object that departs from its owner's template counts only if no object of that owner departed so
//! in an earlier bundle. Injectors and image mirrors do the same to every pod; a departure in the first bundle is its owner's baseline.
//! Law 5 handles an object whose uid an earlier bundle has.
use crate::bundle::lines::{DepartureLine, IdentityLine};
use crate::canon::json;
use crate::compare::lasting::uid;
use crate::compare::{CompareError, FieldChange, Instances, Side, Spot, lines};
use crate::value::{Text, Value, join, json, tokens};
use std::collections::BTreeSet;

/// Few lines have departures: a search for this in the bytes saves parsing the others.
pub(super) const DEPARTS: &str = "\"departs\":[";

/// The judged departures of one object: those that refute, and those that leave the question open.
#[derive(Default)]
pub(super) struct Departed {
    pub(super) counters: Vec<FieldChange>,
    pub(super) doubts: Vec<FieldChange>,
}

/// The departures in the earlier bundles.
#[derive(Default)]
pub(super) struct Baseline {
    of_owner: BTreeSet<(Spot, String)>,
    of_space: BTreeSet<(String, String)>,
    /// Kind and owner of everything derived.
    owners: BTreeSet<(Text, Spot)>,
}

impl Baseline {
    /// Reads the bundles before `b`.
    pub(super) fn read(sides: &[Side], instances: &Instances, b: usize) -> Result<Self, CompareError> {
        let mut this = Self::default();
        for (i, side) in sides.iter().enumerate().take(b) {
            for (entry, _, stem, _) in side.files("identity") {
                let bytes = side.file(entry)?;
                for line in lines(&bytes).filter(|l| std::str::from_utf8(l).is_ok_and(|t| t.contains(DEPARTS))) {
                    let line: IdentityLine = side.parse(entry, line)?;
                    let spot = Spot::new(stem, &line.namespace, &line.name);
                    let top = instances.top(&spot, instances.at(&spot, i));
                    for departure in &line.departs {
                        this.of_owner.insert((top.clone(), sign(&line.derived, departure, true)));
                        this.of_space.insert((line.namespace.clone(), sign(&line.derived, departure, false)));
                    }
                }
            }
            let derived = instances.all.iter().filter_map(|(s, all)| Some((s, all.get(i)?.as_ref().filter(|at| at.derived)?)));
            this.owners.extend(derived.map(|(s, at)| (s.stem.clone(), instances.top(s, Some(at)))));
        }
        Ok(this)
    }

    /// The departures of an object that no earlier bundle has.
    pub(super) fn judge(&self, instances: &Instances, spot: &Spot, line: &IdentityLine, b: usize) -> Departed {
        let top = instances.top(spot, instances.at(spot, b));
        let mut out = Departed::default();
        let is_shown = instances.at(&top, b).is_some_and(|owner| !owner.derived);
        let is_new = top != *spot && is_shown && !(0..b).any(|i| instances.at(&top, i).is_some());
        if is_new {
            // Its owner is new; that is the change.
            return out;
        }
        // If its owner had no such objects before, the departures of other objects in the namespace show what admission does.
        let is_first = !self.owners.contains(&(spot.stem.clone(), top.clone()));
        for d in &line.departs {
            let is_known = self.of_owner.contains(&(top.clone(), sign(&line.derived, d, true)))
                || ((is_first || d.what == "holds")
                    && d.what != "untold"
                    && self.of_space.contains(&(line.namespace.clone(), sign(&line.derived, d, false))));
            if is_known {
                continue;
            }
            let after = if d.what == "untold" { Some(look(&line.derived)) } else { line.derived.pointer(&d.at).cloned() };
            let field = FieldChange::new(&d.at, d.wants.clone(), after);
            let refutes = d.what == "runs" || d.what == "untold" && !is_first && spot.stem == "pods";
            if refutes { out.counters.push(field) } else { out.doubts.push(field) }
        }
        out
    }
}

/// Whether an object departs and no earlier bundle has its instance. One that ran nothing before and runs something now is judged although its
/// instance is known.
pub(super) fn departs(instances: &Instances, spot: &Spot, line: &IdentityLine, b: usize) -> bool {
    let mut earlier = (0..b).filter_map(|i| instances.at(spot, i));
    let is_known = !uid(line).is_empty() && earlier.any(|at| at.uid == uid(line));
    let runs = || line.departs.iter().any(|d| d.what == "runs");
    !line.departs.is_empty() && (!is_known || spot.stem == "replicasets.apps" && runs())
}

/// The signature of a departure, independent of the order of lists: its effect, since one that runs nothing is not compared with one that
/// runs something; its place, with or without names, and the value there.
fn sign(derived: &Value, d: &DepartureLine, by_name: bool) -> String {
    if d.what == "untold" {
        return format!("{} {}", d.what, json::to_text(&look(derived)));
    }
    let (mut place, mut at) = (String::new(), Some(derived));
    for token in tokens(&d.at) {
        let next = at.and_then(|v| v.as_array().map_or_else(|| v.get(&token), |l| l.get(token.parse::<usize>().ok()?)));
        let is_element = at.is_some_and(Value::is_array);
        let name = |v: &Value| ["name", "mountPath"].iter().find_map(|k| v.get(*k)?.as_str().map(str::to_owned));
        let named = next.filter(|_| by_name).and_then(name).unwrap_or_else(|| "*".into());
        place = join(&place, if is_element { &named } else { &token });
        at = next;
    }
    // Annotations differ for each pod; a label's value decides which services select it.
    let is_note = d.at.contains("/metadata/annotations");
    let has = at.filter(|_| !is_note).map_or(Value::Null, |v| match (d.wants.as_ref().and_then(Value::as_str), v.as_str()) {
        (Some(wants), Some(has)) if d.at.ends_with("/image") => mirrored(wants, has),
        _ => alike(v),
    });
    format!("{} {place} {}", d.what, json::to_text(&has))
}

/// The old and the new registry, which a mirror changes in every image. If the image name differs, the image itself.
fn mirrored(wants: &str, has: &str) -> Value {
    let split = |image: &str| image.rsplit_once('/').map_or((String::new(), image.to_owned()), |(r, n)| (r.to_owned(), n.to_owned()));
    let ((from, name), (to, same)) = (split(wants), split(has));
    if name == same { json!([from, to]) } else { json!([wants, has]) }
}

/// A value without the part that differs for each pod: the name of its service account token's volume.
pub fn alike(value: &Value) -> Value {
    value.with_texts(&|text| Value::from(if text.starts_with("kube-api-access-") { "kube-api-access" } else { text }))
}

/// The whole of an object that has no template, without its metadata and its node.
fn look(derived: &Value) -> Value {
    let own = derived.as_object().into_iter().flatten().filter(|(k, _)| k.as_str() != "metadata");
    let mut look: Value = own.map(|(k, v)| (k.clone(), alike(v))).collect();
    if let Some(spec) = look.get_mut("spec").and_then(Value::as_object_mut) {
        ["nodeName", "hostname"].iter().for_each(|k| drop(spec.remove(k)));
    }
    look
}
