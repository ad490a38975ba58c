//! The published schemas hold for what evid writes, and for its data files.
use crate::cli::{Place, dump, text};
use crate::samples;
use evid::adapters::{archive, report_file};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn validator(schema: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn fits(validator: &Validator, what: &str, value: &Value) {
    let errors: Vec<String> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {}", errors.join("\n"));
}

pub fn valid(schema: &str, what: &str, value: &impl serde::Serialize) {
    fits(&validator(schema), what, &serde_json::to_value(value).unwrap());
}

/// Lines, each of which must fit the schema.
fn valid_lines(schema: &str, what: &str, bytes: &[u8]) {
    let validator = validator(schema);
    for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        fits(&validator, what, &serde_json::from_slice(line).unwrap());
    }
}

/// The schema of an entry of a bundle, and whether the entry holds lines; none for SHA256SUMS and what schemas do not describe.
fn schema_of(entry: &str) -> Option<(&'static str, bool)> {
    Some(match entry.split('/').next()? {
        "evid.json" => ("manifest.v1.schema.json", false),
        "coverage.json" => ("coverage.v1.schema.json", false),
        "text.jsonl" => ("text.v1.schema.json", true),
        "state" => ("state.v1.schema.json", true),
        "identity" => ("identity.v1.schema.json", true),
        "noise" => ("noise.v1.schema.json", true),
        "health" => ("health.v1.schema.json", true),
        "probes" => ("probe.v1.schema.json", true),
        "watch.jsonl" => ("watch.v1.schema.json", true),
        "actions.jsonl" => ("actions.v1.schema.json", true),
        _ => return None,
    })
}

/// Every entry of a bundle.
fn valid_bundle(what: &str, files: &BTreeMap<String, Vec<u8>>) {
    for (entry, bytes) in files {
        match schema_of(entry) {
            Some((schema, true)) => valid_lines(schema, &format!("{what}: {entry}"), bytes),
            Some((schema, false)) => valid(schema, &format!("{what}: {entry}"), &serde_json::from_slice::<Value>(bytes).unwrap()),
            None if entry == "config.json" => {
                let spec: Value = serde_json::from_slice(bytes).unwrap();
                valid("evid.v1.schema.json", what, &json!({"apiVersion": "evid/v1", "kind": "Platform", "spec": spec}));
            }
            None => assert_eq!(entry, "SHA256SUMS", "{what}: no schema describes it"),
        }
    }
}

/// Holds every document in a folder, and in the folders below it, against its schema: bundles, reports, journals, runs. Says how many.
pub fn valid_folder(folder: &Path) -> usize {
    let mut seen = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let what = path.display().to_string();
        seen += 1;
        match () {
            () if path.is_dir() => seen += valid_folder(&path),
            // A test may have damaged it on purpose.
            () if name.ends_with(archive::ENDING) => {
                if let Ok(reader) = archive::open(&path) {
                    valid_bundle(&what, &archive::files(&reader).unwrap());
                }
            }
            () if name.ends_with(".report.json") => {
                valid("envelope.v1.schema.json", &what, &serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap());
                let (_, statement) = report_file::read(&path).unwrap();
                valid("statement.v1.schema.json", &what, &serde_json::from_slice::<Value>(&statement.to_bytes()).unwrap());
                valid("report.v1.schema.json", &what, &statement.predicate);
            }
            () if name == "MANIFEST.json" => {
                valid("envelope.v1.schema.json", &what, &serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap());
                let (_, statement) = report_file::statement(&path).unwrap();
                valid("folder.v1.schema.json", &what, &serde_json::from_slice::<Value>(&statement.to_bytes()).unwrap());
            }
            () if name == "run.json" => {
                valid("run.v1.schema.json", &what, &serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap())
            }
            () if name == "actions.jsonl" => valid_lines("actions.v1.schema.json", &what, &fs::read(&path).unwrap()),
            () => seen -= 1,
        }
    }
    seen
}

#[test]
fn everything_that_is_left_of_dumps_fits_its_schema() {
    let place = Place::captured();
    let all = place.evid(&["diff", "before", "off", "on"]);
    assert_eq!(all.status.code(), Some(0), "{}", text(&all.stderr));
    let secret = place.evid(&["capture", "digests", "--from", &dump("on"), "--secrets", "digests", "--nonce", "a text"]);
    assert_eq!(secret.status.code(), Some(0), "{}", text(&secret.stderr));
    assert_eq!(valid_folder(&place.path().join("evidence")), 5, "four bundles and a report");
}

#[test]
fn what_show_prints_as_json_fits_its_schema() {
    let place = Place::captured();
    place.evid(&["diff", "before", "off"]);
    let printed = |args: &[&str]| {
        let out = place.evid(&[&["show"], args, &["-o", "json"]].concat());
        serde_json::from_slice::<Value>(&out.stdout).unwrap()
    };
    for args in [&["before"][..], &["before", "all"], &["before", "pods", "-n", "nowhere"], &["off", "deployment", "fastapi"]] {
        valid("show.v1.schema.json", &format!("{args:?}"), &printed(args));
    }
    valid("report.v1.schema.json", "a report", &printed(&["before--off"]));
}

#[test]
fn a_report_fits_its_schema() {
    let all = ["before", "off", "on"].map(samples::collected).into();
    valid("report.v1.schema.json", "the report", &samples::judge(all).predicate);
    let mut gap = samples::collected("off");
    samples::items(&mut gap, "pods").clear();
    valid("report.v1.schema.json", "a report with doubts", &samples::judge(vec![samples::collected("before"), gap]).predicate);
}

#[test]
fn every_rule_and_every_claim_fits_its_schema() {
    for (folder, schema) in [("src/kinds/rules", "kind-rule.v1.schema.json"), ("src/claims/catalogue", "claim.v1.schema.json")] {
        let mut seen = 0;
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let value = evid::canon::yaml::parse(&fs::read_to_string(&path).unwrap()).unwrap().remove(0);
            valid(schema, &path.display().to_string(), &value);
            seen += 1;
        }
        assert!(seen > 5, "{folder} holds {seen} files");
    }
}
