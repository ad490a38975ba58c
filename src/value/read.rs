//! Reads values with serde. Of a repeated name the last value counts, as in serde_json, or it is an error.
use crate::value::tree::order;
use crate::value::{Map, Number, Text, Value};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// How the names begin that serde_json uses inside for what serde has no word for.
pub(crate) const RESERVED: &str = "$serde_json::private::";

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Build { parts: &mut Parts::default(), once: false }.deserialize(from)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.deserialize_map(Build { parts: &mut Parts::default(), once: false })? {
            Value::Object(map) => Ok(map),
            _ => Err(D::Error::invalid_value(Unexpected::Map, &Digits)),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::Number(number) => Ok(number),
            _ => Err(D::Error::custom("it is no number")),
        }
    }
}

/// A value in which no object has a name twice: otherwise two readers could see two different values.
pub(crate) struct Strict(pub(crate) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Build { parts: &mut Parts::default(), once: true }.deserialize(from).map(Strict)
    }
}

/// The members and items read so far of what is open, so that each list is made at once when it ends.
#[derive(Default)]
struct Parts {
    members: Vec<(Text, Value)>,
    items: Vec<Value>,
}

struct Build<'p> {
    parts: &'p mut Parts,
    /// A name that stands twice in an object is an error; else the last value counts.
    once: bool,
}

impl Build<'_> {
    fn part(&mut self) -> Build<'_> {
        Build { parts: self.parts, once: self.once }
    }
}

impl<'de> DeserializeSeed<'de> for Build<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Build<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.into()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let from = self.parts.items.len();
        while let Some(item) = seq.next_element_seed(self.part())? {
            self.parts.items.push(item);
        }
        Ok(Value::Array(self.parts.items.drain(from..).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let (from, mut seen) = (self.parts.members.len(), Seen::default());
        while let Some(name) = members.next_key::<Text>()? {
            if name.starts_with(RESERVED) {
                return members.next_value_seed(Digits).map(Value::Number);
            }
            if self.once && seen.twice(self.parts.members.get(from..).unwrap_or_default(), &name) {
                return Err(Error::custom(format_args!("the key `{name}` stands here twice")));
            }
            let value = members.next_value_seed(self.part())?;
            self.parts.members.push((name, value));
        }
        Ok(Value::Object(Map::of(self.parts.members.drain(from..).collect())))
    }
}

/// The names of an object so far, as far as they are needed to see one that stands there twice.
#[derive(Default)]
struct Seen {
    is_unsorted: bool,
    /// All of them, once there are many in no order.
    many: BTreeSet<Text>,
}

impl Seen {
    /// So many names are looked at one by one.
    const FEW: usize = 32;

    fn twice(&mut self, before: &[(Text, Value)], name: &Text) -> bool {
        self.is_unsorted |= before.last().is_some_and(|(last, _)| order(last, name).is_ge());
        if !self.is_unsorted {
            return false;
        }
        if before.len() < Self::FEW {
            return before.iter().any(|(known, _)| known == name);
        }
        if self.many.is_empty() {
            self.many.extend(before.iter().map(|(known, _)| known.clone()));
        }
        !self.many.insert(name.clone())
    }
}

/// The members of an object in their order, repeated ones too, whose values are not read yet.
pub(crate) struct Members<'t>(pub(crate) Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All<'t>(PhantomData<&'t ()>);
        impl<'de: 't, 't> Visitor<'de> for All<'t> {
            type Value = Members<'t>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), raw)) = map.next_entry()? {
                    members.push((name, raw));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(All(PhantomData))
    }
}

#[derive(serde::Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

/// serde_json passes a number as a map with one reserved name. Its text is owned then, and a text of what is read never is: a map of
/// what is read that has such a name is a forgery.
struct Digits;

impl<'de> DeserializeSeed<'de> for Digits {
    type Value = Number;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Number, D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for Digits {
    type Value = Number;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no key that starts with `{RESERVED}`")
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Number, E> {
        Err(Error::invalid_value(Unexpected::Str(v), &self))
    }

    fn visit_string<E: Error>(self, v: String) -> Result<Number, E> {
        Ok(Number::parsed(&v))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use crate::value::json;

    fn read(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn every_digit_is_kept_and_written_again() {
        let text = "[9007199254740993,0.10,-0,123456789012345678901234567890,1e+400]";
        assert_eq!(read(text).unwrap().to_string(), text);
        assert_eq!(Value::from(serde_json::from_str::<serde_json::Value>(text).unwrap()), read(text).unwrap());
    }

    #[test]
    fn an_object_can_not_pretend_to_be_a_number() {
        for text in [
            r#"{"$serde_json::private::Number": "1"}"#,
            r#"{"\u0024serde_json::private::Number": "\u0031"}"#,
            r#"{"a": 1, "$serde_json::private::RawValue": "1"}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn members_are_sorted_and_the_last_of_one_name_counts() {
        assert_eq!(read(r#"{"b": 1, "a": null, "b": 2}"#).unwrap().to_string(), r#"{"a":null,"b":2}"#);
        assert_eq!(read(r#"{"b": 1, "a": null, "b": 2}"#).unwrap(), json!({"a": null, "b": 2}));
    }
}
