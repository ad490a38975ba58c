//! What a person reads, as text: no writer, no colour decision, no width of its own.
#[cfg(feature = "cli")]
pub mod html;
pub mod probes;
pub mod switch;
#[cfg(feature = "cli")]
pub mod table;
pub mod words;
pub mod yaml;
