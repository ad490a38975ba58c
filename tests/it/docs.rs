//! The docs say what the program does: codes, exit codes, verbs.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The codes that findings are made with, as the sources spell them.
fn codes() -> BTreeSet<String> {
    let words = read("src/render/words.rs");
    let table = words.split("const WORDS").nth(1).unwrap().split("];").next().unwrap().to_owned();
    table.split("(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn every_finding_code_has_words_a_place_in_the_schema_and_a_line_in_the_docs() {
    let (schema, docs) = (read("schemas/report.v1.schema.json"), read("docs/claims.md"));
    let gaps = evid::model::Reason::ALL.map(|r| r.as_str());
    let missing: Vec<String> = codes()
        .into_iter()
        .filter(|c| !schema.contains(&format!("\"{c}\"")) || !(docs.contains(&format!("`{c}`")) || gaps.contains(&c.as_str())))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let known = codes();
    for folder in ["src/claims/predicates", "src/claims"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap_or_default();
            for rest in text.split("Finding::new(Effect::").skip(1) {
                let code = rest.split('"').nth(1).unwrap_or_default();
                let literal = rest.find('"').is_some_and(|at| rest[..at].matches(',').count() == 1 && !rest[..at].contains(')'));
                assert!(!literal || known.contains(code), "{}: {code} has no words", path.display());
            }
        }
    }
}

#[test]
fn the_readme_names_every_verb_and_every_exit_code() {
    let readme = read("README.md");
    for verb in evid::cli::command().get_subcommands() {
        assert!(readme.contains(&format!("`evid {}", verb.get_name())), "the README does not name `evid {}`", verb.get_name());
    }
    for line in evid::cli::exit::HELP.lines().skip(1) {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        let first = meaning.split([',', ' ']).next().unwrap();
        assert!(readme.contains(&format!("{code} {first}")), "the README does not say what {code} means");
    }
}
