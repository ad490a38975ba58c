//! Values that a cluster generates for each instance (caBundles, ranges of ids, names of pull secrets), as the rule of their kind
//! declares: a different value is no counter-example, and is named (law 13).
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Side, Spot, lines};
use crate::kinds::patterns::covers;
use crate::model::unstem;
use crate::value::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Generated values, in the objects of some layers, that differ from one bundle to another.
pub(super) fn differing(e: &Evidence<'_>, of: impl Fn(&str) -> bool, (a, b): (usize, usize)) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let (Some(before), Some(after)) = (e.sides.get(a), e.sides.get(b)) else { return Ok(findings) };
    let (old, new) = (generated(e, &of, before, after)?, generated(e, &of, after, before)?);
    for (spot, (later, file)) in &new {
        let Some((earlier, _)) = old.get(spot) else { continue };
        for pointer in earlier.keys().chain(later.keys()).collect::<BTreeSet<_>>() {
            let (x, y) = (earlier.get(pointer).cloned(), later.get(pointer).cloned());
            if x != y {
                let effect = match (e.uid(spot, a) == e.uid(spot, b), is_lost(x.as_ref(), y.as_ref())) {
                    // Another value that does not move in one instance is a change (law 5).
                    (true, _) if is_lasting(e, spot, (a, b), pointer)? => continue,
                    // What was lost serves no more; where the object is new, it may still come.
                    (true, true) => Effect::Counters,
                    (false, true) => Effect::Doubts,
                    // If only the object itself says that the cluster generates a value, then another value in the same instance may
                    // come from any client (law 2).
                    (true, false) if is_asserted(e, spot, pointer) => Effect::Doubts,
                    _ => Effect::Notes,
                };
                findings.push(e.found(effect, Code::GeneratedDiffers, spot, b).at(pointer, x, y).in_file(file));
            }
        }
    }
    Ok(findings)
}

/// Whether there was a value, and there is none any more (`Cg==` is an empty line, which stands for a bundle of certificates that is to come).
fn is_lost(before: Option<&Value>, after: Option<&Value>) -> bool {
    let is_empty = |value: Option<&Value>| value.is_none_or(|v| v.is_null() || matches!(v.as_str(), Some("" | "Cg==")));
    !is_empty(before) && is_empty(after)
}

fn is_lasting(e: &Evidence<'_>, spot: &Spot, (a, b): (usize, usize), pointer: &str) -> Result<bool, CompareError> {
    let Some(kind) = e.kind_of(spot) else { return Ok(false) };
    let whole = |i: usize| e.object(spot, i).map(Option::unwrap_or_default);
    Ok(kind.is_lasting(&kind.closer(|| Ok([whole(a)?, whole(b)?]))?, pointer))
}

/// Whether the value counts as generated only by what the object says about itself.
fn is_asserted(e: &Evidence<'_>, spot: &Spot, pointer: &str) -> bool {
    let when = e.kind_of(spot).into_iter().flat_map(|k| &k.rule.when);
    when.flat_map(|w| &w.generated).any(|pattern| covers(pattern, pointer))
}

/// Object → its generated values, and the entry that holds them.
type Generated = BTreeMap<Spot, (Map, String)>;

/// The generated values of one bundle, from files that the other bundle does not have.
fn generated(e: &Evidence<'_>, of: impl Fn(&str) -> bool, side: &Side, other: &Side) -> Result<Generated, CompareError> {
    #[derive(serde::Deserialize)]
    struct Line {
        namespace: String,
        name: String,
        fields: Map,
    }
    let known: BTreeSet<(&str, &str)> = other.files("identity").map(|(_, _, stem, digest)| (stem, digest)).collect();
    let mut out = Generated::new();
    for (entry, _, stem, _) in side.files("identity").filter(|(_, _, stem, digest)| !known.contains(&(*stem, *digest))) {
        let (plural, group) = unstem(stem);
        let Some(kind) = e.rules.of_resource(group, plural).filter(|k| k.generates()) else { continue };
        for line in lines(&side.file(entry)?) {
            let line: Line = side.parse(entry, line)?;
            let spot = Spot::new(stem, line.namespace, line.name);
            if of(e.instances.layer(&spot)) {
                let mut fields = Map::new();
                for (pointer, value) in line.fields {
                    match kind.generated(&pointer) {
                        Some(whole) if whole == pointer => drop(fields.insert(pointer, value)),
                        // The parts of a value are put together again, by their positions.
                        Some(whole) => {
                            let rest = pointer.strip_prefix(&*whole).unwrap_or("").to_owned();
                            let parts = fields.entry(whole).or_insert_with(|| Value::Object(Map::new()));
                            parts.as_object_mut().and_then(|parts| parts.insert(rest, value));
                        }
                        None => {}
                    }
                }
                out.insert(spot, (fields, entry.to_owned()));
            }
        }
    }
    Ok(out)
}
