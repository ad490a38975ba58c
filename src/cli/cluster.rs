//! kubectl's flags for the cluster and the user, for every verb that asks a cluster.
use crate::adapters::clock::SystemClock;
use crate::adapters::kube::{Access, Cluster, ConnectError, Origin, connect, origin};
use crate::cli::failure::Failure;
use std::path::PathBuf;
use std::time::Duration;

/// Which cluster, and as which user.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Cluster")]
pub(super) struct ClusterArgs {
    /// The kubeconfig; else KUBECONFIG, else ~/.kube/config, else the pod's service account
    #[arg(long, global = true, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The kubeconfig's context
    #[arg(long, global = true, value_name = "NAME")]
    context: Option<String>,
    /// How long one request may take, as in 30s or 2m
    #[arg(long, global = true, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    request_timeout: Duration,
    /// The user to impersonate
    #[arg(long = "as", global = true, value_name = "USER")]
    impersonate: Option<String>,
    /// The groups to impersonate
    #[arg(long = "as-group", global = true, value_name = "GROUP", requires = "impersonate")]
    groups: Vec<String>,
}

impl ClusterArgs {
    /// Builds the client; sends nothing.
    pub(super) fn connect(&self) -> Result<Cluster, Failure> {
        connected(&self.access())
    }

    /// The cluster and the user that the kubeconfig names.
    pub(super) fn origin(&self) -> Result<Origin, Failure> {
        origin(&self.access(), |name| std::env::var(name).ok()).map_err(hinted)
    }

    /// Whether the command line names a cluster.
    pub(super) fn is_named(&self) -> bool {
        self.kubeconfig.is_some() || self.context.is_some()
    }

    /// `--as`.
    pub(super) fn impersonated(&self) -> Option<&str> {
        self.impersonate.as_deref()
    }

    /// Which cluster, and as whom.
    pub(super) fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            impersonate: self.impersonate.clone(),
            groups: self.groups.clone(),
            timeout: self.request_timeout,
        }
    }

    /// A clock whose waits end on Ctrl-C.
    pub(super) fn clock(&self) -> SystemClock {
        SystemClock::new()
    }
}

/// Builds the client; sends nothing.
pub(super) fn connected(access: &Access) -> Result<Cluster, Failure> {
    connect(access, |name| std::env::var(name).ok()).map_err(hinted)
}

fn hinted(error: ConnectError) -> Failure {
    Failure::from(error)
        .hint("`--kubeconfig` and `--context` say which cluster is meant, `--from DIR` reads a dump, `evid demo` needs no cluster")
}

/// How long a request may take. In kubectl 0 means no limit; evid always has one.
fn timeout(text: &str) -> Result<Duration, String> {
    duration(text).and_then(|time| if time.is_zero() { Err("a request needs some time; as in 30s or 2m".into()) } else { Ok(time) })
}

/// Seconds of a demo platform in each real second.
pub(super) fn pace(text: &str) -> Result<f64, String> {
    let pace: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.1..=200.0).contains(&pace) { Ok(pace) } else { Err("a pace is between 0.1 and 200".into()) }
}

/// A duration in kubectl's form: `30s`, `2m`, `1h30m`, or seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let parsed: kube::core::Duration = text.parse().map_err(|_| format!("`{text}` is no duration; as in 30s, 2m or 1h"))?;
    if parsed.is_negative() { Err(format!("`{text}` is negative")) } else { Ok(parsed.into()) }
}
