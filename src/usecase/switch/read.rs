//! Reads: one object, a list in pages. Each request is a GET.
use crate::model::Key;
use crate::usecase::port::Api;
use crate::usecase::port::Ask;
use crate::usecase::port::Reply;
use crate::usecase::port::in_query;
use crate::usecase::switch::Stop;
use serde_json::Value;

/// Metadata alone, of one object.
pub(super) const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

const PAGE: usize = 500;
/// How often a list whose pages expired is begun again.
const RESTARTS: usize = 3;

/// The path of an Application, or of another Argo CD object.
pub(super) fn argo_path(plural: &str, key: &Key) -> String {
    format!("/apis/argoproj.io/v1alpha1/namespaces/{}/{plural}/{}", key.namespace, key.name)
}

/// The path of an Application.
pub(super) fn app_path(key: &Key) -> String {
    argo_path("applications", key)
}

/// Whether an answer is about the object (and not, say, an unknown kind).
pub(super) fn object(path: &str, reply: &Reply) -> Result<Option<Value>, Stop> {
    match reply.status {
        200..=299 => reply.json().map(Some).map_err(|e| said(path, 502, format!("no JSON: {e}"))),
        404 => Ok(None),
        status => Err(said(path, status, reply.message())),
    }
}

fn said(path: &str, status: u16, message: String) -> Stop {
    Stop::Answered { asked: format!("GET {path}"), status, message }
}

/// One object; none where the answer is 404.
pub(super) fn get(api: &dyn Api, path: &str, accept: Option<&'static str>) -> Result<Option<Value>, Stop> {
    let reply = api.send(&Ask { accept, ..Ask::get(path) })?;
    object(path, &reply)
}

/// All items of a list; none where the answer is 404.
pub(super) fn list(api: &dyn Api, path: &str, accept: Option<&'static str>) -> Result<Option<Vec<Value>>, Stop> {
    let mut restarts = 0;
    let (mut items, mut next) = (Vec::new(), String::new());
    loop {
        let glue = if path.contains('?') { '&' } else { '?' };
        let more = if next.is_empty() { String::new() } else { format!("&continue={}", in_query(&next)) };
        let reply = api.send(&Ask { accept, ..Ask::get(format!("{path}{glue}limit={PAGE}{more}")) })?;
        if reply.status == 410 && restarts < RESTARTS {
            restarts += 1;
            (items, next) = (Vec::new(), String::new());
            continue;
        }
        let Some(mut page) = object(path, &reply)? else { return Ok(None) };
        match page.get_mut("items").map(Value::take) {
            Some(Value::Array(list)) => items.extend(list),
            // A list without items is an empty list; anything else is no list.
            Some(Value::Null) | None if text(&page, "kind").ends_with("List") => {}
            _ => return Err(said(path, 502, "no list".into())),
        }
        next = page.pointer("/metadata/continue").and_then(Value::as_str).unwrap_or("").to_owned();
        if next.is_empty() {
            return Ok(Some(items));
        }
    }
}

fn text<'a>(v: &'a Value, k: &str) -> &'a str {
    v.get(k).and_then(Value::as_str).unwrap_or("")
}
