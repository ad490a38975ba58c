//! The words of `evid prove`.
use crate::cli::cluster::{ClusterArgs, duration, pace};
use crate::cli::signer::SignArgs;
use crate::cli::switch::OffArgs;
use crate::render::told::told;
use crate::usecase::prove::Goal;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::path::PathBuf;
use std::time::Duration;

/// Run the loop and leave evidence: capture, switch, capture, judge, sign, verify
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// What to prove
    #[arg(value_enum, required_unless_present = "resume")]
    pub(crate) goal: Option<Goal>,
    /// Where the folder of the run goes
    #[arg(long, value_name = "DIR", default_value = "proof")]
    pub(crate) out: PathBuf,
    /// Go on with an interrupted run
    #[arg(long, value_name = "DIR", conflicts_with_all = ["goal", "nonce"])]
    pub(crate) resume: Option<PathBuf>,
    /// Text that a reviewer gave: sealed into every bundle, and passed through the cluster
    #[arg(long, value_name = "TEXT")]
    pub(crate) nonce: Option<String>,
    /// An earlier bundle with the layer on, against which `optional-on` is judged
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) reference: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Where the run fails or is interrupted, put the switch back as it was
    #[arg(long)]
    pub(crate) restore: bool,
    /// How often the probes are asked between the points
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub(crate) interval: Duration,
    #[command(flatten)]
    pub(crate) signing: SignArgs,
    /// table, or json (the report's predicate)
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    pub(crate) output: String,
    /// Leave the run's text folders (docs/audit, docs/proof) with it, as `evid export` writes them
    #[arg(long)]
    pub(crate) export: bool,
    #[command(flatten)]
    pub(crate) off: OffArgs,
    /// The root's manifest, or a bundle that holds it, where it is missing
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// How long each wait of the switch may take
    #[arg(long, default_value = "15m", value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// How many times as fast as a real one the platform's time runs
    #[arg(long, hide = true, default_value_t = 1.0, value_parser = pace)]
    pub(crate) pace: f64,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

impl ValueEnum for Goal {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::CoreOnly => "The switched layer can go, and nothing else changes",
            Self::OptionalOn => "The switched layer comes back, and nothing else changes",
            Self::RoundTrip => "It goes and comes back",
        };
        Some(PossibleValue::new(self.as_str()).help(told(help)))
    }
}
