//! Why a cluster can't be read at all. Knows no list.

/// Why a live capture is not possible at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The API server does not answer.
    #[error("the API server does not answer ({path}): {what}")]
    Unreachable {
        /// The request path.
        path: String,
        /// Why.
        what: String,
    },
    /// The login is not accepted.
    #[error("the API server does not accept the login: {what}")]
    Unauthorized {
        /// The server's message.
        what: String,
    },
    /// The server refuses discovery.
    #[error("the API server refuses {path}: HTTP {status}: {what}")]
    Refused {
        /// The request path.
        path: String,
        status: u16,
        /// The server's message.
        what: String,
    },
    /// The answer is something else.
    #[error("{path} answers with something that is no discovery: {what}")]
    Unreadable {
        /// The request path.
        path: String,
        what: String,
    },
    /// A kind that the server does not list.
    #[error("the server lists no kind `{word}`")]
    UnknownKind {
        /// The word that was given.
        word: String,
    },
    /// The same of the cluster of Argo CD, where that is another one.
    #[error("the hub: {0}")]
    Hub(Box<LiveError>),
    /// Two contexts that name one cluster.
    #[error("both contexts name the same cluster (uid {uid}): that is no hub")]
    SameCluster {
        /// The uid of its Namespace `kube-system`.
        uid: String,
    },
    /// Ctrl-C.
    #[error("stopped before the capture was whole; nothing was written")]
    Stopped,
}

impl LiveError {
    /// The same, said of the hub.
    pub(in crate::usecase) fn of_hub(self) -> Self {
        Self::Hub(Box::new(self))
    }
}
