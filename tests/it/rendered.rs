//! What a report is given as: page, Markdown, JUnit, SARIF, as reviewed in `tests/it/rendered` (`EVID_BLESS=1` writes the files anew); how
//! large it grows; and that foreign text is text in each.
mod hostile;

use crate::cli::{Place, text};
use crate::samples::{collected, drafted_beside, items, object, side_of};
use crate::support::json;
use evid::bundle::config::Config;
use evid::bundle::probe::Line;
use evid::canon::redact::Redactor;
use evid::compare::Side;
use evid::model::Source;
use evid::render::view::{Inputs, view};
use evid::render::{html, junit, markdown, sarif};
use evid::report::read::{Reading, read};
use evid::usecase::capture::{Beside, Collected};
use evid::usecase::diff::diff;
use evid::usecase::prove::{Goal, State};
use evid::usecase::shown::shown;
use evid::value::Value;
use std::path::Path;

/// A report in its forms: ending of a file, text.
fn forms(inputs: &Inputs<'_>) -> [(&'static str, String); 4] {
    let view = view(inputs);
    [
        ("html", html::page(&view)),
        ("md", markdown::text(&view)),
        ("junit.xml", junit::xml(&view)),
        ("sarif", sarif::text(inputs.report, inputs.judged)),
    ]
}

/// A text in which every digest is the same: they change with each rule, and tests of bundles hold them.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        let end = part.strip_prefix(digits).unwrap();
        out.push_str(if [32, 64].contains(&digits.len()) { "DIGEST" } else { digits });
        out.push_str(end);
    }
    out
}

fn reviewed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rendered").join(name);
    // A page has no line breaks where none are shown; here each element has a line.
    let text = masked(text).replace("><", ">\n<");
    if std::env::var_os("EVID_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(text == std::fs::read_to_string(&path).unwrap_or_default(), "{name}: look at what moved; EVID_BLESS=1 accepts it");
}

fn reading(sides: &[Side]) -> Reading {
    read(&diff(sides, None).unwrap().predicate).unwrap()
}

/// A probe of core with one sample.
pub(super) fn probe(body: &str, is: &str) -> Line {
    evid::value::from_value(json!({"probe": "api health", "layer": "core",
        "asked": {"through": "service", "method": "GET", "path": "/health", "port": "80"},
        "target": {"kind": "Service", "namespace": "mlops-prod", "name": "fastapi"},
        "samples": [{"at": "2026-11-23T18:12:20.000Z", "heard": {"answer": {"status": 200, "body": body, "bytes": 9, "milliseconds": 3}},
            "outcome": {"is": is}}]}))
    .unwrap()
}

fn config() -> Config {
    let probe = json!({"name": "api health", "layer": "core", "path": "/health",
        "through": {"service": {"namespace": "mlops-prod", "name": "fastapi", "port": 80}}, "expect": {"json": [{"at": "/status", "equals": "ok"}]}});
    Config { probes: Some(vec![evid::value::from_value(probe).unwrap()]), ..Config::default() }
}

/// A point of a run, with what was watched and written before it.
pub(super) fn point(name: &str, mut collected: Collected, probes: Vec<Line>, watched: &[Value], written: &[Value]) -> Side {
    let lines = |all: &[Value]| all.iter().flat_map(|l| [evid::canon::json::to_bytes(l), b"\n".to_vec()].concat()).collect::<Vec<u8>>();
    let files = match watched {
        [] => vec![],
        _ => vec![("watch.jsonl".to_owned(), lines(watched)), ("actions.jsonl".to_owned(), lines(written))],
    };
    collected.source = Source::Live;
    let beside = Beside { probes, files, nonce: Some("said by a reviewer".into()), run: Some("prove-1".into()) };
    side_of(name, drafted_beside(collected, &config(), &Redactor::new(&[7; 32]), beside))
}

