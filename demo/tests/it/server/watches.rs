//! WATCH: what was there, what happens, bookmarks, and watches that come too late.
use super::{MAPS, config_map, config_maps, get, send, server};
use evid_demo::Server;
use evid_demo::world::store::{DeleteOptions, Id};
use serde_json::Value;
use std::io::{BufRead, BufReader};

/// The next `count` events of a watch (fewer where it ends): type and object.
fn events(server: &Server, query: &str, count: usize) -> Vec<(String, Value)> {
    let lines = BufReader::new(send(server, "GET", &format!("{MAPS}?watch=true&{query}"), &[], "")).lines();
    let objects = lines.map_while(Result::ok).filter(|l| l.starts_with('{'));
    let events = objects.map(|l| serde_json::from_str::<Value>(&l).unwrap());
    events.map(|e| (e["type"].as_str().unwrap().to_owned(), e["object"].clone())).take(count).collect()
}

fn kinds(events: &[(String, Value)]) -> Vec<String> {
    events.iter().map(|(t, o)| format!("{t} {}", o["metadata"]["name"].as_str().unwrap_or_default())).collect()
}

#[test]
fn a_watch_without_a_version_begins_with_what_is_there_and_ends_in_time() {
    let server = server(&config_maps(2));
    let seen = events(&server, "timeoutSeconds=1", usize::MAX);
    assert_eq!(kinds(&seen), ["ADDED c0", "ADDED c1"]);
    assert_eq!(seen[0].1["kind"], "ConfigMap");
}

#[test]
fn a_watch_from_a_version_tells_what_happened_since_to_what_is_selected() {
    let server = server(&[config_map("c0")]);
    let from = get(&server, MAPS).json()["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let id = Id::new("configmaps", "a", "c0");
    server.store().import(config_map("other")).unwrap();
    server.store().modify(&id, |o| o["data"]["k"] = "1".into()).unwrap();
    server.store().modify(&id, |o| o["metadata"]["labels"]["name"] = "hidden".into()).unwrap();
    server.store().modify(&id, |o| o["metadata"]["labels"]["name"] = "c0".into()).unwrap();
    server.store().delete(&id, &DeleteOptions::default()).unwrap();
    let seen = events(&server, &format!("resourceVersion={from}&labelSelector=name%3Dc0"), 4);
    assert_eq!(kinds(&seen), ["MODIFIED c0", "DELETED c0", "ADDED c0", "DELETED c0"]);
    let versions: Vec<u64> = seen.iter().map(|(_, o)| o["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()).collect();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
}

#[test]
fn a_quiet_watch_says_up_to_where_it_has_looked() {
    let server = server(&[]);
    let from = server.store().version();
    server.store().import(serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}})).unwrap();
    let seen = events(&server, &format!("resourceVersion={from}&allowWatchBookmarks=true"), 1);
    assert_eq!(kinds(&seen), ["BOOKMARK "]);
    assert_eq!(seen[0].1["metadata"]["resourceVersion"], (from + 1).to_string());
}

#[test]
fn a_watch_that_comes_too_late_is_told_so_in_an_event() {
    let server = server(&config_maps(2));
    server.store().forget();
    let seen = events(&server, "resourceVersion=1", usize::MAX);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].0.as_str(), seen[0].1["code"].as_u64()), ("ERROR", Some(410)));
    assert!(seen[0].1["message"].as_str().unwrap().starts_with("too old resource version: 1 ("));
}
