//! LIST: pages of one moment, tokens, forms, selectors.
use super::{APPS, MAPS, ask, config_map, config_maps, get, post, server};
use evid_demo::world::store::{DeleteOptions, Id};
use serde_json::json;

#[test]
fn pages_are_one_moment_although_writes_go_on_between_them() {
    let server = server(&config_maps(5));
    let first = get(&server, &format!("{MAPS}?limit=2"));
    assert_eq!(first.names(), ["c0", "c1"]);
    let meta = first.json()["metadata"].clone();
    assert_eq!(meta["remainingItemCount"], 3);
    server.store().delete(&Id::new("configmaps", "a", "c3"), &DeleteOptions::default()).unwrap();
    server.store().modify(&Id::new("configmaps", "a", "c2"), |o| o["data"]["k"] = "later".into()).unwrap();
    server.store().import(config_map("c2b")).unwrap();
    let second = get(&server, &format!("{MAPS}?limit=2&continue={}", meta["continue"].as_str().unwrap()));
    assert_eq!(second.names(), ["c2", "c3"]);
    let body = second.json();
    assert_eq!(body["items"][0]["data"]["k"], "v");
    assert_eq!(body["metadata"]["resourceVersion"], meta["resourceVersion"]);
    let last = get(&server, &format!("{MAPS}?limit=2&continue={}", body["metadata"]["continue"].as_str().unwrap()));
    assert_eq!(last.names(), ["c4"]);
    assert_eq!(last.json()["metadata"].get("continue"), None);
    assert_eq!(last.json()["metadata"].get("remainingItemCount"), None);
    assert_eq!(get(&server, MAPS).names(), ["c0", "c1", "c2", "c2b", "c4"]);
}

#[test]
fn a_token_expires_with_another_that_promises_no_moment() {
    let server = server(&config_maps(3));
    let first = get(&server, &format!("{MAPS}?limit=1")).json();
    server.store().import(config_map("c0b")).unwrap();
    server.store().forget();
    let expired = get(&server, &format!("{MAPS}?limit=1&continue={}", first["metadata"]["continue"].as_str().unwrap()));
    assert_eq!((expired.status, expired.json()["reason"].as_str()), (410, Some("Expired")));
    assert!(expired.message().starts_with("The provided continue parameter is too old to display a consistent list result."));
    let token = expired.json()["metadata"]["continue"].as_str().unwrap().to_owned();
    let rest = get(&server, &format!("{MAPS}?continue={token}"));
    assert_eq!(rest.names(), ["c0b", "c1", "c2"]);
    assert_ne!(rest.json()["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    assert_eq!(get(&server, &format!("{MAPS}?continue=nonsense")).status, 400);
}

#[test]
fn items_of_built_in_kinds_have_no_kind_and_those_of_custom_ones_have() {
    let app = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "x", "namespace": "a"}});
    let server = server(&[config_map("x"), app]);
    let maps = get(&server, "/api/v1/configmaps").json();
    assert_eq!((maps["kind"].as_str(), maps["items"][0].get("kind")), (Some("ConfigMapList"), None));
    let apps = get(&server, APPS).json();
    assert_eq!((apps["items"][0]["kind"].as_str(), apps["metadata"]["continue"].as_str()), (Some("Application"), Some("")));
    assert_eq!(get(&server, &format!("{MAPS}/x")).json()["kind"], "ConfigMap");
}

#[test]
fn selectors_choose_and_leave_the_count_of_the_rest_out() {
    let server = server(&config_maps(4));
    assert_eq!(get(&server, &format!("{MAPS}?labelSelector=name%20in%20(c1,c3)")).names(), ["c1", "c3"]);
    assert_eq!(get(&server, &format!("{MAPS}?fieldSelector=metadata.name%3Dc2")).names(), ["c2"]);
    let page = get(&server, &format!("{MAPS}?labelSelector=name!%3Dc0&limit=1"));
    assert_eq!(page.names(), ["c1"]);
    assert_eq!(page.json()["metadata"].get("remainingItemCount"), None);
    assert_eq!(get(&server, &format!("{MAPS}?fieldSelector=data.k%3Dv")).status, 400);
}

