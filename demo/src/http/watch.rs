//! WATCH: what happens, line by line, until its time is over. Knows no list of pages.
use super::super::resource::Resource;
use super::super::selector::Selector;
use super::super::status::Status;
use super::super::store::Event;
use super::super::store::Store;
use super::Shared;
use super::answer::Answer;
use super::ask::Ask;
use super::ask::Target;
use super::form;
use super::form::Form;
use super::list;
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a quiet watch says up to where it has looked.
const BOOKMARK: Duration = Duration::from_secs(1);
/// How long a watch lasts that names no time.
const TIMEOUT: u64 = 1800;

struct Watch {
    shared: Arc<Shared>,
    latest: watch::Receiver<u64>,
    resource: Arc<Resource>,
    namespace: String,
    selector: Selector,
    form: Form,
    version: u64,
    told: u64,
    bookmarks: bool,
    queue: VecDeque<Bytes>,
    end: Instant,
    over: bool,
}

/// The answer to a watch.
///
/// # Errors
/// 400 for selectors that can't be read, 422 for initial events as a watch list.
pub(super) fn watch(shared: &Arc<Shared>, store: &Store, target: &Target, ask: &Ask, form: Form) -> Result<Answer, Status> {
    let param = |name| ask.param(name).unwrap_or_default();
    if ask.param("sendInitialEvents").is_some() {
        let why = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
        let text = format!("ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: {why}");
        return Err(Status::new(422, "Invalid", text));
    }
    let stem = list::stored(&target.resource);
    let mut fields = param("fieldSelector");
    if let Some(name) = &target.name {
        fields = format!("metadata.name={name},{fields}");
    }
    let selector = Selector::parse(&stem, &param("labelSelector"), &fields)?;
    let seconds = param("timeoutSeconds").parse().unwrap_or(TIMEOUT);
    let from = param("resourceVersion").parse::<u64>().unwrap_or(0);
    let mut state = Watch {
        shared: shared.clone(),
        latest: store.subscribe(),
        resource: target.resource.clone(),
        namespace: target.namespace.clone(),
        selector,
        form,
        version: if from == 0 { store.version() } else { from },
        told: 0,
        bookmarks: ask.flag("allowWatchBookmarks"),
        queue: VecDeque::new(),
        end: Instant::now() + Duration::from_secs(seconds),
        over: false,
    };
    if from == 0 {
        let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
        let there = store.entries(&stem, namespace).map(|(_, o)| o).filter(|o| state.selector.matches(o));
        for object in there.collect::<Vec<_>>() {
            state.tell(store, "ADDED", object);
        }
    }
    Ok(Answer::lines("application/json", stream::unfold(state, next)))
}

async fn next(mut watch: Watch) -> Option<(Bytes, Watch)> {
    loop {
        if let Some(line) = watch.queue.pop_front() {
            return Some((line, watch));
        }
        if watch.over {
            return None;
        }
        watch.look();
        if !watch.queue.is_empty() {
            continue;
        }
        let pause = watch.end.min(Instant::now() + BOOKMARK);
        tokio::select! {
            alive = watch.latest.changed() => watch.over = alive.is_err(),
            () = tokio::time::sleep_until(pause) => {
                watch.over = Instant::now() >= watch.end;
                watch.bookmark();
            }
        }
    }
}

impl Watch {
    /// Queues what happened since the last look.
    fn look(&mut self) {
        let shared = self.shared.clone();
        let store = shared.store();
        self.latest.borrow_and_update();
        let stem = list::stored(&self.resource);
        let Some(events) = store.since(&stem, self.version) else {
            let status = Status::expired(format!("too old resource version: {} ({})", self.version, store.oldest()));
            self.queue.push_back(line("ERROR", &status.to_value()));
            self.over = true;
            return;
        };
        for event in events {
            if let Some((kind, object)) = self.meaning(event) {
                self.tell(&store, kind, &object);
            }
        }
        self.version = store.version();
    }

    /// What an event is to who sees only what is selected.
    fn meaning(&self, event: &Event) -> Option<(&'static str, Arc<Value>)> {
        if !self.namespace.is_empty() && event.id.namespace != self.namespace {
            return None;
        }
        let before = event.old.as_ref().filter(|o| self.selector.matches(o));
        let after = event.kept && self.selector.matches(&event.new);
        match (before, after) {
            (None, true) => Some(("ADDED", event.new.clone())),
            (Some(_), true) => Some(("MODIFIED", event.new.clone())),
            (Some(_), false) if !event.kept => Some(("DELETED", event.new.clone())),
            (Some(old), false) => {
                let mut last = old.as_ref().clone();
                last["metadata"]["resourceVersion"] = event.version.to_string().into();
                Some(("DELETED", Arc::new(last)))
            }
            (None, false) => None,
        }
    }

    fn tell(&mut self, store: &Store, kind: &str, object: &Arc<Value>) {
        let object = form::one(self.form, &self.resource, &list::shown(&self.resource, object), store.now());
        self.queue.push_back(line(kind, &object));
    }

    fn bookmark(&mut self) {
        if !self.bookmarks || self.told == self.version {
            return;
        }
        self.told = self.version;
        let kind = json!({"kind": self.resource.kind, "apiVersion": self.resource.api_version(),
            "metadata": {"resourceVersion": self.version.to_string(), "creationTimestamp": null}});
        self.queue.push_back(line("BOOKMARK", &kind));
    }
}

fn line(kind: &str, object: &Value) -> Bytes {
    let mut bytes = serde_json::to_vec(&json!({"type": kind, "object": object})).unwrap_or_default();
    bytes.push(b'\n');
    Bytes::from(bytes)
}
