//! Which cluster is meant and as which user, and why a connection can't be made. Knows no client.
use std::path::PathBuf;
use std::time::Duration;

/// Which cluster, and as which user: kubectl's flags of the same names.
#[derive(Clone, Debug)]
pub struct Access {
    /// `--kubeconfig`; else `KUBECONFIG`, else `~/.kube/config`, else the pod's service account.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`; else the current one.
    pub context: Option<String>,
    pub impersonate: Option<String>,
    /// `--as-group`.
    pub groups: Vec<String>,
    /// `--request-timeout`: how long one request may take.
    pub timeout: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{what}")]
    Kubeconfig { what: String },
    #[error("the credential plugin `{command}` of the kubeconfig's user: {what}")]
    Credential {
        command: String,
        /// What went wrong; never the plugin's output.
        what: String,
    },
    #[error("the kubeconfig can't be used: {0}")]
    Client(String),
    #[error("no runtime: {0}")]
    Runtime(#[from] std::io::Error),
}

pub(super) type Env = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;
