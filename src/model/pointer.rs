//! JSON pointers (RFC 6901): reading, setting, removing.
use serde_json::{Map, Value};
use std::borrow::Cow;

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
    steps(pointer).map(Cow::into_owned).collect()
}

/// The unescaped tokens of a pointer, one after the other.
pub fn steps(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let plain = |t| if str::contains(t, '~') { Cow::Owned(t.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(t) };
    pointer.split('/').skip(1).map(plain)
}

/// The part of a value at a pointer: `Value::pointer`, without a copy of each token.
pub fn pick<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    steps(pointer).try_fold(value, |value, token| match value {
        Value::Object(map) => map.get(&*token),
        Value::Array(list) => list.get(index(&token)?),
        _ => None,
    })
}

/// The index that a token is; none for `+1` and `01`, as in RFC 6901.
fn index(token: &str) -> Option<usize> {
    let is_plain = !token.starts_with('+') && (token.len() == 1 || !token.starts_with('0'));
    is_plain.then(|| token.parse().ok()).flatten()
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
            Value::Object(map) => map.entry(token.into_owned()).or_insert(Value::Null),
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
