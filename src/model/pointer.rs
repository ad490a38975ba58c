//! JSON pointers (RFC 6901): reading, setting, removing.
use serde_json::{Map, Value};

/// Escapes one token (`~` and `/`).
pub fn escape(token: &str) -> String {
    if token.contains(['~', '/']) { token.replace('~', "~0").replace('/', "~1") } else { token.into() }
}

/// Appends a raw token to a pointer.
pub fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", escape(token))
}

/// Appends a raw token in place.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    if token.contains(['~', '/']) { pointer.push_str(&escape(token)) } else { pointer.push_str(token) }
}

/// The unescaped tokens of a pointer.
pub fn tokens(pointer: &str) -> Vec<String> {
    let plain = |t: &str| if t.contains('~') { t.replace("~1", "/").replace("~0", "~") } else { t.to_owned() };
    pointer.split('/').skip(1).map(plain).collect()
}

/// The most tokens of a pointer that is set: as deep as JSON is read. A deeper value would end the process when it is dropped.
const DEEPEST: usize = 128;

/// Sets a value: missing parents (and nulls on the way) become maps; an index replaces an element or appends. False where the
/// path can't be made, or is too deep.
pub fn set(value: &mut Value, pointer: &str, new: Value) -> bool {
    if pointer.bytes().filter(|b| *b == b'/').count() > DEEPEST {
        return false;
    }
    let path = tokens(pointer);
    let Some((last, parents)) = path.split_last() else {
        *value = new;
        return true;
    };
    let mut at = value;
    for token in parents {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        at = match at {
            Value::Object(map) => map.entry(token.clone()).or_insert_with(|| Value::Object(Map::new())),
            Value::Array(list) => match token.parse::<usize>().ok().and_then(|i| list.get_mut(i)) {
                Some(v) => v,
                None => return false,
            },
            _ => return false,
        };
    }
    if at.is_null() {
        *at = Value::Object(Map::new());
    }
    match at {
        Value::Object(map) => {
            map.insert(last.clone(), new);
            true
        }
        Value::Array(list) => match last.parse::<usize>() {
            Ok(i) if i < list.len() => {
                list[i] = new;
                true
            }
            Ok(i) if i == list.len() => {
                list.push(new);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
