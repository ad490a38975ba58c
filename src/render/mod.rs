//! What a person reads, as text: no writer, no colour decision, no width of its own.
pub mod words;
pub mod yaml;
#[cfg(feature = "cli")]
pub mod table;
