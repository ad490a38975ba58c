//! Which files import each other in a circle. Reads their text: `use` lines, and paths that begin with `crate`, `self`, `super`, a
//! child module or an imported name, each followed through re-exports to the file that defines what is named. A re-export
//! is an import where its file uses the type itself. Tests do not count.
use std::collections::{BTreeMap, BTreeSet};

type Path = Vec<String>;

/// What one file says.
#[derive(Default)]
struct File {
    /// Name → what it was imported as, re-exports too.
    names: BTreeMap<String, Path>,
    /// Paths that it uses.
    uses: Vec<Path>,
}

/// Path below `src` → text. Each circle as the sorted paths of its files.
pub fn circles(texts: &BTreeMap<String, String>) -> Vec<Vec<String>> {
    let counted = texts.iter().filter(|(path, _)| !path.split('/').any(|p| p == "tests" || p == "tests.rs" || p == "main.rs"));
    let (shown, files): (BTreeMap<Path, &String>, BTreeMap<Path, File>) =
        counted.map(|(path, text)| ((module(path), path), (module(path), read(text)))).unzip();
    let imports: BTreeMap<&Path, BTreeSet<&Path>> =
        files.iter().map(|(own, file)| (own, file.uses.iter().filter_map(|p| defined_in(&files, own, p, 0)).collect())).collect();
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = imports.keys().map(|own| (*own, reach(&imports, own))).collect();
    let mut found = BTreeSet::new();
    for (own, all) in &reached {
        let circle: BTreeSet<&Path> =
            all.iter().copied().filter(|other| other != own && reached[other].contains(own)).chain([*own]).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().map(|c| c.into_iter().map(|m| shown[m].clone()).collect()).collect()
}

/// `usecase/live/mod.rs` is `usecase::capture::live`.
fn module(path: &str) -> Path {
    let mut parts: Path = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    parts.pop_if(|last| last == "mod" || last == "lib");
    parts
}

fn read(text: &str) -> File {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut file = File::default();
    let mut statement = String::new();
    let mut words = BTreeSet::new();
    for line in text.lines().map(|l| l.split("//").next().unwrap_or_default().trim()) {
        if statement.is_empty() && !(line.starts_with("use ") || line.starts_with("pub") && line.contains(" use ")) {
            file.uses.extend(paths(line));
            words.extend(line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| w.starts_with(char::is_uppercase)));
            continue;
        }
        statement.push_str(line);
        if line.ends_with(';') {
            import(&mut file, statement.trim_end_matches(';'));
            statement.clear();
        }
    }
    // A type that a file re-exports it may use too, by its bare name.
    let used = file.names.iter().filter(|(name, _)| words.contains(name.as_str()));
    file.uses.extend(used.map(|(_, path)| path.clone()).collect::<Vec<_>>());
    file
}

/// Paths of two parts and more within a line of code.
fn paths(line: &str) -> impl Iterator<Item = Path> {
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words.filter(|w| w.contains("::") && !w.starts_with(':')).map(|w| w.split("::").map(str::to_owned).collect())
}

/// Takes in one `use`, with at most one pair of braces.
fn import(file: &mut File, statement: &str) {
    let (seen_by, what) = statement.split_once("use ").unwrap_or_default();
    assert!(what.matches('{').count() < 2, "{statement}: one pair of braces a `use`, so that this test can see it");
    let (stem, ends) = what.split_once('{').unwrap_or((what, ""));
    for end in ends.trim_end_matches('}').split(',').filter(|e| ends.is_empty() || !e.trim().is_empty()) {
        let whole = format!("{stem}{}", end.trim());
        let (path, name) = whole.split_once(" as ").unwrap_or((&whole, whole.rsplit("::").next().unwrap_or_default()));
        let path: Path = path.split("::").map(str::to_owned).collect();
        if seen_by.is_empty() {
            file.uses.push(path.clone());
        }
        file.names.insert(name.to_owned(), path);
    }
}

/// The file that defines what `path` names in the file of `own`; none where it is of another crate.
fn defined_in<'a>(files: &'a BTreeMap<Path, File>, own: &[String], path: &[String], depth: usize) -> Option<&'a Path> {
    let (first, rest) = path.split_first()?;
    let child = [own, &path[..1]].concat();
    let (mut at, rest): (Path, &[String]) = match first.as_str() {
        "crate" => (Vec::new(), rest),
        "self" => (own.to_vec(), rest),
        "super" => {
            let ups = path.iter().take_while(|p| *p == "super").count();
            (own[..own.len().checked_sub(ups)?].to_vec(), &path[ups..])
        }
        _ if files.contains_key(&child) => (child, rest),
        name => {
            let meant = files.get(own)?.names.get(name).filter(|p| p[0] != name && depth < 9)?;
            return defined_in(files, own, &[meant, rest].concat(), depth + 1);
        }
    };
    for (i, part) in rest.iter().enumerate() {
        let below = [&at[..], std::slice::from_ref(part)].concat();
        if files.contains_key(&below) {
            at = below;
        } else if files.get(&at).is_some_and(|f| f.names.contains_key(part)) {
            return defined_in(files, &at, &rest[i..], depth + 1);
        } else {
            break;
        }
    }
    files.get_key_value(&at).map(|(path, _)| path)
}

/// Every file that `own` imports, and what these import.
fn reach<'a>(imports: &BTreeMap<&'a Path, BTreeSet<&'a Path>>, own: &'a Path) -> BTreeSet<&'a Path> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![own];
    while let Some(at) = todo.pop() {
        todo.extend(imports[at].iter().copied().filter(|next| seen.insert(*next)));
    }
    seen
}

fn of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    circles(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

#[test]
fn a_circle_is_seen_however_it_is_spelled() {
    let lib = ("lib.rs", "pub mod a;\npub mod b;");
    let back = ("b.rs", "fn f() { crate::a::h() }");
    for there in
        ["use crate::b;", "use crate::b::f;", "use super::b::{f, g};", "use super::b as c;\nfn f() { c::f() }", "fn f() { super::b::f() }"]
    {
        assert_eq!(of(&[lib, ("a.rs", there), back]), [["a.rs", "b.rs"]], "{there}");
    }
}

#[test]
fn a_name_is_followed_through_re_exports_to_the_file_that_defines_it() {
    let room = ("a/mod.rs", "mod x;\nmod y;\npub use x::X;\npub use y::Y;");
    assert_eq!(of(&[room, ("a/x.rs", "use super::Y;"), ("a/y.rs", "use crate::a::X;")]), [["a/x.rs", "a/y.rs"]]);
    assert_eq!(of(&[room, ("a/x.rs", "use super::Y;"), ("a/y.rs", "use std::fmt::X;")]), [[""; 0]; 0]);
    let uses = ("a/mod.rs", "mod x;\npub use x::X;\npub struct Y(X);");
    assert_eq!(of(&[uses, ("a/x.rs", "use super::Y;")]), [["a/mod.rs", "a/x.rs"]]);
    let main = ("a/mod.rs", "mod x;\nuse x::X;\npub struct Y;");
    assert_eq!(of(&[main, ("a/x.rs", "use super::Y;")]), [["a/mod.rs", "a/x.rs"]]);
}

#[test]
fn neither_tests_nor_comments_make_a_circle() {
    let back = ("b.rs", "use crate::a;");
    for there in ["//! [`crate::b`]", "#[cfg(test)]\nmod tests {\n    use crate::b;\n}"] {
        assert_eq!(of(&[("a.rs", there), back]), [[""; 0]; 0], "{there}");
    }
}
