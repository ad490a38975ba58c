//! Finds the Services and pods that a probe asks. Every pod that matches is asked: one good answer of several is not healthy. A probe
//! without a target is a line too.
use crate::bundle::probe::{Asked, Exec, Line, Pod, PodSeen, Port, Service, Silence, Target, Through, Why};
use crate::canon::redact::Redactor;
use crate::model::meta::{deleting, list, text, uid};
use crate::usecase::cluster::port::{Api, Ask, in_query};
use crate::usecase::probes::Planned;
use crate::usecase::probes::reach::{Call, Route};
use crate::value::Value;

/// A probe and one target; or why it has no target.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub planned: Planned,
    /// The line, without samples.
    pub line: Line,
    /// What to ask, or why there is nothing to ask.
    pub call: Result<Call, Silence>,
}

/// Pods that match, or why no pod can be asked.
type Found = Result<Vec<Value>, (Why, String)>;

/// Finds the targets. `is_of(layer, namespace, pod)` says where a built-in probe, which has no namespace, may ask.
pub fn resolve(api: &dyn Api, planned: &[Planned], redactor: &Redactor, is_of: &dyn Fn(&str, &str, &str) -> bool) -> Vec<Resolved> {
    planned.iter().flat_map(|p| one(api, p, redactor, is_of)).collect()
}

fn one(api: &dyn Api, planned: &Planned, redactor: &Redactor, is_of: &dyn Fn(&str, &str, &str) -> bool) -> Vec<Resolved> {
    let within = |namespace: &str, name: &str| is_of(&planned.probe.layer, namespace, name);
    let select = |namespace: &Option<String>, selector: &Option<String>, name: &Option<String>| {
        pods(api, namespace.as_deref(), selector.as_deref(), name.as_deref(), &within)
    };
    let found = match &planned.probe.through {
        Through::Url(url) => return vec![resolved(planned, None, vec![], Ok(call(planned, Route::Url(url.clone()), String::new())))],
        Through::Service(service) => return vec![of_service(api, planned, service)],
        Through::Pod(p) | Through::PortForward(p) => select(&p.namespace, &p.selector, &p.name),
        Through::Exec(e) => select(&e.namespace, &e.selector, &e.name),
    };
    let none = |why: Why, detail: &str| {
        let why = if planned.built_in && why == Why::NoTarget { Why::Absent } else { why };
        Err(Silence::new(why, detail, redactor))
    };
    let pods = match found {
        Ok(pods) => pods,
        Err((why, detail)) => return vec![resolved(planned, None, vec![], none(why, &detail))],
    };
    let one = |pod: &Value| {
        let (namespace, name) = (text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
        let target = Target { kind: "Pod".into(), namespace: namespace.into(), name: name.into() };
        let call = match of_pod(planned, pod, namespace, name) {
            Ok(call) => Ok(call),
            Err(detail) => none(Why::NoTarget, &detail),
        };
        resolved(planned, Some(target), vec![seen(pod)], call)
    };
    pods.iter().map(one).collect()
}

/// The call to a pod.
fn of_pod(planned: &Planned, pod: &Value, namespace: &str, name: &str) -> Result<Call, String> {
    match &planned.probe.through {
        Through::Pod(p) => {
            let port = number(pod, p.port.as_ref())?;
            let path = format!("/api/v1/namespaces/{namespace}/pods/{}{name}:{port}/proxy{}", scheme(&p.scheme), planned.probe.path());
            Ok(call(planned, Route::Proxy, path))
        }
        Through::PortForward(p) => {
            let route = Route::Forward { namespace: namespace.into(), pod: name.into(), port: number(pod, p.port.as_ref())? };
            Ok(call(planned, route, planned.probe.path().to_owned()))
        }
        Through::Exec(Exec { container, command, .. }) => {
            let (container, command) = (container.clone(), command.clone());
            Ok(call(planned, Route::Exec { namespace: namespace.into(), pod: name.into(), container, command }, String::new()))
        }
        Through::Service(_) | Through::Url(_) => Err("it is not asked of pods".into()),
    }
}

/// A Service is asked even if it does not exist: the proxy's answer shows that.
fn of_service(api: &dyn Api, planned: &Planned, service: &Service) -> Resolved {
    let Service { namespace, name, port, .. } = service;
    let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
    let behind = || {
        let reply = api.send(&Ask::get(&path)).ok().filter(|r| r.status == 200)?.json().ok()?;
        let labels = reply.pointer("/spec/selector")?.as_object().filter(|l| !l.is_empty())?;
        let selector: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_str()?))).collect();
        pods(api, Some(namespace), Some(&selector.join(",")), None, &|_, _| true).ok()
    };
    let mut pods: Vec<PodSeen> = behind().iter().flatten().map(seen).collect();
    pods.sort();
    let target = Target { kind: "Service".into(), namespace: namespace.clone(), name: name.clone() };
    let proxy = format!("/api/v1/namespaces/{namespace}/services/{}{name}:{port}/proxy{}", scheme(&service.scheme), planned.probe.path());
    resolved(planned, Some(target), pods, Ok(call(planned, Route::Proxy, proxy)))
}

