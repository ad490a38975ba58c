//! A platform in memory behind a Kubernetes API: what `evid demo` runs, and what the tests run against with faults switched on. Serves
//! loopback only, runs nothing on the machine, and knows nothing of evid's bundles.
pub mod controllers;
pub mod defaults;
pub mod faults;
mod http;
pub mod requests;
pub mod resource;
pub mod responder;
pub mod seed;
pub mod selector;
mod server;
pub mod status;
pub mod store;
mod yaml;

use chrono::DateTime;
use chrono::Utc;
use store::Store;

pub use server::Options;
pub use server::Server;

/// One part of what makes a platform move: a controller of Kubernetes or of Argo CD.
pub trait Controller: Send {
    /// Looks once, and writes what has to be written. Called every few milliseconds: cheap where there is nothing to do.
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>);
}
