//! Why a cluster can't be read at all. Knows no list.

/// A live capture that can't be made at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The API server does not answer.
    #[error("the API server does not answer ({path}): {what}")]
    Unreachable {
        /// What was asked.
        path: String,
        /// Why.
        what: String,
    },
    /// The login is not accepted.
    #[error("the API server does not accept the login: {what}")]
    Unauthorized {
        /// What it said.
        what: String,
    },
    /// It refuses discovery.
    #[error("the API server refuses {path}: HTTP {status}: {what}")]
    Refused {
        /// What was asked.
        path: String,
        /// HTTP status.
        status: u16,
        /// What it said.
        what: String,
    },
    /// It answers with something else.
    #[error("{path} answers with something that is no discovery: {what}")]
    Unreadable {
        /// What was asked.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A kind that the server does not list.
    #[error("the server lists no kind `{word}`")]
    UnknownKind {
        /// As it was said.
        word: String,
    },
    /// Ctrl-C.
    #[error("stopped before the capture was whole; nothing was written")]
    Stopped,
}
