//! One module a verb, each reading as its stages. Does no I/O: what a use case needs from outside comes in as a value or a port.
pub mod capture;
mod contradictions;
pub mod diff;
pub mod doctor;
pub mod door;
pub mod live;
pub mod port;
pub mod probes;
pub mod prove;
pub mod roots;
mod settled;
pub mod shelf;
pub mod spool;
pub mod store;
pub mod switch;
mod universe;
pub mod verify;
