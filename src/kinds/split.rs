//! Splits an object into state, identity and noise, and puts it together again. Nothing is lost: the three parts are the whole object.
use crate::canon::json;
use crate::kinds::Kind;
use crate::kinds::rule::ListRule;
use crate::kinds::tree::{Facet, Tree};
use crate::value::wanted::Fields;
use crate::value::{DEEPEST, Map, Text, Value, join, push, steps};
use std::borrow::Cow;

/// An object's facets. `state` is the object without the rest; the others map pointers (of the original object) to values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facets {
    /// What the object is.
    pub state: Value,
    /// Which instance it is.
    pub identity: Map,
    /// Bookkeeping.
    pub noise: Map,
    /// For each list that `state` has sorted: the original index of each element.
    pub order: Map,
}

/// Splits `value`; `owned` are pointers of fields that a controller owns by agreement; they are identity here. `stated` are pointers of
/// fields that are state even where they have their default.
pub fn split(kind: &Kind, value: Value, owned: &[String], stated: &[String]) -> Facets {
    let extra = [Tree::exact(owned, Facet::Identity), Tree::exact(stated, Facet::State)];
    let mut nodes = kind.trees(&value);
    nodes.extend(&extra);
    let mut walk = Walk { nodes, pointer: String::new(), identity: Vec::new(), noise: Vec::new(), order: Vec::new() };
    let state = walk.part(value, 0, None).state().unwrap_or(Value::Null);
    let sorted = |fields: Vec<(String, Value)>| fields.into_iter().collect();
    Facets { state, identity: sorted(walk.identity), noise: sorted(walk.noise), order: sorted(walk.order) }
}

/// The object that was split: its state with the fields of identity and noise, and with its sorted lists in their order.
pub fn join_facets(state: Value, mut fields: Fields<'_>, mut order: Fields<'_>) -> Value {
    let depth = |pointer: &str| pointer.bytes().filter(|b| *b == b'/').count();
    let mut value = state;
    order.sort_by_cached_key(|(pointer, _)| depth(pointer));
    for (pointer, order) in order {
        unsort(&mut value, &pointer, &order);
    }
    fields.retain(|(pointer, _)| depth(pointer) <= DEEPEST && (pointer.is_empty() || pointer.starts_with('/')));
    // As their tokens are sorted: what is below a field comes right after it.
    let rank = |b: u8| if b == b'/' { 0 } else { b };
    fields.sort_by(|(a, _), (b, _)| a.bytes().map(rank).cmp(b.bytes().map(rank)));
    put(&mut value, &mut fields, 0);
    value
}

