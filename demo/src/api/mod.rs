//! Turns a request into its answer, as Kubernetes' API server does. Pure: knows no socket, no clock and no runtime.
pub(crate) mod answer;
pub(crate) mod ask;
mod delete;
mod discovery;
mod fields;
mod form;
pub(crate) mod list;
mod patch;
pub(crate) mod proxy;
mod review;
mod scale;
pub(crate) mod target;
pub(crate) mod watch;
mod write;

use crate::faults::wire::{Action, Faults};
use crate::world::status::Status;
use crate::world::store::Store;
use answer::Answer;
use ask::Ask;
use form::Form;
use serde_json::{Value, json};
use target::Target;
use watch::Watch;

/// Resources whose answers carry a warning.
const DEPRECATED: [(&str, &str); 2] = [
    ("endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
    ("componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"),
];

pub(crate) enum Outcome {
    Answer(Answer),
    /// These headers first, then the events of the watch.
    Watch(Answer, Box<Watch>),
    /// The container answers.
    Proxy(Target),
    /// A stream to and from a container.
    Stream(Target),
}

/// Answers a request, at the time of the store.
///
/// # Errors
/// The refusals of the API server.
pub(crate) fn answer(store: &mut Store, faults: &Faults, version: &Value, ask: &Ask) -> Result<Outcome, Status> {
    if !["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&ask.method.as_str()) {
        return Err(not_allowed());
    }
    if let Some(answer) = besides(store, faults, version, ask) {
        return Ok(Outcome::Answer(answer));
    }
    let Some(mut target) = Target::of(store, &ask.path) else { return unserved(store, faults, ask).map(Outcome::Answer) };
    let verb = target.verb(ask);
    let verb_of_sub = if matches!(target.sub.as_deref(), Some("exec" | "portforward")) { "create" } else { verb };
    if !faults.allows(verb_of_sub, &target.stem(), &target.namespace) {
        return Err(target.forbidden(verb_of_sub, ask.user()));
    }
    let name = target.name.clone().unwrap_or_default();
    if target.sub.as_ref().is_some_and(|s| !target.resource.subresources.contains(s)) {
        return Err(if target.resource.custom { Status::not_found(&target.resource, &name) } else { Status::no_resource() });
    }
    match target.sub.as_deref() {
        Some("proxy") => return Ok(Outcome::Proxy(target)),
        Some("exec" | "portforward") => return Ok(Outcome::Stream(target)),
        _ => {}
    }
    let nowhere = target.resource.namespaced && target.namespace.is_empty() && !matches!(verb, "list" | "watch");
    if nowhere || target.sub.is_none() && !target.resource.verbs.iter().any(|v| v == verb) {
        return Err(not_allowed());
    }
    let warning = DEPRECATED.iter().find(|(stem, _)| *stem == target.resource.stem());
    let warned = |answer: Answer| warning.into_iter().fold(answer, |a, (_, text)| a.with("warning", format!("299 - \"{text}\"")));
    if verb == "watch" || verb == "get" && ask.flag("watch") {
        let watch = Watch::begin(store, &target, ask, Form::accepted(ask.header("accept"))?)?;
        return Ok(Outcome::Watch(warned(Answer::bytes(200, "application/json", Vec::new())), Box::new(watch)));
    }
    let answer = match verb {
        "get" => get(store, &target, ask),
        "list" => {
            let form = Form::accepted(ask.header("accept"))?;
            let page = list::page(store, &target, ask)?;
            Ok(Answer::bytes(200, "application/json", form::many(form, &target.resource, &page.objects, page.metadata, store.now())))
        }
        "create" => match review::review(store, faults, &target, ask)? {
            Some(answer) => Ok(answer),
            None => {
                target.name = None;
                write::create(store, &target, ask)
            }
        },
        "update" => write::update(store, &target, ask),
        "patch" => write::patch(store, &target, ask),
        "delete" => delete::one(store, &target, ask),
        "deletecollection" => delete::all(store, &target, ask),
        _ => Err(not_allowed()),
    }?;
    Ok(Outcome::Answer(warned(answer)))
}

fn not_allowed() -> Status {
    Status::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource").with(json!({}))
}

/// What a fault makes of an answer that came whole.
pub(crate) fn spoil(answer: &mut Answer, fault: &Action) {
    match fault {
        Action::EmptyList => answer.edit(|list| list["items"] = json!([])),
        Action::Endless => answer.edit(|list| {
            let version = list["metadata"]["resourceVersion"].as_str().and_then(|v| v.parse().ok()).unwrap_or(0);
            if list["metadata"]["continue"].as_str().unwrap_or_default().is_empty() {
                list["metadata"]["continue"] = list::endless(version).into();
            }
        }),
        _ => {}
    }
}

fn get(store: &Store, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let form = Form::accepted(ask.header("accept"))?;
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

/// Paths that are not below a group version; none if the path may be one.
fn besides(store: &Store, faults: &Faults, version: &Value, ask: &Ask) -> Option<Answer> {
    let (resources, accept, path) = (store.resources(), ask.header("accept"), ask.path.trim_end_matches('/'));
    match path {
        "/version" => Some(Answer::json(200, version)),
        "/healthz" | "/readyz" | "/livez" => Some(Answer::text(200, "ok")),
        "" => Some(Answer::json(
            200,
            &json!({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]}),
        )),
        "/api" | "/apis" => Some(discovery::root(path == "/api", resources, &faults.stale_groups(), accept)),
        _ => {
            let below = path.strip_prefix("/apis/").map(|p| (false, p)).or_else(|| path.strip_prefix("/api/").map(|p| (true, p)));
            match below {
                Some((false, group)) if !group.contains('/') => discovery::one_group(group, resources),
                _ => match target::group_version(path) {
                    Some((api, "")) if !faults.stale_groups().contains(&api) => discovery::group_version(&api, resources),
                    _ => None,
                },
            }
        }
    }
}

/// Why a path is not served: a server that is down, a resource that does not exist, or no such group.
fn unserved(store: &Store, faults: &Faults, ask: &Ask) -> Result<Answer, Status> {
    let api = target::group_version(&ask.path).map(|(api, _)| api).unwrap_or_default();
    if faults.stale_groups().contains(&api) {
        return Err(Status::new(503, "ServiceUnavailable", "service unavailable"));
    }
    let known = store.resources().iter().any(|r| r.api_version() == api);
    if known { Err(Status::no_resource()) } else { Ok(Answer::unknown_path()) }
}
