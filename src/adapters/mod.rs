//! The implementations of the core's ports: dumps, zip files, key files, the kube client. Only here are files opened.
pub mod archive;
pub mod causes;
#[cfg(feature = "kube")]
pub mod clock;
pub mod config;
pub mod doctor;
pub mod dump;
mod ended;
mod file_error;
pub mod folder;
pub mod fresh;
mod held;
#[cfg(feature = "kube")]
pub mod interrupt;
pub mod journal;
pub mod keyfile;
#[cfg(feature = "kube")]
pub mod kube;
pub mod report_file;
pub mod run_folder;
pub mod sign_command;
pub mod spool;
#[cfg(feature = "timestamp")]
pub mod stamp_file;
pub mod submission;
pub mod text_folder;
pub mod zipfile;

pub use file_error::FileError;
