//! The bytes of a value that waits in memory or in a temporary file for this process to read it again, which is several times faster than to
//! read JSON. They are stored nowhere else. Knows no file.
use crate::value::{Map, Number, Text, Value};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const NUMBER: u8 = 3;
const STRING: u8 = 4;
const ARRAY: u8 = 5;
const OBJECT: u8 = 6;

/// Appends the bytes of a value.
pub(crate) fn pack(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(is) => out.push(if *is { TRUE } else { FALSE }),
        Value::Number(number) => {
            out.push(NUMBER);
            put_text(number.as_str(), out);
        }
        Value::String(text) => {
            out.push(STRING);
            put_text(text, out);
        }
        Value::Array(list) => {
            out.push(ARRAY);
            put_length(list.len(), out);
            list.iter().for_each(|item| pack(item, out));
        }
        Value::Object(map) => {
            out.push(OBJECT);
            put_length(map.len(), out);
            for (name, member) in map {
                put_text(name, out);
                pack(member, out);
            }
        }
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    put_length(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// Seven bits in each byte, the lowest first; the eighth says that more follow.
fn put_length(mut length: usize, out: &mut Vec<u8>) {
    while length > 0x7f {
        out.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    out.push(length.to_le_bytes()[0]);
}

/// The value that these bytes are; none if they are not whole.
pub(crate) fn unpack(mut bytes: &[u8]) -> Option<Value> {
    let value = value(&mut bytes)?;
    bytes.is_empty().then_some(value)
}

fn value(from: &mut &[u8]) -> Option<Value> {
    Some(match byte(from)? {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        NUMBER => Value::Number(Number::parsed(text(from)?)),
        STRING => Value::String(text(from)?.into()),
        ARRAY => Value::Array(many(from, value)?),
        OBJECT => Value::Object(Map::of(many(from, |from| Some((Text::from(text(from)?), value(from)?)))?)),
        _ => return None,
    })
}

fn many<T>(from: &mut &[u8], one: impl Fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let length = length(from)?;
    // Each takes a byte at least.
    let mut all = Vec::with_capacity(length.min(from.len()));
    for _ in 0..length {
        all.push(one(from)?);
    }
    Some(all)
}

fn text<'b>(from: &mut &'b [u8]) -> Option<&'b str> {
    let length = length(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok()
}

fn length(from: &mut &[u8]) -> Option<usize> {
    let (mut length, mut bits) = (0, 0);
    loop {
        let next = byte(from)?;
        length |= usize::from(next & 0x7f).checked_shl(bits)?;
        if next & 0x80 == 0 {
            return Some(length);
        }
        bits += 7;
    }
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use crate::value::{Value, json};
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,40}".prop_map(Value::from),
            "x{120,300}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((".{0,3}", inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_comes_back_and_a_part_of_its_bytes_is_none(value in any_value(), cut in 1..9_usize) {
            let mut bytes = Vec::new();
            pack(&value, &mut bytes);
            prop_assert_eq!(unpack(&bytes), Some(value));
            prop_assert_eq!(unpack(&bytes[..bytes.len().saturating_sub(cut)]), None);
        }

        #[test]
        fn any_bytes_are_a_value_or_none(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            unpack(&bytes);
        }
    }

    #[test]
    fn every_digit_comes_back() {
        let value: Value = serde_json::from_str("[0.10,123456789012345678901234567890,-0]").unwrap();
        let mut bytes = Vec::new();
        pack(&value, &mut bytes);
        assert_eq!(unpack(&bytes).unwrap().to_string(), value.to_string());
    }
}
