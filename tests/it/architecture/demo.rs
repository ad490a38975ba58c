//! The demo's own walls: it knows nothing of evid, its rooms import downwards, and no files import each other in a circle.
use super::{circles, sources};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Room → floor. A room imports only from lower ones.
const FLOORS: &[(&str, u8)] =
    &[("world", 0), ("seed", 1), ("kubernetes", 1), ("argocd", 2), ("faults", 3), ("api", 4), ("serve", 5), ("platform", 6), ("lib", 7)];

/// Path below `demo/src` → text.
fn texts() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/src");
    let below = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    sources("demo/src").iter().map(|p| (below(p), fs::read_to_string(p).unwrap())).collect()
}

fn floor(room: &str) -> u8 {
    FLOORS.iter().find(|(r, _)| *r == room).unwrap_or_else(|| panic!("{room} stands on no floor")).1
}

#[test]
fn rooms_import_from_lower_floors_only() {
    let mut crossings = 0;
    for (path, text) in texts() {
        let room = path.split('/').next().unwrap().trim_end_matches(".rs");
        for rest in text.split("crate::").skip(1) {
            let to = rest.split([':', ';']).next().unwrap();
            assert!(to == room || floor(to) < floor(room), "{path}: {room} imports {to}");
            crossings += usize::from(to != room);
        }
    }
    assert!(crossings > 100, "the imports were not seen");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    assert_eq!(circles::circles(&texts()), [[""; 0]; 0]);
}

#[test]
fn it_knows_nothing_of_evid() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/Cargo.toml")).unwrap();
    assert!(manifest.lines().all(|l| !l.starts_with("evid =") && !l.starts_with("evid.")));
    let tests = sources("demo/tests").into_iter().map(|p| (p.display().to_string(), fs::read_to_string(p).unwrap()));
    for (path, text) in texts().into_iter().chain(tests) {
        assert!(!text.contains("evid::"), "{path}");
    }
}

#[test]
fn its_files_say_what_they_are_for_and_are_short() {
    let mut sizes = Vec::new();
    for (path, text) in texts() {
        assert!(text.starts_with("//!"), "{path} has no `//!`");
        assert!(text.lines().count() <= 400, "{path} is long");
        sizes.push(text.lines().count());
    }
    sizes.sort_unstable();
    assert!(sizes[sizes.len() / 2] <= 120, "the median file has {} lines", sizes[sizes.len() / 2]);
}

#[test]
fn the_map_shows_its_floors() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md")).unwrap();
    let drawn = map.split("```demo-floors\n").nth(1).unwrap().split("```").next().unwrap();
    let tested: String = (0..7)
        .map(|f| {
            let rooms: Vec<&str> = FLOORS.iter().filter(|(_, floor)| *floor == f).map(|(room, _)| *room).collect();
            format!("{f} {}\n", rooms.join(" "))
        })
        .collect();
    assert_eq!(drawn, tested);
}
