//! What changed while the rest was read: an object that its first and its last reading show differently is of no one moment. Bookkeeping
//! that always moves (generation, reconciledAt) does not count.
use crate::kinds::health;
use crate::model::Key;
use crate::model::Object;
use crate::model::Unsettled;
use crate::usecase::capture::List;
use crate::usecase::capture::key_of;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What moved between first readings and the objects of the last one, sorted.
pub(super) fn moved(earlier: Vec<List>, objects: &BTreeMap<Key, Object>, prepare: impl Fn(&mut Value)) -> Vec<Unsettled> {
    let mut found = Vec::new();
    for list in earlier {
        let mut seen = BTreeSet::new();
        for mut value in list.items {
            let Some(key) = key_of(&value) else { continue };
            prepare(&mut value);
            let pointers = objects.get(&key).map_or_else(|| vec![String::new()], |last| between(&value, &last.value));
            seen.insert(key.clone());
            if !pointers.is_empty() {
                found.push(Unsettled { key, pointers });
            }
        }
        let of_list = |o: &&Object| {
            let of_kind = Some(&o.plural) == list.resource.as_ref() && o.key.group == list.group;
            of_kind && list.namespace.as_ref().is_none_or(|n| *n == o.key.namespace)
        };
        let new = objects.values().filter(of_list).filter(|o| !seen.contains(&o.key));
        found.extend(new.map(|o| Unsettled { key: o.key.clone(), pointers: vec![String::new()] }));
    }
    found.sort();
    found
}

/// What moved between two readings of an Application, of what says how it fares and what it is.
fn between(first: &Value, last: &Value) -> Vec<String> {
    const ALWAYS: &str = "/status/reconciledAt";
    const OWN: [&str; 2] = ["/metadata/uid", "/spec"];
    let facts = |v: &Value| health::read("application", v).map(|r| r.facts).unwrap_or_default();
    let (a, b) = (facts(first), facts(last));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).filter(|p| *p != ALWAYS).collect();
    let facts = names.into_iter().filter(|p| a.get(*p) != b.get(*p)).cloned();
    OWN.into_iter().filter(|p| first.pointer(p) != last.pointer(p)).map(str::to_owned).chain(facts).collect()
}