/// The pods that can answer: one by name, or those of a selector that have not ended and are not being deleted.
fn pods(api: &dyn Api, namespace: Option<&str>, selector: Option<&str>, name: Option<&str>, within: &dyn Fn(&str, &str) -> bool) -> Found {
    let folder = namespace.map_or_else(|| "/api/v1/pods".to_owned(), |ns| format!("/api/v1/namespaces/{ns}/pods"));
    let path = match (selector, name) {
        (Some(selector), _) => format!("{folder}?labelSelector={}", in_query(selector)),
        (None, Some(name)) => format!("{folder}/{name}"),
        (None, None) => return Err((Why::NotAsked, "the probe names neither a selector nor a pod".into())),
    };
    let reply = api.send(&Ask::get(&path)).map_err(|e| (Why::NotAsked, format!("{path}: {e}")))?;
    let said = || format!("{path}: {}", reply.message());
    match reply.status {
        200 => {}
        401 | 403 => return Err((Why::Forbidden, said())),
        404 if selector.is_none() => return Err((Why::NoTarget, said())),
        _ => return Err((Why::NotAsked, said())),
    }
    let answer = reply.json().map_err(|e| (Why::NotAsked, format!("{path}: {e}")))?;
    if selector.is_none() {
        return Ok(vec![answer]);
    }
    if !text(&answer, "/metadata/continue").is_empty() {
        return Err((Why::NotAsked, format!("{path}: the list is cut")));
    }
    let items = answer.get("items").and_then(Value::as_array).ok_or_else(|| (Why::NotAsked, format!("{path}: no list")))?;
    let alive = |p: &&Value| !matches!(text(p, "/status/phase"), "Succeeded" | "Failed") && deleting(p).is_none();
    let here = |p: &&Value| namespace.is_some() || within(text(p, "/metadata/namespace"), text(p, "/metadata/name"));
    let found: Vec<Value> = items.iter().filter(alive).filter(here).cloned().collect();
    if found.is_empty() {
        let more = if items.is_empty() { String::new() } else { format!(" of {} that can answer", items.len()) };
        return Err((Why::NoTarget, format!("no pod{more} matches {}", selector.unwrap_or_default())));
    }
    Ok(found)
}

/// The number of a container's port.
fn number(pod: &Value, port: Option<&Port>) -> Result<u16, String> {
    let mut ports = list(pod, "/spec/containers").flat_map(|c| list(c, "/ports"));
    let of = |p: &Value| p.get("containerPort").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
    match port {
        Some(Port::Number(n)) => Ok(*n),
        Some(Port::Name(name)) => {
            let named = ports.find(|p| p.get("name").and_then(Value::as_str) == Some(name)).and_then(of);
            named.ok_or_else(|| format!("no container has a port called `{name}`"))
        }
        None => ports.next().and_then(of).ok_or_else(|| "no container names a port".into()),
    }
}

fn scheme(scheme: &Option<String>) -> String {
    scheme.as_ref().map(|s| format!("{s}:")).unwrap_or_default()
}

fn call(planned: &Planned, route: Route, path: String) -> Call {
    let probe = &planned.probe;
    Call {
        route,
        method: probe.method(),
        path,
        headers: probe.headers.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        body: probe.body.clone().unwrap_or_default().into_bytes(),
        timeout: probe.timeout.time(),
    }
}

fn resolved(planned: &Planned, target: Option<Target>, pods: Vec<PodSeen>, call: Result<Call, Silence>) -> Resolved {
    let kept = &planned.kept;
    let of_pod = |p: &Pod| (p.port.as_ref().map(Port::to_string).unwrap_or_default(), p.selector.clone().unwrap_or_default());
    let mut asked = Asked { through: kept.through.as_str().into(), ..Asked::default() };
    match &kept.through {
        Through::Service(s) => asked.port = s.port.to_string(),
        Through::Pod(p) | Through::PortForward(p) => (asked.port, asked.selector) = of_pod(p),
        Through::Exec(e) => {
            asked.selector = e.selector.clone().unwrap_or_default();
            asked.container = e.container.clone().unwrap_or_default();
            asked.command.clone_from(&e.command);
        }
        Through::Url(url) => asked.url.clone_from(url),
    }
    if !matches!(kept.through, Through::Exec(_)) {
        asked.method = Some(kept.method());
        asked.path = if asked.url.is_empty() { kept.path().to_owned() } else { String::new() };
    }
    let built_in = planned.built_in.then(|| kept.clone());
    let line = Line { probe: kept.name.clone(), layer: kept.layer.clone(), built_in, asked, target, pods, samples: Vec::new() };
    Resolved { planned: planned.clone(), line, call }
}

fn seen(pod: &Value) -> PodSeen {
    let mut images: Vec<String> = list(pod, "/spec/containers").map(|c| text(c, "/image").to_owned()).collect();
    images.sort();
    PodSeen { name: text(pod, "/metadata/name").into(), uid: uid(pod).into(), images }
}
