//! The options of every verb, and its result.
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use clap::Args;
use std::path::{Path, PathBuf};

/// Options that every verb takes.
#[derive(Args, Debug)]
pub(super) struct Global {
    /// The evidence folder: bundles are found there by name, and reports go there [default: evidence]
    #[arg(long, global = true, env = "EVID_ARCHIVE", value_name = "DIR")]
    pub(super) archive: Option<PathBuf>,
    /// The platform's description; else ./evid.yaml, else the defaults
    #[arg(long, global = true, env = "EVID_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Print results and errors only, not how it goes
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Leave nothing out: every change, finding and gap
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

impl Global {
    /// The evidence folder.
    pub(super) fn archive(&self) -> &Path {
        self.archive.as_deref().unwrap_or(Path::new("evidence"))
    }
}

/// The result of a verb.
pub(super) type Done = Result<Exit, Failure>;
