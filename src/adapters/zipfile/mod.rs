//! Bundles as zip files: a deterministic writer, and a reader that accepts only what this writer could have written. Knows names and
//! digests of entries; must not know what is in them.
mod content;
mod glance;
mod layout;
mod pile;
mod read;
mod scan;
mod sink;
mod write;

pub use glance::glance;
pub use pile::Pile;
pub use read::{BundleReader, OpenError};
pub use write::{BundleWriter, Sealed, WriteError};

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 256 << 20;
/// The most entries that a bundle holds.
pub const MAX_ENTRIES: u64 = 65_000;
/// The largest content of one entry, in bytes.
pub const MAX_ENTRY: u64 = 512 << 20;
/// The largest content of all entries together, in bytes.
pub const MAX_TOTAL: u64 = 8 << 30;
/// The most bytes of content for one compressed byte. Deflate itself can't exceed 1032.
pub const MAX_RATIO: u64 = 1100;
