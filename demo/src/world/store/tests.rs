//! What the store promises, as sentences.
use super::*;
use crate::world::resource;
use serde_json::json;

fn store() -> Store {
    let mut store = Store::new(resource::builtin());
    store.at("2026-01-02T03:04:05Z".parse().unwrap());
    store.import(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})).unwrap();
    store
}

fn create(store: &mut Store, kind: &str, group: &str, object: Value) -> Result<Id, Status> {
    let resource = store.resource_of(group, kind).unwrap();
    let made = store.create(&resource, "a", object)?;
    Ok(store.id_of(&made).unwrap())
}

fn config_map(store: &mut Store, name: &str) -> Id {
    create(store, "ConfigMap", "", json!({"metadata": {"name": name}, "data": {"k": "v"}})).unwrap()
}

fn meta<'a>(store: &'a Store, id: &Id) -> &'a Value {
    &store.get(id).unwrap()["metadata"]
}

#[test]
fn sixty_three_kinds_are_listable_by_name() {
    let all = resource::builtin();
    let listable = all.iter().filter(|r| r.verbs.iter().any(|v| v == "list"));
    assert_eq!(listable.count(), 63, "events are served twice");
    assert_eq!(resource::read(include_str!("../resources.yaml")).unwrap(), all);
}

#[test]
fn a_created_object_gets_what_only_the_server_knows() {
    let mut store = store();
    let id =
        create(&mut store, "Deployment", "apps", json!({"metadata": {"generateName": "web-", "uid": "mine", "generation": 9}})).unwrap();
    let meta = meta(&store, &id);
    assert!(id.name.starts_with("web-") && id.name.len() == 9, "{}", id.name);
    assert_eq!(meta["creationTimestamp"], "2026-01-02T03:04:05Z");
    assert_eq!(meta["generation"], 1);
    assert_eq!(meta["uid"].as_str().unwrap().len(), 36);
    assert_eq!(store.by_uid(meta["uid"].as_str().unwrap()).unwrap().0, &id);
}

#[test]
fn names_are_taken_once_and_namespaces_must_be_there_and_stay() {
    let mut store = store();
    config_map(&mut store, "x");
    let taken = create(&mut store, "ConfigMap", "", json!({"metadata": {"name": "x"}})).unwrap_err();
    assert_eq!((taken.code, taken.message.as_str()), (409, "configmaps \"x\" already exists"));
    let resource = store.resource("configmaps").unwrap();
    let nowhere = store.create(&resource, "b", json!({"metadata": {"name": "x"}})).unwrap_err();
    assert_eq!((nowhere.code, nowhere.message.as_str()), (404, "namespaces \"b\" not found"));
    let namespaces = store.resource("namespaces").unwrap();
    store.create(&namespaces, "", json!({"metadata": {"name": "b"}})).unwrap();
    let space = Id::new("namespaces", "", "b");
    assert!(matches!(store.delete(&space, &DeleteOptions::default()).unwrap(), Deletion::Terminating(_)));
    assert_eq!(store.get(&space).unwrap()["status"]["phase"], "Terminating");
    let closing = store.create(&resource, "b", json!({"metadata": {"name": "x"}})).unwrap_err();
    assert_eq!((closing.code, closing.reason.as_str()), (403, "Forbidden"));
    store.modify(&space, |o| o["spec"]["finalizers"] = json!([])).unwrap();
    assert!(store.get(&space).is_none());
}

#[test]
fn a_write_without_a_difference_is_no_write() {
    let mut store = store();
    let id = config_map(&mut store, "x");
    let before = store.version();
    store.modify(&id, |o| o["metadata"]["uid"] = "another".into()).unwrap();
    assert_eq!(store.version(), before);
    store.modify(&id, |o| o["data"]["k"] = "w".into()).unwrap();
    assert_eq!(store.version(), before + 1);
}

