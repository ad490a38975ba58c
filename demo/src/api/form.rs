//! The forms in which a client can ask for objects: whole, metadata only, or a table for people. Knows no store.
use crate::world::resource::Resource;
use crate::world::status::Status;
use chrono::{DateTime, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Whole,
    Metadata,
    Table,
}

impl Form {
    /// The first form in the `Accept` header that can be made.
    ///
    /// # Errors
    /// 406 if none of the accepted forms can be made.
    pub fn accepted(accept: &str) -> Result<Self, Status> {
        for part in accept.split(',').map(str::trim) {
            let mut words = part.split(';').map(str::trim);
            let (kind, words) = (words.next().unwrap_or_default(), words.collect::<Vec<_>>());
            if !matches!(kind, "" | "*/*" | "application/*" | "application/json") {
                continue;
            }
            let v1 = words.contains(&"v=v1");
            match words.iter().find_map(|w| w.strip_prefix("as=")) {
                None => return Ok(Self::Whole),
                Some("Table") if v1 => return Ok(Self::Table),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") if v1 => return Ok(Self::Metadata),
                Some(_) => {}
            }
        }
        let types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
        Err(Status::new(406, "NotAcceptable", format!("only the following media types are accepted: {types}")))
    }
}

pub(super) fn one(form: Form, resource: &Resource, object: &Value, now: DateTime<Utc>) -> Value {
    match form {
        Form::Whole => object.clone(),
        Form::Metadata => partial(object),
        Form::Table => {
            let meta = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
            table(resource, std::iter::once(object), meta, now)
        }
    }
}

/// A list in the form that was asked for, as bytes.
pub(super) fn many(form: Form, resource: &Resource, objects: &[Arc<Value>], metadata: Value, now: DateTime<Utc>) -> Vec<u8> {
    let bytes = match form {
        Form::Table => serde_json::to_vec(&table(resource, objects.iter().map(Arc::as_ref), metadata, now)),
        Form::Metadata => {
            let items: Vec<Value> = objects.iter().map(|o| partial(o)).collect();
            serde_json::to_vec(
                &json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "items": items}),
            )
        }
        Form::Whole => serde_json::to_vec(&List {
            kind: format!("{}List", resource.kind),
            api_version: resource.api_version(),
            metadata,
            items: objects.iter().map(|o| Item { object: o, bare: !resource.custom }).collect(),
        }),
    };
    bytes.unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    kind: String,
    api_version: String,
    metadata: Value,
    items: Vec<Item<'a>>,
}

/// An item of a list: built-in ones are written without their kind.
struct Item<'a> {
    object: &'a Value,
    bare: bool,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        let fields = self.object.as_object().into_iter().flatten();
        for (key, value) in fields.filter(|(k, _)| !(self.bare && matches!(k.as_str(), "kind" | "apiVersion"))) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

fn partial(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

fn table<'a>(resource: &Resource, objects: impl Iterator<Item = &'a Value>, metadata: Value, now: DateTime<Utc>) -> Value {
    let column = |name: &str, format: &str| json!({"name": name, "type": "string", "format": format, "description": "", "priority": 0});
    let own = resource.columns.iter().map(|(title, _)| column(title, ""));
    let columns: Vec<Value> = std::iter::once(column("Name", "name")).chain(own).chain([column("Age", "")]).collect();
    let rows = objects.map(|object| {
        let mut cells = vec![object["metadata"]["name"].clone()];
        cells.extend(resource.columns.iter().map(|(_, template)| Value::String(filled(template, object))));
        cells.push(age(object, now).into());
        json!({"cells": cells, "object": partial(object)})
    });
    let rows: Vec<Value> = rows.collect();
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": columns, "rows": rows})
}

/// A template with its placeholders filled in: `{pointer|default}`, `{#pointer}`, `{ready}`, `{pod}`.
fn filled(template: &str, object: &Value) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, (hole, after))) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?))) {
        out.push_str(before);
        let (pointer, default) = hole.split_once('|').unwrap_or((hole, "<none>"));
        if pointer == "ready" {
            let containers: Vec<&Value> = object["status"]["containerStatuses"].as_array().into_iter().flatten().collect();
            let all = object["spec"]["containers"].as_array().map_or(0, Vec::len);
            out.push_str(&format!("{}/{all}", containers.iter().filter(|c| c["ready"] == true).count()));
        } else if pointer == "pod" {
            out.push_str(pod(object));
        } else if let Some(pointer) = pointer.strip_prefix('#') {
            out.push_str(&object.pointer(pointer).and_then(Value::as_object).map_or(0, |m| m.len()).to_string());
        } else {
            match object.pointer(pointer) {
                None | Some(Value::Null) => out.push_str(default),
                Some(Value::String(text)) => out.push_str(text),
                Some(other) => out.push_str(&other.to_string()),
            }
        }
        rest = after;
    }
    out + rest
}

/// The status of a pod in one word: Kubernetes 1.36.3, pkg/printers/internalversion/printers.go (`printPod`), without init containers.
fn pod(pod: &Value) -> &str {
    let reason = |state: &str| {
        let containers = pod["status"]["containerStatuses"].as_array().into_iter().flatten();
        containers.filter_map(|c| c["state"][state]["reason"].as_str()).next_back()
    };
    let phase = pod["status"]["reason"].as_str().or(pod["status"]["phase"].as_str()).unwrap_or("Unknown");
    match phase {
        "Succeeded" => "Completed",
        "Failed" => reason("terminated").unwrap_or("Error"),
        _ if pod["metadata"]["deletionTimestamp"].is_string() => "Terminating",
        _ => reason("waiting").or_else(|| reason("terminated")).unwrap_or(phase),
    }
}

/// The age of an object, as kubectl prints it.
fn age(object: &Value, now: DateTime<Utc>) -> String {
    let made = object["metadata"]["creationTimestamp"].as_str().and_then(|t| t.parse::<DateTime<Utc>>().ok());
    let Some(made) = made else { return "<unknown>".into() };
    let seconds = (now - made).num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..10_800 => format!("{}m", seconds / 60),
        10_800..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}