#[test]
fn metadata_alone_and_tables_come_where_they_are_accepted() {
    let server = server(&[config_map("x")]);
    let accept = |kind: &str| ask(&server, "GET", MAPS, &[("Accept", kind)], "");
    let meta = accept("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1").json();
    assert_eq!(meta["kind"], "PartialObjectMetadataList");
    assert_eq!(meta["items"][0].get("data"), None);
    let table = accept("application/json;as=Table;v=v1;g=meta.k8s.io,application/json").json();
    assert_eq!((table["kind"].as_str(), &table["rows"][0]["cells"][1]), (Some("Table"), &json!("1")));
    assert_eq!(accept("application/vnd.kubernetes.protobuf").status, 406);
    assert_eq!(accept("application/vnd.kubernetes.protobuf, application/json").json()["kind"], "ConfigMapList");
}

#[test]
fn discovery_says_the_same_plain_and_aggregated_and_names_the_group_that_is_down() {
    let server = server(&[]);
    server.faults().stale(vec!["metrics.k8s.io/v1beta1".into()]);
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let whole = |path: &str| ask(&server, "GET", path, &[("Accept", accept)], "").json()["items"].as_array().cloned().unwrap();
    let mut aggregated = Vec::new();
    for item in [whole("/api"), whole("/apis")].concat() {
        let version = &item["versions"][0];
        if version["freshness"] == "Stale" {
            assert_eq!((item["metadata"]["name"].as_str(), version.get("resources")), (Some("metrics.k8s.io"), None));
        }
        let group = item["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let names = version["resources"].as_array().cloned().unwrap_or_default();
        aggregated.extend(names.iter().map(|r| format!("{}.{group}", r["resource"].as_str().unwrap())));
    }
    let mut plain = Vec::new();
    let groups = get(&server, "/apis").json()["groups"].as_array().cloned().unwrap();
    let versions = groups.iter().map(|g| g["preferredVersion"]["groupVersion"].as_str().unwrap().to_owned());
    for version in versions.chain(["v1".to_owned()]) {
        let path = if version == "v1" { "/api/v1".to_owned() } else { format!("/apis/{version}") };
        let answer = get(&server, &path);
        if version == "metrics.k8s.io/v1beta1" {
            assert_eq!(answer.status, 503);
            continue;
        }
        let group = version.split_once('/').map_or("", |(g, _)| g);
        let names = answer.json()["resources"].as_array().cloned().unwrap();
        let names = names.iter().map(|r| r["name"].as_str().unwrap()).filter(|n| !n.contains('/')).map(|n| format!("{n}.{group}"));
        plain.extend(names.collect::<Vec<_>>());
    }
    aggregated.sort();
    plain.sort();
    assert_eq!(aggregated, plain);
    assert_eq!(plain.len(), 66);
}

#[test]
fn a_large_answer_is_packed_for_who_can_unpack_it() {
    let mut big = config_map("big");
    big["data"]["k"] = "x".repeat(200_000).into();
    let server = server(&[big]);
    let packed = ask(&server, "GET", MAPS, &[("Accept-Encoding", "gzip")], "");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < 10_000);
    assert_eq!(get(&server, MAPS).header("content-encoding"), None);
}

#[test]
fn errors_are_worded_as_kubernetes_words_them() {
    let server = server(&[config_map("x")]);
    assert_eq!(get(&server, &format!("{MAPS}/y")).message(), "configmaps \"y\" not found");
    assert_eq!(get(&server, "/api/v1/things").message(), "the server could not find the requested resource");
    assert_eq!(get(&server, "/apis/a.b/v1/things").text(), "404 page not found\n");
    assert_eq!(ask(&server, "DELETE", "/api/v1/componentstatuses/x", &[], "").status, 405);
    assert_eq!(post(&server, MAPS, &config_map("x")).message(), "configmaps \"x\" already exists");
    assert!(get(&server, "/api/v1/endpoints").header("warning").unwrap().contains("v1 Endpoints is deprecated in v1.33+"));
    assert!(get(&server, MAPS).header("audit-id").is_some());
    assert!(get(&server, MAPS).header("date").is_some());
}
