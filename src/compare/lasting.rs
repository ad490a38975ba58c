//! Law 5: any difference in one instance (the same uid) is a change, also in the identity and the derived content of the object. Excepted
//! are fields that its kind's rule says move by themselves, and fields that another controller owns by agreement.
use crate::bundle::lines::IdentityLine;
use crate::compare::{CompareError, FieldChange, Instances, Side, Spot, differences};
use crate::kinds::patterns::covers;
use crate::kinds::{Kind, Rules};
use crate::model::unstem;
use crate::value::{Text, Value};
use std::collections::BTreeSet;

/// An object's identity line and its entry.
pub(super) type Identity<'s> = (IdentityLine, &'s str);

pub(super) fn kind_of<'r>(rules: &'r Rules, spot: &Spot) -> &'r Kind {
    let (plural, group) = unstem(&spot.stem);
    rules.of_resource(group, plural).unwrap_or_else(|| rules.of(group, ""))
}

/// The uid on a line, or an empty text.
pub(super) fn uid(line: &IdentityLine) -> &str {
    line.fields.get("/metadata/uid").and_then(Value::as_str).unwrap_or("")
}

/// What differs between two lines of one instance, in addition to state.
pub(super) fn moved(
    kind: &Kind,
    spot: &Spot,
    sides: (&Side, &Side),
    x: &Identity<'_>,
    y: &Identity<'_>,
) -> Result<Vec<FieldChange>, CompareError> {
    let closer = kind.closer(|| Ok([whole(sides.0, spot, x)?, whole(sides.1, spot, y)?]))?;
    let mut out = match (x.0.derived.is_null(), y.0.derived.is_null()) {
        (true, true) => Vec::new(),
        (false, false) => {
            let lasting = |line: &IdentityLine| kind.without_moves(&closer, line.derived.clone());
            differences(&lasting(&x.0), &lasting(&y.0))
        }
        // If it is derived on one side only, its whole content is compared with the other side: no rule says there which fields may move.
        _ => differences(&content(sides.0, spot, x)?, &content(sides.1, spot, y)?),
    };
    let fields: BTreeSet<&Text> = x.0.fields.keys().chain(y.0.fields.keys()).collect();
    for pointer in fields.into_iter().filter(|p| kind.is_lasting(&closer, p)) {
        let (before, after) = (x.0.fields.get(pointer).cloned(), y.0.fields.get(pointer).cloned());
        if before != after {
            out.push(FieldChange::new(pointer, before, after));
        }
    }
    out.extend(kind.rule.must_stay.iter().filter_map(|pattern| lost(pattern, &x.0, &y.0)));
    Ok(out)
}

/// What refers to another object by its uid, which was there before, and refers to none that is there any more: whoever follows it finds
/// the other gone (the garbage collector, the binder of volumes).
pub(super) fn astray(kind: &Kind, instances: &Instances, (a, b): (usize, usize), x: &IdentityLine, y: &IdentityLine) -> Vec<FieldChange> {
    let uid = |line: &IdentityLine, pointer: &str| line.fields.get(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let refers = kind.patterns(|rule| &rule.refers);
    let own = y.fields.keys().filter(|p| refers.iter().any(|pattern| covers(pattern, p)));
    let moved = own.map(|p| (p, uid(x, p), uid(y, p)));
    let lost = moved.filter(|(_, was, is)| was != is && (was.is_empty() || instances.has(a, was)) && !instances.has(b, is));
    let field = |uid: String| (!uid.is_empty()).then(|| uid.into());
    lost.map(|(pointer, was, is)| FieldChange::new(pointer, field(was), field(is))).collect()
}

/// What one instance had at a pattern's places and has at none of them any more.
fn lost(pattern: &str, x: &IdentityLine, y: &IdentityLine) -> Option<FieldChange> {
    let is_filled = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let values = |line: &IdentityLine| {
        let here = line.fields.iter().filter(|(pointer, value)| covers(pattern, pointer) && is_filled(value));
        here.map(|(pointer, value)| (pointer.clone(), value.clone())).collect::<Vec<_>>()
    };
    let (pointer, before) = values(x).into_iter().next().filter(|_| values(y).is_empty())?;
    Some(FieldChange::new(&pointer, Some(before), None))
}

fn whole(side: &Side, spot: &Spot, (_, entry): &Identity<'_>) -> Result<Value, CompareError> {
    side.whole(layer_of(entry), spot)
}

fn layer_of(entry: &str) -> &str {
    entry.split('/').nth(1).unwrap_or("")
}

/// The content of an object, derived or state.
fn content(side: &Side, spot: &Spot, (line, entry): &Identity<'_>) -> Result<Value, CompareError> {
    if !line.derived.is_null() {
        return Ok(line.derived.clone());
    }
    side.line("state", layer_of(entry), spot)
}
