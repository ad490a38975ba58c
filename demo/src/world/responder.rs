//! The interface of what answers for the containers, as their pods are only objects. Knows no answer and no Kubernetes request.
use http::HeaderMap;
use serde_json::Value;
use std::time::Duration;

/// A request that reached a port of a pod.
#[derive(Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The pod's namespace.
    pub namespace: &'a str,
    /// The pod's name.
    pub pod: &'a str,
    /// The pod's labels.
    pub labels: &'a Value,
    /// The pod's address.
    pub address: &'a str,
    /// The container port.
    pub port: u16,
    /// Path and query.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// A reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// An HTTP answer: status, headers, body.
    Http(u16, Vec<(String, String)>, Vec<u8>),
    /// The same, delayed by this much.
    Late(Duration, Box<Reply>),
    /// The connection is reset.
    Reset,
    /// Nothing listens on the port.
    Refused,
    /// No answer ever.
    Silent,
}

/// Answers for the containers.
pub trait Responder: Send + Sync {
    /// The reply to one call.
    fn answer(&self, call: &Call<'_>) -> Reply;
}
