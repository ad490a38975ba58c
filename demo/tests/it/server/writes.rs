//! Writes: preconditions, patches of each kind, subresources, deletion.
use super::{APPS, MAPS, ask, config_map, config_maps, get, patch, post, server};
use serde_json::{Value, json};

fn app() -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "x", "namespace": "a",
        "finalizers": ["resources-finalizer.argocd.argoproj.io"]}, "spec": {"project": "p"}, "status": {"operationState": {"phase": "Succeeded"}}})
}

fn deployment() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a"}, "spec": {"replicas": 1,
        "template": {"spec": {"containers": [{"name": "c", "image": "i:1", "env": [{"name": "A", "value": "1"}]}]}}}, "status": {"replicas": 1}})
}

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/a/deployments/d";

#[test]
fn whoever_has_not_the_latest_version_conflicts() {
    let server = server(&[config_map("x"), app()]);
    let path = format!("{MAPS}/x");
    let old = get(&server, &path).json();
    let mut new = old.clone();
    new["data"]["k"] = "w".into();
    let put = |value: &Value| ask(&server, "PUT", &path, &[("Content-Type", "application/json")], &value.to_string());
    assert_eq!(put(&new).status, 200);
    let late = put(&new);
    assert_eq!(late.status, 409);
    assert!(late.message().ends_with("please apply your changes to the latest version and try again"));
    let merge = json!({"metadata": {"resourceVersion": old["metadata"]["resourceVersion"]}, "data": {"k": "z"}});
    assert_eq!(patch(&server, "merge-patch+json", &path, &merge).status, 409);
    let other = json!({"metadata": {"uid": "u"}, "data": {"k": "z"}});
    assert_eq!(patch(&server, "merge-patch+json", &path, &other).status, 409);
    let mut custom = get(&server, &format!("{APPS}/x")).json();
    custom["metadata"]["resourceVersion"] = Value::Null;
    assert_eq!(ask(&server, "PUT", &format!("{APPS}/x"), &[("Content-Type", "application/json")], &custom.to_string()).status, 422);
}

#[test]
fn each_kind_of_patch_does_what_it_does() {
    let server = server(&[deployment(), app()]);
    let strategic = json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "B", "value": "2"}]}]}}}});
    let env = |reply: &super::Reply| reply.json()["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap().len();
    assert_eq!(env(&patch(&server, "strategic-merge-patch+json", DEPLOYMENT, &strategic)), 2);
    assert_eq!(env(&patch(&server, "merge-patch+json", DEPLOYMENT, &strategic)), 1);
    let test = json!([{"op": "test", "path": "/spec/replicas", "value": 7}, {"op": "replace", "path": "/spec/replicas", "value": 2}]);
    assert_eq!(patch(&server, "json-patch+json", DEPLOYMENT, &test).status, 422);
    let set = json!([{"op": "replace", "path": "/spec/replicas", "value": 2}]);
    assert_eq!(patch(&server, "json-patch+json", DEPLOYMENT, &set).json()["spec"]["replicas"], 2);
    let wanted = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"paused": true}});
    assert_eq!(patch(&server, "apply-patch+yaml", DEPLOYMENT, &wanted).status, 422, "no manager is named");
    let applied = patch(&server, "apply-patch+yaml", &format!("{DEPLOYMENT}?fieldManager=me"), &wanted).json();
    let managers = applied["metadata"]["managedFields"].as_array().unwrap();
    let own = managers.iter().find(|m| m["manager"] == "me").unwrap();
    assert_eq!((&own["operation"], &own["fieldsV1"]["f:spec"]), (&json!("Apply"), &json!({"f:paused": {}})));
    assert_eq!(applied["spec"]["replicas"], 2);
    let refused = patch(&server, "strategic-merge-patch+json", &format!("{APPS}/x"), &json!({"spec": {}}));
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (415, Some("UnsupportedMediaType")));
    let made = patch(&server, "apply-patch+yaml", &format!("{MAPS}/new?fieldManager=me"), &json!({"data": {"k": "v"}}));
    assert_eq!(made.status, 201);
}

#[test]
fn status_is_written_by_its_own_path_where_there_is_one() {
    let server = server(&[deployment(), app()]);
    let both = json!({"spec": {"replicas": 5}, "status": {"replicas": 5}});
    let main = patch(&server, "merge-patch+json", DEPLOYMENT, &both).json();
    assert_eq!((&main["spec"]["replicas"], &main["status"]["replicas"]), (&json!(5), &json!(1)));
    let status =
        patch(&server, "merge-patch+json", &format!("{DEPLOYMENT}/status"), &json!({"spec": {"replicas": 9}, "status": {"replicas": 5}}));
    assert_eq!((&status.json()["spec"]["replicas"], &status.json()["status"]["replicas"]), (&json!(5), &json!(5)));
    let scale = patch(&server, "merge-patch+json", &format!("{DEPLOYMENT}/scale"), &json!({"spec": {"replicas": 3}})).json();
    assert_eq!((scale["kind"].as_str(), &scale["spec"]["replicas"]), (Some("Scale"), &json!(3)));
    assert_eq!(get(&server, DEPLOYMENT).json()["spec"]["replicas"], 3);
    let missing = patch(&server, "merge-patch+json", &format!("{APPS}/x/status"), &json!({"status": {}}));
    assert_eq!((missing.status, missing.message().as_str()), (404, "applications.argoproj.io \"x\" not found"));
    let switch =
        patch(&server, "merge-patch+json", &format!("{APPS}/x"), &json!({"status": {"operationState": null}, "operation": {"sync": {}}}));
    assert_eq!((switch.json()["status"].get("operationState"), &switch.json()["operation"]), (None, &json!({"sync": {}})));
}

