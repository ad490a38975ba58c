//! Why a cluster can't be read at all. Knows no list.

/// Why a live capture is not possible at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error("the API server does not answer ({path}): {what}")]
    Unreachable { path: String, what: String },
    #[error("the API server does not accept the login: {what}")]
    Unauthorized { what: String },
    #[error("the API server refuses {path}: HTTP {status}: {what}")]
    Refused { path: String, status: u16, what: String },
    #[error("{path} answers with something that is no discovery: {what}")]
    Unreadable { path: String, what: String },
    #[error("the server lists no kind `{word}`")]
    UnknownKind { word: String },
    #[error("the hub: {0}")]
    Hub(Box<LiveError>),
    #[error("both contexts name the same cluster (uid {uid}): that is no hub")]
    SameCluster { uid: String },
    #[error("stopped before the capture was whole; nothing was written")]
    Stopped,
}

impl LiveError {
    /// The same, said of the hub.
    pub(in crate::usecase) fn of_hub(self) -> Self {
        Self::Hub(Box::new(self))
    }
}
