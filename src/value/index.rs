//! Ways into a value: by the name of a member, by the place in a list, and by pointer.
use crate::value::pointer::{index, steps};
use crate::value::{Map, Value};
use std::ops::{Index, IndexMut};

/// The name of a member, or a place in a list.
pub enum Step<'s> {
    Member(&'s str),
    Item(usize),
}

impl<'s, N: AsRef<str> + ?Sized> From<&'s N> for Step<'s> {
    fn from(name: &'s N) -> Self {
        Self::Member(name.as_ref())
    }
}

impl From<usize> for Step<'_> {
    fn from(place: usize) -> Self {
        Self::Item(place)
    }
}

impl Value {
    pub fn get<'s>(&self, step: impl Into<Step<'s>>) -> Option<&Self> {
        match step.into() {
            Step::Member(name) => self.as_object()?.get(name),
            Step::Item(place) => self.as_array()?.get(place),
        }
    }

    pub fn get_mut<'s>(&mut self, step: impl Into<Step<'s>>) -> Option<&mut Self> {
        match step.into() {
            Step::Member(name) => self.as_object_mut()?.get_mut(name),
            Step::Item(place) => self.as_array_mut()?.get_mut(place),
        }
    }

    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        steps(pointer).try_fold(self, |value, token| match value {
            Self::Object(map) => map.get(&token),
            Self::Array(list) => list.get(index(&token)?),
            _ => None,
        })
    }

    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        steps(pointer).try_fold(self, |value, token| match value {
            Self::Object(map) => map.get_mut(&token),
            Self::Array(list) => list.get_mut(index(&token)?),
            _ => None,
        })
    }
}

/// What a value has where it has nothing.
static NOTHING: Value = Value::Null;

impl<'s, S: Into<Step<'s>>> Index<S> for Value {
    type Output = Self;

    fn index(&self, step: S) -> &Self {
        self.get(step).unwrap_or(&NOTHING)
    }
}

/// A member that is not there is made: what is no object becomes one.
///
/// # Panics
/// If the list is shorter.
impl<'s, S: Into<Step<'s>>> IndexMut<S> for Value {
    fn index_mut(&mut self, step: S) -> &mut Self {
        match (step.into(), self) {
            (Step::Item(place), list) => {
                let items = if let Self::Array(list) = list { list.as_mut_slice() } else { &mut [] };
                &mut items[place]
            }
            (Step::Member(name), Self::Object(map)) => map.entry(name).or_insert(Self::Null),
            (Step::Member(name), other) => {
                *other = Self::Object(Map::new());
                &mut other[name]
            }
        }
    }
}

/// The most tokens of a pointer that is set: as deep as JSON is read. A deeper value would end the process when it is dropped.
pub(crate) const DEEPEST: usize = 128;

/// Sets a value: missing parents (and nulls on the way) become maps; an index replaces an element or appends. False where the
/// path can't be made, or is too deep.
pub fn set(value: &mut Value, pointer: &str, new: Value) -> bool {
    if pointer.bytes().filter(|b| *b == b'/').count() > DEEPEST {
        return false;
    }
    let (mut at, mut path) = (value, steps(pointer).peekable());
    while let Some(token) = path.next() {
        let is_last = path.peek().is_none();
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        at = match at {
            Value::Object(map) => map.entry(&*token).or_insert(Value::Null),
            Value::Array(list) => match token.parse::<usize>() {
                Ok(i) if i < list.len() => &mut list[i],
                Ok(i) if i == list.len() && is_last => {
                    list.push(Value::Null);
                    &mut list[i]
                }
                _ => return false,
            },
            _ => return false,
        };
    }
    *at = new;
    true
}
