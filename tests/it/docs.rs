//! The docs say what the program does: codes, exit codes, verbs.
use evid::bundle::text::Hole;
use evid::claims::Code;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What the first column of the table below a heading names in backticks.
fn codes_of_table(document: &str, heading: &str) -> BTreeSet<String> {
    let below = document.split(heading).nth(1).unwrap().lines();
    let rows = below.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let first = rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    first.map(str::to_owned).collect()
}

#[test]
fn every_finding_code_has_a_place_in_the_schema_and_a_line_in_the_docs() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "two codes have one word");
    let schema: evid::value::Value = serde_json::from_str(&read("schemas/report.v1.schema.json")).unwrap();
    let listed = schema["$defs"]["code"]["enum"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, listed, "the schema's list of codes");
    // What a gap says stands with the gaps.
    let gaps: BTreeSet<String> = evid::model::Reason::ALL.iter().map(|r| r.as_str().to_owned()).collect();
    let told = codes_of_table(&read("docs/claims.md"), "## Finding codes");
    assert_eq!(codes.difference(&gaps).collect::<Vec<_>>(), told.difference(&gaps).collect::<Vec<_>>(), "the table of docs/claims.md");
}

#[test]
fn every_hole_of_a_text_has_a_place_in_the_schemas_and_a_line_in_the_docs() {
    let codes: BTreeSet<String> = Hole::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    for schema in ["text", "import"] {
        let schema: evid::value::Value = serde_json::from_str(&read(&format!("schemas/{schema}.v1.schema.json"))).unwrap();
        let listed = schema["$defs"]["hole"]["properties"]["code"]["enum"].as_array().unwrap();
        assert_eq!(codes, listed.iter().map(|c| c.as_str().unwrap().to_owned()).collect());
    }
    assert_eq!(codes, codes_of_table(&read("docs/export.md"), "## Read:"));
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

/// The paths that a document names in backticks, up to what stands for a name of one's own (`src/cli/<verb>.rs` is `src/cli`).
fn paths_in(document: &str) -> Vec<String> {
    let roots = ["src/", "tests/", "docs/", "schemas/", "samples/", ".ci/"];
    let words = document.split('`').skip(1).step_by(2).map(|code| code.split([' ', ':', '{', '#']).next().unwrap());
    let paths = words.filter(|w| roots.iter().any(|r| w.starts_with(r)));
    paths.map(|w| w.split_once('<').map_or(w, |(before, _)| before.rsplit_once('/').unwrap().0).to_owned()).collect()
}

#[test]
fn the_files_that_the_docs_for_contributors_name_are_there() {
    for document in ["CONTRIBUTING.md", "docs/decisions.md", "docs/ARCHITECTURE.md"] {
        let paths = paths_in(&read(document));
        assert!(paths.len() > 5, "{document} names {} paths", paths.len());
        for path in paths {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).exists(), "{document} names {path}, which is not there");
        }
    }
    assert_eq!(paths_in("`src/a/<b>.rs` and `cargo test`, `src/c.rs::d`"), ["src/a", "src/c.rs"]);
}

#[test]
fn the_recipes_that_renew_golden_files_name_tests_that_are_there() {
    let just = read("justfile");
    let names = just.lines().filter(|l| l.contains("EVID_BLESS=1")).flat_map(|l| l.split(" -- ").nth(1).unwrap().split(' '));
    let tests: String =
        ["sweep.rs", "samples.rs", "published.rs", "probes/runner.rs", "docs.rs"].map(|f| read(&format!("tests/it/{f}"))).concat();
    let main = read("tests/it/main.rs");
    let mut seen = 0;
    for name in names {
        let is_there =
            name.strip_suffix("::").map_or(tests.contains(&format!("fn {name}")), |module| main.contains(&format!("mod {module};")));
        assert!(is_there, "the justfile names {name}, which no test is called");
        seen += 1;
    }
    assert!(seen > 4, "{seen} names");
}

/// The reference of all commands, as `--help` prints them in 100 columns.
fn reference() -> String {
    let mut out = String::from(
        "# Commands\n\nGenerated from the program: what `--help` of each command prints. A test keeps it so (`just bless`).\n",
    );
    let mut command = evid::cli::command().term_width(100);
    command.build();
    append(&mut command, &mut out);
    out
}

fn append(command: &mut clap::Command, out: &mut String) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or("evid").to_owned();
    let help: String = command.render_long_help().to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    out.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    command.get_subcommands_mut().for_each(|below| append(below, out));
}

#[test]
fn the_reference_of_commands_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let made = reference();
    if std::env::var_os("EVID_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == made, "docs/commands.md is not what `--help` prints; `just bless` writes it");
}
