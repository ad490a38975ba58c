//! Ways into a value: by the name of a member, by the place in a list, and by pointer.
use crate::value::pointer::{index, steps};
use crate::value::{Map, Text, Value};
use std::ops::{Index, IndexMut};

/// The name of a member, or a place in a list.
pub trait Step {
    /// The part of a value.
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value>;
    /// The part of a value.
    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value>;
    /// The part of a value, which is made where it is a member that is not there: what is no object becomes one.
    ///
    /// # Panics
    /// If the list is shorter.
    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value;
}

impl Step for str {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_object()?.get(self)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_object_mut()?.get_mut(self)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        if let Value::Object(map) = value {
            return map.entry(self).or_insert(Value::Null);
        }
        *value = Value::Object(Map::new());
        self.make(value)
    }
}

macro_rules! names {
    ($($name:ty),*) => { $(
        impl Step for $name {
            fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
                Step::of(self.as_ref() as &str, value)
            }

            fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
                (self.as_ref() as &str).of_mut(value)
            }

            fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
                (self.as_ref() as &str).make(value)
            }
        }
    )* };
}
names!(String, Text, std::borrow::Cow<'_, str>);

impl Step for usize {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_array()?.get(*self)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_array_mut()?.get_mut(*self)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        let items = if let Value::Array(list) = value { list.as_mut_slice() } else { &mut [] };
        &mut items[*self]
    }
}

impl<S: Step + ?Sized> Step for &S {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        Step::of(*self, value)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        (*self).of_mut(value)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        (*self).make(value)
    }
}

impl Value {
    /// The value of a member, or of a place in a list.
    pub fn get(&self, step: impl Step) -> Option<&Self> {
        Step::of(&step, self)
    }

    /// The value of a member, or of a place in a list.
    pub fn get_mut(&mut self, step: impl Step) -> Option<&mut Self> {
        step.of_mut(self)
    }

    /// The part at a JSON pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        steps(pointer).try_fold(self, |value, token| match value {
            Self::Object(map) => map.get(&token),
            Self::Array(list) => list.get(index(&token)?),
            _ => None,
        })
    }

    /// The part at a JSON pointer.
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

impl<S: Step> Index<S> for Value {
    type Output = Self;

    fn index(&self, step: S) -> &Self {
        Step::of(&step, self).unwrap_or(&NOTHING)
    }
}

impl<S: Step> IndexMut<S> for Value {
    fn index_mut(&mut self, step: S) -> &mut Self {
        step.make(self)
    }
}

/// The most tokens of a pointer that is set: as deep as JSON is read. A deeper value would end the process when it is dropped.
const DEEPEST: usize = 128;

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
