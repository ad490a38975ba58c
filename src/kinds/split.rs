//! Splits an object into state, identity and noise, and puts it together again. Nothing is lost: the three parts are the whole object.
use crate::canon::json;
use crate::kinds::Kind;
use crate::kinds::rule::ListRule;
use crate::kinds::tree::{Facet, Tree};
use crate::model::{join, push, set};
use serde_json::{Map, Value};

/// An object's facets. `state` is the object without the rest; the others map pointers (of the original object) to values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facets {
    /// What the object is.
    pub state: Value,
    /// Which instance it is.
    pub identity: Map<String, Value>,
    /// Bookkeeping.
    pub noise: Map<String, Value>,
    /// For each list that `state` has sorted: the original index of each element.
    pub order: Map<String, Value>,
}

/// Splits `value`; `owned` are pointers of fields that a controller owns by agreement; they are identity here.
pub fn split(kind: &Kind, value: Value, owned: &[String]) -> Facets {
    let mut out = Facets::default();
    let extra = Tree::identity(owned);
    let mut active = kind.trees(&value);
    if !owned.is_empty() {
        active.push(&extra);
    }
    let state = walk(value, &active, None, &mut String::new(), &mut out);
    out.state = state.state().unwrap_or(Value::Null);
    out
}

/// Puts an object together again.
pub fn join_facets(facets: Facets) -> Value {
    let depth = |pointer: &str| pointer.bytes().filter(|b| *b == b'/').count();
    let mut value = facets.state;
    let mut lists: Vec<_> = facets.order.into_iter().collect();
    lists.sort_by_cached_key(|(pointer, _)| depth(pointer));
    for (pointer, order) in lists {
        unsort(&mut value, &pointer, &order);
    }
    let mut fields: Vec<_> = facets.identity.into_iter().chain(facets.noise).collect();
    // An element of a list comes after the elements before it.
    let index = |pointer: &str| pointer.rsplit('/').next().and_then(|token| token.parse::<usize>().ok());
    fields.sort_by_cached_key(|(pointer, _)| (depth(pointer), index(pointer)));
    for (pointer, field) in fields {
        set(&mut value, &pointer, field);
    }
    value
}

/// No list of an object is longer: a greater index does not come from a split.
const LONGEST: usize = 1 << 20;

fn unsort(value: &mut Value, pointer: &str, order: &Value) {
    let (Some(Value::Array(list)), Some(order)) = (value.pointer_mut(pointer), order.as_array()) else { return };
    // Elements that are identity are not in the list, but they still have an index.
    let last = order.iter().filter_map(Value::as_u64).max().and_then(|i| usize::try_from(i).ok()).filter(|i| *i < LONGEST);
    let mut original = vec![Value::Null; list.len().max(last.map_or(0, |i| i + 1))];
    for (item, index) in list.iter_mut().zip(order) {
        if let Some(slot) = index.as_u64().and_then(|i| usize::try_from(i).ok()).and_then(|i| original.get_mut(i)) {
            *slot = item.take();
        }
    }
    *list = original;
}

/// The part of a value that stays in state.
enum Left {
    /// This value.
    State(Value),
    /// Nothing: the value means the same as its absence.
    Default,
    /// Nothing: the value went to other facets.
    Elsewhere,
}

impl Left {
    fn state(self) -> Option<Value> {
        if let Self::State(value) = self { Some(value) } else { None }
    }
}

