//! A watch: its first list is read as every list is, and it goes on by itself.
use super::{Lab, until};
use evid::adapters::kube::{Access, Cluster, Watcher, connect};
use evid::usecase::cluster::Resource;
use evid::usecase::cluster::port::{Watch as _, WatchEvent};
use evid_demo::Options;
use evid_demo::faults::{Action, Denied, Rule};
use evid_demo::world::resource::builtin;
use evid_demo::world::store::{DeleteOptions, Id, Store};
use serde_json::json;
use std::time::Duration;

const PODS: usize = 120;

/// More pods than go on one page.
fn crowd() -> Lab {
    let mut store = Store::new(builtin());
    for n in 0..PODS {
        store.import(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("p{n}"), "namespace": "a"}})).unwrap();
    }
    Lab::of(Options::of(store))
}

fn cluster(lab: &Lab) -> Cluster {
    let timeout = Duration::from_secs(10);
    let access = Access { kubeconfig: Some(lab.path("kubeconfig")), context: None, impersonate: None, groups: vec![], timeout };
    connect(&access, |_| None).unwrap()
}

fn pods() -> Resource {
    Resource::new("", "v1", "pods", "Pod", true)
}

/// The next events.
fn next(watcher: &Watcher) -> Vec<WatchEvent> {
    let seen = std::cell::RefCell::new(Vec::new());
    until("the watch brings something", || {
        seen.borrow_mut().extend(watcher.drain().0.into_iter().map(|(_, event)| event));
        !seen.borrow().is_empty()
    });
    seen.into_inner()
}

#[test]
fn a_page_that_expires_begins_the_first_list_anew_and_nothing_was_missed() {
    let lab = crowd();
    lab.server.faults().set(vec![Rule::on("GET", "continue=", Action::expired()).unwrap().times(1)]);
    let cluster = cluster(&lab);
    let watcher = Watcher::start(&cluster, pods());
    match &next(&watcher)[..] {
        [WatchEvent::Listed(all)] => assert_eq!(all.len(), PODS, "each once"),
        other => panic!("{other:?}"),
    }
    let firsts = lab.server.requests().iter().filter(|r| r.path.contains("/pods?limit=") && !r.path.contains("continue=")).count();
    assert_eq!(firsts, 2);
    until("it is connected", || watcher.drain().1);
    lab.server.store().delete(&Id::new("pods", "a", "p7"), &DeleteOptions { grace: Some(0), ..DeleteOptions::default() }).unwrap();
    match &next(&watcher)[..] {
        [WatchEvent::Gone(pod)] => assert_eq!(pod["metadata"]["name"], "p7"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_that_can_not_be_read_to_its_end_is_a_gap_and_no_list() {
    let lab = crowd();
    lab.server.faults().set(vec![Rule::on("GET", "continue=", Action::expired()).unwrap().times(4)]);
    let cluster = cluster(&lab);
    let watcher = Watcher::start(&cluster, pods());
    let first = next(&watcher).remove(0);
    assert!(matches!(&first, WatchEvent::Gap(why) if why.contains("/api/v1/pods can't be listed")), "{first:?}");
    let second = next(&watcher).remove(0);
    assert!(matches!(&second, WatchEvent::Listed(all) if all.len() == PODS), "it goes on by itself: {second:?}");
    lab.server.faults().deny(vec![Denied { verb: "list".into(), resource: "pods".into(), namespace: String::new() }]);
    let refused = Watcher::start(&cluster, pods());
    assert!(matches!(&next(&refused)[0], WatchEvent::Gap(why) if why.contains("HTTP 403")));
}
