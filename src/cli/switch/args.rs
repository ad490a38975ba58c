//! The arguments of `evid switch`.
use crate::cli::cluster::{ClusterArgs, duration, pace};
use crate::usecase::switch::Strategy;
use std::path::PathBuf;
use std::time::Duration;

/// Turn the layer off and on, show its state, repair its root
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
pub(super) enum Verb {
    /// Show the state of the switch, who manages it, what is at risk, and the next command; writes nothing
    Status {
        /// text or json
        #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
        output: String,
    },
    /// Make the root manual and remove everything below it; the root itself stays
    Off {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        off: OffArgs,
    },
    /// Make the root automated, sync it, and wait until everything is there and available
    On {
        #[command(flatten)]
        common: Common,
        /// The root's manifest, or a bundle that holds it, where it is missing
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// How it was before: a bundle, or the journal of the OFF. What was unwell or never synced then is not waited for
        #[arg(long, value_name = "FILE")]
        before: Option<PathBuf>,
        /// End a running operation of the root instead of waiting for it
        #[arg(long)]
        terminate: bool,
    },
    /// Repair a root that is stuck in deletion: name the cause and repair it, else remove the root's own finalizers and apply it again
    Repair {
        #[command(flatten)]
        common: Common,
        /// The root's manifest, or that of its missing AppProject, or both, or a bundle that holds them
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// An object that may be lost if the repair lets the deletion continue
        #[arg(long, value_name = "OBJECT")]
        allow_loss: Vec<String>,
    },
}

/// How the layer goes.
#[derive(clap::Args, Debug)]
pub(crate) struct OffArgs {
    /// How the children are removed: by one pruning operation of the root, or each by itself
    #[arg(long, default_value = "prune", value_parser = ["prune", "cascade"])]
    pub(crate) strategy: String,
    /// End running operations instead of waiting for them
    #[arg(long)]
    pub(crate) terminate: bool,
    /// An object that may be lost: KIND/NAMESPACE/NAME, or KIND/NAME without a namespace
    #[arg(long, value_name = "OBJECT")]
    pub(crate) allow_loss: Vec<String>,
}

impl OffArgs {
    pub(crate) fn strategy(&self) -> Strategy {
        if self.strategy == "prune" { Strategy::Prune } else { Strategy::Cascade }
    }
}

#[derive(clap::Args, Debug)]
pub(super) struct Common {
    /// Print every write and send none
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// How long each long wait may take
    #[arg(long, default_value = "15m", value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Text that a reviewer gave; it passes through the cluster in the operation's info
    #[arg(long, value_name = "TEXT")]
    pub(super) nonce: Option<String>,
    /// The journal of all writes; by default a new file in the evidence folder
    #[arg(long, value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
    /// text or json
    #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
    pub(super) output: String,
    /// How many times faster than on a real platform the time runs
    #[arg(long, hide = true, default_value_t = 1.0, value_parser = pace)]
    pub(super) pace: f64,
}
