//! What evid.yaml expects to change (law 14): excused in `unchanged` and `confined`, and nowhere else.
use crate::cli::{Place, text};
use crate::samples;
use crate::samples::{collected, object, verdict};
use crate::support::json;
use evid::bundle::config::Config;
use evid::claims::Code;
use evid::usecase::capture::Collected;
use evid::usecase::diff::{Outcome, diff};
use evid::value::Value;

/// Two captures of the platform as it was before, a map of its protected layer made anew in the second as told.
fn pair(change: impl Fn(&mut Value)) -> Vec<Collected> {
    let mut all = vec![collected("before"), collected("before")];
    let map = object(&mut all[1], "configmaps", "mlops-prod", "fastapi-config");
    change(map);
    map["metadata"]["resourceVersion"] = json!("99990");
    all[1].started = Some("2026-11-23T18:20:00.000Z".into());
    all[1].finished = Some("2026-11-23T18:20:09.000Z".into());
    all
}

fn expecting(pointer: &str) -> Config {
    let entry = json!({"kind": "configmaps", "namespace": "mlops-prod", "name": "fastapi-*", "pointers": [pointer], "because": "the operator counts its runs here"});
    evid::value::from_value(json!({"expected": [entry]})).unwrap()
}

fn judged(all: Vec<Collected>, config: &Config) -> Outcome {
    let one = |(i, c)| samples::side_of(&format!("bundle-{i}"), samples::drafted_with(c, config.clone()));
    diff(&all.into_iter().enumerate().map(one).collect::<Vec<_>>(), None).unwrap()
}

fn notes(outcome: &Outcome, claim: &str) -> Vec<String> {
    let judged = outcome.judged.iter().find(|j| j.id == claim).unwrap();
    judged.findings.iter().filter(|f| f.code == Code::ExpectedChange).map(|f| format!("{} {}", f.effect.as_str(), f.pointer)).collect()
}

const CLAIMS: [&str; 2] = ["core.unchanged", "changes.confined"];

#[test]
fn a_field_that_moves_refutes_unless_it_is_expected_and_is_noted_then() {
    let moved = || pair(|map| map["data"]["LOG_LEVEL"] = json!("moved"));
    let (without, with) = (judged(moved(), &Config::default()), judged(moved(), &expecting("/data/LOG_LEVEL")));
    for claim in CLAIMS {
        assert_eq!(verdict(&without, claim), "refuted");
        assert_eq!(verdict(&with, claim), "proven");
        assert_eq!(notes(&with, claim), ["notes /data/LOG_LEVEL"]);
    }
    crate::schemas::valid("report.v1.schema.json", "a report that expects something", &with.predicate);
    let confined = with.judged.iter().find(|j| j.id == "changes.confined").unwrap();
    assert!(evid::render::findings::of_claim(confined).ends_with("but for 1 change that evid.yaml expects"));
    assert_eq!(with.predicate["expectedChanges"][0]["because"], "the operator counts its runs here");
    assert_eq!(with.predicate["changes"][0]["fields"][0]["expected"], true);
    assert!(without.predicate.get("expectedChanges").is_none());
}

#[test]
fn what_is_expected_excuses_no_other_field_and_no_other_instance() {
    let other = pair(|map| {
        map["data"]["LOG_LEVEL"] = json!("moved");
        map["data"]["MAX_BATCH"] = json!("moved");
    });
    let again = pair(|map| {
        map["data"]["LOG_LEVEL"] = json!("moved");
        map["metadata"]["uid"] = json!("another");
    });
    for all in [other, again] {
        let outcome = judged(all, &expecting("/data/LOG_LEVEL"));
        CLAIMS.iter().for_each(|claim| assert_eq!(verdict(&outcome, claim), "refuted"));
    }
}

#[test]
fn a_bundle_whose_configuration_expects_too_much_is_not_judged() {
    let all = pair(|map| map["data"]["LOG_LEVEL"] = json!("moved"));
    let one = |(i, c)| samples::side_of(&format!("bundle-{i}"), samples::drafted_with(c, expecting("/data")));
    let failed = diff(&all.into_iter().enumerate().map(one).collect::<Vec<_>>(), None).err().unwrap().to_string();
    assert!(failed.contains("expected[0].pointers[0]") && failed.contains("too wide"), "{failed}");
}

/// Seals two bundles, `a` and `b`, where the binary looks for them.
fn sealed(all: Vec<Collected>) -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path().join("evidence")).unwrap();
    for (name, collected) in ["a", "b"].into_iter().zip(all) {
        samples::seal(&place.bundle(name), &samples::drafted(collected));
    }
    place
}

#[test]
fn what_moved_on_an_idle_platform_is_proposed_and_wants_a_reason() {
    let place = sealed(pair(|map| {
        map["data"]["LOG_LEVEL"] = json!("moved");
        map["metadata"]["managedFields"] = json!([{"manager": "tuner", "operation": "Update", "time": "2026-11-23T18:19:00Z", "fieldsV1": {"f:data": {"f:LOG_LEVEL": {}}}}]);
    }));
    let out = place.evid(&["config", "expect", "a", "b"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let proposed = text(&out.stdout);
    assert!(proposed.contains("# by tuner at 18:19:00Z: from info to moved"), "{proposed}");
    let written =
        |spec: &str| std::fs::write(place.path().join("evid.yaml"), format!("apiVersion: evid/v1\nkind: Platform\n{spec}")).unwrap();
    written(&proposed);
    let refused = place.evid(&["config", "explain"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("spec.expected[0].because: write why"), "{}", text(&refused.stderr));
    let reasoned = proposed.replace(evid::bundle::expected::PLACEHOLDER, "the tuner sets the level");
    written(&reasoned);
    assert_eq!(place.evid(&["config", "explain"]).status.code(), Some(0));
    let document = std::fs::read_to_string(place.path().join("evid.yaml")).unwrap();
    let document = evid::canon::yaml::parse(&document).unwrap().remove(0);
    crate::schemas::valid("evid.v1.schema.json", "what was proposed", &document);
    let entry = &document["spec"]["expected"][0];
    assert_eq!((&entry["name"], &entry["pointers"]), (&json!("fastapi-config"), &json!(["/data/LOG_LEVEL"])));
}

#[test]
fn what_no_entry_may_excuse_is_not_proposed() {
    let mut all = pair(|_| ());
    object(&mut all[1], "configmaps", "argocd", "argocd-cm")["data"]["resource.exclusions"] = json!("[]");
    let place = sealed(all);
    let out = place.evid(&["config", "expect", "a", "b"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(1), String::new()));
    assert!(text(&out.stderr).contains("not to be expected: ConfigMap argocd/argocd-cm"), "{}", text(&out.stderr));
    assert_eq!(place.evid(&["config", "expect", "b", "a"]).status.code(), Some(3), "the later one first");
}
