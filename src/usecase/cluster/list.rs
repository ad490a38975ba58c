//! Reads the pages of one question, at one resourceVersion. If a page expired (410), the list starts again, three times at most; a list
//! that breaks off later keeps the objects that were seen and does not show absence.
use crate::model::Reason;
use crate::usecase::cluster::port::{Api, Ask, METADATA_LIST, NoReply, Reply, in_query};
use crate::usecase::cluster::{Resource, gap};
use crate::value::Value;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// How often a list starts again when its pages expire, and how often an unreadable page is requested again.
const RESTARTS: u32 = 3;
/// Objects in each page, by default.
pub(super) const CHUNK: u32 = 500;
/// Objects in a list's first page, which shows how large they are.
const FIRST: u32 = 50;
/// The size that later pages should have, in bytes of their body: each parallel question holds one page in memory.
const PAGE: usize = 1 << 20;
/// The most pages and objects of one list: a server that goes on for ever must not fill the disk.
pub(super) const MOST_PAGES: u64 = 20_000;
const MOST_OBJECTS: u64 = 5_000_000;

#[derive(Clone, Debug)]
pub(in crate::usecase) struct Question {
    pub resource: Resource,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    pub metadata: bool,
    /// Whether only the number and the resourceVersion matter: then one object is requested.
    pub counted: bool,
}

#[derive(Debug, Default)]
pub(in crate::usecase) struct Listed {
    /// The number of all objects: those seen and, if they are only counted, those that remain.
    pub count: u64,
    pub pages: u64,
    pub resource_version: Option<String>,
    /// Why the answer is not complete.
    pub gap: Option<(Reason, String)>,
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
    let mut reading = Reading::new(q.clone(), chunk);
    loop {
        match reading.take(api.send(&reading.ask()), &mut item) {
            Step::More => {}
            Step::Anew => restart(),
            Step::End(listed) => return listed,
        }
    }
}

/// How many objects the request for the first page asks for.
fn first_limit(q: &Question, chunk: u32) -> u32 {
    if q.counted { 1 } else { chunk.min(FIRST) }
}

/// The path and query of a question's first page.
pub(in crate::usecase) fn first_page(q: &Question, chunk: u32) -> String {
    format!("{}?limit={}", q.resource.path(q.namespace.as_deref()), first_limit(q, chunk))
}

/// A list while it is read: what to request next, and what the answer means. It sends nothing, so any client can read a list by it.
#[derive(Debug)]
pub(super) struct Reading {
    question: Question,
    chunk: u32,
    restarts: u32,
    pages: Pages,
}

/// What follows an answer.
pub(super) enum Step {
    /// Another request.
    More,
    /// Another request, for the first page again: the objects of this list so far don't count.
    Anew,
    /// Nothing: the list ended, or broke off.
    End(Listed),
}

/// What the pages since the first one said.
#[derive(Debug, Default)]
struct Pages {
    listed: Listed,
    next: Option<String>,
    limit: u32,
    /// How many objects the first page promised.
    promised: Option<u64>,
    /// How many pages in a row were empty.
    empty: u32,
    /// Continue tokens so far.
    tokens: BTreeSet<String>,
    /// How often the present page could not be read.
    unreadable: u32,
}

impl Reading {
    pub(super) fn new(question: Question, chunk: u32) -> Self {
        let pages = Pages { limit: first_limit(&question, chunk), ..Pages::default() };
        Self { question, chunk, restarts: 0, pages }
    }

    pub(super) fn ask(&self) -> Ask {
        let q = &self.question;
        let cursor = self.pages.next.as_deref().map(|n| format!("&continue={}", in_query(n))).unwrap_or_default();
        let path = format!("{}?limit={}{cursor}", q.resource.path(q.namespace.as_deref()), self.pages.limit);
        Ask { accept: q.metadata.then_some(METADATA_LIST), ..Ask::get(path) }
    }

