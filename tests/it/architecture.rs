//! The walls: imports point down and in no circle, files stay small, every test file is run.
mod circles;
mod demo;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Module → floor. A new module must be placed here.
const FLOORS: &[(&str, u8)] = &[
    ("value", 0),
    ("model", 0),
    ("canon", 1),
    ("kinds", 1),
    ("argo", 2),
    ("layers", 2),
    ("bundle", 2),
    ("compare", 2),
    ("claims", 2),
    ("report", 2),
    ("envelope", 2),
    ("usecase", 3),
    ("adapters", 4),
    ("render", 4),
    ("cli", 5),
];

/// Imports between neighbours of one floor that are meant.
const SIBLINGS: &[(&str, &str)] = &[
    ("model", "value"),
    ("kinds", "canon"),
    ("layers", "argo"),
    ("bundle", "argo"),
    ("bundle", "layers"),
    ("compare", "bundle"),
    ("claims", "argo"),
    ("claims", "compare"),
    ("claims", "bundle"),
    ("report", "bundle"),
    ("report", "claims"),
    ("report", "compare"),
];

/// Files that import each other in a circle. A new circle fails, and so does an entry that is no longer needed: the list only shrinks.
/// One stays: redaction is recursive, because texts hold objects that hold texts.
const CIRCLES: &[&[&str]] = &[&["canon/redact/scan.rs", "canon/redact/walk.rs"]];

fn sources(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|e| e.unwrap().into_path());
    files.filter(|p| p.extension().is_some_and(|e| e == "rs")).collect()
}

/// What is wrong with one import, if anything.
fn fault(from: &str, to: &str) -> Option<String> {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let (Some(a), Some(b)) = (floors.get(from), floors.get(to)) else { return Some(format!("{from} or {to} stands on no floor")) };
    let fine = from == to || b < a || SIBLINGS.contains(&(from, to));
    (!fine).then(|| format!("{from} (floor {a}) imports {to} (floor {b})"))
}

#[test]
fn imports_only_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for path in sources("src") {
        let own = path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        if own == "lib.rs" || own == "main.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("use crate::{"), "{}: one path a `use`, so that this test can see it", path.display());
        for rest in text.split("crate::").skip(1) {
            let to: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            faults.extend(fault(&own, &to).map(|f| format!("{}: {f}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_upward_import_is_seen() {
    assert!(fault("model", "cli").is_some());
    assert!(fault("bundle", "adapters").is_some());
    assert!(fault("claims", "report").is_some());
    assert!(fault("nowhere", "model").is_some());
    assert!(fault("cli", "model").is_none());
}

#[test]
fn files_import_each_other_in_no_circle_but_those_that_are_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let below = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let texts = sources("src").iter().map(|p| (below(p), fs::read_to_string(p).unwrap())).collect();
    let found = circles::circles(&texts);
    assert!(found == CIRCLES, "the circles of today; end what is new, take out what is gone:\n{}", listed(&found));
}

/// As `CIRCLES` has it.
fn listed(circles: &[Vec<String>]) -> String {
    circles.iter().map(|c| format!("    &{c:?},\n")).collect()
}

#[test]
fn every_module_of_the_library_has_a_floor() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mods: Vec<&str> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    for module in &mods {
        assert!(FLOORS.iter().any(|(m, _)| m == module), "{module} stands on no floor");
    }
    assert_eq!(mods.len(), FLOORS.len());
}

#[test]
fn no_file_is_longer_than_500_lines_and_half_are_short() {
    let sizes = |folder: &str| {
        let mut sizes: Vec<(usize, PathBuf)> =
            sources(folder).into_iter().map(|p| (fs::read_to_string(&p).unwrap().lines().count(), p)).collect();
        sizes.sort();
        let (longest, path) = sizes.last().unwrap();
        assert!(*longest <= 500, "{} has {longest} lines", path.display());
        sizes
    };
    sizes("tests");
    let sizes = sizes("src");
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= 120, "the median file has {median} lines");
}

#[test]
fn the_inner_types_are_not_stored() {
    for folder in ["src/model", "src/compare", "src/claims/predicates"] {
        for path in sources(folder) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("Serialize"), "{}: stored forms have types of their own", path.display());
        }
    }
}

#[test]
fn only_adapters_and_the_command_line_touch_the_world() {
    for path in sources("src") {
        let shown = path.display().to_string();
        if ["/adapters/", "/cli/", "main.rs"].iter().any(|p| shown.contains(p)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in ["std::fs", "std::env::", "SystemTime", "Utc::now", "println!", "std::process"] {
            assert!(!text.contains(word) || word == "std::env::" && !text.contains("std::env::var"), "{shown} uses {word}");
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/main.rs")).unwrap();
    for path in sources("tests/it").into_iter().filter(|p| p.parent().is_some_and(|d| d.ends_with("it"))) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(stem == "main" || main.contains(&format!("mod {stem};")), "{} is not run", path.display());
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in sources("src") {
        assert!(fs::read_to_string(&path).unwrap().starts_with("//!"), "{} has no `//!`", path.display());
    }
}

#[test]
fn the_map_shows_the_walls_that_are_tested() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md")).unwrap();
    let block = |name: &str| map.split(&format!("```{name}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned();
    let floors = block("floors");
    let drawn = floors.lines().flat_map(|l| {
        let (floor, modules) = l.split_once(' ').unwrap();
        modules.split(' ').map(|m| (m.to_owned(), floor.parse::<u8>().unwrap())).collect::<Vec<_>>()
    });
    let tested: std::collections::BTreeSet<(String, u8)> = FLOORS.iter().map(|(m, f)| ((*m).to_owned(), *f)).collect();
    assert_eq!(drawn.collect::<std::collections::BTreeSet<_>>(), tested);
    let edges: std::collections::BTreeSet<String> = SIBLINGS.iter().map(|(a, b)| format!("{a} -> {b}")).collect();
    assert_eq!(block("edges").lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>(), edges);
}
