//! A cluster to which Argo CD deploys from outside: its store, and which of its objects carry whose mark. Knows no Application.
use super::index::Index;
use super::settings::Settings;
use crate::world::store::Store;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Another cluster than Argo CD's own.
pub struct Spoke {
    server: String,
    store: Arc<Mutex<Store>>,
    /// Which of its objects carry whose mark.
    pub index: Index,
}

impl Spoke {
    /// The cluster that destinations call `server`.
    pub fn new(server: &str, store: Arc<Mutex<Store>>) -> Self {
        Self { server: server.to_owned(), store, index: Index::default() }
    }

    /// Whether an Application deploys there.
    pub fn is_meant(&self, app: &Value) -> bool {
        app["spec"]["destination"]["server"] == *self.server
    }

    /// Its objects, locked while the guard lives.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings its index up to date, by the settings of Argo CD's own cluster.
    pub fn refresh(&mut self, settings: &Settings) {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        self.index.follow(&store, settings);
    }
}

/// Where an Application's objects are: in a spoke, or else in Argo CD's own cluster.
pub type There<'a> = Option<(MutexGuard<'a, Store>, &'a Index)>;

/// The store and the index of where they are, to be read.
pub fn seen<'a>(there: &'a There<'_>, store: &'a Store, index: &'a Index) -> (&'a Store, &'a Index) {
    there.as_ref().map_or((store, index), |(store, index)| (store, index))
}

/// The same, to be written.
pub fn held<'a>(there: &'a mut There<'_>, store: &'a mut Store, index: &'a Index) -> (&'a mut Store, &'a Index) {
    match there {
        Some((store, index)) => (store, index),
        None => (store, index),
    }
}
