//! Bundles that were written by hand to mislead: each is a defect with a name, and none ends the process.
use crate::samples::{collected, drafted, files};
use evid::bundle::sums::Sums;
use evid::usecase::verify;
use std::collections::BTreeMap;

/// What `verify` says of a sample bundle whose files were changed and whose digests follow.
fn defects(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<String> {
    let mut files = files(&drafted(collected("off")));
    change(&mut files);
    let mut sums = Sums::default();
    files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
    verify::content(&files, &sums).defects.iter().map(ToString::to_string).collect()
}

/// Replaces a text in an entry, which must hold it.
fn replace(files: &mut BTreeMap<String, Vec<u8>>, entry: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[entry].clone()).unwrap();
    assert!(text.contains(from), "{entry}");
    files.insert(entry.to_owned(), text.replacen(from, to, 1).into_bytes());
}

#[test]
fn a_pointer_of_many_tokens_is_a_defect_and_ends_nothing() {
    let found = defects(|files| {
        let entry = files.keys().find(|n| n.starts_with("identity/") && n.ends_with("/deployments.apps.jsonl")).unwrap().clone();
        replace(files, &entry, "\"fields\":{", &format!("\"fields\":{{\"{}\":1,", "/a".repeat(50_000)));
    });
    assert!(found.iter().any(|d| d.contains("identity/")), "{found:?}");
}

#[test]
fn a_document_that_evid_would_write_otherwise_is_a_defect() {
    for (entry, from, to) in [
        ("evid.json", "\"format\":1", "\"format\": 1"),
        ("coverage.json", "{", "{ "),
        ("evid.json", "\"source\":\"dump\"", "\"source\":\"live and dump\""),
    ] {
        let found = defects(|files| replace(files, entry, from, to));
        assert!(found.iter().any(|d| d.contains(entry)), "{entry} {to}: {found:?}");
    }
}
