//! What changed while the rest was read: if the first and the last reading of an object differ, it does not show one moment. Bookkeeping
//! that always changes (generation, reconciledAt) does not count.
use crate::kinds::health;
use crate::model::{Objects, Unsettled};
use crate::usecase::capture::collected::List;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::packed::PackedList;
use crate::value::{Text, Value};
use std::collections::BTreeSet;

/// What changed between first readings and the objects of the last one, sorted.
pub(super) fn moved(earlier: &[List<PackedList>], objects: &PackedObjects<'_>, intake: &Intake<'_>) -> Vec<Unsettled> {
    let mut found = Vec::new();
    for list in earlier {
        let mut seen = BTreeSet::new();
        for object in list.items.packed().filter_map(|at| list.items.object(at)) {
            let key = list.items.key(object);
            let last = objects.find(key).and_then(|at| objects.whole(at));
            let pointers = last.map_or_else(|| vec![String::new()], |last| between(&intake.whole(object), &last.value));
            seen.insert(key);
            if !pointers.is_empty() {
                found.push(Unsettled { key: key.to_key(), pointers });
            }
        }
        let of_list = |at: &usize| {
            let of_kind = Some(objects.plural(*at)) == list.resource.as_deref() && objects.key(*at).group == list.group;
            of_kind && list.namespace.as_ref().is_none_or(|n| *n == objects.key(*at).namespace)
        };
        let new = (0..objects.len()).filter(of_list).map(|at| objects.key(at)).filter(|key| !seen.contains(key));
        found.extend(new.map(|key| Unsettled { key: key.to_key(), pointers: vec![String::new()] }));
    }
    found.sort();
    found
}

/// What changed between two readings of an Application, in its content and its health.
fn between(first: &Value, last: &Value) -> Vec<String> {
    const ALWAYS: &str = "/status/reconciledAt";
    const OWN: [&str; 2] = ["/metadata/uid", "/spec"];
    let facts = |v: &Value| health::read("application", v).map(|r| r.facts).unwrap_or_default();
    let (a, b) = (facts(first), facts(last));
    let names: BTreeSet<&Text> = a.keys().chain(b.keys()).filter(|p| *p != ALWAYS).collect();
    let facts = names.into_iter().filter(|p| a.get(p) != b.get(p)).map(Text::to_string);
    OWN.into_iter().filter(|p| first.pointer(p) != last.pointer(p)).map(str::to_owned).chain(facts).collect()
}
