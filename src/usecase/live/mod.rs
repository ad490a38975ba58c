//! A live cluster as a source: discovery → questions → pages → answers and gaps. Every doubt is a gap, none but a refused login stops
//! the reading. Who reads a few kinds only (the switch, doctor) uses the same discovery and the same lists. Must not know how requests
//! travel, nor what evid does with an object.
mod ask;
mod bounded;
mod collect;
mod discovery;
mod gap;
mod list;
mod platform;
mod scope;
mod session;
mod spaces;
mod torn;

#[cfg(test)]
mod tests;

pub use collect::collect;
pub use collect::questions;
pub use discovery::Resource;
pub use discovery::discover;
pub use platform::Platform;
pub use platform::platform;
pub use scope::Scope;
pub use session::Live;
pub use session::LiveError;

pub(super) use bounded::Bounded;
pub(super) use list::whole;
