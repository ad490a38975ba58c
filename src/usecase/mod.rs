//! One module for each verb, in which the stages are easy to read. Does no I/O: everything from outside comes as a value or through a
//! port.
pub mod capture;
pub mod cluster;
pub mod diff;
pub mod doctor;
pub mod expect;
pub mod export;
pub mod folder;
pub mod import;
pub mod init;
pub mod probes;
pub mod prove;
pub mod rights;
pub mod session;
pub mod show;
pub mod shown;
pub mod switch;
pub mod verify;