#[test]
fn a_generation_counts_what_is_wanted_and_of_kinds_without_status_path_everything() {
    let mut store = store();
    let deployment = create(&mut store, "Deployment", "apps", json!({"metadata": {"name": "d"}})).unwrap();
    let app = create(&mut store, "Application", "argoproj.io", json!({"metadata": {"name": "d"}})).unwrap();
    for (id, after_status) in [(&deployment, 1), (&app, 2)] {
        store.modify(id, |o| o["metadata"]["labels"]["l"] = "v".into()).unwrap();
        assert_eq!(meta(&store, id)["generation"], 1);
        store.modify(id, |o| o["status"]["x"] = 1.into()).unwrap();
        assert_eq!(meta(&store, id)["generation"], after_status);
        store.modify(id, |o| o["spec"]["x"] = 1.into()).unwrap();
        assert_eq!(meta(&store, id)["generation"], after_status + 1);
    }
}

#[test]
fn finalizers_hold_an_object_until_the_last_is_taken_off() {
    let mut store = store();
    let id = config_map(&mut store, "x");
    store.modify(&id, |o| o["metadata"]["finalizers"] = json!(["a/a", "b/b"])).unwrap();
    let foreground = DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() };
    assert!(matches!(store.delete(&id, &foreground).unwrap(), Deletion::Terminating(_)));
    assert_eq!(meta(&store, &id)["finalizers"], json!(["a/a", "b/b", "foregroundDeletion"]));
    assert_eq!(meta(&store, &id)["deletionTimestamp"], "2026-01-02T03:04:05Z");
    let new = store.modify(&id, |o| o["metadata"]["finalizers"] = json!(["a/a", "c/c"])).unwrap_err();
    assert_eq!(new.code, 422);
    store.modify(&id, |o| o["metadata"]["finalizers"] = json!(["a/a"])).unwrap();
    assert!(store.get(&id).is_some());
    store.modify(&id, |o| o["metadata"]["finalizers"] = json!([])).unwrap();
    assert!(store.get(&id).is_none());
    assert!(!store.log.back().unwrap().kept);
}

#[test]
fn a_precondition_that_fails_keeps_the_object() {
    let mut store = store();
    let id = config_map(&mut store, "x");
    let other = DeleteOptions { uid: Some("u".into()), ..DeleteOptions::default() };
    let refused = store.delete(&id, &other).unwrap_err();
    assert_eq!((refused.code, refused.reason.as_str()), (409, "Conflict"));
    assert!(
        refused.message.starts_with("Operation cannot be fulfilled on ConfigMap \"x\": the UID in the precondition (u) does not match")
    );
    let own = DeleteOptions { uid: meta(&store, &id)["uid"].as_str().map(Into::into), ..DeleteOptions::default() };
    assert!(matches!(store.delete(&id, &own).unwrap(), Deletion::Gone(_)));
}

#[test]
fn a_pod_waits_for_its_kubelet_where_there_is_one() {
    let mut store = store();
    let pod = json!({"metadata": {"name": "p"}, "spec": {"nodeName": "n", "terminationGracePeriodSeconds": 10}});
    let id = create(&mut store, "Pod", "", pod.clone()).unwrap();
    assert!(matches!(store.delete(&id, &DeleteOptions::default()).unwrap(), Deletion::Gone(_)));
    store.graceful = true;
    let id = create(&mut store, "Pod", "", pod).unwrap();
    assert!(matches!(store.delete(&id, &DeleteOptions::default()).unwrap(), Deletion::Terminating(_)));
    assert_eq!(meta(&store, &id)["deletionTimestamp"], "2026-01-02T03:04:15Z");
    assert!(matches!(store.delete(&id, &DeleteOptions { grace: Some(0), ..DeleteOptions::default() }).unwrap(), Deletion::Gone(_)));
}

#[test]
fn an_imported_object_stays_as_it_is() {
    let mut store = store();
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a", "uid": "u-1",
        "creationTimestamp": "2025-01-01T00:00:00Z", "generation": 7}, "status": {"replicas": 1}});
    let stored = store.import(object.clone()).unwrap();
    let mut expected = object;
    expected["metadata"]["resourceVersion"] = stored["metadata"]["resourceVersion"].clone();
    assert_eq!(stored, expected);
}
