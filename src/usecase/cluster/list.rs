//! Reads the pages of one question, at one resourceVersion. If a page expired (410), the list starts again, three times at most; a list
//! that breaks off later keeps the objects that were seen and does not show absence.
use crate::model::{Gap, Reason};
use crate::usecase::cluster::port::{Api, Ask, METADATA_LIST, in_query};
use crate::usecase::cluster::{Resource, gap};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// How often a list starts again when its pages expire, and how often an unreadable page is requested again.
const RESTARTS: u32 = 3;
/// Objects in each page, by default.
const CHUNK: u32 = 500;
/// Objects in a list's first page, which shows how large they are.
const FIRST: u32 = 50;
/// The size that later pages should have, in bytes of their body: each parallel question holds one page in memory.
const PAGE: usize = 1 << 20;
/// The most pages and objects of one list: a server that goes on for ever must not fill the disk.
const MOST_PAGES: u64 = 20_000;
const MOST_OBJECTS: u64 = 5_000_000;

#[derive(Clone, Debug)]
pub(in crate::usecase) struct Question {
    /// The kind.
    pub resource: Resource,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// Whether only metadata is asked for.
    pub metadata: bool,
    /// Whether only the number and the resourceVersion matter: then one object is requested.
    pub counted: bool,
}

/// The result of a question.
#[derive(Debug, Default)]
pub(in crate::usecase) struct Listed {
    /// The number of all objects: those seen and, if they are only counted, those that remain.
    pub count: u64,
    /// Pages read.
    pub pages: u64,
    /// resourceVersion of the list.
    pub resource_version: Option<String>,
    /// Why the answer is not complete.
    pub gap: Option<(Reason, String)>,
    /// The login was refused.
    pub unauthorized: bool,
}

#[derive(Deserialize)]
struct Page<'a> {
    kind: String,
    metadata: Meta,
    /// The items, not yet parsed: they are parsed one at a time.
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Meta {
    resource_version: Option<String>,
    #[serde(rename = "continue")]
    next: Option<String>,
    remaining_item_count: Option<u64>,
}

/// Reads all pages; `restart` discards the objects that `item` received from this list.
pub(in crate::usecase) fn list(api: &dyn Api, q: &Question, chunk: u32, mut item: impl FnMut(Value), mut restart: impl FnMut()) -> Listed {
    let mut restarts = 0;
    loop {
        let listed = run(api, q, chunk, &mut item);
        let again = matches!(&listed.gap, Some((Reason::Expired | Reason::Torn | Reason::Contradicted, _))) && restarts < RESTARTS;
        if !again {
            return listed;
        }
        restarts += 1;
        restart();
    }
}

/// All objects of a kind, in memory, and why they may not be all. If a list broke off, the objects seen before are returned.
pub(in crate::usecase) fn whole(api: &dyn Api, kind: &Resource, namespace: Option<&str>, metadata: bool) -> (Vec<Value>, Option<Gap>) {
    let question = Question { resource: kind.clone(), namespace: namespace.map(str::to_owned), metadata, counted: false };
    let items = RefCell::new(Vec::new());
    let listed = list(api, &question, CHUNK, |item| items.borrow_mut().push(item), || items.borrow_mut().clear());
    let (mut items, mut why) = (items.into_inner(), listed.gap);
    let seen = items.len();
    items.retain(|i: &Value| i.pointer("/metadata/name").and_then(Value::as_str).is_some_and(|n| !n.is_empty()));
    if items.len() < seen {
        why = why.or(Some((Reason::Unreadable, "an item has no name".into())));
    }
    (items, why.map(|why| gap::of(&kind.group, &kind.plural, namespace, why)))
}

/// How many objects the request for the first page asks for.
fn first_limit(q: &Question, chunk: u32) -> u32 {
    if q.counted { 1 } else { chunk.min(FIRST) }
}

/// The path and query of a question's first page.
pub(in crate::usecase) fn first_page(q: &Question, chunk: u32) -> String {
    format!("{}?limit={}", q.resource.path(q.namespace.as_deref()), first_limit(q, chunk))
}

