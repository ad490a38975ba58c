//! Which cluster is meant and as whom, and why it can't be reached for. Knows no client.
use std::path::PathBuf;
use std::time::Duration;

/// Which cluster, and as whom: kubectl's flags of the same names.
#[derive(Clone, Debug)]
pub struct Access {
    /// `--kubeconfig`; else `KUBECONFIG`, else `~/.kube/config`, else the pod's service account.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`; else the current one.
    pub context: Option<String>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-group`.
    pub groups: Vec<String>,
    /// `--request-timeout`: how long one request may take.
    pub timeout: Duration,
}

/// A cluster that can't be reached for.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No kubeconfig, no context, no such user, …
    #[error("{what}")]
    Kubeconfig {
        /// What is wrong, and where.
        what: String,
    },
    /// A credential plugin failed.
    #[error("the credential plugin `{command}` of the kubeconfig's user: {what}")]
    Credential {
        /// The command.
        command: String,
        /// What went wrong; never what it printed.
        what: String,
    },
    /// The client can't be built from what the kubeconfig says.
    #[error("the kubeconfig can't be used: {0}")]
    Client(#[source] Box<kube::Error>),
    /// The machine has no threads or timers to give.
    #[error("no runtime: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Reads an environment variable.
pub(super) type Env = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;
