//! The part of Kubernetes' protobuf that kubectl's typed clients send: reviews about the user itself, and a few small kinds. Answers are
//! always JSON.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy)]
enum Field {
    Text,
    Flag,
    Number,
    Texts,
    /// A map from text to text, as a repeated message of key and value.
    Dictionary,
    /// The same with bytes as values, which JSON holds in base64.
    Blobs,
    Message(&'static Message),
}

/// A message: field number, JSON name, type.
type Message = [(u64, &'static str, Field)];

const META: &Message = &[
    (1, "name", Field::Text),
    (2, "generateName", Field::Text),
    (3, "namespace", Field::Text),
    (11, "labels", Field::Dictionary),
    (12, "annotations", Field::Dictionary),
    (14, "finalizers", Field::Texts),
];
const ATTRIBUTES: &Message = &[
    (1, "namespace", Field::Text),
    (2, "verb", Field::Text),
    (3, "group", Field::Text),
    (4, "version", Field::Text),
    (5, "resource", Field::Text),
    (6, "subresource", Field::Text),
    (7, "name", Field::Text),
];
const PATH: &Message = &[(1, "path", Field::Text), (2, "verb", Field::Text)];
const ACCESS: &Message = &[(1, "resourceAttributes", Field::Message(ATTRIBUTES)), (2, "nonResourceAttributes", Field::Message(PATH))];
const CONDITIONS: &Message = &[(1, "uid", Field::Text), (2, "resourceVersion", Field::Text)];

const KINDS: &[(&str, &Message)] = &[
    ("SelfSubjectAccessReview", &[(1, "metadata", Field::Message(META)), (2, "spec", Field::Message(ACCESS))]),
    ("SelfSubjectRulesReview", &[(1, "metadata", Field::Message(META)), (2, "spec", Field::Message(&[(1, "namespace", Field::Text)]))]),
    ("SelfSubjectReview", &[(1, "metadata", Field::Message(META))]),
    ("Namespace", &[(1, "metadata", Field::Message(META))]),
    (
        "ConfigMap",
        &[
            (1, "metadata", Field::Message(META)),
            (2, "data", Field::Dictionary),
            (3, "binaryData", Field::Blobs),
            (4, "immutable", Field::Flag),
        ],
    ),
    (
        "Secret",
        &[(1, "metadata", Field::Message(META)), (2, "data", Field::Blobs), (3, "type", Field::Text), (5, "immutable", Field::Flag)],
    ),
    ("ServiceAccount", &[(1, "metadata", Field::Message(META))]),
    (
        "DeleteOptions",
        &[
            (1, "gracePeriodSeconds", Field::Number),
            (2, "preconditions", Field::Message(CONDITIONS)),
            (3, "orphanDependents", Field::Flag),
            (4, "propagationPolicy", Field::Text),
            (5, "dryRun", Field::Texts),
        ],
    ),
];

enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// An object from its envelope; none for an unknown kind, and for bytes that can't be read.
pub(crate) fn object(bytes: &[u8]) -> Option<Value> {
    let envelope = message(bytes.strip_prefix(b"k8s\0")?)?;
    let part = |number| envelope.iter().find_map(|(n, w)| if let (true, Wire::Bytes(b)) = (*n == number, w) { Some(*b) } else { None });
    let mut value = read(part(1)?, &[(1, "apiVersion", Field::Text), (2, "kind", Field::Text)])?;
    let kind = value["kind"].as_str()?.to_owned();
    let (_, schema) = KINDS.iter().find(|(k, _)| *k == kind)?;
    let fields = read(part(2).unwrap_or_default(), schema)?;
    value.as_object_mut()?.extend(fields.as_object()?.clone());
    Some(value)
}

fn read(bytes: &[u8], schema: &Message) -> Option<Value> {
    let mut map = Map::new();
    for (number, wire) in message(bytes)? {
        let Some((_, name, field)) = schema.iter().find(|(n, _, _)| *n == number) else { continue };
        let slot = map.entry((*name).to_owned()).or_insert(Value::Null);
        match (field, wire) {
            (Field::Flag, Wire::Number(n)) => *slot = (n != 0).into(),
            (Field::Number, Wire::Number(n)) => *slot = n.into(),
            (Field::Text, Wire::Bytes(b)) => *slot = text(b)?.into(),
            (Field::Message(inner), Wire::Bytes(b)) => *slot = read(b, inner)?,
            (Field::Texts, Wire::Bytes(b)) => match slot {
                Value::Array(list) => list.push(text(b)?.into()),
                _ => *slot = json!([text(b)?]),
            },
            (Field::Dictionary | Field::Blobs, Wire::Bytes(b)) => {
                let pair = message(b)?;
                let half = |n| pair.iter().find_map(|(k, w)| if let (true, Wire::Bytes(b)) = (*k == n, w) { Some(*b) } else { None });
                let value = half(2).unwrap_or_default();
                let value = if matches!(field, Field::Blobs) { base64(value) } else { text(value)? };
                slot[text(half(1).unwrap_or_default())?] = value.into();
            }
            _ => return None,
        }
    }
    // A typed client writes an empty text for a field that is not set.
    map.retain(|_, v| *v != "");
    Some(Value::Object(map))
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn message(mut bytes: &[u8]) -> Option<Vec<(u64, Wire<'_>)>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let wire = match tag & 7 {
            0 => Wire::Number(varint(&mut bytes)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (head, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Wire::Bytes(head)
            }
            _ => return None,
        };
        all.push((tag >> 3, wire));
    }
    Some(all)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    #[test]
    fn a_typed_client_asks_what_it_may_do() {
        let kind = [field(1, b"authorization.k8s.io/v1"), field(2, b"SelfSubjectAccessReview")].concat();
        let spec = field(2, &field(1, &[field(2, b"list"), field(5, b"pods"), field(7, b"")].concat()));
        let bytes = [b"k8s\0".to_vec(), field(1, &kind), field(2, &spec)].concat();
        let expected = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}});
        assert_eq!(object(&bytes), Some(expected));
        assert_eq!(object(&bytes[..bytes.len() - 1]), None);
        assert_eq!(object(b"k8s\0"), None);
    }
}