/// Puts fields back, which are sorted, into the value to which the first `from` bytes of their pointers lead. The new members of a map come into
/// it at once, however many there are.
fn put(value: &mut Value, fields: &mut [(Cow<'_, str>, Value)], from: usize) {
    let own = fields.iter().take_while(|(pointer, _)| pointer.len() == from).count();
    let (own, within) = fields.split_at_mut(own);
    if let Some((_, field)) = own.last_mut() {
        *value = field.take();
    }
    if within.is_empty() {
        return;
    }
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    // Where the next token of a pointer ends.
    let end = |pointer: &str| pointer.bytes().skip(from + 1).position(|b| b == b'/').map_or(pointer.len(), |len| from + 1 + len);
    let parts = within.chunk_by_mut(|(a, _), (b, _)| a.get(from..end(a)) == b.get(from..end(b)));
    let parts = parts.filter_map(|part| {
        let (pointer, _) = part.first()?;
        let end = end(pointer);
        let name = steps(pointer.get(from..end)?).next().map(Text::from)?;
        Some((name, end, part))
    });
    match value {
        Value::Object(map) => {
            let mut new = Vec::new();
            for (name, end, part) in parts {
                match map.get_mut(&name) {
                    Some(known) => put(known, part, end),
                    None => {
                        let mut made = Value::Null;
                        put(&mut made, part, end);
                        new.push((name, made));
                    }
                }
            }
            if !new.is_empty() {
                map.extend(new);
            }
        }
        Value::Array(list) => {
            // An element comes after the elements before it.
            let mut parts: Vec<(usize, _, _)> = parts.filter_map(|(token, end, part)| Some((token.parse().ok()?, end, part))).collect();
            parts.sort_by_key(|(index, ..)| *index);
            for (index, end, part) in parts {
                if index == list.len() && part.first().is_some_and(|(pointer, _)| pointer.len() == end) {
                    list.push(Value::Null);
                }
                if let Some(item) = list.get_mut(index) {
                    put(item, part, end);
                }
            }
        }
        // A value stands where fields were.
        _ => {}
    }
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

/// A walk over an object together with its rule.
struct Walk<'t> {
    /// The nodes that the steps so far lead to, those of the whole before those of the part. Those of the part begin at `from`.
    nodes: Vec<&'t Tree>,
    pointer: String,
    // What goes to other facets, in the order of the walk: it is sorted at once.
    identity: Vec<(String, Value)>,
    noise: Vec<(String, Value)>,
    order: Vec<(String, Value)>,
}

impl Walk<'_> {
    fn is_default(&self, from: usize, value: &Value) -> bool {
        self.active(from).any(|n| n.default.as_ref() == Some(value))
    }

    fn is_stated(&self, from: usize) -> bool {
        self.active(from).any(|n| n.is_exact && n.facet == Some(Facet::State))
    }

    fn active(&self, from: usize) -> impl DoubleEndedIterator<Item = &Tree> {
        self.nodes.get(from..).into_iter().flatten().copied()
    }

    fn part(&mut self, value: Value, from: usize, inherited: Option<Facet>) -> Left {
        let own = self.active(from).rev().find_map(|n| n.facet.filter(|_| !n.unless.contains(&value)));
        let facet = own.or(inherited);
        let elsewhere = matches!(facet, Some(Facet::Identity | Facet::Noise));
        if !elsewhere && !self.is_stated(from) && self.is_default(from, &value) {
            self.noise.push((self.pointer.clone(), value));
            return Left::Default;
        }
        if self.active(from).all(Tree::is_leaf) {
            return match value {
                value if elsewhere => self.record(facet, value),
                Value::Array(list) => {
                    let places: Vec<usize> = (0..list.len()).collect();
                    Left::State(self.sorted(list, &places, from))
                }
                value => Left::State(value),
            };
        }
        match value {
            Value::Object(map) if !map.is_empty() => self.map(map, from, facet),
            Value::Array(list) => self.list(list, from, facet, elsewhere),
            other if elsewhere => self.record(facet, other),
            other => Left::State(other),
        }
    }

    fn map(&mut self, mut map: Map, from: usize, facet: Option<Facet>) -> Left {
        let mut defaults = false;
        map.retain(|key, item| match self.below(item.take(), key, from, facet) {
            Left::State(left) => {
                *item = left;
                true
            }
            Left::Default => {
                defaults = true;
                false
            }
            Left::Elsewhere => false,
        });
        match (map.is_empty(), defaults) {
            (false, _) => Left::State(Value::Object(map)),
            // A map that holds only defaults still exists (`automated: {prune: false}` is automated) …
            (true, true) if !self.is_default(from, &Value::Object(Map::new())) => Left::State(Value::Object(map)),
            // … unless an empty map means the same as no map.
            (true, true) => Left::Default,
            (true, false) => Left::Elsewhere,
        }
    }

    fn list(&mut self, list: Vec<Value>, from: usize, facet: Option<Facet>, elsewhere: bool) -> Left {
        let is_element = |walk: &Self, item: &Value| !elsewhere && walk.active(from).any(|n| n.has_element(item));
        if !list.is_empty() && list.iter().all(|item| is_element(self, item)) {
            return self.record(Some(Facet::Identity), Value::Array(list));
        }
        let (mut places, mut items) = (Vec::with_capacity(list.len()), Vec::with_capacity(list.len()));
        for (i, item) in list.into_iter().enumerate() {
            let token = i.to_string();
            if is_element(self, &item) {
                self.identity.push((join(&self.pointer, &token), item));
                continue;
            }
            places.push(i);
            items.push(self.below(item, &token, from, facet).state().unwrap_or(Value::Null));
        }
        if elsewhere && items.iter().all(Value::is_null) {
            // All elements went to their facets; what remains is the list's length.
            return self.record(facet, Value::Array(items));
        }
        Left::State(self.sorted(items, &places, from))
    }

    /// Splits a part of the whole at `from`; afterwards the pointer is that of the whole again.
    fn below(&mut self, part: Value, token: &str, from: usize, inherited: Option<Facet>) -> Left {
        let (whole, end) = (self.pointer.len(), self.nodes.len());
        push(&mut self.pointer, token);
        for at in from..end {
            let node = self.nodes[at];
            self.nodes.extend(node.step(token));
        }
        let left = self.part(part, end, inherited);
        self.nodes.truncate(end);
        self.pointer.truncate(whole);
        left
    }

    fn record(&mut self, facet: Option<Facet>, value: Value) -> Left {
        let fields = if facet == Some(Facet::Identity) { &mut self.identity } else { &mut self.noise };
        fields.push((self.pointer.clone(), value));
        Left::Elsewhere
    }

    /// Sorts a list whose order has no meaning, and records the original index of each element.
    fn sorted(&mut self, list: Vec<Value>, places: &[usize], from: usize) -> Value {
        let rule = self.active(from).rev().find_map(|n| n.list.as_ref()).filter(|rule| match rule {
            ListRule::KeysUnless { unless, .. } => !list.iter().any(|item| json::to_text(item).contains(unless.as_str())),
            _ => true,
        });
        let keyed = |item: &Value| rule.map_or_else(Vec::new, |rule| sort_key(rule, item));
        let mut items: Vec<_> = list.into_iter().zip(places).map(|(item, place)| (keyed(&item), *place, item)).collect();
        items.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
        if items.iter().enumerate().any(|(i, (_, place, _))| i != *place) {
            self.order.push((self.pointer.clone(), items.iter().map(|(_, place, _)| Value::from(*place)).collect()));
        }
        Value::Array(items.into_iter().map(|(_, _, item)| item).collect())
    }
}

fn sort_key(rule: &ListRule, item: &Value) -> Vec<u8> {
    let keys = match rule {
        ListRule::Set(_) => return json::to_bytes(item),
        ListRule::Keys(keys) | ListRule::KeysUnless { by: keys, .. } => keys,
    };
    let mut out = Vec::new();
    for key in keys {
        json::write(item.get(key).unwrap_or(&Value::Null), &mut out);
        out.push(0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::join_facets;
    use crate::value::{Value, json, set, tokens};
    use proptest::prelude::*;

    proptest! {
        /// Whatever the fields of a bundle say: maps and lists that lack parents, indexes out of order, values in the way.
        #[test]
        fn fields_are_put_back_as_if_each_was_set_by_its_pointer(
            state in prop::sample::select(vec![
                json!(null), json!(7), json!({}), json!({"a": 1, "c": [1, {"a": 2}]}), json!({"a": {"b": null}, "b": []}), json!([[], {}]),
            ]),
            fields in prop::collection::btree_map("(/[abc012]){0,3}", 0..9_u64, 0..6),
        ) {
            let mut one_by_one = state.clone();
            let mut in_order: Vec<_> = fields.iter().map(|(pointer, value)| (tokens(pointer), pointer, *value)).collect();
            in_order.sort_by_key(|(path, ..)| (path.len(), path.last().and_then(|last| last.parse::<usize>().ok())));
            for (_, pointer, value) in in_order {
                set(&mut one_by_one, pointer, value.into());
            }
            let fields = fields.iter().map(|(pointer, value)| (pointer.into(), Value::from(*value))).collect();
            prop_assert_eq!(join_facets(state, fields, Vec::new()), one_by_one);
        }
    }
}
