//! Reads of a stored line only the fields that are wanted: to place an object, few of its fields are needed. Knows no kind and no file.
use crate::value::{Map, Value, steps};
use serde::Deserialize as _;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::Read;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Fields by pointer, as a tree.
#[derive(Default)]
pub(super) struct Wanted {
    below: BTreeMap<String, Wanted>,
    /// Everything from here on.
    all: bool,
}

/// The wanted part of a line of identity or noise.
#[derive(Default)]
pub(super) struct Line<'l> {
    pub(super) namespace: Cow<'l, str>,
    pub(super) name: Cow<'l, str>,
    pub(super) fields: Map,
    pub(super) order: Map,
    /// Null unless the object is derived.
    pub(super) derived: Value,
}

impl Wanted {
    pub(super) fn add(&mut self, pointer: &str) {
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

    /// The wanted part of a value.
    ///
    /// # Errors
    /// If the text is no JSON.
    pub(super) fn value(&self, text: &[u8]) -> serde_json::Result<Value> {
        read(text, Part(self))
    }

    /// The wanted part of a line of identity or noise.
    ///
    /// # Errors
    /// If the text is no JSON, or no such line.
    pub(super) fn line<'l>(&self, text: &'l [u8]) -> serde_json::Result<Line<'l>> {
        read(text, OfLine(self))
    }
}

fn read<'l, S: DeserializeSeed<'l>>(text: &'l [u8], seed: S) -> serde_json::Result<S::Value> {
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

/// The members of a map from pointers to values whose pointers touch what is wanted.
struct Fields<'w>(&'w Wanted);

impl<'l> DeserializeSeed<'l> for Fields<'_> {
    type Value = Map;

    fn deserialize<D: Deserializer<'l>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'l> Visitor<'l> for Fields<'_> {
    type Value = Map;

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
        Ok(fields.into_iter().collect())
    }
}

struct OfLine<'w>(&'w Wanted);

impl<'l> DeserializeSeed<'l> for OfLine<'_> {
    type Value = Line<'l>;

    fn deserialize<D: Deserializer<'l>>(self, reader: D) -> Result<Line<'l>, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'l> Visitor<'l> for OfLine<'_> {
    type Value = Line<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of identity or noise")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut members: A) -> Result<Line<'l>, A::Error> {
        let (mut line, mut is_named) = (Line::default(), false);
        while let Some(key) = members.next_key_seed(Text)? {
            match &*key {
                "namespace" => line.namespace = members.next_value_seed(Text)?,
                "name" => (line.name, is_named) = (members.next_value_seed(Text)?, true),
                "fields" => line.fields = members.next_value_seed(Fields(self.0))?,
                "order" => line.order = members.next_value_seed(Fields(self.0))?,
                "derived" => line.derived = members.next_value_seed(Part(self.0))?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        if is_named { Ok(line) } else { Err(A::Error::missing_field("name")) }
    }
}

/// A text, borrowed where it is written without escapes.
struct Text;

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
