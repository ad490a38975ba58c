//! What is served, in the form of discovery: plain and aggregated, with the groups whose server is down. Knows no object.
use super::answer::Answer;
use crate::world::resource::Resource;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Subresources whose verbs are not those of status and scale.
const VERBS: &[(&str, &[&str])] = &[
    ("log", &["get"]),
    ("exec", &["create", "get"]),
    ("portforward", &["create", "get"]),
    ("proxy", &["create", "delete", "get", "patch", "update"]),
    ("finalize", &["update"]),
];

type Groups<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Resource>>;

fn groups<'a>(resources: &'a [Arc<Resource>]) -> Groups<'a> {
    let mut all = Groups::new();
    for resource in resources {
        all.entry((resource.group.as_str(), resource.version.as_str())).or_default().push(resource);
    }
    all
}

/// `/api` or `/apis`; in the aggregated form if the client accepts it.
pub(super) fn root(core: bool, resources: &[Arc<Resource>], stale: &[String], accept: &str) -> Answer {
    let wants = |version: &str| {
        accept
            .split(',')
            .any(|a| a.contains("g=apidiscovery.k8s.io") && a.contains(&format!("v={version}")) && a.contains("as=APIGroupDiscoveryList"))
    };
    for version in ["v2", "v2beta1"] {
        if wants(version) {
            let value = aggregated(core, resources, stale, version);
            let kind = format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            return Answer::bytes(200, &kind, serde_json::to_vec(&value).unwrap_or_default());
        }
    }
    if core {
        let address = json!([{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}]);
        return Answer::json(200, &json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": address}));
    }
    let live = groups(resources).into_keys().filter(|(g, _)| !g.is_empty()).map(|(g, v)| group(g, v)).collect::<Vec<_>>();
    let dead = stale.iter().filter_map(|s| s.split_once('/')).map(|(g, v)| group(g, v));
    Answer::json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": live.into_iter().chain(dead).collect::<Vec<_>>()}))
}

fn group(group: &str, version: &str) -> Value {
    let this = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [this.clone()], "preferredVersion": this})
}

/// `/apis/GROUP`.
pub(super) fn one_group(name: &str, resources: &[Arc<Resource>]) -> Option<Answer> {
    let version = &resources.iter().find(|r| r.group == name)?.version;
    let mut value = group(name, version);
    value["kind"] = "APIGroup".into();
    value["apiVersion"] = "v1".into();
    Some(Answer::json(200, &value))
}

/// `/api/v1`, `/apis/GROUP/VERSION`.
pub(super) fn group_version(api: &str, resources: &[Arc<Resource>]) -> Option<Answer> {
    let mine: Vec<&Arc<Resource>> = resources.iter().filter(|r| r.api_version() == api).collect();
    mine.first()?;
    let mut list = Vec::new();
    for r in mine {
        let mut value = json!({"name": r.plural, "singularName": r.singular, "namespaced": r.namespaced, "kind": r.kind, "verbs": r.verbs});
        if !r.short_names.is_empty() {
            value["shortNames"] = json!(r.short_names);
        }
        if !r.categories.is_empty() {
            value["categories"] = json!(r.categories);
        }
        list.push(value);
        for (name, verbs, kind) in subresources(r) {
            let mut value = json!({"name": format!("{}/{name}", r.plural), "singularName": "", "namespaced": r.namespaced, "kind": kind, "verbs": verbs});
            if name == "scale" {
                value["group"] = "autoscaling".into();
                value["version"] = "v1".into();
            }
            list.push(value);
        }
    }
    Some(Answer::json(200, &json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api, "resources": list})))
}

fn subresources(resource: &Resource) -> impl Iterator<Item = (&str, Vec<&'static str>, &str)> {
    resource.subresources.iter().map(|name| {
        let verbs = VERBS.iter().find(|(n, _)| n == name).map_or_else(|| vec!["get", "patch", "update"], |(_, v)| v.to_vec());
        (name.as_str(), verbs, if name == "scale" { "Scale" } else { resource.kind.as_str() })
    })
}

fn aggregated(core: bool, resources: &[Arc<Resource>], stale: &[String], version: &str) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for ((group, version), list) in groups(resources).into_iter().filter(|((g, _), _)| g.is_empty() == core) {
        let resources: Vec<Value> = list.into_iter().map(described).collect();
        items.push(item(group, &json!({"version": version, "freshness": "Current", "resources": resources})));
    }
    let dead = stale.iter().filter(|_| !core).filter_map(|s| s.split_once('/'));
    items.extend(dead.map(|(group, version)| item(group, &json!({"version": version, "freshness": "Stale"}))));
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{version}"), "metadata": {}, "items": items})
}

fn item(group: &str, version: &Value) -> Value {
    let mut meta = json!({"creationTimestamp": null});
    if !group.is_empty() {
        meta["name"] = group.into();
    }
    json!({"metadata": meta, "versions": [version]})
}

fn described(r: &Resource) -> Value {
    let kind = |kind: &str| {
        if kind == "Scale" {
            json!({"group": "autoscaling", "version": "v1", "kind": kind})
        } else {
            json!({"group": "", "version": "", "kind": kind})
        }
    };
    let subs: Vec<Value> =
        subresources(r).map(|(name, verbs, k)| json!({"subresource": name, "responseKind": kind(k), "verbs": verbs})).collect();
    let scope = if r.namespaced { "Namespaced" } else { "Cluster" };
    let mut value =
        json!({"resource": r.plural, "responseKind": kind(&r.kind), "scope": scope, "singularResource": r.singular, "verbs": r.verbs});
    for (key, list) in [("shortNames", json!(r.short_names)), ("categories", json!(r.categories)), ("subresources", json!(subs))] {
        if list.as_array().is_some_and(|l| !l.is_empty()) {
            value[key] = list;
        }
    }
    value
}
