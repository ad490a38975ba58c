//! The ports: what a use case needs from a cluster and from a clock. Knows no HTTP client, no runtime and no terminal.
use crate::model::words;
use crate::value::Value;
use chrono::{DateTime, Utc};
use std::time::Duration;

words! {
    /// The HTTP methods that evid sends.
    Method {
        /// Reads; the only method that may be sent again.
        Get = "GET",
        /// Creates, or asks for an access review.
        Post = "POST",
        Patch = "PATCH",
        Delete = "DELETE",
    }
}

/// `Accept` for a list with metadata only.
pub const METADATA_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// A text in the form for a query: a continue token, a selector.
pub fn in_query(text: &str) -> String {
    let one = |b: u8| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}

/// A time in evid's stored form: RFC 3339, UTC, milliseconds.
pub fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// One request to the API server.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    /// Path and query, such as `/api/v1/pods?limit=500`.
    pub path: String,
    /// `Accept`; JSON by default.
    pub accept: Option<&'static str>,
    /// `Content-Type` and body.
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Ask {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), accept: None, body: None }
    }

    /// A write, or a read that needs a body.
    pub fn with(method: Method, path: impl Into<String>, kind: &'static str, body: &Value) -> Self {
        Self { method, path: path.into(), accept: None, body: Some((kind, body.to_string().into_bytes())) }
    }
}

/// An answer, with any status.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    /// The server's `Date`, if it sends one.
    pub date: Option<String>,
    /// `Warning` headers, as kubectl prints them.
    pub warnings: Vec<String>,
}

impl Reply {
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The message of a `Status` answer; else the beginning of the body.
    pub fn message(&self) -> String {
        let said = self.json().ok().and_then(|v| v.get("message")?.as_str().map(str::to_owned));
        said.unwrap_or_else(|| String::from_utf8_lossy(&self.body).chars().take(200).collect())
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoReply {
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The connection was refused, cut or could not be made.
    #[error("{0}")]
    Cut(String),
    /// The answer has more bytes than are read; another try would not be shorter.
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
}

/// The API server.
pub trait Api {
    /// Sends one request. A GET may be sent again, a limited number of times; other requests are sent once.
    ///
    /// # Errors
    /// If there is no answer.
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply>;

    /// Both clusters, where Argo CD runs in another one than it deploys to: then each request goes to the one that it is about.
    fn sides(&self) -> Option<Sides<'_>> {
        None
    }
}

/// A platform's two clusters.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// The one in which Argo CD runs.
    pub hub: &'a (dyn Api + Sync),
    /// The one to which it deploys.
    pub spoke: &'a (dyn Api + Sync),
}

/// The API server of the cluster in which Argo CD runs.
pub fn of_argo(api: &dyn Api) -> &dyn Api {
    match api.sides() {
        Some(sides) => sides.hub,
        None => api,
    }
}

/// The clock of a use case.
pub trait Clock {
    fn now(&self) -> DateTime<Utc>;
    /// Waits. False if the person asked to stop (Ctrl-C) before or during the wait.
    fn sleep(&self, time: Duration) -> bool;
    fn stopped(&self) -> bool {
        !self.sleep(Duration::ZERO)
    }
}

#[derive(Clone, PartialEq, Debug)]
pub enum WatchEvent {
    /// An object in its present state.
    Is(Box<Value>),
    /// An object that was removed, in its last state.
    Gone(Box<Value>),
    /// All objects that exist now: an object that is not in it was removed without being seen.
    Listed(Vec<Value>),
    /// The watch may have missed something.
    Gap(String),
}

/// A watch that resumes by itself.
pub trait Watch {
    /// The events since the last call, in order, each with its time; and whether the watch is connected now.
    fn drain(&self) -> (Vec<(DateTime<Utc>, WatchEvent)>, bool);
}
