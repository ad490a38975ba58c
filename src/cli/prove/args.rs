//! The words of `evid prove`.
use crate::cli::cluster::{ClusterArgs, duration, pace};
use crate::cli::prove::goal::Goal;
use std::path::PathBuf;
use std::time::Duration;

/// Run the loop and leave evidence: capture, switch, capture, judge, sign, verify
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// What to prove
    #[arg(value_enum, required_unless_present = "resume")]
    pub(super) goal: Option<Goal>,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(flatten)]
    pub(super) turn: TurnArgs,
    /// Where the folder of the run goes
    #[arg(long, value_name = "DIR", default_value = "proof")]
    pub(super) out: PathBuf,
    /// Go on with an interrupted run
    #[arg(long, value_name = "DIR", conflicts_with_all = ["goal", "nonce"])]
    pub(super) resume: Option<PathBuf>,
    /// Text that a reviewer gave: sealed into every bundle, and passed through the cluster
    #[arg(long, value_name = "TEXT")]
    pub(super) nonce: Option<String>,
    /// An earlier bundle with the layer on, against which `optional-on` is judged
    #[arg(long, value_name = "BUNDLE")]
    pub(super) reference: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Where the run fails or is interrupted, put the switch back as it was
    #[arg(long)]
    pub(super) restore: bool,
    /// How often the probes are asked between the points
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub(super) interval: Duration,
    /// Sign with this private key (PEM) instead of your own
    #[arg(long, value_name = "KEY")]
    pub(super) sign: Option<PathBuf>,
}

/// How the switch is turned.
#[derive(clap::Args, Debug)]
pub(super) struct TurnArgs {
    /// How the children are removed: by one pruning operation of the root, or each by itself
    #[arg(long, default_value = "prune", value_parser = ["prune", "cascade"])]
    pub(super) strategy: String,
    /// End running operations instead of waiting for them
    #[arg(long)]
    pub(super) terminate: bool,
    /// An object that may be lost: KIND/NAMESPACE/NAME, or KIND/NAME without a namespace
    #[arg(long, value_name = "OBJECT")]
    pub(super) allow_loss: Vec<String>,
    /// The root's manifest, or a bundle that holds it, where it is missing
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// How long each wait of the switch may take
    #[arg(long, default_value = "15m", value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Duration,
    /// How many times as fast as a real one the platform's time runs
    #[arg(long, hide = true, default_value_t = 1.0, value_parser = pace)]
    pub(super) pace: f64,
}
