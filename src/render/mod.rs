//! The output for people, as text. It writes nothing and decides neither colour nor width.
pub mod doctor;
pub mod expected;
pub mod foreign;
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
