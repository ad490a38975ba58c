//! The published schemas hold for what evid writes, and for its data files.
use crate::samples;
use serde_json::Value;
use std::fs;
use std::path::Path;

pub fn valid(schema: &str, what: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {}", errors.join("\n"));
}

#[test]
fn the_documents_of_a_bundle_fit_their_schemas() {
    for name in ["before", "off", "on"] {
        let draft = samples::drafted(samples::collected(name));
        let document = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        valid("manifest.v1.schema.json", "evid.json", &document(&draft.manifest(&"0".repeat(64))));
        valid("coverage.v1.schema.json", "coverage.json", &document(&draft.files["coverage.json"]));
    }
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