#[test]
fn a_write_that_changes_nothing_or_is_dry_leaves_the_version_as_it_is() {
    let server = server(&[config_map("x")]);
    let before = server.store().version();
    let path = format!("{MAPS}/x");
    assert_eq!(patch(&server, "merge-patch+json", &path, &json!({"data": {"k": "v"}})).status, 200);
    let dry = patch(&server, "merge-patch+json", &format!("{path}?dryRun=All"), &json!({"data": {"k": "w"}}));
    assert_eq!(dry.json()["data"]["k"], "w");
    assert_eq!(post(&server, &format!("{MAPS}?dryRun=All"), &config_map("new")).status, 201);
    assert_eq!(ask(&server, "DELETE", &format!("{path}?dryRun=All"), &[], "").status, 200);
    assert_eq!(server.store().version(), before);
}

#[test]
fn a_deletion_answers_what_terminates_or_that_it_is_done() {
    let server = server(&[config_map("x"), app()]);
    let gone = ask(&server, "DELETE", &format!("{MAPS}/x"), &[], "").json();
    assert_eq!((gone["status"].as_str(), gone["details"]["kind"].as_str()), (Some("Success"), Some("configmaps")));
    let path = format!("{APPS}/x");
    let delete = |body: &Value| ask(&server, "DELETE", &path, &[("Content-Type", "application/json")], &body.to_string());
    assert_eq!(delete(&json!({"preconditions": {"uid": "another"}})).status, 409);
    let held = delete(&json!({"propagationPolicy": "Foreground", "preconditions": {"uid": get(&server, &path).json()["metadata"]["uid"]}}));
    assert_eq!(held.json()["metadata"]["finalizers"], json!(["resources-finalizer.argocd.argoproj.io", "foregroundDeletion"]));
    assert!(held.json()["metadata"]["deletionTimestamp"].is_string());
    let freed = patch(&server, "merge-patch+json", &path, &json!({"metadata": {"finalizers": null}}));
    assert_eq!(freed.status, 200);
    assert_eq!(get(&server, &path).status, 404);
}

#[test]
fn a_collection_is_deleted_as_far_as_it_is_selected() {
    let server = server(&config_maps(4));
    let gone = ask(&server, "DELETE", &format!("{MAPS}?labelSelector=name%20notin%20(c1)"), &[], "");
    assert_eq!(gone.names(), ["c0", "c2", "c3"]);
    assert_eq!(get(&server, MAPS).names(), ["c1"]);
}

#[test]
fn bodies_that_do_not_fit_are_refused() {
    let server = server(&[config_map("x")]);
    let put = |body: &Value| ask(&server, "PUT", &format!("{MAPS}/x"), &[("Content-Type", "application/json")], &body.to_string()).status;
    assert_eq!(put(&config_map("y")), 400);
    assert_eq!(put(&json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}})), 400);
    assert_eq!(ask(&server, "POST", MAPS, &[("Content-Type", "text/html")], "x").status, 415);
    assert_eq!(ask(&server, "POST", MAPS, &[("Content-Type", "application/json")], "{").status, 400);
    let yaml = "metadata:\n  generateName: g-\ndata: {k: v}\n";
    let made = ask(&server, "POST", MAPS, &[("Content-Type", "application/yaml")], yaml);
    assert_eq!(made.status, 201, "{}", made.text());
}

#[test]
fn a_method_that_means_nothing_here_changes_nothing() {
    let server = server(&config_maps(2));
    // A browser's preflight is OPTIONS.
    for method in ["OPTIONS", "TRACE", "PROPFIND"] {
        for path in [MAPS.to_owned(), format!("{MAPS}/c0"), "/api".to_owned()] {
            assert_eq!(ask(&server, method, &path, &[], "").status, 405, "{method} {path}");
        }
    }
    assert_eq!(get(&server, MAPS).names(), ["c0", "c1"]);
}

#[test]
fn a_name_that_kubernetes_refuses_is_refused() {
    let server = server(&[]);
    for name in ["../x", "A", "a b", "<script>", "a\u{202e}b"] {
        let mut map = config_map("x");
        map["metadata"]["name"] = name.into();
        let refused = post(&server, MAPS, &map);
        assert_eq!((refused.status, refused.json()["reason"].as_str()), (422, Some("Invalid")), "{name}: {}", refused.text());
    }
    assert_eq!(post(&server, MAPS, &config_map("x.y-1")).status, 201);
}