fn walk(value: Value, active: &[&Tree], inherited: Option<Facet>, pointer: &mut String, out: &mut Facets) -> Left {
    let own = active.iter().rev().find_map(|n| n.facet.filter(|_| !n.unless.contains(&value)));
    let facet = own.or(inherited);
    let elsewhere = matches!(facet, Some(Facet::Identity | Facet::Noise));
    let is_default = |v: &Value| active.iter().any(|n| n.default.as_ref() == Some(v));
    if !elsewhere && is_default(&value) {
        out.noise.insert(pointer.clone(), value);
        return Left::Default;
    }
    if active.iter().all(|n| n.is_leaf()) {
        if elsewhere {
            record(facet, pointer, value, out);
            return Left::Elsewhere;
        }
        return Left::State(match value {
            Value::Array(list) => {
                let places: Vec<usize> = (0..list.len()).collect();
                sorted(list, &places, active, pointer, out)
            }
            value => value,
        });
    }
    match value {
        Value::Object(map) if !map.is_empty() => {
            let (mut kept, mut defaults) = (Map::new(), false);
            for (key, item) in map {
                let next: Vec<&Tree> = active.iter().flat_map(|n| n.step(&key)).collect();
                match below(item, &key, &next, facet, pointer, out) {
                    Left::State(item) => drop(kept.insert(key, item)),
                    Left::Default => defaults = true,
                    Left::Elsewhere => {}
                }
            }
            match (kept.is_empty(), defaults) {
                (false, _) => Left::State(Value::Object(kept)),
                // A map that holds only defaults still exists (`automated: {prune: false}` is automated) …
                (true, true) if !is_default(&Value::Object(Map::new())) => Left::State(Value::Object(kept)),
                // … unless an empty map means the same as no map.
                (true, true) => Left::Default,
                (true, false) => Left::Elsewhere,
            }
        }
        Value::Array(list) => {
            let is_element = |item: &Value| !elsewhere && active.iter().any(|n| n.has_element(item));
            if !list.is_empty() && list.iter().all(is_element) {
                record(Some(Facet::Identity), pointer, Value::Array(list), out);
                return Left::Elsewhere;
            }
            let (mut places, mut items) = (Vec::with_capacity(list.len()), Vec::with_capacity(list.len()));
            for (i, item) in list.into_iter().enumerate() {
                let token = i.to_string();
                if is_element(&item) {
                    record(Some(Facet::Identity), &join(pointer, &token), item, out);
                    continue;
                }
                let next: Vec<&Tree> = active.iter().flat_map(|n| n.step(&token)).collect();
                places.push(i);
                items.push(below(item, &token, &next, facet, pointer, out).state().unwrap_or(Value::Null));
            }
            if elsewhere && items.iter().all(Value::is_null) {
                // All elements went to their facets; what remains is the list's length.
                record(facet, pointer, Value::Array(items), out);
                return Left::Elsewhere;
            }
            Left::State(sorted(items, &places, active, pointer, out))
        }
        other if elsewhere => {
            record(facet, pointer, other, out);
            Left::Elsewhere
        }
        other => Left::State(other),
    }
}

/// Splits a part; afterwards `pointer` is that of the whole again.
fn below(part: Value, token: &str, active: &[&Tree], inherited: Option<Facet>, pointer: &mut String, out: &mut Facets) -> Left {
    let whole = pointer.len();
    push(pointer, token);
    let left = walk(part, active, inherited, pointer, out);
    pointer.truncate(whole);
    left
}

fn record(facet: Option<Facet>, pointer: &str, value: Value, out: &mut Facets) {
    let map = if facet == Some(Facet::Identity) { &mut out.identity } else { &mut out.noise };
    map.insert(pointer.to_owned(), value);
}

/// Sorts a list whose order has no meaning, and records the original index of each element.
fn sorted(list: Vec<Value>, places: &[usize], active: &[&Tree], pointer: &str, out: &mut Facets) -> Value {
    let rule = active.iter().find_map(|n| n.list.as_ref()).filter(|rule| match rule {
        ListRule::KeysUnless { unless, .. } => !list.iter().any(|item| json::to_text(item).contains(unless.as_str())),
        _ => true,
    });
    let keyed = |item: &Value| rule.map_or_else(Vec::new, |rule| sort_key(rule, item));
    let mut items: Vec<_> = list.into_iter().zip(places).map(|(item, place)| (keyed(&item), *place, item)).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
    if items.iter().enumerate().any(|(i, (_, place, _))| i != *place) {
        out.order.insert(pointer.to_owned(), items.iter().map(|(_, place, _)| Value::from(*place)).collect());
    }
    Value::Array(items.into_iter().map(|(_, _, item)| item).collect())
}

fn sort_key(rule: &ListRule, item: &Value) -> Vec<u8> {
    let keys = match rule {
        ListRule::Set(_) => return json::to_bytes(item),
        ListRule::Keys(keys) | ListRule::KeysUnless { by: keys, .. } => keys,
    };
    keys.iter().flat_map(|k| json::to_bytes(item.get(k).unwrap_or(&Value::Null)).into_iter().chain([0])).collect()
}
