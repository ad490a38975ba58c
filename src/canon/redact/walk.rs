//! Walks an object and decides for each text what its place says of it. Knows nothing of how secrets are found within a text.
use super::commands;
use super::data::NAMES;
use super::encoded;
use super::flags;
use super::literal::is_literal;
use super::mode::Mode;
use super::names::{self, Sense};
use super::scan::Scan;
use super::token::Domain;
use crate::canon::json;
use crate::value::{Map, Value};

#[derive(Clone, Copy)]
struct Place {
    sense: Sense,
    mode: Mode,
    /// Whether `data` and `stringData` hold secrets: it is an object of a kind of secrets that someone defined, or its `spec`.
    holds_secrets: bool,
}

pub(super) fn walk(scan: &Scan<'_>, value: &mut Value) {
    visit(scan, value, Place { sense: Sense::Plain, mode: Mode::Full, holds_secrets: false });
}

fn visit(scan: &Scan<'_>, value: &mut Value, place: Place) {
    match value {
        Value::String(text) => {
            if let Some(redacted) = scan.value(text, place.sense, place.mode) {
                *text = redacted.into();
            }
        }
        // A short number under such a name is a setting (a length, a port); a long one is a password without quotes.
        Value::Number(number) if place.sense == Sense::Secret && number.as_str().len() > 5 => {
            *value = Value::from(scan.token(Domain::Number, &number.to_string()))
        }
        Value::Array(list) => array(scan, &[], list, place),
        Value::Object(map) => object(scan, map, place),
        _ => {}
    }
}

fn array(scan: &Scan<'_>, before: &[Value], list: &mut [Value], place: Place) {
    let is_command = || {
        let first = list.first().and_then(Value::as_str);
        !before.is_empty() || first.is_some_and(commands::is_program) || list.iter().any(|v| v.as_str().is_some_and(|s| s.starts_with('-')))
    };
    let flags = if place.mode == Mode::Full && is_command() { flags::secret_from(before, list) } else { Vec::new() };
    for (i, item) in list.iter_mut().enumerate() {
        match (flags.get(i).copied().flatten(), item) {
            (Some(from), Value::String(text)) => {
                let secret = scan.whole(Domain::Text, text.get(from..).unwrap_or(text));
                text.truncate(from);
                text.push_str(&secret);
            }
            (_, item) => visit(scan, item, place),
        }
    }
}

fn object(scan: &Scan<'_>, map: &mut Map, place: Place) {
    let content = if is_secret(map) { content(scan, map) } else { Vec::new() };
    // A parameter, or an operation of a JSON patch.
    let named = map.keys().any(|key| is_value(key)).then(|| {
        let name = ["name", "key", "path"].iter().find_map(|k| map.get(k).and_then(Value::as_str));
        let is_marked = NAMES.get().marks.iter().any(|mark| map.get(mark) == Some(&Value::Bool(true)));
        if is_marked { Sense::Secret } else { name.map_or(Sense::Plain, |n| scan.name(n).sense) }
    });
    let reference = ["remoteRef", "sourceRef", "secretPath", "objectName"].iter().any(|k| map.contains_key(k));
    let keyed = ["name", "secretName", "existingSecret"].iter().any(|k| map.contains_key(k));
    let is_key = map.contains_key("kty");
    let defined = is_defined_secret(map);
    let holds_secrets = defined || place.holds_secrets;
    // What runs stands in one list, how in another.
    let command = map.get("command").filter(|_| map.contains_key("args")).and_then(Value::as_array).cloned().unwrap_or_default();
    for (key, child) in map.iter_mut() {
        let name = scan.name(key);
        if let (true, Some(text)) = (name.whole, child.as_str()) {
            *child = Value::from(scan.token_alone(Domain::Text, text));
            continue;
        }
        let mut sense = if reference && key == "secretKey" { Sense::Plain } else { name.sense };
        let is_container = matches!(child, Value::Object(_) | Value::Array(_));
        if (name.holds && is_container) || (is_key && NAMES.get().key_objects.contains(key.as_str())) {
            sense = Sense::Secret;
        }
        if let Some(named) = named.filter(|_| is_value(key)) {
            sense = sense.max(named);
        }
        if place.sense == Sense::Secret && place.mode != Mode::Shapes && !names::benign(key) && !(key == "key" && keyed) {
            sense = Sense::Secret;
        }
        if sense == Sense::Secret && key == "secrets" && child.as_array().is_some_and(|l| l.iter().all(is_name)) {
            sense = Sense::Plain;
        }
        if child.is_object() && sense < Sense::Secret {
            sense = Sense::Plain;
        }
        let mode = match place.mode {
            Mode::Full if name.shapes && !child.is_string() || key == "expression" => Mode::Shapes,
            Mode::Full if name.prose => Mode::Prose,
            mode => mode,
        };
        // Of a schema's field the name says what its default is.
        let is_default = key == "default" && place.sense == Sense::Secret && child.is_string();
        let sense = match mode {
            Mode::Shapes if is_default => place.sense,
            Mode::Shapes if is_container => name.sense,
            Mode::Shapes => Sense::Plain,
            _ => sense,
        };
        let is_inherited = place.sense == Sense::Secret;
        let place = |sense, mode| Place { sense, mode, holds_secrets: defined && key == "spec" };
        match child {
            Value::Object(values) if holds_secrets && matches!(key.as_str(), "data" | "stringData") => {
                for value in values.values_mut() {
                    match value {
                        Value::String(text) if is_literal(text) => *text = scan.whole(Domain::SecretData, text).into(),
                        other => visit(scan, other, place(sense, mode)),
                    }
                }
            }
            Value::String(text) if mode == Mode::Full && (name.logins || sense == Sense::Secret && !is_inherited) => {
                match if name.logins { scan.logins(text) } else { scan.settings(text) } {
                    Some(redacted) => *text = redacted.into(),
                    None => visit(scan, child, place(sense, mode)),
                }
            }
            Value::Object(values) if name.ciphertexts && !is_secret(values) => {
                for (field, value) in values.iter_mut().filter(|(_, v)| !v.as_str().is_some_and(encoded::is_opaque)) {
                    visit(scan, value, Place { sense: scan.name(field).sense, mode, holds_secrets: false });
                }
            }
            Value::Array(list) if key == "args" => array(scan, &command, list, place(sense, mode)),
            _ => visit(scan, child, place(sense, mode)),
        }
    }
    rename(scan, map);
    map.extend(content);
}

