//! The interface to a cluster: requests and replies behind a port, discovery, and the only reader of lists. Must not know how requests
//! are sent, nor what an answer is for.
mod bounded;
mod clusters;
mod discovery;
mod error;
pub(super) mod gap;
mod identity;
pub(super) mod list;
pub mod port;
mod whole;

pub use clusters::{Clusters, is_of_hub};
pub use discovery::{Resource, discover};
pub use error::LiveError;
pub use identity::{uid, uid_of_hub, version};
pub use whole::{All, Whole};

pub(super) use bounded::Bounded;
pub(super) use discovery::kinds;
pub(super) use whole::whole;
