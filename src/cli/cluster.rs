//! kubectl's flags for the cluster and the user, for every verb that asks a cluster.
use crate::adapters::kube::{Access, Cluster, ConnectError, Origin, connect, origin};
use crate::argo::Here;
use crate::bundle::config::Config;
use crate::cli::Failure;
use crate::usecase::cluster::Clusters;
use std::path::PathBuf;
use std::time::Duration;

/// Which cluster, and as which user.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Cluster")]
pub(super) struct ClusterArgs {
    /// The kubeconfig; else KUBECONFIG, else ~/.kube/config, else the pod's service account
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// The kubeconfig's context
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The context of the cluster in which Argo CD runs, where it manages this one from outside (hub and spoke)
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) argocd_context: Option<String>,
    /// How long one request may take, as in 30s or 2m
    #[arg(long, global = true, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    pub(super) request_timeout: Duration,
    /// The user to impersonate
    #[arg(long = "as", global = true, value_name = "USER")]
    pub(super) impersonate: Option<String>,
    /// The groups to impersonate
    #[arg(long = "as-group", global = true, value_name = "GROUP", requires = "impersonate")]
    pub(super) groups: Vec<String>,
}

impl ClusterArgs {
    /// Builds the clients; sends nothing.
    pub(super) fn connect(&self) -> Result<Clusters<Cluster>, Failure> {
        connected(&self.access(), self.hub().as_ref())
    }

    /// The clusters and the users that the kubeconfig names: that of `--context`, and that of Argo CD where it is another one.
    pub(super) fn origins(&self) -> Result<Vec<Origin>, Failure> {
        let origin = |access: &Access| origin(access, |name| std::env::var(name).ok()).map_err(hinted);
        [self.access()].iter().chain(&self.hub()).map(origin).collect()
    }

    pub(super) fn hub(&self) -> Option<Access> {
        self.argocd_context.clone().map(|context| Access { context: Some(context), ..self.access() })
    }

    /// Whether the command line names a cluster.
    pub(super) fn is_named(&self) -> bool {
        self.kubeconfig.is_some() || self.context.is_some() || self.argocd_context.is_some()
    }

    pub(super) fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            impersonate: self.impersonate.clone(),
            groups: self.groups.clone(),
            timeout: self.request_timeout,
        }
    }
}

/// Builds the clients of a cluster, and of the hub if there is one; sends nothing.
pub(super) fn connected(access: &Access, hub: Option<&Access>) -> Result<Clusters<Cluster>, Failure> {
    let one = |access: &Access| connect(access, |name| std::env::var(name).ok()).map_err(hinted);
    let clusters = Clusters { spoke: one(access)?, hub: hub.map(one).transpose()? };
    match &clusters.hub {
        Some(hub) if hub.server() == clusters.spoke.server() => {
            Err(Failure::new(format!("`--context` and `--argocd-context` name the same cluster, {}", hub.server()))
                .hint("leave `--argocd-context` out where Argo CD runs in the cluster to which it deploys"))
        }
        _ => Ok(clusters),
    }
}

/// Which destinations of Applications are the cluster.
pub(super) fn here(clusters: &Clusters<Cluster>, config: &Config) -> Here {
    let hub = clusters.hub.as_ref().map(|hub| Some(hub.server()));
    Here::new(Some(clusters.spoke.server()), &config.cluster_names).managed_from(hub)
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
