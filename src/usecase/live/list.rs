//! One question: its pages, at one resourceVersion. A page that expired (410) starts the list anew, three times; what breaks off later
//! keeps the objects that were seen and shows no absence.
use crate::model::Reason;
use crate::usecase::live::discovery::Resource;
use crate::usecase::live::gap;
use crate::usecase::port::Api;
use crate::usecase::port::Ask;
use crate::usecase::port::Reply;
use serde::Deserialize;
use serde_json::Value;

/// How often a list is begun anew when its pages expire, and a page that can't be read is asked again.
const RESTARTS: u32 = 3;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The kind.
    pub resource: Resource,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// Whether only metadata is asked for.
    pub metadata: bool,
    /// Whether only the number and the resourceVersion matter: one object is asked for.
    pub counted: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Objects in all: those seen, and where only they are counted, those that remain.
    pub count: u64,
    /// Pages read.
    pub pages: u64,
    /// resourceVersion of the list.
    pub resource_version: Option<String>,
    /// Why it is not the whole answer.
    pub gap: Option<(Reason, String)>,
    /// The login was refused.
    pub unauthorized: bool,
}

#[derive(Deserialize)]
struct Page {
    kind: String,
    metadata: Meta,
    items: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Meta {
    resource_version: Option<String>,
    #[serde(rename = "continue")]
    next: Option<String>,
    remaining_item_count: Option<u64>,
}

/// Reads all pages; `restart` forgets what `item` was given of this list.
pub(super) fn list(api: &dyn Api, q: &Question, chunk: u32, mut item: impl FnMut(Value), mut restart: impl FnMut()) -> Listed {
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

fn run(api: &dyn Api, q: &Question, chunk: u32, item: &mut impl FnMut(Value)) -> Listed {
    let mut listed = Listed::default();
    let mut next: Option<String> = None;
    let (mut promised, mut empty) = (None, 0);
    let chunk = if q.counted { 1 } else { chunk };
    loop {
        let cursor = next.as_deref().map(|n| format!("&continue={}", escape(n))).unwrap_or_default();
        let ask = Ask {
            accept: q.metadata.then_some(METADATA),
            ..Ask::get(format!("{}?limit={chunk}{cursor}", q.resource.path(q.namespace.as_deref())))
        };
        let page = match page(api, &ask) {
            Ok(page) => page,
            Err((status, (reason, what))) => {
                listed.unauthorized = status == 401;
                // The first page is an answer of its own; what breaks off later leaves a part.
                let reason = if listed.pages > 0 && reason != Reason::Expired { Reason::Truncated } else { reason };
                let part = if listed.pages > 0 { format!("after {} pages: ", listed.pages) } else { String::new() };
                listed.gap = Some((reason, format!("{part}{what}")));
                return listed;
            }
        };
        listed.pages += 1;
        if listed.pages > 1 && page.metadata.resource_version != listed.resource_version {
            listed.gap = Some((Reason::Torn, "its pages are of different moments".into()));
            return listed;
        }
        listed.resource_version = page.metadata.resource_version.filter(|v| !v.is_empty());
        let items = page.items.unwrap_or_default();
        listed.count += u64::try_from(items.len()).unwrap_or(u64::MAX);
        empty = if items.is_empty() { empty + 1 } else { 0 };
        if listed.pages == 1 {
            promised = page.metadata.remaining_item_count.map(|rest| listed.count + rest);
        }
        items.into_iter().for_each(|i| item(typed(i, &q.resource)));
        let cursor = page.metadata.next.filter(|c| !c.is_empty());
        match cursor {
            None => {
                // All pages are of one moment: where they hold another number than the first one said, some were not what was there.
                if let Some(promised) = promised.filter(|p| *p != listed.count) {
                    let what = format!("its first page counts {promised} objects, and its pages hold {}", listed.count);
                    listed.gap = Some((Reason::Contradicted, what));
                }
                return listed;
            }
            Some(_) if q.counted => {
                match page.metadata.remaining_item_count {
                    Some(rest) => listed.count += rest,
                    None => listed.gap = Some((Reason::Truncated, "it does not say how many there are".into())),
                }
                return listed;
            }
            Some(cursor) if Some(&cursor) == next.as_ref() => {
                listed.gap = Some((Reason::Truncated, "its pages do not end: the same continue token came twice".into()));
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

const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// One page. What can't be read is asked again, a bounded number of times.
fn page(api: &dyn Api, ask: &Ask) -> Result<Page, (u16, (Reason, String))> {
    let mut last = (0, (Reason::Unreadable, String::new()));
    for _ in 0..RESTARTS {
        let reply = match api.send(ask) {
            Ok(reply) if reply.status == 200 => reply,
            Ok(reply) => return Err((reply.status, gap::of_reply(&reply))),
            Err(silence) => return Err((0, gap::of_silence(&silence))),
        };
        match read(&reply) {
            Ok(page) => return Ok(page),
            Err(wrong) => last = (200, wrong),
        }
    }
    Err(last)
}

fn read(reply: &Reply) -> Result<Page, (Reason, String)> {
    let page: Page = serde_json::from_slice(&reply.body).map_err(|e| {
        let cut = e.is_eof();
        (if cut { Reason::Truncated } else { Reason::Unreadable }, format!("the answer is no list: {e}"))
    })?;
    if page.kind.ends_with("List") { Ok(page) } else { Err((Reason::Unreadable, format!("the answer is a {}, no list", page.kind))) }
}

/// Items of a list of a built-in kind do not say what they are; metadata says that it is metadata.
fn typed(mut item: Value, resource: &Resource) -> Value {
    if let Some(object) = item.as_object_mut() {
        object.insert("apiVersion".into(), Value::String(resource.api_version()));
        object.insert("kind".into(), Value::String(resource.kind.clone()));
    }
    item
}

/// A continue token in a query.
fn escape(token: &str) -> String {
    token
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
