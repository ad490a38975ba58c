//! WATCH: the events of the selected objects, line by line. Knows no pages, no clock and no connection: the caller says when to look.
use super::ask::Ask;
use super::form::Form;
use super::target::Target;
use super::{form, list};
use crate::world::resource::Resource;
use crate::world::selector::Selector;
use crate::world::status::Status;
use crate::world::store::{Event, Store};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

/// How long a watch lasts if the client names no time.
const TIMEOUT: u64 = 1800;

pub(crate) struct Watch {
    resource: Arc<Resource>,
    namespace: String,
    selector: Selector,
    form: Form,
    version: u64,
    told: u64,
    bookmarks: bool,
    /// Lines that wait to be sent.
    pub queue: VecDeque<Vec<u8>>,
    /// How long it lasts, in seconds.
    pub seconds: u64,
    /// Whether the watch ends after the queue.
    pub over: bool,
}

impl Watch {
    /// Begins a watch.
    ///
    /// # Errors
    /// 400 for selectors that can't be read, 422 for initial events as a watch list.
    pub(super) fn begin(store: &Store, target: &Target, ask: &Ask, form: Form) -> Result<Self, Status> {
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
        let mut state = Self {
            resource: target.resource.clone(),
            namespace: target.namespace.clone(),
            selector,
            form,
            version: if from == 0 { store.version() } else { from },
            told: 0,
            bookmarks: ask.flag("allowWatchBookmarks"),
            queue: VecDeque::new(),
            seconds,
            over: false,
        };
        if from == 0 {
            let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
            let there = store.entries(&stem, namespace).map(|(_, o)| o).filter(|o| state.selector.matches(o));
            for object in there.collect::<Vec<_>>() {
                state.tell(store, "ADDED", object);
            }
        }
        Ok(state)
    }

    pub fn look(&mut self, store: &Store) {
        let stem = list::stored(&self.resource);
        let Some(events) = store.since(&stem, self.version) else {
            let status = Status::expired(format!("too old resource version: {} ({})", self.version, store.oldest()));
            self.queue.push_back(line("ERROR", &status.to_value()));
            self.over = true;
            return;
        };
        for event in events {
            if let Some((kind, object)) = self.meaning(event) {
                self.tell(store, kind, &object);
            }
        }
        self.version = store.version();
    }

    /// The type of an event for a client that sees only the selected objects.
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

    /// Queues a bookmark, if the client wants bookmarks and the position is new.
    pub fn bookmark(&mut self) {
        if !self.bookmarks || self.told == self.version {
            return;
        }
        self.told = self.version;
        let kind = json!({"kind": self.resource.kind, "apiVersion": self.resource.api_version(),
            "metadata": {"resourceVersion": self.version.to_string(), "creationTimestamp": null}});
        self.queue.push_back(line("BOOKMARK", &kind));
    }
}

fn line(kind: &str, object: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(&json!({"type": kind, "object": object})).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