    /// Takes its answer in. An unreadable page is requested again, a limited number of times.
    pub(super) fn take(&mut self, answer: Result<Reply, NoReply>, item: &mut dyn FnMut(Value)) -> Step {
        let pages = self.pages.listed.pages;
        let gap = match answer {
            Ok(reply) if reply.status == 200 => match read(&reply.body) {
                Ok(page) => match self.page(page, reply.body.len(), item) {
                    ControlFlow::Continue(()) => return Step::More,
                    ControlFlow::Break(gap) => gap,
                },
                Err(_) if self.pages.unreadable + 1 < RESTARTS => {
                    self.pages.unreadable += 1;
                    return Step::More;
                }
                Err((reason, what)) => Some(broken(pages, reason, &what)),
            },
            Ok(reply) => {
                self.pages.listed.unauthorized = reply.status == 401;
                let (reason, what) = gap::of_reply(&reply);
                Some(broken(pages, reason, &what))
            }
            Err(silence) => {
                let (reason, what) = gap::of_silence(&silence);
                Some(broken(pages, reason, &what))
            }
        };
        let again = matches!(&gap, Some((Reason::Expired | Reason::Torn | Reason::Contradicted, _))) && self.restarts < RESTARTS;
        let Pages { listed, .. } =
            std::mem::replace(&mut self.pages, Pages { limit: first_limit(&self.question, self.chunk), ..Pages::default() });
        self.restarts += 1;
        if again { Step::Anew } else { Step::End(Listed { gap, ..listed }) }
    }

    /// Takes a page in; the list ends with a gap or without one.
    fn page(&mut self, page: Page<'_>, size: usize, item: &mut dyn FnMut(Value)) -> ControlFlow<Option<(Reason, String)>> {
        let (q, pages) = (&self.question, &mut self.pages);
        let Pages { listed, .. } = pages;
        let before = listed.pages;
        listed.pages += 1;
        pages.unreadable = 0;
        let version = page.metadata.resource_version.filter(|v| !v.is_empty());
        if before > 0 && version != listed.resource_version {
            return ControlFlow::Break(Some((Reason::Torn, "its pages are of different moments".into())));
        }
        listed.resource_version = version;
        let items = page.items.unwrap_or_default();
        listed.count += u64::try_from(items.len()).unwrap_or(u64::MAX);
        pages.empty = if items.is_empty() { pages.empty + 1 } else { 0 };
        let rest = page.metadata.remaining_item_count;
        if before == 0 {
            pages.promised = rest.map(|rest| listed.count + rest);
        }
        if let (false, Some(size)) = (q.counted, size.checked_div(items.len())) {
            pages.limit = u32::try_from(PAGE / size.max(1)).unwrap_or(u32::MAX).clamp(1, self.chunk);
        }
        for raw in items {
            match serde_json::from_str(raw.get()) {
                Ok(value) => item(typed(value, &q.resource)),
                Err(e) => {
                    return ControlFlow::Break(Some(broken(before, Reason::Unreadable, &format!("an item can't be read: {e}"))));
                }
            }
        }
        let truncated = |what: String| ControlFlow::Break(Some((Reason::Truncated, what)));
        match page.metadata.next.filter(|c| !c.is_empty()) {
            // All pages show one moment: if their number of objects differs from what the first page promised, some pages are wrong.
            None => match (pages.promised.filter(|p| *p != listed.count), rest.filter(|rest| *rest > 0)) {
                (Some(promised), _) => {
                    let what = format!("its first page counts {promised} objects, and its pages hold {}", listed.count);
                    ControlFlow::Break(Some((Reason::Contradicted, what)))
                }
                (None, Some(rest)) => truncated(format!("its last page says that {rest} objects remain")),
                (None, None) => ControlFlow::Break(None),
            },
            Some(_) if q.counted => match rest {
                Some(rest) => {
                    listed.count += rest;
                    ControlFlow::Break(None)
                }
                None => truncated("it does not say how many there are".into()),
            },
            Some(cursor) if !pages.tokens.insert(cursor.clone()) => {
                truncated("its pages do not end: the same continue token came twice".into())
            }
            Some(_) if listed.pages >= MOST_PAGES || listed.count >= MOST_OBJECTS => {
                truncated(format!("it goes on after {} pages with {} objects, and is not read further", listed.pages, listed.count))
            }
            Some(_) if pages.empty == RESTARTS => truncated(format!("its pages do not end: {RESTARTS} in a row were empty")),
            cursor => {
                pages.next = cursor;
                ControlFlow::Continue(())
            }
        }
    }
}

/// Why a list broke off. A failure at the first page is its own reason; after a later one there is a partial list.
fn broken(pages: u64, reason: Reason, what: &str) -> (Reason, String) {
    let reason = if pages > 0 && reason != Reason::Expired { Reason::Truncated } else { reason };
    let part = if pages > 0 { format!("after {pages} pages: ") } else { String::new() };
    (reason, format!("{part}{what}"))
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
        object.insert("apiVersion", resource.api_version().into());
        object.insert("kind", resource.kind.as_str().into());
    }
    item
}
