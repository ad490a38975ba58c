//! The same platform through other eyes and at other times; and one that moves while it is looked at.
use super::{Lab, until};
use evid_demo::faults::{Action, Rule};
use evid_demo::world::store::Id;
use evid_demo::{Options, platform};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The demo platform, at rest; with controllers it could move.
pub fn platform(controlled: bool) -> Lab {
    let platform = platform::platform(&platform::Options::default(), chrono::Utc::now()).unwrap();
    let controllers: Vec<Box<dyn evid_demo::Controller>> = if controlled { vec![Box::new(platform.controllers)] } else { vec![] };
    let lab = Lab::of(Options { controllers, version: platform.version, ..Options::of(platform.store) });
    // Its probes, asked so often as they are, and sooner.
    let config = include_str!("../../../samples/platform/evid.yaml");
    lab.write("evid.yaml", &config.replace("      layer:", "      interval: 20ms\n      layer:"));
    lab
}

/// Writes what `kubectl get KIND -A -o json` prints for every kind, stderr beside it.
fn dump(lab: &Lab) {
    std::fs::create_dir(lab.path("dump")).unwrap();
    let store = lab.server.store();
    for resource in store.resources().iter().filter(|r| r.verbs.iter().any(|v| v == "list")) {
        let stem = resource.stem();
        let items: Vec<&Value> = store.list(&stem, None).collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items});
        lab.write(&format!("dump/{stem}.json"), &list.to_string());
        lab.write(&format!("dump/{stem}.err"), "");
    }
}

/// The layers' digests, as the manifest has them.
fn layers(files: &BTreeMap<String, Vec<u8>>) -> Value {
    let manifest: Value = serde_json::from_slice(&files["evid.json"]).unwrap();
    manifest["layers"].clone()
}

#[test]
fn a_live_capture_and_a_dump_of_the_same_platform_have_the_same_files() {
    let lab = platform(false);
    let live = lab.evid(&["capture", "live"]);
    assert_eq!(live.code, Some(0), "{}", live.err);
    dump(&lab);
    let dumped = lab.evid(&["capture", "dumped", "--from", "dump", "--at", "2026-11-24T08:00:00Z"]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    let (live, dumped) = (lab.files("live"), lab.files("dumped"));
    let facets = |files: &BTreeMap<String, Vec<u8>>| {
        let of = |name: &&String| ["state/", "identity/", "health/", "noise/"].iter().any(|f| name.starts_with(f));
        files.keys().filter(of).cloned().collect::<Vec<_>>()
    };
    assert!(facets(&live).len() > 100);
    assert_eq!(facets(&live), facets(&dumped));
    for file in facets(&live) {
        assert!(live[&file] == dumped[&file], "{file}");
    }
    assert_eq!(layers(&live), layers(&dumped));
}

#[test]
fn two_captures_of_a_platform_at_rest_are_equal_and_nothing_is_refuted() {
    let lab = platform(true);
    for name in ["one", "two"] {
        let ran = lab.evid(&["capture", name]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.err);
    }
    assert_eq!(layers(&lab.files("one")), layers(&lab.files("two")));
    let diff = lab.evid(&["diff", "one", "two", "-o", "json"]);
    let verdicts = verdicts(&diff.out);
    assert_eq!(diff.code, Some(0), "{verdicts:#?}{}", diff.err);
    let open: Vec<_> = verdicts.iter().filter(|(_, v)| !["proven", "not_applicable"].contains(&v.as_str())).collect();
    assert!(open.is_empty(), "{open:?}");
    for claim in ["core.unchanged", "core.undisturbed", "core.healthy", "core.answering", "changes.confined", "storage.retained"] {
        assert_eq!(verdicts[claim], "proven", "{claim}");
    }
}

/// Claim → verdict.
fn verdicts(report: &str) -> BTreeMap<String, String> {
    let report: Value = serde_json::from_str(report).unwrap();
    let list = report["verdicts"].as_array().unwrap();
    list.iter().map(|v| (v["claim"].as_str().unwrap().to_owned(), v["verdict"].as_str().unwrap().to_owned())).collect()
}

/// Captures while something happens to the Application `web` between its two readings.
fn moved(lab: &Lab, name: &str, happens: impl FnOnce(&Lab)) -> super::Ran {
    let slow = Rule::on("GET", r"/configmaps\?", Action::Wait(Duration::from_millis(600))).unwrap();
    lab.server.faults().set(vec![slow]);
    let before = lab.server.requests().len();
    let running = super::Running::start(lab.folder.path(), lab.command(&["capture", name]));
    let read = |r: &evid_demo::serve::requests::Seen, part: &str| r.path.contains(part);
    until("the first reading", || {
        let asked = lab.server.requests();
        let asked = asked.get(before..).unwrap_or_default();
        asked.iter().any(|r| read(r, "/applications?") && r.status.is_some()) && asked.iter().any(|r| read(r, "/configmaps?"))
    });
    happens(lab);
    let ran = running.end();
    lab.server.faults().clear();
    ran
}

#[test]
fn an_application_that_changes_while_the_rest_is_read_is_unsettled_and_nobody_calls_it_healthy() {
    let lab = Lab::small();
    let fares = |how: &str| {
        let web = Id::new("applications.argoproj.io", "argocd", "web");
        lab.server.store().modify(&web, |app| app["status"]["health"]["status"] = how.into()).unwrap();
    };
    // The last reading calls it Healthy, as one reading alone would.
    fares("Progressing");
    let ill = moved(&lab, "moved", |_| fares("Healthy"));
    assert_eq!(ill.code, Some(3), "{}", ill.err);
    assert!(ill.err.contains("unsettled: ") && ill.err.contains("web"), "{}", ill.err);
    let unsettled = lab.coverage("moved").unsettled;
    assert_eq!(unsettled.iter().map(|u| &*u.name).collect::<Vec<_>>(), ["web"]);
    assert_eq!(lab.evid(&["capture", "still"]).code, Some(0));
    let diff = lab.evid(&["diff", "moved", "still", "-o", "json"]);
    assert_eq!(diff.code, Some(3), "{}", diff.err);
    assert_eq!(verdicts(&diff.out)["core.healthy"], "inconclusive");
}

#[test]
fn an_application_that_comes_or_goes_while_the_rest_is_read_is_unsettled() {
    let lab = Lab::small();
    let gone = moved(&lab, "gone", |lab| {
        lab.server.store().delete(&Id::new("applications.argoproj.io", "argocd", "web"), &Default::default()).unwrap();
    });
    assert_eq!(gone.code, Some(3), "{}", gone.err);
    let unsettled = lab.coverage("gone").unsettled;
    assert!(unsettled.iter().any(|u| u.name == "web" && u.moved == [""]), "{unsettled:?}");
}