/// What was watched between two samples: a pod that was not ready for a while, probes, a break.
fn watched(from: &str, times: [&str; 4], until: &str) -> Vec<Value> {
    let mut before = collected("before");
    let pods = items(&mut before, "pods");
    let pod =
        pods.iter().find(|p| p["metadata"]["namespace"] == "mlops-prod" && p["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet");
    let pod = &pod.unwrap()["metadata"];
    let line = |time: &str, ready: bool| {
        json!({"event": "pod", "time": time, "namespace": pod["namespace"], "name": pod["name"], "uid": pod["uid"], "ownerKind": "ReplicaSet",
            "owner": pod["ownerReferences"][0]["uid"], "ready": ready, "restarts": 0})
    };
    let sample = |time: &str, right: bool, what: &str| json!({"event": "probe", "time": time, "layer": "core", "probe": "api health of mlops-prod/fastapi", "right": right, "asked": true, "what": what});
    let [a, b, c, d] = times;
    vec![
        json!({"event": "from", "time": from}),
        line(from, true),
        sample(a, true, ""),
        line(b, false),
        sample(b, false, "no-answer: connection refused"),
        json!({"event": "gap", "time": c, "detail": "the watch was cut"}),
        line(d, true),
        sample(d, true, ""),
        json!({"event": "until", "time": until}),
    ]
}

/// OFF in a run that did not go well: a ConfigMap of core changed, a pod was unready, a probe failed, the watch broke.
fn ill() -> Vec<Side> {
    let (mut before, mut off) = (collected("before"), collected("off"));
    object(&mut before, "configmaps", "mlops-prod", "fastapi-config")["data"] = json!({"settings": "a: 1\nb: 2\nc: 3\n"});
    object(&mut off, "configmaps", "mlops-prod", "fastapi-config")["data"] = json!({"settings": "a: 1\nb: two\nc: 3\n"});
    let seen = watched(
        &before.finished.clone().unwrap(),
        ["2026-11-23T18:13:00.000Z", "2026-11-23T18:14:00.000Z", "2026-11-23T18:15:00.000Z", "2026-11-23T18:15:30.000Z"],
        &off.started.clone().unwrap(),
    );
    let write = |stage: &str, status: Value| {
        json!({"stage": stage, "seq": 1, "time": "2026-11-23T18:13:10.000Z", "user": "op", "what": "prune", "method": "PATCH",
            "path": "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root-optional", "object": "Application argocd/root-optional",
            "uid": "u", "status": status})
    };
    let written = [write("intent", Value::Null), write("answer", json!(200))];
    vec![
        point("before", before, vec![probe("{\"status\":\"ok\"}", "right")], &[], &[]),
        point("off", off, vec![probe("{\"status\":\"degraded\"}", "wrong")], &seen, &written),
    ]
}

#[test]
fn a_report_of_plain_captures_is_given_as_reviewed() {
    let sides = ["before", "off", "on"].map(|name| crate::samples::side(name, collected(name)));
    let (report, shown) = (reading(&sides), shown(&sides).unwrap());
    let signers = ["key".to_owned()];
    let file = Some("before--off--on.report.json");
    let inputs = Inputs { report: &report, file, signers: &signers, judged: true, shown: Some(&shown), run: None };
    for (ending, text) in forms(&inputs) {
        reviewed(&format!("round-trip.{ending}"), &text);
    }
    // Of a report alone, only what it holds itself.
    let alone = Inputs { judged: false, shown: None, ..inputs };
    let page = html::page(&view(&alone));
    assert!(page.contains("was read and not verified") && page.contains("the bundles were not read"));
    assert!(
        !page.contains("id=\"timeline\"") && !page.contains("id=\"applications\"") && page.contains("30 objects (7 of them Applications)")
    );
}

#[test]
fn a_run_that_went_wrong_is_given_as_reviewed() {
    let sides = ill();
    let (report, shown) = (reading(&sides), shown(&sides).unwrap());
    let mut state = State::begin(Goal::CoreOnly, Some("said by a reviewer".into()), None, chrono::DateTime::UNIX_EPOCH);
    state.done = ["before", "switch-off", "off"].map(str::to_owned).to_vec();
    let signers = ["key".to_owned()];
    let inputs = Inputs {
        report: &report,
        file: Some("before--off.report.json"),
        signers: &signers,
        judged: true,
        shown: Some(&shown),
        run: Some(&state),
    };
    for (ending, text) in forms(&inputs) {
        reviewed(&format!("ill.{ending}"), &text);
    }
    assert_eq!(forms(&inputs).map(|f| f.1), forms(&inputs).map(|f| f.1), "the same input gives the same bytes");
}

#[test]
fn the_first_sentence_says_no_more_than_the_verdicts() {
    for (names, says) in [
        (
            &["before", "off"][..],
            "optional: 30 objects (7 of them Applications) went, and while the switch was off nothing of it lived but what stays",
        ),
        (
            &["off", "on"],
            "optional: while the switch was off nothing of it lived but what stays on purpose. Whether optional is back as it was stays open",
        ),
        (&["before", "off", "on"], "optional: 30 objects (7 of them Applications) went and came back equal."),
    ] {
        let sides: Vec<Side> = names.iter().map(|name| crate::samples::side(name, collected(name))).collect();
        let report = reading(&sides);
        let said = view(&Inputs { report: &report, file: None, signers: &[], judged: true, shown: None, run: None }).lead;
        assert!(said[0].starts_with(says), "{names:?}: {said:?}");
    }
}

#[test]
fn a_report_that_proves_nothing_passes_nowhere() {
    let mut predicate = diff(&ill(), None).unwrap().predicate;
    predicate["verdicts"] = json!([]);
    predicate["verdict"] = json!("inconclusive");
    let report = read(&predicate).unwrap();
    let inputs = Inputs { report: &report, file: None, signers: &[], judged: true, shown: None, run: None };
    let xml = junit::xml(&view(&inputs));
    assert!(xml.contains("tests=\"1\" failures=\"0\" errors=\"1\""), "{xml}");
}

#[test]
fn five_hundred_changes_fit_a_page_of_two_megabytes_and_a_comment() {
    let mut predicate = diff(&ill(), None).unwrap().predicate;
    let lines = |word: &str| (0..30).map(|i| format!("line {i} {word}\n")).collect::<String>();
    let change = |i: usize| {
        let fields: Vec<Value> =
            ["a", "b"].map(|f| json!({"pointer": format!("/data/{f}"), "before": lines("before"), "after": lines("after")})).into();
        json!({"object": {"group": "", "kind": "ConfigMap", "namespace": "n", "name": format!("c{i}")}, "layer": "core", "change": "modified",
            "recreated": false, "from": "before", "to": "off", "fields": fields, "file": "state/core/configmaps.jsonl"})
    };
    predicate["changes"] = (0..500).map(change).collect();
    let report = read(&predicate).unwrap();
    let inputs = Inputs { report: &report, file: None, signers: &[], judged: true, shown: None, run: None };
    let [(_, page), (_, comment), ..] = forms(&inputs);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(comment.len() <= 65_000 && comment.contains(" more are in the report"), "{} bytes", comment.len());
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
}

#[test]
fn several_forms_go_into_a_folder_and_one_to_stdout() {
    let place = Place::captured();
    let many = place.evid(&["diff", "before", "off", "on", "-o", "html,markdown,junit,sarif,json,table", "--out-dir", "out"]);
    assert_eq!((many.status.code(), text(&many.stdout)), (Some(0), String::new()), "{}", text(&many.stderr));
    for ending in ["html", "md", "junit.xml", "sarif", "json", "txt"] {
        let file = place.path().join(format!("out/before--off--on.{ending}"));
        assert!(std::fs::read_to_string(&file).unwrap().contains("core.unchanged"), "{ending}");
    }
    let one = place.evid(&["diff", "before", "off", "-o", "markdown", "--no-sign"]);
    assert!(text(&one.stdout).starts_with("## before → off: ✅ proven\n"), "{}", text(&one.stdout));
    let none = place.evid(&["diff", "before", "off", "-o", "html,junit"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("--out-dir DIR"), "{}", text(&none.stderr));
    let read = place.evid(&["show", "before--off--on", "-o", "html,sarif", "--out-dir", "read"]);
    assert_eq!(read.status.code(), Some(0), "{}", text(&read.stderr));
    let page = std::fs::read_to_string(place.path().join("read/before--off--on.html")).unwrap();
    assert!(page.contains("was read and not verified"));
    let sarif: Value = serde_json::from_slice(&std::fs::read(place.path().join("read/before--off--on.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["properties"]["verified"], false);
    let bundle = place.evid(&["show", "before", "-o", "html"]);
    assert_eq!(bundle.status.code(), Some(2));
    assert!(text(&bundle.stderr).contains("is a bundle"), "{}", text(&bundle.stderr));
}
