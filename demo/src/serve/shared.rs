//! The state that all requests of a server share. Knows no request.
use super::requests::Requests;
use crate::faults::wire::Faults;
use crate::world::responder::Responder;
use crate::world::store::Store;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct Shared {
    pub store: Arc<Mutex<Store>>,
    /// The moment at which time stands still there.
    pub still: Option<DateTime<Utc>>,
    pub faults: Faults,
    pub requests: Requests,
    pub responder: Arc<dyn Responder>,
    pub version: Value,
    /// The token that a request must carry, where one must.
    pub token: Option<String>,
    /// Counts the requests to services, so that their pods take turns.
    pub turn: AtomicUsize,
}

impl Shared {
    /// The store, at the present time.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.at(self.still.unwrap_or_else(Utc::now));
        store
    }
}
