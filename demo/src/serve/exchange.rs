//! One request over a connection: recorded, changed by a fault if one applies, answered. Knows only the routes that need more than the
//! store.
use super::kubectl::{openapi, protobuf};
use super::shared::Shared;
use super::wire::Body;
use super::{guard, proxy, stream, watch, wire};
use crate::api::answer::Answer;
use crate::api::ask::Ask;
use crate::api::{self, Outcome};
use crate::faults::wire::Action;
use crate::world::status::Status;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use std::io;
use std::sync::Arc;

/// Answers one request.
///
/// # Errors
/// If the connection is to be closed without an answer.
pub(super) async fn serve(shared: Arc<Shared>, mut request: Request<Incoming>) -> io::Result<Response<Body>> {
    let whole = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let (whole, named) = guard::without_token(&whole, shared.token.as_deref());
    let whole = whole.to_owned();
    let seen = shared.requests.begin(request.method().as_str(), &whole, request.headers());
    let (wait, fault) = shared.faults.of(request.method().as_str(), &whole);
    tokio::time::sleep(wait).await;
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let decoded = protobuf::object(&body);
    let ask = Ask { method: parts.method, path, query, headers: parts.headers, body, decoded };
    let mut lines = None;
    let mut answer = match &fault {
        Some(Action::Never) => std::future::pending().await,
        Some(Action::Close) => return Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Action::Fail(status)) => Answer::from(status.clone()),
        Some(Action::Say(status, kind, body)) => Answer::bytes(*status, kind, body.clone()),
        _ => answered(&shared, &ask, named, upgrade, &mut lines).await.unwrap_or_else(Answer::from),
    };
    if let Some(fault) = &fault {
        api::spoil(&mut answer, fault);
    }
    shared.requests.end(seen, answer.status);
    if answer.status != 101 {
        let id = format!("{:08x}-0000-4000-8000-{seen:012x}", std::process::id());
        answer = answer.with("audit-id", id).with("cache-control", "no-cache, private");
    }
    Ok(wire::send(answer, lines, &ask.headers, fault.as_ref()))
}

/// The answer; the lines of a watch go into `lines`.
async fn answered(shared: &Arc<Shared>, ask: &Ask, named: bool, upgrade: OnUpgrade, lines: &mut Option<Body>) -> Result<Answer, Status> {
    if let Some(refused) = guard::refused(ask, shared.token.as_deref(), named) {
        return Err(refused);
    }
    if let Some(answer) = openapi::answer(&ask.path, ask.header("accept"), shared.store().resources()) {
        return Ok(answer);
    }
    let outcome = api::answer(&mut shared.store(), &shared.faults, &shared.version, ask)?;
    match outcome {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Watch(head, watch) => {
            *lines = Some(watch::body(shared, *watch));
            Ok(head)
        }
        Outcome::Proxy(target) => proxy::proxy(shared, &target, ask).await,
        Outcome::Stream(target) => stream::open(shared, &target, ask, upgrade),
    }
}
