//! A comparison reads what differs, wherever in a bundle it is.
use crate::samples::{self, Memory};
use evid::compare::Change;
use evid::usecase::diff::diff;
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// The same lines, each kind's cut into two files; if `turned`, in the opposite order.
fn cut(files: &Files, turned: bool) -> Files {
    let mut out = Files::new();
    for (name, bytes) in files {
        if !["state/", "identity/", "noise/", "health/"].iter().any(|facet| name.starts_with(facet)) {
            out.insert(name.clone(), bytes.clone());
            continue;
        }
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
        if turned {
            lines.reverse();
        }
        let (first, second) = lines.split_at(lines.len().div_ceil(2));
        out.insert(name.clone(), first.concat());
        if !second.is_empty() {
            out.insert(name.replace(".jsonl", ".0123abcd.jsonl"), second.concat());
        }
    }
    out
}

/// Each claim's verdict, and each change without the file that shows it.
fn told(all: [&Files; 2]) -> (Vec<String>, Vec<String>) {
    let sides: Vec<_> = all.into_iter().enumerate().map(|(i, files)| Memory::side(&i.to_string(), files.clone())).collect();
    let outcome = diff(&sides, None).unwrap();
    let changes = outcome.changes.into_iter().map(|c| format!("{:?}", Change { file: String::new(), ..c }));
    (outcome.judged.iter().map(|j| format!("{} {}", j.id, j.verdict.as_str())).collect(), changes.collect())
}

#[test]
fn where_the_lines_of_a_kind_are_decides_nothing() {
    let [before, off] = ["before", "off"].map(|name| samples::files(&samples::drafted(samples::collected(name))));
    let plain = told([&before, &off]);
    assert!(plain.1.len() > 20, "{}", plain.1.len());
    assert!(told([&before, &cut(&off, false)]) == plain, "cut");
    assert!(told([&cut(&before, true), &cut(&off, false)]) == plain, "cut, and turned");
    assert_eq!(told([&before, &cut(&before, false)]).1, [""; 0]);
}
