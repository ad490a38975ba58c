//! Who wrote the fields of a change, from the later bundle's managedFields; part of the findings' data. Judges nothing.
use crate::claims::Evidence;
use crate::compare::{Change, CompareError, FieldChange, writer};

/// Records who wrote each field of a change from bundle `a` to `side`, from the later bundle. An entry that the earlier bundle has too
/// wrote nothing in between. If a whole map or list changed, its parts may have other writers.
pub(super) fn name_writers(e: &Evidence<'_>, change: &mut Change, a: usize, side: usize) -> Result<(), CompareError> {
    let Some(at) = e.instances.at(&change.spot, side) else { return Ok(()) };
    if e.line("noise", &change.spot, at, side)?.pointer("/fields/~1metadata~1managedFields").is_none() {
        return Ok(());
    }
    let object = e.whole(&change.spot, at, side)?;
    let earlier = e.instances.at(&change.spot, a).map(|before| e.whole(&change.spot, before, a)).transpose()?;
    let state = e.content(&change.spot, at, side)?;
    let is_plain = |f: &FieldChange| f.after.as_ref().is_some_and(|v| !v.is_object() && !v.is_array());
    for field in change.fields.iter_mut().filter(|f| is_plain(f)) {
        // An identity field is at its place in the object; a state field at its place in state, which may have sorted lists.
        let shown = if state.pointer(&field.pointer).is_some() { &state } else { &object };
        field.writer = writer(&object, shown, &field.pointer).filter(|w| !earlier.as_ref().is_some_and(|before| w.is_noted(before)));
    }
    Ok(())
}
