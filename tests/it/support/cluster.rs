//! evid's ports, `Api` and `Clock`, over the demo's platform in this process: what is asked is answered there, and time passes in `sleep`.
//! A test may answer in its place, for what no true API server says. Knows no rule of Kubernetes or Argo CD.
use chrono::{DateTime, TimeDelta, Utc};
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use evid_demo::Lost;
use evid_demo::world::objects::merge;
use evid_demo::world::resource::{Resource, builtin};
use evid_demo::world::store::{DeleteOptions, Id};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

/// What is answered instead, for a request that matters to a test.
pub type Instead = Box<dyn FnMut(&mut World, &Ask) -> Option<Result<Reply, NoReply>> + Send>;

/// The demo's platform, and what a test does to it by hand; objects are named by their paths.
pub struct World {
    inner: evid_demo::World,
    pub instead: Vec<Instead>,
    /// Every request that changes something, with its body: `PATCH /path?query`.
    pub writes: Vec<(String, Value)>,
    /// Sleeps until somebody presses Ctrl-C.
    pub patience: Option<usize>,
    /// Knows no aggregated discovery.
    pub plain: bool,
    /// The most objects on a page.
    pub page: usize,
    /// Every controller is down: time passes and nothing moves.
    pub down: bool,
}

/// A cluster for evid.
pub struct Cluster(pub RefCell<World>);

/// The same for what asks several things at a time.
pub struct Parallel(pub Mutex<Cluster>);

impl Deref for World {
    type Target = evid_demo::World;

    fn deref(&self) -> &evid_demo::World {
        &self.inner
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut evid_demo::World {
        &mut self.inner
    }
}

impl Api for Cluster {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let mut world = self.0.borrow_mut();
        let mut instead = std::mem::take(&mut world.instead);
        let other = instead.iter_mut().find_map(|i| i(&mut world, ask));
        instead.append(&mut world.instead);
        world.instead = instead;
        other.unwrap_or_else(|| world.answer(ask))
    }
}

impl Clock for Cluster {
    fn now(&self) -> DateTime<Utc> {
        self.0.borrow().now
    }

    fn sleep(&self, time: Duration) -> bool {
        let mut world = self.0.borrow_mut();
        if let Some(left) = &mut world.patience {
            if *left == 0 {
                return false;
            }
            *left -= 1;
        }
        world.wait(TimeDelta::from_std(time).unwrap());
        true
    }
}

impl Api for Parallel {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        self.0.lock().unwrap().send(ask)
    }
}

impl Clock for Parallel {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now()
    }

    fn sleep(&self, time: Duration) -> bool {
        self.0.lock().unwrap().sleep(time)
    }
}

pub fn reply(status: u16, body: &impl std::fmt::Display) -> Reply {
    Reply { status, body: body.to_string().into_bytes(), date: None, warnings: vec![] }
}

pub fn status(code: u16, message: &str) -> Reply {
    reply(code, &json!({"kind": "Status", "code": code, "message": message}))
}

pub fn at<'a>(v: &'a Value, pointer: &str) -> &'a str {
    v.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// Whether a list of this kind is begun.
pub fn is_list(ask: &Ask, plural: &str) -> bool {
    let (path, query) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
    ask.method == Method::Get && path.ends_with(&format!("/{plural}")) && !query.contains("continue=")
}

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(builtin);

/// The path of an object by plural, namespace and name.
pub fn path(plural: &str, namespace: &str, name: &str) -> String {
    path_in(RESOURCES.iter().find(|r| r.plural == plural).unwrap(), namespace, name)
}

pub fn app_path(name: &str) -> String {
    path("applications", "argocd", name)
}

fn path_in(resource: &Resource, namespace: &str, name: &str) -> String {
    let version = resource.api_version();
    let base = if resource.group.is_empty() { "/api" } else { "/apis" };
    let space = if resource.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    format!("{base}/{version}{space}/{}/{name}", resource.plural)
}

/// The place that a path names.
fn id(path: &str) -> Id {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let (group, rest) = if parts[0] == "api" { ("", &parts[2..]) } else { (parts[1], &parts[3..]) };
    let (namespace, rest) = if rest.len() > 2 { (rest[1], &rest[2..]) } else { ("", rest) };
    let stem = if group.is_empty() { rest[0].to_owned() } else { format!("{}.{group}", rest[0]) };
    Id::new(&stem, namespace, rest[1])
}

impl World {
    pub fn of(inner: evid_demo::World) -> Self {
        Self { inner, instead: vec![], writes: vec![], patience: None, plain: false, page: usize::MAX, down: false }
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: TimeDelta) {
        if self.down {
            self.now += time;
        } else {
            self.pass(time);
        }
    }

