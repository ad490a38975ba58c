//! What a person reads, as text: no writer, no colour decision, no width of its own.
pub mod doctor;
pub mod rbac;
#[cfg(feature = "cli")]
pub mod table;
pub mod words;
pub mod yaml;
