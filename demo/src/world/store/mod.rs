//! The objects of a platform in memory, with the rules that the API server keeps: versions, generations, preconditions, finalizers. Knows
//! no HTTP, no controller and no clock: the caller sets the time before it writes ([`Store::at`]).
//!
//! ```text
//! let mut store = Store::new(resource::builtin());
//! store.at(now);                                           every write until the next `at` happens now
//! store.import(object)?;                                   a complete object, as it is (seeds)
//! store.create(&resource, "ns", object)?                   as POST: uid, creationTimestamp, resourceVersion, generation
//! store.modify(&id, |o| o["spec"]["replicas"] = 2.into())?   as PUT; writes to /status go the same way
//! store.delete(&id, &DeleteOptions::default())?            Gone, or Terminating while finalizers hold it
//! store.list("pods", Some("ns"))                           &Value, sorted by namespace and name
//! store.get(&id), store.by_uid(uid), store.id_of(&object)
//! ```
//!
//! One resourceVersion counts for all objects. The last events are kept (`history`): watches read them, and a list that is read page by
//! page uses them to go back to its own moment.
mod delete;
mod event;
mod history;
#[cfg(test)]
mod tests;
mod write;

use super::resource::Resource;
use super::status::Status;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::watch;

pub use delete::{DeleteOptions, Deletion, Propagation};
pub use event::{Event, Id};
pub use write::time;

/// How many events are kept by default.
const HISTORY: usize = 10_000;

/// Every object, and the last events.
pub struct Store {
    resources: Vec<Arc<Resource>>,
    objects: BTreeMap<Id, Arc<Value>>,
    uids: HashMap<String, Id>,
    version: u64,
    log: VecDeque<Event>,
    /// The resourceVersion up to which events are forgotten.
    compacted: u64,
    capacity: usize,
    now: DateTime<Utc>,
    latest: watch::Sender<u64>,
    /// Whether deleted pods wait until a kubelet (a controller) deletes them with grace 0. If false, they go at once.
    pub graceful: bool,
}

impl Store {
    /// An empty store. Its first resourceVersion is 1, and its time is the start of the Unix epoch until it is set.
    pub fn new(resources: Vec<Resource>) -> Self {
        let resources = resources.into_iter().map(Arc::new).collect();
        let (objects, uids, log) = (BTreeMap::new(), HashMap::new(), VecDeque::new());
        let latest = watch::Sender::new(1);
        Self {
            resources,
            objects,
            uids,
            version: 1,
            log,
            compacted: 1,
            capacity: HISTORY,
            now: DateTime::UNIX_EPOCH,
            latest,
            graceful: false,
        }
    }

    /// Sets the time of all later writes.
    pub fn at(&mut self, now: DateTime<Utc>) {
        self.now = now;
    }

    /// The time of the store.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// All resources that are served.
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// The resource of a group and a kind, in any version.
    pub fn resource_of(&self, group: &str, kind: &str) -> Option<Arc<Resource>> {
        self.resources.iter().find(|r| r.group == group && r.kind == kind).cloned()
    }

    /// The resource of a stem (`deployments.apps`).
    pub fn resource(&self, stem: &str) -> Option<Arc<Resource>> {
        let (plural, group) = stem.split_once('.').unwrap_or((stem, ""));
        self.resources.iter().find(|r| r.plural == plural && r.group == group).cloned()
    }

    /// The place of a complete object, by its apiVersion, kind and metadata; none if the kind is not served.
    pub fn id_of(&self, object: &Value) -> Option<Id> {
        let api = object["apiVersion"].as_str()?;
        let group = api.split_once('/').map_or("", |(g, _)| g);
        let resource = self.resource_of(group, object["kind"].as_str()?)?;
        let namespace = if resource.namespaced { object["metadata"]["namespace"].as_str()? } else { "" };
        Some(Id::new(&resource.stem(), namespace, object["metadata"]["name"].as_str()?))
    }

    /// The objects of a stem, in one namespace or in all, sorted by namespace and name.
    pub fn list(&self, stem: &str, namespace: Option<&str>) -> impl Iterator<Item = &Value> {
        self.entries(stem, namespace).map(|(_, o)| o.as_ref())
    }

    /// The same with their ids, shared.
    pub fn entries(&self, stem: &str, namespace: Option<&str>) -> impl Iterator<Item = (&Id, &Arc<Value>)> {
        let first = Id::new(stem, namespace.unwrap_or(""), "");
        let (stem, namespace) = (stem.to_owned(), namespace.map(str::to_owned));
        self.objects.range(first..).take_while(move |(id, _)| id.resource == stem && namespace.as_ref().is_none_or(|n| *n == id.namespace))
    }

    /// One object.
    pub fn get(&self, id: &Id) -> Option<&Value> {
        self.objects.get(id).map(Arc::as_ref)
    }

    /// One object by its uid.
    pub fn by_uid(&self, uid: &str) -> Option<(&Id, &Value)> {
        let id = self.uids.get(uid)?;
        Some((id, self.get(id)?))
    }

    /// The highest resourceVersion given so far.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The object, or its 404.
    fn found(&self, id: &Id) -> Result<(Arc<Resource>, Arc<Value>), Status> {
        let resource = self.resource(&id.resource).ok_or_else(Status::no_resource)?;
        let object = self.objects.get(id).cloned().ok_or_else(|| Status::not_found(&resource, &id.name))?;
        Ok((resource, object))
    }

    /// Stores an object (without `keep`: removes it) under a new resourceVersion, and sends that to all watches. Returns the object as it
    /// is now; of a removed one, the last state with the resourceVersion of its removal, as a watch shows it.
    fn commit(&mut self, id: &Id, object: Value, keep: bool) -> Arc<Value> {
        let mut object = object;
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        let new = Arc::new(object);
        let uid = new["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
        let old = if keep {
            self.uids.insert(uid, id.clone());
            self.objects.insert(id.clone(), new.clone())
        } else {
            self.uids.remove(&uid);
            self.objects.remove(id)
        };
        if let Some(gone) = old.as_ref().filter(|o| o["metadata"]["uid"] != new["metadata"]["uid"]) {
            self.uids.remove(gone["metadata"]["uid"].as_str().unwrap_or_default());
        }
        self.log.push_back(Event { version: self.version, id: id.clone(), old, new: new.clone(), kept: keep });
        while self.log.len() > self.capacity {
            self.compacted = self.log.pop_front().map_or(self.compacted, |e| e.version);
        }
        self.latest.send_replace(self.version);
        new
    }
}
