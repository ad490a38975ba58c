//! The last events: for watches, and for lists that are read page by page. Knows no page and no token.
use super::{Event, Id, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

impl Store {
    /// The events of a stem after a resourceVersion; none if some of them are forgotten.
    pub fn since(&self, stem: &str, version: u64) -> Option<impl Iterator<Item = &Event>> {
        let from = self.log.partition_point(|e| e.version <= version);
        (version >= self.compacted).then(|| self.log.range(from..).filter(move |e| e.id.resource == stem))
    }

    /// The objects of a stem as they were at a resourceVersion, by namespace and name; none if that version is forgotten, or does not
    /// exist yet.
    pub fn as_of(&self, stem: &str, namespace: Option<&str>, version: u64) -> Option<BTreeMap<Id, Arc<Value>>> {
        if version < self.compacted || version > self.version {
            return None;
        }
        let mut objects: BTreeMap<Id, Arc<Value>> = self.entries(stem, namespace).map(|(i, o)| (i.clone(), o.clone())).collect();
        for event in self.log.iter().rev().take_while(|e| e.version > version).filter(|e| e.id.resource == stem) {
            match &event.old {
                _ if namespace.is_some_and(|n| n != event.id.namespace) => {}
                Some(old) => drop(objects.insert(event.id.clone(), old.clone())),
                None => drop(objects.remove(&event.id)),
            }
        }
        Some(objects)
    }

    /// Forgets every event so far, so that older watches and continue tokens expire.
    pub fn forget(&mut self) {
        self.log.clear();
        self.compacted = self.version;
    }

    /// The oldest resourceVersion that the store still remembers.
    pub fn oldest(&self) -> u64 {
        self.compacted
    }

    /// A channel that sends each new resourceVersion.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }
}
