//! The fault table: what goes wrong, at each stage of a capture, and what the capture then ends with. Never an exit code 0, never half a
//! file, always within bounds.
use super::Lab;
use super::platform::PROBE;
use evid_demo::faults::{Action, Rule};
use evid_demo::world::status::Status;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// No capture of this table takes as long on a machine that is not loaded; four tries with their pauses and Retry-Afters take 3 s.
const BOUND: Duration = Duration::from_secs(25);
/// In the place of an expectation: this can't happen there.
const NEVER: &str = "";

/// A fault, and what becomes of a capture where it meets…
struct Row {
    name: &'static str,
    action: Action,
    /// … discovery: a word of the error.
    discovery: &'static str,
    /// … the first page of a list: the reason of the gap, or `refused` for an error.
    first: &'static str,
    /// … a later page.
    later: &'static str,
    /// … the second reading of Applications.
    second: &'static str,
    /// … a probe: what it is found to be.
    probe: &'static str,
}

fn row(name: &'static str, action: Action, [discovery, first, later, second, probe]: [&'static str; 5]) -> Row {
    Row { name, action, discovery, first, later, second, probe }
}

fn table() -> Vec<Row> {
    let forbidden = Status::new(403, "Forbidden", "is forbidden: User \"demo\" cannot do that");
    let cut = |at: usize| Action::CutLength(at);
    let say = |body: &str| Action::Say(200, "application/json", body.into());
    let html = Action::Say(200, "text/html", b"<html><body>Sign in</body></html>".to_vec());
    let status = say(r#"{"kind":"Status","apiVersion":"v1","status":"Success"}"#);
    vec![
        row("401", Action::unauthorized(), ["login", "refused", "refused", "refused", "not-asked"]),
        row("403", Action::Fail(forbidden), ["HTTP 403", "forbidden", "truncated", "forbidden", "not-asked"]),
        row("404", Action::Fail(Status::no_resource()), ["HTTP 404", "not-found", "truncated", "not-found", "no-answer"]),
        row("410", Action::expired(), ["HTTP 410", "expired", "expired", "expired", "no-answer"]),
        row("429", Action::too_many(1), ["HTTP 429", "timed-out", "truncated", "timed-out", "not-asked"]),
        row("500", Action::internal(), ["HTTP 500", "timed-out", "truncated", "timed-out", "no-answer"]),
        row("503", Action::unavailable(), ["HTTP 503", "timed-out", "truncated", "timed-out", "no-answer"]),
        row("cut before the answer", Action::Close, ["does not answer", "truncated", "truncated", "truncated", "no-answer"]),
        row("cut at once", cut(0), ["does not answer", "truncated", "truncated", "truncated", "no-answer"]),
        row("cut in the body", cut(9), ["does not answer", "truncated", "truncated", "truncated", "no-answer"]),
        row("cut in chunks", Action::CutChunked(9), ["does not answer", "truncated", "truncated", "truncated", "no-answer"]),
        row("truncated", Action::Truncate(9), ["no discovery", "truncated", "truncated", "truncated", "wrong"]),
        row("no body", Action::Truncate(0), ["no discovery", "truncated", "truncated", "truncated", "empty"]),
        row("malformed", say(r#"{"kind":"List",,}"#), ["no discovery", "unreadable", "truncated", "unreadable", "wrong"]),
        row("garbage", html, ["no discovery", "unreadable", "truncated", "unreadable", "wrong"]),
        row("another kind", status, ["no discovery", "unreadable", "truncated", "unreadable", "wrong"]),
        row("an empty object", say("{}"), ["no discovery", "unreadable", "truncated", "unreadable", "wrong"]),
        row("null", say("null"), ["no discovery", "unreadable", "truncated", "unreadable", "wrong"]),
        row("never", Action::Never, ["no answer within", "timed-out", "truncated", "timed-out", "no-answer"]),
        row("late", Action::Wait(Duration::from_secs(5)), ["no answer within", "timed-out", "truncated", "timed-out", "no-answer"]),
        row("an empty list", Action::EmptyList, ["no kind", "contradicted", "contradicted", "unsettled", NEVER]),
        row("no end", Action::Endless, [NEVER, "truncated", "truncated", "truncated", NEVER]),
    ]
}

/// The name of a fault that its server can't tell from silence needs a short deadline.
fn args(row: &Row) -> Vec<&'static str> {
    let patient = !matches!(row.action, Action::Never | Action::Wait(_));
    let mut args = vec!["capture", "x", "--chunk-size", "2"];
    args.extend(if patient { [].as_slice() } else { &["--request-timeout", "400ms"] });
    args
}

/// Runs the table at one stage, all rows side by side.
fn each(path: &'static str, after: u32, expected: impl Fn(&Row) -> &'static str + Sync, check: impl Fn(&Lab, &Row, &super::Ran) + Sync) {
    let rows = table();
    let one = |row: &Row| {
        let lab = Lab::small();
        lab.write("evid.yaml", PROBE);
        lab.server.faults().set(vec![Rule::on("*", path, row.action.clone()).unwrap().after(after)]);
        let ran = lab.evid(&args(row));
        assert!(ran.took < BOUND, "it took {:?}", ran.took);
        assert_ne!(ran.code, Some(0), "{}", ran.err);
        check(&lab, row, &ran);
    };
    let wanted = rows.iter().filter(|r| expected(r) != NEVER);
    let failed: Vec<String> = std::thread::scope(|scope| {
        let all: Vec<_> = wanted.map(|row| (row, scope.spawn(|| catch_unwind(AssertUnwindSafe(|| one(row))).is_err()))).collect();
        all.into_iter().filter_map(|(row, t)| t.join().unwrap().then(|| row.name.to_owned())).collect()
    });
    assert!(failed.is_empty(), "{path}: {failed:?}; see above");
}

fn an_error(lab: &Lab, row: &Row, ran: &super::Ran, word: &str) {
    let name = row.name;
    assert_eq!(ran.code, Some(2), "{name}: {}", ran.err);
    assert!(ran.err.contains("error: ") && ran.err.contains("hint: ") && ran.err.contains(word), "{name}: {word}: {}", ran.err);
    assert_eq!(lab.left(), [""; 0], "{name}");
}

/// The kind has a gap of this reason, nothing else has one, and the bundle is whole.
fn a_gap(lab: &Lab, row: &Row, ran: &super::Ran, group: &str, resource: &str, reason: &str) {
    let name = row.name;
    if reason == "refused" {
        return an_error(lab, row, ran, "does not accept the login");
    }
    assert_eq!(ran.code, Some(3), "{name}: {}", ran.err);
    assert_eq!(lab.left(), ["x.evid.zip"], "{name}");
    let coverage = lab.coverage("x");
    if reason == "unsettled" {
        assert!(coverage.unsettled.iter().any(|u| u.name == "web") && ran.err.contains("unsettled: "), "{name}: {:?}", coverage.unsettled);
        return;
    }
    assert!(!coverage.gaps.is_empty() && ran.err.contains(reason), "{name}: {}", ran.err);
    for gap in &coverage.gaps {
        assert_eq!((&*gap.group, &*gap.resource, &*gap.reason), (group, resource, reason), "{name}: {}", gap.detail);
    }
    let shows_absence = coverage.questions.iter().any(|q| q.resource == resource && q.group == group);
    assert!(!shows_absence || reason == "contradicted", "{name}: a question that was not answered shows no absence");
}

#[test]
fn discovery_that_fails_is_an_error() {
    std::thread::scope(|scope| {
        for path in ["^/api$", "^/apis$"] {
            scope.spawn(move || each(path, 0, |r| r.discovery, |lab, row, ran| an_error(lab, row, ran, row.discovery)));
        }
    });
}

#[test]
fn a_list_that_fails_is_a_gap() {
    each(r"/configmaps\?", 0, |r| r.first, |lab, row, ran| a_gap(lab, row, ran, "", "configmaps", row.first));
}

#[test]
fn a_later_page_that_fails_is_a_gap() {
    each(r"/configmaps\?.*continue=", 0, |r| r.later, |lab, row, ran| a_gap(lab, row, ran, "", "configmaps", row.later));
}

#[test]
fn metadata_that_fails_is_a_gap() {
    each(r"/secrets\?", 0, |r| r.first, |lab, row, ran| a_gap(lab, row, ran, "", "secrets", row.first));
}

#[test]
fn a_second_reading_of_applications_that_fails_is_a_gap() {
    each(r"/applications\?", 1, |r| r.second, |lab, row, ran| a_gap(lab, row, ran, "argoproj.io", "applications", row.second));
}

#[test]
fn a_probe_that_fails_is_in_the_bundle_and_not_right() {
    let rows = |row: &Row| row.probe;
    let check = |lab: &Lab, row: &Row, ran: &super::Ran| {
        let name = row.name;
        assert_eq!((ran.code, lab.left()), (Some(3), vec!["x.evid.zip".to_owned()]), "{name}: {}", ran.err);
        assert_eq!(lab.coverage("x").gaps, [], "{name}");
        let line: evid::bundle::probe::Line = serde_json::from_slice(&lab.bundle("x")["probes/core.jsonl"]).unwrap();
        assert_eq!(line.is().as_str(), row.probe, "{name}: {:?}", line.samples);
        assert!(ran.err.contains("probes: 0 of 1 answered rightly"), "{name}: {}", ran.err);
    };
    each("/proxy/", 0, rows, check);
}

#[test]
fn a_group_whose_server_is_down_is_a_gap() {
    let lab = Lab::small();
    lab.server.faults().stale(vec!["metrics.k8s.io/v1beta1".into()]);
    let ran = lab.evid(&["capture", "x"]);
    assert_eq!((ran.code, lab.left()), (Some(3), vec!["x.evid.zip".to_owned()]), "{}", ran.err);
    let gaps = lab.coverage("x").gaps;
    assert_eq!(gaps.iter().map(|g| (&*g.group, &*g.resource, &*g.reason)).collect::<Vec<_>>(), [("metrics.k8s.io", "*", "timed-out")]);
}

#[test]
fn what_is_well_and_what_goes_wrong_once_is_captured_whole() {
    let busy = || Action::too_many(1);
    let once: Vec<Vec<Rule>> = vec![
        vec![],
        vec![Rule::on("GET", "^/apis$", busy()).unwrap().times(1)],
        vec![Rule::on("GET", r"/configmaps\?", Action::Close).unwrap().times(1)],
        vec![Rule::on("GET", r"/configmaps\?.*continue=", Action::expired()).unwrap().times(1)],
        vec![Rule::on("GET", r"/configmaps\?.*continue=", Action::CutChunked(9)).unwrap().times(3)],
        vec![Rule::on("GET", r"/secrets\?", Action::Truncate(9)).unwrap().times(1)],
        vec![Rule::on("GET", r"/applications\?", Action::unavailable()).unwrap().after(1).times(2)],
        vec![Rule::on("*", "", Action::Wait(Duration::from_millis(30))).unwrap()],
    ];
    std::thread::scope(|scope| {
        for rules in once {
            scope.spawn(|| {
                let lab = Lab::small();
                lab.write("evid.yaml", PROBE);
                let told = format!("{rules:?}");
                lab.server.faults().set(rules);
                let ran = lab.evid(&["capture", "x", "--chunk-size", "2"]);
                assert_eq!(ran.code, Some(0), "{told}: {}", ran.err);
                let coverage = lab.coverage("x");
                assert_eq!((coverage.gaps.len(), coverage.unsettled.len()), (0, 0), "{told}");
                let counts =
                    ["configmaps", "secrets", "applications"].map(|r| coverage.questions.iter().find(|q| q.resource == r).map(|q| q.count));
                assert_eq!(counts, [Some(5), Some(3), Some(2)], "{told}: nothing stands twice, nothing is missing");
            });
        }
    });
}
