//! What the switch does to a cluster: it reads, it waits, and in `write` alone it changes something. What is to be changed is decided elsewhere.
pub mod apply;
pub mod inventory;
pub mod permitted;
pub mod poll;
pub mod read;
pub mod until_gone;
pub mod until_healthy;
pub mod until_idle;
pub mod workloads;
pub mod write;
