//! A live cluster through the kube client: how it is found, with which credential, how often a read is sent again, and what becomes an
//! answer. Must not know what is asked or why.
mod access;
mod connect;
mod credential;
mod hidden;
mod login;
mod origin;
mod proxy;
pub mod reach;
mod send;
mod token;
mod watch;

pub use access::{Access, ConnectError};
pub use connect::connect;
#[cfg(feature = "rooms")]
pub use login::Login;
pub use origin::{Origin, origin};
pub use send::Cluster;
pub use watch::Watcher;
