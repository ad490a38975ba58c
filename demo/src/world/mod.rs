//! What there is on the platform, and the rules that the API server keeps for it. Knows no HTTP, nobody who moves it, and no Argo CD.
pub mod controller;
pub mod defaults;
pub mod objects;
pub mod resource;
pub mod responder;
pub mod schedule;
pub mod selector;
pub mod status;
pub mod store;
pub mod table;
pub(crate) mod yaml;
