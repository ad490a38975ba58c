//! The forms in which folders of answers come: by namespace, cluster-info dump, must-gather, mixed.
use super::{EMPTY, FORBIDDEN, dump, gaps, list, lists, object};

fn namespaces(names: &[&str]) -> String {
    list(&names.iter().map(|n| object("v1", "Namespace", "", n)).collect::<Vec<_>>())
}

#[test]
fn a_dump_by_namespace_answers_for_the_namespaces_it_asked() {
    let pods = |ns: &str| list(&[object("v1", "Pod", ns, "p")]);
    let refused = format!("{FORBIDDEN} in the namespace \"c\"");
    let found = dump(&[
        ("namespaces.json", &namespaces(&["a", "b", "c", "d"])),
        ("nodes.json", &list(&[object("v1", "Node", "", "n")])),
        ("a/pods.json", &pods("a")),
        ("b/pods.json.gz", &list(&[])),
        ("c/pods.json", EMPTY),
        ("c/pods.err", &refused),
    ]);
    assert_eq!(lists(&found), ["pods.@a? 1", "pods.@b? 0", "pods.@c? 0", "namespaces.@? 4", "nodes.@? 1"]);
    assert_eq!(gaps(&found), ["forbidden pods.@c", "not-asked pods.@d"]);
}

#[test]
fn a_folder_that_only_looks_like_a_namespace_asks_the_whole_cluster() {
    let pods = list(&[object("v1", "Pod", "a", "p"), object("v1", "Pod", "b", "p")]);
    let found = dump(&[("a/namespaces.json", &namespaces(&["a", "b"])), ("a/pods.json", &pods), ("a/pods.err", "")]);
    assert_eq!(lists(&found), ["namespaces.@? 2", "pods.@? 2"]);
    assert!(found.gaps.is_empty());
}

