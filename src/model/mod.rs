//! The nouns of evid. They know no serialisation, no clock, no cluster.
mod codes;
mod gap;
mod instant;
mod key;
mod layer;
pub mod meta;
mod object;
mod objects;
mod universe;
mod verdict;

pub(crate) use codes::{codes, words};
pub use gap::{Gap, Reason};
pub use instant::instant;
pub use key::{Key, KeyRef};
pub use layer::{By, Layer, PLATFORM, Placement, Role};
pub use object::{Hub, Object, Question, Snapshot, Source, Unsettled, group_of, stem, unstem};
pub(crate) use objects::ByKey;
pub use objects::Objects;
pub use universe::{Known, Listable, Universe};
pub use verdict::Verdict;