/// Takes the content fields of a Secret out of it, with a token for each value. Remembers the values, so that copies elsewhere are found.
fn content(scan: &Scan<'_>, map: &mut Map) -> Vec<(&'static str, Value)> {
    let token = |domain, value: &mut Value| match value {
        Value::Null => {}
        Value::String(text) => *text = scan.whole(domain, text).into(),
        other => *other = Value::from(scan.token(Domain::SecretOther, &json::to_text(other))),
    };
    let fields = [("data", Domain::SecretData), ("stringData", Domain::SecretString)];
    let taken = fields.into_iter().filter_map(|(field, domain)| {
        let mut value = map.remove(field)?;
        match &mut value {
            Value::Object(values) => values.values_mut().for_each(|value| token(domain, value)),
            other => token(Domain::SecretOther, other),
        }
        Some((field, value))
    });
    taken.collect()
}

/// Removes everything but the metadata from a Secret; other objects stay as they are.
pub(super) fn metadata_only(value: &mut Value) {
    if let Some(map) = value.as_object_mut().filter(|map| is_secret(map)) {
        ["data", "stringData", "type", "immutable"].iter().for_each(|field| drop(map.remove(field)));
    }
}

fn is_secret(map: &Map) -> bool {
    is(map, "kind", "Secret") && is(map, "apiVersion", "v1")
}

/// Whether this is an object of a kind of secrets that someone defined: `ClusterSecret`, or a `Secret` of another group.
fn is_defined_secret(map: &Map) -> bool {
    map.contains_key("apiVersion")
        && map.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("Secret"))
        && !is_secret(map)
}

/// Whether what stands beside a `name` is named by it: of a variable, of a parameter of Tekton and Argo, of one of a plugin.
fn is_value(key: &str) -> bool {
    matches!(key, "value" | "default" | "string" | "map" | "array")
}

/// Redacts field names, which may hold secrets too.
fn rename(scan: &Scan<'_>, map: &mut Map) {
    let mut renamed = Vec::new();
    map.retain(|name, value| {
        let new = (name.len() >= 20).then(|| scan.value(name, Sense::Plain, Mode::Shapes)).flatten();
        new.map(|new| renamed.push((new, value.take()))).is_none()
    });
    if !renamed.is_empty() {
        map.extend(renamed);
    }
}

fn is(map: &Map, field: &str, value: &str) -> bool {
    map.get(field).and_then(Value::as_str) == Some(value)
}

/// Whether this is the name of an object, such as in a list of names of Secrets.
fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|s| {
        s.len() < 64
            && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
            && !super::literal::looks_random(s)
    })
}
