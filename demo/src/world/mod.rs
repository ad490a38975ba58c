//! The objects of the platform, and the rules that the API server applies to them. Knows no HTTP, no controller and no Argo CD.
pub mod controller;
pub mod defaults;
mod names;
pub mod objects;
pub mod resource;
pub mod responder;
pub mod schedule;
pub mod selector;
pub mod status;
pub mod store;
pub mod table;
pub(crate) mod yaml;
