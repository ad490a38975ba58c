//! An API server in memory: discovery, lists in pages, metadata only, merge patch, resourceVersion, uid preconditions,
//! finalizers. Time passes in `sleep`, and then Argo CD ([`super::argo`]) works.
use crate::switch::argo::Argo;
use chrono::{DateTime, TimeDelta, Utc};
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

pub const KINDS: &[(&str, &str, &str, &str, bool)] = &[
    ("", "v1", "namespaces", "Namespace", false),
    ("", "v1", "configmaps", "ConfigMap", true),
    ("", "v1", "pods", "Pod", true),
    ("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true),
    ("", "v1", "persistentvolumes", "PersistentVolume", false),
    ("apps", "v1", "deployments", "Deployment", true),
    ("apps", "v1", "statefulsets", "StatefulSet", true),
    ("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
    ("argoproj.io", "v1alpha1", "applications", "Application", true),
    ("argoproj.io", "v1alpha1", "applicationsets", "ApplicationSet", true),
    ("argoproj.io", "v1alpha1", "appprojects", "AppProject", true),
];

/// What is answered instead, for a request that matters to a test.
pub type Instead = Box<dyn FnMut(&mut World, &Ask) -> Option<Result<Reply, NoReply>>>;

pub struct World {
    /// Path → object.
    pub objects: BTreeMap<String, Value>,
    pub now: DateTime<Utc>,
    pub argo: Argo,
    /// Every request that is not a GET, with its body: `PATCH /path?query`.
    pub writes: Vec<(String, Value)>,
    pub instead: Vec<Instead>,
    /// Sleeps until somebody presses Ctrl-C.
    pub patience: Option<usize>,
    /// Knows no aggregated discovery.
    pub plain: bool,
    serial: u64,
    /// Continue token → the moment of the list, and what is left of it.
    pages: BTreeMap<String, (u64, Vec<Value>)>,
}

pub struct Fake(pub RefCell<World>);

impl Api for Fake {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let mut world = self.0.borrow_mut();
        let mut instead = std::mem::take(&mut world.instead);
        let other = instead.iter_mut().find_map(|i| i(&mut world, ask));
        instead.append(&mut world.instead);
        world.instead = instead;
        other.unwrap_or_else(|| Ok(world.answer(ask)))
    }
}

impl Clock for Fake {
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
        world.now += TimeDelta::from_std(time).unwrap();
        Argo::work(&mut world);
        true
    }
}

