//! Values of what Rust has, and of what serde_json has.
use crate::value::{Map, Number, Text, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(is) => Self::Bool(is),
            serde_json::Value::Number(number) => Self::Number(Number::parsed(number.as_str())),
            serde_json::Value::String(text) => Self::String(text.into()),
            serde_json::Value::Array(list) => list.into_iter().map(Self::from).collect(),
            serde_json::Value::Object(map) => Self::Object(map.into_iter().map(|(name, value)| (name, value.into())).collect()),
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(is),
            // What is a number here is one there.
            Value::Number(number) => number.as_str().parse().map_or(Self::Null, Self::Number),
            Value::String(text) => Self::String(text.into()),
            Value::Array(list) => list.into_iter().map(Self::from).collect(),
            Value::Object(map) => map.into_iter().map(|(name, value)| (String::from(name), Self::from(value))).collect(),
        }
    }
}

macro_rules! of_texts {
    ($($text:ty),*) => { $(
        impl From<$text> for Value {
            fn from(text: $text) -> Self {
                Self::String(text.into())
            }
        }
    )* };
}
of_texts!(&str, String, &String, Text, Cow<'_, str>);

macro_rules! of_numbers {
    ($($number:ty),*) => { $(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(Number::parsed(&number.to_string()))
            }
        }
    )* };
}
of_numbers!(u8, u16, u32, u64, usize, i32, i64);

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        serde_json::Value::from(number).into()
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Object(map)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(list: Vec<T>) -> Self {
        list.into_iter().collect()
    }
}

impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(list: &[T]) -> Self {
        list.iter().cloned().collect()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<N: Into<Text>, V: Into<Value>> FromIterator<(N, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(members: I) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

/// A value as serde sees what it is made of.
///
/// # Errors
/// If that has no form in JSON.
pub fn to_value(of: impl Serialize) -> serde_json::Result<Value> {
    serde_json::to_value(of).map(Value::from)
}

/// What serde makes of a value.
///
/// # Errors
/// If it is not such a value.
pub fn from_value<T: DeserializeOwned>(value: Value) -> serde_json::Result<T> {
    serde_json::from_value(value.into())
}
