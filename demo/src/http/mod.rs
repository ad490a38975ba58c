//! The API over HTTP: from a request to its answer. Each part knows the store and its own subject; here they are only put together.
mod answer;
mod ask;
mod command;
mod discovery;
mod fields;
mod form;
mod list;
mod openapi;
mod patch;
mod protobuf;
mod proxy;
mod review;
mod scale;
mod stream;
mod watch;
mod write;

use super::faults::Action;
use super::faults::Faults;
use super::requests::Requests;
use super::responder::Responder;
use super::status::Status;
use super::store::Store;
use answer::Answer;
use answer::Body;
use ask::Ask;
use ask::Target;
use chrono::Utc;
use form::Form;
use http::Request;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use serde_json::Value;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;

/// Warnings that a resource carries.
const DEPRECATED: [(&str, &str); 2] = [
    ("endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
    ("componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"),
];

/// What every request of a server shares.
pub(super) struct Shared {
    pub store: Mutex<Store>,
    pub faults: Faults,
    pub requests: Requests,
    pub responder: Arc<dyn Responder>,
    pub version: Value,
    /// Counts the requests to services, so that their pods take turns.
    pub turn: AtomicUsize,
}

impl Shared {
    /// The store, now.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.at(Utc::now());
        store
    }
}

/// Answers one request.
///
/// # Errors
/// Where the connection is to be closed without an answer.
pub(super) async fn serve(shared: Arc<Shared>, mut request: Request<Incoming>) -> io::Result<Response<Body>> {
    let whole = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let seen = shared.requests.begin(request.method().as_str(), &whole, request.headers());
    let accept = request.headers().get("accept").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (wait, fault) = shared.faults.of(request.method().as_str(), &whole, &accept);
    tokio::time::sleep(wait).await;
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    let ask = Ask { method: parts.method, path, query, headers: parts.headers, body };
    let mut answer = match &fault {
        Some(Action::Never) => std::future::pending().await,
        Some(Action::Close) => return Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Action::Fail(status)) => Answer::from(status.clone()),
        Some(Action::Say(status, kind, body)) => Answer::bytes(*status, kind, body.clone()),
        _ => answered(&shared, &ask, upgrade).await.unwrap_or_else(Answer::from),
    };
    match &fault {
        Some(Action::EmptyList) => answer.edit(|list| list["items"] = json!([])),
        Some(Action::Endless) => answer.edit(|list| {
            let version = list["metadata"]["resourceVersion"].as_str().and_then(|v| v.parse().ok()).unwrap_or(0);
            if list["metadata"]["continue"].as_str().unwrap_or_default().is_empty() {
                list["metadata"]["continue"] = list::endless(version).into();
            }
        }),
        _ => {}
    }
    shared.requests.end(seen, answer.status);
    if answer.status != 101 {
        let id = format!("{:08x}-0000-4000-8000-{seen:012x}", std::process::id());
        answer = answer.with("audit-id", id).with("cache-control", "no-cache, private");
    }
    Ok(answer.send(&ask.headers, fault.as_ref()))
}

