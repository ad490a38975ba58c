//! What goes wrong on purpose: between client and server (`wire`), and on the platform itself (`mishaps`). Knows no route.
pub mod mishaps;
pub mod wire;

pub use wire::{Action, Denied, Faults, Rule};
