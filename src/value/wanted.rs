//! The fields of a value that are wanted, as a tree that is made once and walked with each value, or with its text: few fields of an object are
//! needed to place it. Knows no kind and no file.
use crate::value::pointer::{index, steps};
use crate::value::{Map, Value};
use serde::Deserialize as _;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::Read;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Fields by pointer, as a tree.
#[derive(Clone, Default, Debug)]
pub(crate) struct Wanted {
    below: BTreeMap<String, Wanted>,
    /// Everything from here on.
    all: bool,
}

/// Everything.
pub(crate) static ALL: Wanted = Wanted { below: BTreeMap::new(), all: true };

/// Fields by pointer, as they stand in a text.
pub(crate) type Fields<'l> = Vec<(Cow<'l, str>, Value)>;

impl Wanted {
    pub(crate) fn add(&mut self, pointer: &str) {
        steps(pointer).fold(self, |node, token| node.below.entry(token.into_owned()).or_default()).all = true;
    }

    /// Whether a field contains, is or lies within a wanted one.
    fn touches(&self, pointer: &str) -> bool {
        let mut node = self;
        for token in steps(pointer) {
            match node.below.get(&*token) {
                _ if node.all => return true,
                Some(below) => node = below,
                None => return false,
            }
        }
        true
    }

    /// The wanted part of a value; none if it has nothing that is wanted. An element of a list is a member of its index.
    pub(crate) fn of(&self, value: &Value) -> Option<Value> {
        if self.all {
            return Some(value.clone());
        }
        let at = |token: &str| match value {
            Value::Object(map) => map.get(token),
            Value::Array(list) => list.get(index(token)?),
            _ => None,
        };
        let parts = self.below.iter().filter_map(|(token, below)| Some((token.as_str(), below.of(at(token)?)?)));
        Some(parts.collect::<Map>()).filter(|map| !map.is_empty()).map(Value::Object)
    }

    /// The wanted part of the value that a text is.
    ///
    /// # Errors
    /// If the text is no JSON.
    pub(crate) fn value(&self, text: &[u8]) -> serde_json::Result<Value> {
        read(text, Part(self))
    }

    /// Reads a map from pointers to values: the members that touch what is wanted.
    pub(crate) fn fields(&self) -> impl for<'l> DeserializeSeed<'l, Value = Fields<'l>> {
        Touching(self)
    }

    /// Reads the wanted part of a value.
    pub(crate) fn part(&self) -> impl for<'l> DeserializeSeed<'l, Value = Value> {
        Part(self)
    }
}

/// Reads a whole text.
///
/// # Errors
/// If the text is no JSON, or not of the form that is read.
pub(crate) fn read<'l, S: DeserializeSeed<'l>>(text: &'l [u8], seed: S) -> serde_json::Result<S::Value> {
    match std::str::from_utf8(text) {
        Ok(text) => ended(serde_json::Deserializer::from_str(text), seed),
        Err(_) => ended(serde_json::Deserializer::from_slice(text), seed),
    }
}

fn ended<'l, S: DeserializeSeed<'l>>(mut reader: serde_json::Deserializer<impl Read<'l>>, seed: S) -> serde_json::Result<S::Value> {
    let read = seed.deserialize(&mut reader)?;
    reader.end()?;
    Ok(read)
}

/// The wanted part of a value; of a value that is no object, all.
struct Part<'w>(&'w Wanted);

impl<'l> DeserializeSeed<'l> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'l>>(self, reader: D) -> Result<Value, D::Error> {
        if self.0.all { Value::deserialize(reader) } else { reader.deserialize_any(self) }
    }
}

impl<'l> Visitor<'l> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::from(v))
    }

    fn visit_seq<A: SeqAccess<'l>>(self, items: A) -> Result<Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'l>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key_seed(Text)? {
            match self.0.below.get(&*key) {
                Some(below) => drop(map.insert(key.into_owned(), members.next_value_seed(Part(below))?)),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Object(map))
    }
}

struct Touching<'w>(&'w Wanted);

impl<'l> DeserializeSeed<'l> for Touching<'_> {
    type Value = Fields<'l>;

    fn deserialize<D: Deserializer<'l>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'l> Visitor<'l> for Touching<'_> {
    type Value = Fields<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from pointers to values")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(pointer) = members.next_key_seed(Text)? {
            if self.0.touches(&pointer) {
                fields.push((pointer, members.next_value()?));
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

/// A text, borrowed where it is written without escapes.
pub(crate) struct Text;

impl<'l> DeserializeSeed<'l> for Text {
    type Value = Cow<'l, str>;

    fn deserialize<D: Deserializer<'l>>(self, reader: D) -> Result<Cow<'l, str>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'l> Visitor<'l> for Text {
    type Value = Cow<'l, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, v: &'l str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(v.to_owned()))
    }
}
