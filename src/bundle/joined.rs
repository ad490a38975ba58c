//! An object, or a part of it, put together from its stored lines. Knows no kind and no file.
use crate::kinds::split::join_facets;
use crate::value::Value;
use crate::value::wanted::{Fields, Text, Wanted, read};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The wanted part of a line of identity or noise.
#[derive(Default)]
pub(crate) struct Line<'l> {
    pub(crate) namespace: Cow<'l, str>,
    pub(crate) name: Cow<'l, str>,
    fields: Fields<'l>,
    order: Fields<'l>,
    /// Null unless the object is derived.
    derived: Value,
}

impl<'l> Line<'l> {
    /// # Errors
    /// If the text is no JSON, or no such line.
    pub(crate) fn read(text: &'l [u8], wanted: &Wanted) -> serde_json::Result<Self> {
        read(text, OfLine(wanted))
    }

    /// The object of this line of identity; `state` is read unless it is derived.
    ///
    /// # Errors
    /// As `state`.
    pub(crate) fn object<E>(self, noise: Self, state: impl FnOnce() -> Result<Value, E>) -> Result<Value, E> {
        let state = if self.derived.is_null() { state()? } else { self.derived };
        Ok(join_facets(state, self.fields.into_iter().chain(noise.fields).collect(), noise.order))
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
                "fields" => line.fields = members.next_value_seed(self.0.fields())?,
                "order" => line.order = members.next_value_seed(self.0.fields())?,
                "derived" => line.derived = members.next_value_seed(self.0.part())?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        if is_named { Ok(line) } else { Err(A::Error::missing_field("name")) }
    }
}
