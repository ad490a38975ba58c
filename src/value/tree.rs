//! A value and the members of an object, which are sorted by the bytes of their names, in one list.
use crate::value::{Number, Text};
use std::cmp::Ordering;

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array(Vec<Value>),
    Object(Map),
}

/// The members of an object; each name stands there once.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Map(Vec<(Text, Value)>);

/// So many members are looked at one by one: that is faster than to halve them.
const FEW: usize = 8;

/// The order of two names; most differ in their first byte.
pub(super) fn order(a: &str, b: &str) -> Ordering {
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(x), Some(y)) if x != y => x.cmp(y),
        _ => a.cmp(b),
    }
}

impl Map {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The members in any order; of those with one name the last counts.
    pub(super) fn of(mut members: Vec<(Text, Value)>) -> Self {
        if !members.is_sorted_by(|(a, _), (b, _)| order(a, b) == Ordering::Less) {
            members.sort_by(|(a, _), (b, _)| order(a, b));
            members.dedup_by(|later, kept| {
                let is_twice = later.0 == kept.0;
                if is_twice {
                    std::mem::swap(later, kept);
                }
                is_twice
            });
        }
        Self(members)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a member is, or where it would be.
    fn find(&self, name: &str) -> Result<usize, usize> {
        // Most members come in their order.
        if self.0.last().is_none_or(|(last, _)| order(last, name) == Ordering::Less) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(known, _)| order(known, name))
    }

    fn at(&self, name: &str) -> Option<usize> {
        if self.0.len() <= FEW { self.0.iter().position(|(known, _)| known == name) } else { self.find(name).ok() }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.at(name).and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.at(name).and_then(|at| self.0.get_mut(at)).map(|(_, value)| value)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.at(name).is_some()
    }

    /// Sets a member; gives the value that it had.
    pub fn insert(&mut self, name: impl Into<Text>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.find(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, known)| std::mem::replace(known, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Removes a member; gives its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.at(name).map(|at| self.0.remove(at).1)
    }

    /// A member, to be set where it is not there.
    pub fn entry(&mut self, name: impl Into<Text>) -> Entry<'_> {
        let name = name.into();
        let at = self.find(&name);
        Entry { map: self, name, at }
    }

    /// Keeps the members of which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        self.0.into_iter().map(|(_, value)| value)
    }

    pub fn iter(&self) -> Members<'_> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&Text, &mut Value)> + ExactSizeIterator {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }
}

type Members<'m> = std::iter::Map<std::slice::Iter<'m, (Text, Value)>, fn(&'m (Text, Value)) -> (&'m Text, &'m Value)>;

/// A member that may not be there yet.
pub struct Entry<'m> {
    map: &'m mut Map,
    name: Text,
    at: Result<usize, usize>,
}

impl<'m> Entry<'m> {
    /// Its value; this one where there is none.
    pub fn or_insert(self, value: Value) -> &'m mut Value {
        self.or_insert_with(|| value)
    }

    /// Its value; this one where there is none.
    pub fn or_insert_with(self, value: impl FnOnce() -> Value) -> &'m mut Value {
        let at = self.at.unwrap_or_else(|at| {
            self.map.0.insert(at, (self.name, value()));
            at
        });
        &mut self.map.0[at].1
    }
}

impl<'m> IntoIterator for &'m Map {
    type Item = (&'m Text, &'m Value);
    type IntoIter = Members<'m>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Text, Value);
    type IntoIter = std::vec::IntoIter<(Text, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// In one go, however many there are and wherever they belong.
impl<N: Into<Text>> Extend<(N, Value)> for Map {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, members: I) {
        let mut all = std::mem::take(&mut self.0);
        all.extend(members.into_iter().map(|(name, value)| (name.into(), value)));
        *self = Self::of(all);
    }
}

impl<N: Into<Text>> FromIterator<(N, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(members: I) -> Self {
        Self::of(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Map, Value};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Few members and many, in every order.
        #[test]
        fn it_holds_what_a_tree_holds(members in prop::collection::vec(("[a-cé]{0,2}", any::<bool>()), 0..4 * FEW), gone in "[a-cé]{0,2}") {
            let (mut map, mut tree) = (Map::new(), BTreeMap::new());
            let given = || members.iter().map(|(name, value)| (name.clone(), Value::Bool(*value)));
            for (name, value) in given() {
                prop_assert_eq!(map.insert(&*name, value.clone()), tree.insert(name, value));
            }
            prop_assert_eq!(&given().collect::<Map>(), &map);
            prop_assert_eq!(map.get(&gone), tree.get(&gone));
            prop_assert_eq!(map.remove(&gone), tree.remove(&gone));
            map.entry(&*gone).or_insert(Value::Null);
            tree.entry(gone).or_insert(Value::Null);
            prop_assert!(map.iter().map(|(name, value)| (name.as_str(), value)).eq(tree.iter().map(|(name, value)| (name.as_str(), value))));
        }
    }
}
