//! What goes wrong when it is told to, seen from outside.
use super::{MAPS, ask, config_maps, get, post, send, server};
use evid_demo::Server;
use evid_demo::faults::{Action, Denied, Rule};
use serde_json::json;
use std::io::Read;
use std::time::{Duration, Instant};

fn failing(action: Action) -> Server {
    let server = server(&config_maps(3));
    server.faults().set(vec![Rule::on("GET", "^/api/v1/namespaces/a/configmaps", action).unwrap()]);
    server
}

#[test]
fn statuses_are_answered_so_often_and_no_more() {
    let server = server(&config_maps(3));
    server.faults().set(vec![Rule::on("GET", "configmaps", Action::too_many(2)).unwrap().times(1)]);
    let busy = get(&server, MAPS);
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("2")));
    assert_eq!(get(&server, MAPS).status, 200);
    for (action, status) in
        [(Action::unauthorized(), 401), (Action::expired(), 410), (Action::internal(), 500), (Action::unavailable(), 503)]
    {
        server.faults().set(vec![Rule::on("*", "", action).unwrap()]);
        assert_eq!((get(&server, MAPS).status, get(&server, "/version").json()["code"].as_u64()), (status, Some(status.into())));
    }
    server.faults().clear();
    assert_eq!(get(&server, MAPS).status, 200);
}

#[test]
fn a_connection_can_end_before_the_answer_and_in_its_middle() {
    assert_eq!(get(&failing(Action::Close), MAPS).status, 0);
    let cut = get(&failing(Action::CutLength(50)), MAPS);
    let promised: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!((cut.status, cut.body.len()), (200, 50));
    assert!(promised > 50);
    let chunked = get(&failing(Action::CutChunked(50)), MAPS);
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
    assert!(!chunked.text().ends_with("0\r\n\r\n"), "{}", chunked.text());
}

#[test]
fn an_answer_can_be_wrong_and_look_right() {
    let truncated = get(&failing(Action::Truncate(50)), MAPS);
    assert_eq!((truncated.status, truncated.header("content-length"), truncated.body.len()), (200, Some("50"), 50));
    let garbage = get(&failing(Action::Say(200, "text/html", b"<html>login</html>".to_vec())), MAPS);
    assert_eq!((garbage.header("content-type"), garbage.text().as_str()), (Some("text/html"), "<html>login</html>"));
    let empty = get(&failing(Action::EmptyList), MAPS);
    assert_eq!((empty.json()["kind"].as_str(), empty.names().len()), (Some("ConfigMapList"), 0));
}

#[test]
fn a_list_can_have_no_end() {
    let server = failing(Action::Endless);
    let mut path = format!("{MAPS}?limit=2");
    for names in [vec!["c0", "c1"], vec!["c2"], vec![], vec![]] {
        let page = get(&server, &path);
        assert_eq!(page.names(), names);
        path = format!("{MAPS}?limit=2&continue={}", page.json()["metadata"]["continue"].as_str().unwrap());
    }
}

#[test]
fn an_answer_can_be_late_or_never_come() {
    let start = Instant::now();
    assert_eq!(get(&failing(Action::Wait(Duration::from_millis(200))), MAPS).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(200));
    let server = failing(Action::Never);
    let mut stream = send(&server, "GET", MAPS, &[], "");
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "nothing came, and nothing was closed");
    assert_eq!(server.requests().pop().unwrap().status, None);
}

#[test]
fn a_right_that_is_missing_is_worded_so_and_known_to_reviews() {
    let server = server(&config_maps(1));
    server.faults().deny(vec![
        Denied { verb: "list".into(), resource: "pods".into(), ..Denied::default() },
        Denied { verb: "get".into(), resource: "configmaps".into(), namespace: "a".into() },
    ]);
    let list = get(&server, "/api/v1/pods");
    assert_eq!(list.status, 403);
    assert_eq!(list.message(), "pods is forbidden: User \"demo\" cannot list resource \"pods\" in API group \"\" at the cluster scope");
    let one = get(&server, &format!("{MAPS}/c0"));
    let text = "configmaps \"c0\" is forbidden: User \"demo\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"a\"";
    assert_eq!(one.message(), text);
    let user = ask(&server, "GET", "/apis/apps/v1/deployments", &[("Impersonate-User", "u")], "");
    assert_eq!(user.status, 200);
    for (verb, allowed) in [("list", false), ("get", true)] {
        let review = json!({"spec": {"resourceAttributes": {"verb": verb, "resource": "pods", "namespace": "a"}}});
        let answer = post(&server, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review).json();
        assert_eq!(answer["status"]["allowed"], allowed, "{verb}");
    }
    let rules = post(&server, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", &json!({"spec": {"namespace": "a"}})).json();
    let pods = rules["status"]["resourceRules"].as_array().unwrap().iter().find(|r| r["resources"][0] == "pods").unwrap().clone();
    assert!(!pods["verbs"].as_array().unwrap().contains(&json!("list")));
}