pub fn reply(status: u16, body: &Value) -> Reply {
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

/// The path of an object by plural, namespace and name.
pub fn path(plural: &str, namespace: &str, name: &str) -> String {
    let (group, version, _, _, namespaced) = KINDS.iter().find(|k| k.2 == plural).unwrap();
    let base = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
    let space = if *namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    format!("{base}{space}/{plural}/{name}")
}

pub fn app_path(name: &str) -> String {
    path("applications", "argocd", name)
}

/// The path of a manifest.
pub fn path_of(o: &Value) -> String {
    let plural = KINDS.iter().find(|k| k.3 == at(o, "/kind")).unwrap().2;
    path(plural, at(o, "/metadata/namespace"), at(o, "/metadata/name"))
}

pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        let map = target.as_object_mut().unwrap();
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

impl World {
    pub fn new() -> Self {
        Self {
            objects: BTreeMap::new(),
            now: "2026-11-24T08:00:00Z".parse().unwrap(),
            argo: Argo::default(),
            writes: vec![],
            instead: vec![],
            patience: None,
            plain: false,
            serial: 100,
            pages: BTreeMap::new(),
        }
    }

    pub fn time(&self) -> String {
        self.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    pub fn get(&self, path: &str) -> Option<&Value> {
        self.objects.get(path)
    }

    pub fn app(&self, name: &str) -> &Value {
        self.get(&app_path(name)).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Puts an object there, as the API server keeps it.
    pub fn add(&mut self, mut object: Value) -> String {
        self.serial += 1;
        let path = path_of(&object);
        let meta =
            json!({"uid": format!("uid-{}", self.serial), "resourceVersion": self.serial.to_string(), "creationTimestamp": self.time()});
        merge(&mut object, &json!({ "metadata": meta }));
        self.objects.insert(path.clone(), object);
        path
    }

    /// Changes an object by a merge patch, with all that follows.
    pub fn patch(&mut self, path: &str, change: &Value) {
        self.patched(path, change);
    }

    fn patched(&mut self, path: &str, change: &Value) -> Value {
        self.serial += 1;
        let Some(object) = self.objects.get_mut(path) else { return Value::Null };
        merge(object, change);
        merge(object, &json!({"metadata": {"resourceVersion": self.serial.to_string()}}));
        let now = object.clone();
        let free = object.pointer("/metadata/finalizers").and_then(Value::as_array).is_none_or(Vec::is_empty);
        if free && object.pointer("/metadata/deletionTimestamp").is_some() {
            self.objects.remove(path);
        }
        now
    }

    /// Deletes an object, or begins to.
    pub fn delete(&mut self, path: &str) {
        let now = self.time();
        let deleting = self.objects.get(path).is_some_and(|o| o.pointer("/metadata/deletionTimestamp").is_some());
        if !deleting {
            self.patch(path, &json!({"metadata": {"deletionTimestamp": now}}));
        }
    }

    fn answer(&mut self, ask: &Ask) -> Reply {
        let (path, query) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
        let body: Value = ask.body.as_ref().map_or(Value::Null, |(_, b)| serde_json::from_slice(b).unwrap());
        if ask.method != Method::Get {
            self.writes.push((format!("{} {}", ask.method.as_str(), ask.path), body.clone()));
        }
        let accept = ask.accept.unwrap_or("");
        if let Some(found) = self.discovery(path, accept) {
            return found;
        }
        match ask.method {
            Method::Get if self.objects.contains_key(path) => reply(200, &shown(&self.objects[path], accept)),
            Method::Get => self.list(path, query, accept),
            Method::Post => {
                let new = path_of(&body);
                if self.objects.contains_key(&new) {
                    return status(409, "already exists");
                }
                let path = self.add(body);
                reply(201, &self.objects[&path])
            }
            _ if !self.objects.contains_key(path) => status(404, "not found"),
            Method::Patch => {
                let live = self.objects[path].clone();
                let version = at(&body, "/metadata/resourceVersion");
                if version != at(&live, "/metadata/resourceVersion") {
                    return status(409, "the object has been modified");
                }
                assert_eq!(ask.body.as_ref().unwrap().0, "application/merge-patch+json");
                reply(200, &self.patched(path, &body))
            }
            Method::Delete => {
                let live = self.objects[path].clone();
                if body.pointer("/preconditions/uid").is_some_and(|u| *u != live["metadata"]["uid"]) {
                    return status(409, "precondition failed: uid");
                }
                self.delete(path);
                reply(200, self.objects.get(path).unwrap_or(&json!({"kind": "Status", "status": "Success"})))
            }
        }
    }

    fn list(&mut self, path: &str, query: &str, accept: &str) -> Reply {
        let segments: Vec<&str> = path.split('/').collect();
        let Some(kind) = KINDS.iter().find(|k| Some(&k.2) == segments.last()) else { return status(404, "not found") };
        let space = segments.iter().position(|s| *s == "namespaces").and_then(|i| segments.get(i + 1)).filter(|_| kind.2 != "namespaces");
        let all: Vec<&Value> = self
            .objects
            .values()
            .filter(|o| at(o, "/kind") == kind.3 && space.is_none_or(|s| at(o, "/metadata/namespace") == *s))
            .collect();
        let value = |k: &str| query.split('&').find_map(|p| p.strip_prefix(k)?.strip_prefix('='));
        let limit = value("limit").map_or(usize::MAX, |l| l.parse().unwrap()).min(3);
        // All pages show the moment of the first one.
        let (version, mut items) = match value("continue").map(|token| self.pages.get(token).cloned()) {
            Some(None) => return status(410, "the provided continue parameter is too old"),
            Some(Some(rest)) => rest,
            None => (self.serial, all.into_iter().map(|o| shown(o, accept)).collect()),
        };
        let rest = items.split_off(limit.min(items.len()));
        let mut meta = json!({"resourceVersion": version.to_string()});
        if !rest.is_empty() {
            let token = format!("page-{}", self.pages.len());
            meta["continue"] = token.as_str().into();
            meta["remainingItemCount"] = rest.len().into();
            self.pages.insert(token, (version, rest));
        }
        let name = if accept.contains("PartialObjectMetadataList") { "PartialObjectMetadata" } else { kind.3 };
        reply(200, &json!({"kind": format!("{name}List"), "metadata": meta, "items": items}))
    }

    fn discovery(&self, path: &str, accept: &str) -> Option<Reply> {
        let verbs = json!(["get", "list"]);
        let core = path == "/api";
        if matches!(path, "/api" | "/apis") && !self.plain && accept.contains("APIGroupDiscoveryList") {
            let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
            for k in KINDS.iter().filter(|k| k.0.is_empty() == core) {
                let scope = if k.4 { "Namespaced" } else { "Cluster" };
                groups
                    .entry(k.0)
                    .or_default()
                    .push(json!({"resource": k.2, "scope": scope, "verbs": verbs, "responseKind": {"kind": k.3}}));
            }
            let version = |g: &str| KINDS.iter().find(|k| k.0 == g).unwrap().1;
            let items: Vec<Value> = groups
                .iter()
                .map(|(g, r)| json!({"metadata": {"name": g}, "versions": [{"version": version(g), "freshness": "Current", "resources": r}]}))
                .collect();
            return Some(reply(200, &json!({"kind": "APIGroupDiscoveryList", "items": items})));
        }
        if core {
            return Some(reply(200, &json!({"kind": "APIVersions", "versions": ["v1"]})));
        }
        if path == "/apis" {
            let names: std::collections::BTreeSet<_> = KINDS.iter().filter(|k| !k.0.is_empty()).map(|k| (k.0, k.1)).collect();
            let groups: Vec<Value> =
                names.iter().map(|(g, v)| json!({"name": g, "preferredVersion": {"version": v}, "versions": [{"version": v}]})).collect();
            return Some(reply(200, &json!({"kind": "APIGroupList", "groups": groups})));
        }
        let base =
            |k: &(&str, &str, &str, &str, bool)| if k.0.is_empty() { format!("/api/{}", k.1) } else { format!("/apis/{}/{}", k.0, k.1) };
        let of: Vec<Value> = KINDS
            .iter()
            .filter(|k| base(k) == path)
            .map(|k| json!({"name": k.2, "kind": k.3, "namespaced": k.4, "verbs": verbs}))
            .collect();
        (!of.is_empty()).then(|| reply(200, &json!({"kind": "APIResourceList", "resources": of})))
    }
}

fn shown(object: &Value, accept: &str) -> Value {
    if accept.contains("PartialObjectMetadata") {
        json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": object["metadata"]})
    } else {
        object.clone()
    }
}
