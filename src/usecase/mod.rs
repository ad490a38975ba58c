//! One module a verb, each reading as its stages. Does no I/O: what a use case needs from outside comes in as a value or a port.
pub mod capture;
pub mod cluster;
pub mod diff;
pub mod doctor;
pub mod expect;
pub mod init;
pub mod probes;
pub mod prove;
pub mod session;
pub mod switch;
pub mod verify;