async fn answered(shared: &Arc<Shared>, ask: &Ask, upgrade: OnUpgrade) -> Result<Answer, Status> {
    if let Some(answer) = besides(shared, ask) {
        return Ok(answer);
    }
    let target = Target::of(&shared.store(), &ask.path);
    let Some(mut target) = target else { return unserved(shared, ask) };
    let verb = target.verb(ask);
    let verb_of_sub = if matches!(target.sub.as_deref(), Some("exec" | "portforward")) { "create" } else { verb };
    if !shared.faults.allows(verb_of_sub, &target.stem(), &target.namespace) {
        return Err(target.forbidden(verb_of_sub, ask.user()));
    }
    let name = target.name.clone().unwrap_or_default();
    if target.sub.as_ref().is_some_and(|s| !target.resource.subresources.contains(s)) {
        return Err(if target.resource.custom { Status::not_found(&target.resource, &name) } else { Status::no_resource() });
    }
    match target.sub.as_deref() {
        Some("proxy") => return proxy::proxy(shared, &target, ask).await,
        Some("exec" | "portforward") => return stream::open(shared, &target, ask, upgrade),
        _ => {}
    }
    let mut store = shared.store();
    let nowhere = target.resource.namespaced && target.namespace.is_empty() && !matches!(verb, "list" | "watch");
    if nowhere || target.sub.is_none() && !target.resource.verbs.iter().any(|v| v == verb) {
        let text = "the server does not allow this method on the requested resource";
        return Err(Status::new(405, "MethodNotAllowed", text).with(json!({})));
    }
    let answer = match verb {
        "get" => get(shared, &store, &target, ask),
        "list" => {
            let form = Form::accepted(ask.header("accept"))?;
            let page = list::page(&store, &target, ask)?;
            Ok(Answer::bytes(200, "application/json", form::many(form, &target.resource, &page.objects, page.metadata, store.now())))
        }
        "watch" => watch::watch(shared, &store, &target, ask, Form::accepted(ask.header("accept"))?),
        "create" => match review::review(&store, &shared.faults, &target, ask)? {
            Some(answer) => Ok(answer),
            None => {
                target.name = None;
                write::create(&mut store, &target, ask)
            }
        },
        "update" => write::update(&mut store, &target, ask),
        "patch" => write::patch(&mut store, &target, ask),
        "delete" => write::delete(&mut store, &target, ask),
        _ => write::delete_all(&mut store, &target, ask),
    }?;
    let warning = DEPRECATED.iter().find(|(stem, _)| *stem == target.resource.stem());
    Ok(warning.into_iter().fold(answer, |a, (_, text)| a.with("warning", format!("299 - \"{text}\""))))
}

/// GET of one object or of a subresource; with `watch` of that one object.
fn get(shared: &Arc<Shared>, store: &Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let form = Form::accepted(ask.header("accept"))?;
    if ask.flag("watch") {
        return watch::watch(shared, store, target, ask, form);
    }
    let stem = list::stored(&target.resource);
    let name = target.name.as_deref().unwrap_or_default();
    let found = store.entries(&stem, Some(&target.namespace)).find(|(id, _)| id.name == name);
    let (_, object) = found.ok_or_else(|| Status::not_found(&target.resource, name))?;
    match target.sub.as_deref() {
        Some("scale") => Ok(Answer::json(200, &scale::of(object))),
        Some("log") => Ok(Answer::text(200, "")),
        _ => Ok(Answer::json(200, &form::one(form, &target.resource, &list::shown(&target.resource, object), store.now()))),
    }
}

/// What is not below a group version; none where the path may be.
fn besides(shared: &Shared, ask: &Ask) -> Option<Answer> {
    let store = shared.store();
    let (resources, accept, path) = (store.resources(), ask.header("accept"), ask.path.trim_end_matches('/'));
    match path {
        "/version" => Some(Answer::json(200, &shared.version)),
        "/healthz" | "/readyz" | "/livez" => Some(Answer::text(200, "ok")),
        "" => Some(Answer::json(
            200,
            &json!({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]}),
        )),
        "/api" | "/apis" => Some(discovery::root(path == "/api", resources, &shared.faults.stale_groups(), accept)),
        "/openapi/v2" => Some(openapi::v2(accept)),
        _ if path.starts_with("/openapi/v3") => openapi::v3(path, resources).or_else(|| Some(Answer::unknown_path())),
        _ => {
            let below = path.strip_prefix("/apis/").map(|p| (false, p)).or_else(|| path.strip_prefix("/api/").map(|p| (true, p)));
            match below {
                Some((false, group)) if !group.contains('/') => discovery::one_group(group, resources),
                _ => match ask::group_version(path) {
                    Some((api, "")) if !shared.faults.stale_groups().contains(&api) => discovery::group_version(&api, resources),
                    _ => None,
                },
            }
        }
    }
}

/// Why nothing is served at a path: a server that is down, a resource that does not exist, or no group at all.
fn unserved(shared: &Shared, ask: &Ask) -> Result<Answer, Status> {
    let api = ask::group_version(&ask.path).map(|(api, _)| api).unwrap_or_default();
    if shared.faults.stale_groups().contains(&api) {
        return Err(Status::new(503, "ServiceUnavailable", "service unavailable"));
    }
    let known = shared.store().resources().iter().any(|r| r.api_version() == api);
    if known { Err(Status::no_resource()) } else { Ok(Answer::unknown_path()) }
}
