//! Records the requests that the server got, so that a test can say that nothing was written. Of an answer it knows the status only.
use http::{HeaderMap, header};
use std::sync::{Mutex, PoisonError};

/// One request.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// `Accept`.
    pub accept: String,
    /// `Content-Type`.
    pub content_type: String,
    /// The query's `fieldManager`.
    pub field_manager: String,
    /// The status of the answer; none while the request waits, and if no answer was sent.
    pub status: Option<u16>,
}

impl Seen {
    /// Whether it would change something: it is no read, and no question about the user's own rights.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD") && !self.path.contains("/selfsubject")
    }
}

/// All requests so far, in the order in which they came.
#[derive(Debug, Default)]
pub struct Requests(Mutex<Vec<Seen>>);

impl Requests {
    pub(super) fn begin(&self, method: &str, path: &str, headers: &HeaderMap) -> usize {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let query = path.split_once('?').map_or("", |(_, q)| q);
        let manager = query.split('&').find_map(|p| p.strip_prefix("fieldManager=")).unwrap_or_default().to_owned();
        let seen = Seen {
            method: method.into(),
            path: path.into(),
            user_agent: text(header::USER_AGENT),
            accept: text(header::ACCEPT),
            content_type: text(header::CONTENT_TYPE),
            field_manager: manager,
            status: None,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(seen);
        all.len() - 1
    }

    pub(super) fn end(&self, index: usize, status: u16) {
        if let Some(seen) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            seen.status = Some(status);
        }
    }

    /// A copy of them all.
    pub fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
