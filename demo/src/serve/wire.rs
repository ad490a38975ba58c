//! Sends an answer: compressed, as a whole or line by line, and with what a fault does to it. Knows no request.
use crate::api::answer::Answer;
use crate::faults::wire::Action;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use std::io::{self, Write};

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;
/// From this size in bytes on, a client that accepts gzip gets it.
const GZIP_FROM: usize = 128 * 1024;

/// A body that is sent line by line.
pub(super) fn lines(lines: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    BodyExt::boxed_unsync(StreamBody::new(lines.map(|l| Ok(Frame::data(l)))))
}

/// What is sent: the answer, or its headers with another body.
pub(super) fn send(answer: Answer, body: Option<Body>, asked: &HeaderMap, fault: Option<&Action>) -> Response<Body> {
    let gzip = asked.get("accept-encoding").and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"));
    let mut response = Response::new(whole(Vec::new()));
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().append(name, value);
        }
    }
    let mut bytes = answer.body;
    *response.body_mut() = match (body, fault) {
        (Some(body), _) => body,
        (None, Some(Action::CutLength(at))) => {
            response.headers_mut().insert("content-length", HeaderValue::from(bytes.len().max(at + 1)));
            cut(bytes, *at)
        }
        (None, Some(Action::CutChunked(at))) => cut(bytes, *at),
        (None, Some(Action::Truncate(at))) => {
            bytes.truncate(*at);
            whole(bytes)
        }
        (None, None) if gzip && bytes.len() >= GZIP_FROM && answer.status == 200 => {
            response.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
            whole(packed(&bytes))
        }
        (None, _) => whole(bytes),
    };
    response
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).map_err(io::Error::other).boxed_unsync()
}

/// The first bytes, and then an end without notice.
fn cut(mut bytes: Vec<u8>, at: usize) -> Body {
    bytes.truncate(at);
    let end = async {
        // Time for the bytes to be sent before the connection closes.
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