    pub fn get(&self, path: &str) -> Option<&Value> {
        self.platform.store.get(&id(path))
    }

    pub fn at(&self, path: &str) -> &Value {
        self.get(path).unwrap_or_else(|| panic!("no {path}"))
    }

    pub fn app(&self, name: &str) -> &Value {
        self.at(&app_path(name))
    }

    /// The paths of all objects of a namespace, but for Events and those that every namespace is born with.
    pub fn within(&self, namespace: &str) -> Vec<String> {
        let born = |id: &Id| matches!(&*id.name, "default" | "kube-root-ca.crt");
        let of = |r: &Resource| -> Vec<String> {
            let stem = r.stem();
            let all = self.platform.store.entries(&stem, Some(namespace)).filter(|(i, _)| !born(i));
            all.map(|(i, _)| path_in(r, &i.namespace, &i.name)).collect()
        };
        RESOURCES.iter().filter(|r| r.namespaced && r.kind != "Event").flat_map(of).collect()
    }

    /// Puts an object there, as the API server keeps it.
    pub fn add(&mut self, object: Value) -> String {
        let path = self.path_of(&object);
        self.store().import(object).unwrap();
        path
    }

    /// The path of a manifest.
    pub fn path_of(&self, object: &Value) -> String {
        let id = self.platform.store.id_of(object).unwrap();
        path_in(&self.platform.store.resource(&id.resource).unwrap(), &id.namespace, &id.name)
    }

    /// Changes an object by a merge patch, with all that follows.
    pub fn patch(&mut self, path: &str, change: &Value) {
        self.store().modify(&id(path), |o| merge(o, change)).unwrap();
    }

    /// Deletes an object, or begins to.
    pub fn delete(&mut self, path: &str) {
        self.store().delete(&id(path), &DeleteOptions::default()).unwrap();
    }

    /// Takes an object away, whatever holds it.
    pub fn remove(&mut self, path: &str) {
        self.patch(path, &json!({"metadata": {"finalizers": null}}));
        drop(self.store().delete(&id(path), &DeleteOptions { grace: Some(0), ..DeleteOptions::default() }));
    }

    /// What an Application's Git holds, to be changed.
    pub fn commit(&mut self, app: &str, how: impl FnOnce(&mut Vec<Value>)) {
        let mut git = self.platform.git.lock().unwrap();
        let rendered = git.rendered.entry(app.to_owned()).or_default();
        rendered.path = format!("apps/{app}");
        how(std::sync::Arc::make_mut(&mut rendered.manifests));
    }

    fn answer(&mut self, ask: &Ask) -> Result<Reply, NoReply> {
        if ask.method != Method::Get && !ask.path.contains("reviews") {
            let body = ask.body.as_ref().map_or(&[][..], |(_, b)| b);
            self.writes.push((format!("{} {}", ask.method.as_str(), ask.path), serde_json::from_slice(body).unwrap()));
        }
        let accept = ask.accept.filter(|a| !(self.plain && a.contains("APIGroupDiscoveryList")));
        let page = self.page;
        answer(self, &Ask { accept, ..ask.clone() }, page)
    }
}

/// What a platform answers, on pages of so many objects at most.
pub fn answer(world: &mut evid_demo::World, ask: &Ask, page: usize) -> Result<Reply, NoReply> {
    let mut request = http::Request::builder().method(ask.method.as_str()).uri(paged(&ask.path, page));
    if let Some(accept) = ask.accept {
        request = request.header("accept", accept);
    }
    if let Some((kind, _)) = ask.body {
        request = request.header("content-type", kind);
    }
    let body = ask.body.as_ref().map_or(&[][..], |(_, b)| b);
    let answer = world.send(request.body(body.to_vec()).unwrap()).map_err(|lost| match lost {
        Lost::Cut => NoReply::Cut("connection reset".into()),
        Lost::Never => NoReply::TimedOut(Duration::from_secs(30)),
    })?;
    let text = |name| answer.headers().get_all(name).iter().filter_map(|v| v.to_str().ok()).map(str::to_owned).collect::<Vec<_>>();
    let (date, warnings) = (text("date").pop(), text("warning"));
    Ok(Reply { status: answer.status().as_u16(), date, warnings, body: answer.into_body() })
}

/// A path whose pages are no larger than that.
fn paged(path: &str, most: usize) -> String {
    let part = |p: &str| match p.strip_prefix("limit=").and_then(|l| l.parse::<usize>().ok()) {
        Some(limit) => format!("limit={}", limit.min(most)),
        None => p.to_owned(),
    };
    match path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", query.split('&').map(part).collect::<Vec<_>>().join("&")),
        None => path.to_owned(),
    }
}
