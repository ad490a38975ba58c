//! The options of every verb, and its result.
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use clap::Args;
use std::path::PathBuf;

/// Options that every verb takes.
#[derive(Args, Debug)]
pub(super) struct Global {
    /// The evidence folder, where bundles are found by name
    #[arg(long, global = true, env = "EVID_ARCHIVE", default_value = "evidence", value_name = "DIR")]
    pub(super) archive: PathBuf,
    /// The platform's description; else ./evid.yaml, else the defaults
    #[arg(long, global = true, env = "EVID_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// The result of a verb.
pub(super) type Done = Result<Exit, Failure>;
