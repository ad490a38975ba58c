//! A live cluster as a source: discovery → questions → pages → answers and gaps. Every doubt becomes a gap; only a refused login stops
//! the reading. Must not know how requests are sent, nor what evid does with an object.
mod ask;
mod collect;
mod hub;
mod platform;
mod scope;
mod session;
mod spaces;
mod torn;

pub use collect::{collect, questions};
pub use platform::{Platform, platform};
pub use scope::Scope;
pub use session::Live;
