//! One answer on its way out: status, headers, bytes or a stream, and what a fault does to it. Knows no store.
use super::super::faults::Action;
use super::super::status::Status;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use futures_util::stream;
use http::HeaderMap;
use http::HeaderName;
use http::HeaderValue;
use http::Response;
use http_body_util::BodyExt;
use http_body_util::Full;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Frame;
use serde_json::Value;
use std::io;
use std::io::Write;

/// What is sent.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;
/// From this size on, who can read gzip gets it.
const GZIP_FROM: usize = 128 * 1024;

/// An answer.
pub(super) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Content,
}

/// The body of an answer.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Stream(Body),
}

impl Answer {
    /// Bytes of a type.
    pub fn bytes(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: Content::Bytes(body) }
    }

    /// JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    /// Plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    }

    /// A path that no group version serves.
    pub fn unknown_path() -> Self {
        Self::text(404, "404 page not found\n")
    }

    /// A body that comes line by line.
    pub fn lines(kind: &str, lines: impl stream::Stream<Item = Bytes> + Send + 'static) -> Self {
        let body = BodyExt::boxed_unsync(StreamBody::new(lines.map(|l| Ok(Frame::data(l)))));
        Self { status: 200, headers: vec![("content-type", kind.to_owned())], body: Content::Stream(body) }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The JSON of a list or object is changed.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let Content::Bytes(bytes) = &mut self.body else { return };
        if let Ok(mut value) = serde_json::from_slice(bytes) {
            change(&mut value);
            *bytes = serde_json::to_vec(&value).unwrap_or_default();
        }
    }

    /// What goes over the wire.
    pub fn send(self, asked: &HeaderMap, fault: Option<&Action>) -> Response<Body> {
        let gzip = asked.get("accept-encoding").and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"));
        let mut response = Response::new(Full::default().map_err(io::Error::other).boxed_unsync());
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        for (name, value) in self.headers {
            let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = pair {
                response.headers_mut().append(name, value);
            }
        }
        *response.body_mut() = match self.body {
            Content::Stream(body) => body,
            Content::Bytes(bytes) => {
                let mut bytes = bytes;
                if gzip && bytes.len() >= GZIP_FROM && self.status == 200 && fault.is_none() {
                    response.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
                    bytes = packed(&bytes);
                }
                match fault {
                    Some(Action::CutLength(at)) => {
                        response.headers_mut().insert("content-length", HeaderValue::from(bytes.len().max(at + 1)));
                        cut(bytes, *at)
                    }
                    Some(Action::CutChunked(at)) => cut(bytes, *at),
                    Some(Action::Truncate(at)) => {
                        bytes.truncate(*at);
                        whole(bytes)
                    }
                    _ => whole(bytes),
                }
            }
        };
        response
    }
}

impl From<Status> for Answer {
    fn from(status: Status) -> Self {
        let answer = Self::json(status.code, &status.to_value());
        match status.details["retryAfterSeconds"].as_u64() {
            Some(seconds) => answer.with("retry-after", seconds.to_string()),
            None => answer,
        }
    }
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).map_err(io::Error::other).boxed_unsync()
}

/// The first bytes, and then an end that nobody announced.
fn cut(mut bytes: Vec<u8>, at: usize) -> Body {
    bytes.truncate(at);
    let end = async {
        // Time for the bytes to leave before the connection does.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    let first = stream::iter([Ok(Frame::data(Bytes::from(bytes)))]);
    BodyExt::boxed_unsync(StreamBody::new(first.chain(stream::once(end))))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
    // Writing into memory can't fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