fn run(api: &dyn Api, q: &Question, chunk: u32, item: &mut impl FnMut(Value)) -> Listed {
    let mut listed = Listed::default();
    let mut next: Option<String> = None;
    let mut limit = first_limit(q, chunk);
    let (mut promised, mut empty, mut tokens) = (None, 0, BTreeSet::new());
    loop {
        let cursor = next.as_deref().map(|n| format!("&continue={}", in_query(n))).unwrap_or_default();
        let ask = Ask {
            accept: q.metadata.then_some(METADATA_LIST),
            ..Ask::get(format!("{}?limit={limit}{cursor}", q.resource.path(q.namespace.as_deref())))
        };
        let first = listed.pages == 0;
        let take = |page: Page<'_>, size: usize| {
            let version = page.metadata.resource_version.clone().filter(|v| !v.is_empty());
            if !first && version != listed.resource_version {
                return Err((Reason::Torn, "its pages are of different moments".into()));
            }
            listed.resource_version = version;
            let items = page.items.unwrap_or_default();
            listed.count += u64::try_from(items.len()).unwrap_or(u64::MAX);
            empty = if items.is_empty() { empty + 1 } else { 0 };
            if first {
                promised = page.metadata.remaining_item_count.map(|rest| listed.count + rest);
            }
            if let (false, Some(size)) = (q.counted, size.checked_div(items.len())) {
                limit = u32::try_from(PAGE / size.max(1)).unwrap_or(u32::MAX).clamp(1, chunk);
            }
            for raw in items {
                let value = serde_json::from_str(raw.get());
                let value = value.map_err(|e| broken(listed.pages, Reason::Unreadable, &format!("an item can't be read: {e}")))?;
                item(typed(value, &q.resource));
            }
            Ok(page.metadata)
        };
        let metadata = match page(api, &ask, take) {
            Ok(Ok(metadata)) => metadata,
            Ok(Err(gap)) => {
                listed.pages += 1;
                listed.gap = Some(gap);
                return listed;
            }
            Err((status, (reason, what))) => {
                listed.unauthorized = status == 401;
                listed.gap = Some(broken(listed.pages, reason, &what));
                return listed;
            }
        };
        listed.pages += 1;
        let cursor = metadata.next.filter(|c| !c.is_empty());
        match cursor {
            None => {
                // All pages show one moment: if their number of objects differs from what the first page promised, some pages are wrong.
                if let Some(promised) = promised.filter(|p| *p != listed.count) {
                    let what = format!("its first page counts {promised} objects, and its pages hold {}", listed.count);
                    listed.gap = Some((Reason::Contradicted, what));
                } else if let Some(rest) = metadata.remaining_item_count.filter(|rest| *rest > 0) {
                    listed.gap = Some((Reason::Truncated, format!("its last page says that {rest} objects remain")));
                }
                return listed;
            }
            Some(_) if q.counted => {
                match metadata.remaining_item_count {
                    Some(rest) => listed.count += rest,
                    None => listed.gap = Some((Reason::Truncated, "it does not say how many there are".into())),
                }
                return listed;
            }
            Some(cursor) if !tokens.insert(cursor.clone()) => {
                listed.gap = Some((Reason::Truncated, "its pages do not end: the same continue token came twice".into()));
                return listed;
            }
            Some(_) if listed.pages >= MOST_PAGES || listed.count >= MOST_OBJECTS => {
                let what = format!("it goes on after {} pages with {} objects, and is not read further", listed.pages, listed.count);
                listed.gap = Some((Reason::Truncated, what));
                return listed;
            }
            Some(_) if empty == RESTARTS => {
                listed.gap = Some((Reason::Truncated, format!("its pages do not end: {empty} in a row were empty")));
                return listed;
            }
            cursor => next = cursor,
        }
    }
}

/// Why a list broke off. A failure at the first page is its own reason; after a later one there is a partial list.
fn broken(pages: u64, reason: Reason, what: &str) -> (Reason, String) {
    let reason = if pages > 0 && reason != Reason::Expired { Reason::Truncated } else { reason };
    let part = if pages > 0 { format!("after {pages} pages: ") } else { String::new() };
    (reason, format!("{part}{what}"))
}

/// The status of a failed page, and why it failed.
type NoPage = (u16, (Reason, String));

/// Reads one page and passes it on with the size of its body in bytes. An unreadable page is requested again, a limited number of times.
fn page<T>(api: &dyn Api, ask: &Ask, take: impl FnOnce(Page<'_>, usize) -> T) -> Result<T, NoPage> {
    let mut last = (0, (Reason::Unreadable, String::new()));
    for _ in 0..RESTARTS {
        let reply = match api.send(ask) {
            Ok(reply) if reply.status == 200 => reply,
            Ok(reply) => return Err((reply.status, gap::of_reply(&reply))),
            Err(silence) => return Err((0, gap::of_silence(&silence))),
        };
        match read(&reply.body) {
            Ok(page) => return Ok(take(page, reply.body.len())),
            Err(wrong) => last = (200, wrong),
        }
    }
    Err(last)
}

fn read(body: &[u8]) -> Result<Page<'_>, (Reason, String)> {
    let page: Page<'_> = serde_json::from_slice(body).map_err(|e| {
        let cut = e.is_eof();
        (if cut { Reason::Truncated } else { Reason::Unreadable }, format!("the answer is no list: {e}"))
    })?;
    if page.kind.ends_with("List") { Ok(page) } else { Err((Reason::Unreadable, format!("the answer is a {}, no list", page.kind))) }
}

/// Sets the kind of an item: lists of a built-in kind leave it out, and for metadata it names the metadata type.
fn typed(mut item: Value, resource: &Resource) -> Value {
    if let Some(object) = item.as_object_mut() {
        object.insert("apiVersion".into(), Value::String(resource.api_version()));
        object.insert("kind".into(), Value::String(resource.kind.clone()));
    }
    item
}

#[cfg(test)]
mod tests {
    use super::{MOST_PAGES, whole};
    use crate::model::Reason;
    use crate::usecase::cluster::Resource;
    use crate::usecase::cluster::port::{Api, Ask, NoReply, Reply};
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Has another page each time.
    struct Endless(AtomicU64);

    impl Api for Endless {
        fn send(&self, _: &Ask) -> Result<Reply, NoReply> {
            let nth = self.0.fetch_add(1, Ordering::Relaxed);
            let body = format!(r#"{{"kind":"List","metadata":{{"continue":"{nth}"}},"items":[{{"metadata":{{"name":"o{nth}"}}}}]}}"#);
            Ok(Reply { status: 200, body: body.into_bytes(), date: None, warnings: vec![] })
        }
    }

    #[test]
    fn a_list_that_goes_on_for_ever_is_left_with_a_gap() {
        let server = Endless(AtomicU64::new(0));
        let (items, gap) = whole(&server, &Resource::new("", "v1", "pods", "Pod", true), None, true);
        assert_eq!((items.len() as u64, server.0.load(Ordering::Relaxed)), (MOST_PAGES, MOST_PAGES));
        assert_eq!(gap.unwrap().reason, Reason::Truncated);
    }
}
