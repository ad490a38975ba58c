//! What a person reads, as text: no writer, no colour decision, no width of its own.
pub mod doctor;
pub mod expected;
#[cfg(feature = "cli")]
pub mod html;
#[cfg(feature = "cli")]
pub mod probes;
#[cfg(feature = "cli")]
pub mod proof;
pub mod rbac;
pub mod switch;
#[cfg(feature = "cli")]
pub mod table;
pub mod words;
pub mod yaml;
