//! What a capture sends: reads, questions about its own rights, its name; how often at most.
use super::Lab;
use super::platform::PROBE;
use evid_demo::faults::{Action, Denied, Rule};
use evid_demo::serve::requests::Seen;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

/// A capture by somebody who may not list ConfigMaps in one namespace, and so not in all.
fn denied(args: &[&str]) -> (Lab, Vec<Seen>) {
    let lab = Lab::small();
    lab.write("evid.yaml", PROBE);
    lab.server.faults().deny(vec![Denied { verb: "list".into(), resource: "configmaps".into(), namespace: "argocd".into() }]);
    let ran = lab.evid(&[&["capture", "x"], args].concat());
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let gaps = lab.coverage("x").gaps;
    let gaps: Vec<_> = gaps.iter().map(|g| (&*g.resource, g.namespace.as_deref(), &*g.reason)).collect();
    assert_eq!(gaps, [("configmaps", Some("argocd"), "forbidden")]);
    let requests = lab.server.requests();
    (lab, requests)
}

#[test]
fn a_capture_sends_no_write_but_access_reviews() {
    let (_lab, requests) = denied(&[]);
    let posts: Vec<&Seen> = requests.iter().filter(|r| r.method != "GET").collect();
    assert_eq!(posts.len(), 3, "one a namespace: {posts:?}");
    assert!(posts.iter().all(|r| r.method == "POST" && r.path == REVIEWS && !r.is_write()), "{posts:?}");
    let agent = format!("evid/{}", env!("CARGO_PKG_VERSION"));
    assert!(requests.iter().all(|r| r.user_agent == agent), "{requests:?}");
    assert!(requests.iter().any(|r| r.path.contains("/proxy/health")), "the probe was asked too");
    assert!(!requests.iter().any(|r| r.path.starts_with("/api/v1/namespaces/argocd/configmaps")), "what may not be asked is not asked");
}

#[test]
fn and_none_at_all_with_no_access_review() {
    let (_lab, requests) = denied(&["--no-access-review"]);
    assert!(requests.iter().all(|r| r.method == "GET"), "{requests:?}");
    assert!(requests.iter().any(|r| r.path.starts_with("/api/v1/namespaces/argocd/configmaps")), "it is found by trying");
}

#[test]
fn secrets_are_asked_for_their_metadata_only_unless_digests_are_wanted() {
    for (secrets, metadata) in [("metadata", true), ("digests", false)] {
        let lab = Lab::small();
        assert_eq!(lab.evid(&["capture", "x", "--secrets", secrets]).code, Some(0));
        let asked: Vec<Seen> = lab.server.requests().into_iter().filter(|r| r.path.contains("/secrets")).collect();
        assert!(!asked.is_empty());
        assert!(asked.iter().all(|r| r.accept.contains("as=PartialObjectMetadataList") == metadata), "{secrets}: {asked:?}");
    }
}

#[test]
fn a_read_is_sent_four_times_at_most_and_a_probe_once() {
    let probed = PROBE.replace("path: /health", "path: /health\n      method: POST");
    let cases = [
        (r"/configmaps\?", 4, Action::unavailable(), PROBE),
        (r"/configmaps\?", 4, Action::Close, PROBE),
        (r"/configmaps\?", 4, Action::CutLength(9), PROBE),
        (r"/configmaps\?", 1, Action::Fail(evid_demo::world::status::Status::no_resource()), PROBE),
        ("^/apis$", 4, Action::internal(), PROBE),
        ("/proxy/", 1, Action::unavailable(), PROBE),
        ("/proxy/", 1, Action::Close, PROBE),
        ("/proxy/", 1, Action::Close, &probed),
        ("/proxy/", 1, Action::too_many(1), &probed),
        ("selfsubjectrulesreviews", 1, Action::Close, PROBE),
    ];
    std::thread::scope(|scope| {
        for (path, most, action, config) in cases {
            scope.spawn(move || {
                let lab = Lab::small();
                lab.write("evid.yaml", config);
                let told = format!("{path} {action:?}");
                lab.server.faults().deny(vec![Denied { verb: "list".into(), resource: "pods".into(), namespace: "a".into() }]);
                lab.server.faults().set(vec![Rule::on("*", path, action).unwrap()]);
                let ran = lab.evid(&["capture", "x"]);
                assert_ne!(ran.code, Some(0), "{told}");
                let pattern = regex::Regex::new(path).unwrap();
                // Retries and the second try, by namespace, are different questions.
                let mut counts = std::collections::BTreeMap::new();
                lab.server
                    .requests()
                    .iter()
                    .filter(|r| pattern.is_match(&r.path))
                    .for_each(|r| *counts.entry(r.path.clone()).or_insert(0) += 1);
                assert_eq!(counts.values().max(), Some(&most), "{told}: {counts:?}");
            });
        }
    });
}