#[test]
fn a_cluster_info_dump_is_understood_without_its_logs() {
    let typed = |kind: &str, version: &str, items: &str| {
        format!(r#"{{"kind": "{kind}List", "apiVersion": "{version}", "metadata": {{"resourceVersion": "9"}}, "items": {items}}}"#)
    };
    let found = dump(&[
        ("nodes.json", &typed("Node", "v1", r#"[{"metadata": {"name": "n"}}]"#)),
        ("a/pods.json", &typed("Pod", "v1", r#"[{"metadata": {"name": "p", "namespace": "a"}}]"#)),
        ("a/p/logs.txt", "==== START"),
        ("a/events.json", &typed("Event", "v1", r#"[{"metadata": {"name": "e", "namespace": "a", "resourceVersion": "12"}}]"#)),
        ("default/replication-controllers.json", &typed("ReplicationController", "v1", "null")),
    ]);
    assert_eq!(lists(&found), ["pods.@a? 1", "replicationcontrollers.@default? 0", "nodes.@? 1"]);
    assert_eq!(found.highest, Some(12));
    assert_eq!(gaps(&found), ["not-asked replicationcontrollers.@a"], "there is a pod in `a`, and no file of these");
}

#[test]
fn a_namespace_that_only_objects_or_applications_name_exists() {
    let app = object("argoproj.io/v1alpha1", "Application", "argocd", "app")
        .replace(r#""metadata""#, r#""spec": {"destination": {"server": "https://kubernetes.default.svc", "namespace": "b"}}, "metadata""#);
    let pods = |ns: &str| list(&[object("v1", "Pod", ns, "p")]);
    let files = [("a/pods.json", pods("a")), ("applications.argoproj.io.json", list(&[app])), ("a/pods.err", String::new())];
    let with = |more: &[(&str, &str)]| {
        let files: Vec<(&str, &str)> = files.iter().map(|(f, t)| (*f, t.as_str())).chain(more.iter().copied()).collect();
        gaps(&dump(&files))
    };
    assert_eq!(with(&[]), ["not-asked pods.@argocd", "not-asked pods.@b"]);
    let all = namespaces(&["a", "argocd"]);
    assert_eq!(with(&[("namespaces.json", &all)]), ["not-asked pods.@argocd"], "the list of namespaces is whole: there is no `b`");
}

#[test]
fn a_group_that_is_down_is_a_gap_of_its_own_and_of_no_list() {
    let down = "the server is currently unable to handle the request";
    let said = format!("E0502 10:00:01.1 42 memcache.go:287] couldn't get resource list for metrics.k8s.io/v1beta1: {down}\n");
    let found = dump(&[("pods.json", EMPTY), ("pods.err", &said), ("jobs.batch.json", ""), ("jobs.batch.err", &said)]);
    assert_eq!(gaps(&found), ["unreadable jobs.batch@", "timed-out *.metrics.k8s.io@"]);
}

#[test]
fn a_list_of_which_objects_remain_is_cut() {
    let cut = r#"{"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "41", "remainingItemCount": 3}, "items": []}"#;
    assert_eq!(gaps(&dump(&[("pods.json", cut)])), ["truncated pods.@"]);
}

#[test]
fn what_a_list_that_can_be_relied_on_repeats_is_no_gap() {
    let raw = r#"{"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "41"}, "items": []}"#;
    let all = list(&[object("v1", "Pod", "a", "p"), object("apps/v1", "Deployment", "a", "d")]);
    assert_eq!(gaps(&dump(&[("pods.json", raw), ("all.json", &all)])), ["unattested deployments.apps@"]);
}

#[test]
fn a_must_gather_answers_no_question() {
    let found = dump(&[
        ("image-sha/namespaces/a/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n"),
        ("image-sha/namespaces/a/apps/deployments.yaml", &list(&[object("apps/v1", "Deployment", "a", "d")])),
        ("image-sha/namespaces/a/pods/p/p.yaml", &object("v1", "Pod", "a", "p")),
        ("image-sha/cluster-scoped-resources/core/nodes/n.yaml.gz", "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n\n"),
    ]);
    assert_eq!(lists(&found), ["nodes.@ 1", "namespaces.@ 1", "deployments.apps@a 1", "pods.@a 1"]);
    assert_eq!(gaps(&found), ["unattested namespaces.@", "unattested nodes.@", "unattested pods.@", "unattested deployments.apps@"]);
}

#[test]
fn mixed_lists_streams_and_single_objects_are_split_by_kind() {
    let crd = r#"{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "oxen.x.io"},
        "spec": {"group": "x.io", "scope": "Namespaced", "names": {"plural": "oxen", "kind": "Ox"}}}"#;
    let found = dump(&[
        ("all.json", &list(&[object("v1", "Service", "a", "s"), object("v1", "Pod", "a", "p"), object("x.io/v1", "Ox", "b", "o")])),
        ("all.err", ""),
        ("stream.json", &format!("{}\n{crd}\n{}", object("v1", "Node", "", "n"), object("v1", "Node", "", "m"))),
        ("more.yml", &format!("---\n{}\n---\n---\n{}\n", object("v1", "Secret", "a", "x"), object("v1", "Secret", "a", "y"))),
    ]);
    let want =
        ["pods.@? 1", "services.@? 1", "oxen.x.io@? 1", "secrets.@ 2", "nodes.@ 2", "customresourcedefinitions.apiextensions.k8s.io@ 1"];
    assert_eq!(lists(&found), want);
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one_is_a_gap() {
    let bomb = format!("{}{}", " ".repeat(17 << 20), list(&[object("v1", "Pod", "a", "p")]));
    let found = dump(&[("nodes.json", &list(&[object("v1", "Node", "", "n")])), ("pods.json.gz", &bomb)]);
    assert_eq!(lists(&found), ["nodes.@? 1"]);
    assert!(found.gaps.iter().any(|g| g.resource == "pods" && g.detail.contains("unpacked from")), "{:?}", found.gaps);
}
