//! The content of a bundle: the stored forms, and how a snapshot becomes files. Knows no zip and no disk.
pub mod actions;
pub mod against;
pub mod assemble;
pub mod config;
pub mod coverage;
pub mod defect;
pub mod expected;
pub mod files;
pub(crate) mod joined;
pub mod like_parts;
pub mod lines;
pub mod manifest;
pub mod names;
pub mod parts;
pub mod probe;
pub mod rebuild;
pub mod recent;
pub mod sums;
pub mod text;
pub mod watch;

/// Format number of the bundles that are written.
pub const FORMAT: u32 = 1;
