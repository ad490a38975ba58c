//! A folder of evidence as its reader gets it: what is signed for, and what is not.
use crate::cli::{Place, text};
use evid::adapters::folder;
use evid::envelope::{Algorithm, SigningKey};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The evidence folder of a place with three bundles, a report, a page and a journal, as a signer closes it; and the signer's public key.
fn closed(place: &Place) -> (PathBuf, String) {
    let dir = place.path().join("evidence");
    assert_eq!(place.evid(&["diff", "before", "off", "on"]).status.code(), Some(0));
    fs::write(dir.join("index.html"), "<p>proven</p>").unwrap();
    fs::write(dir.join("actions.jsonl"), "{}\n").unwrap();
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
    folder::seal(&dir, &key).unwrap();
    // The report was signed with the place's own key; a reader trusts both.
    let own = fs::read_to_string(place.path().join("home/.local/state/evid/signing.pub")).unwrap();
    let public = place.path().join("trusted.pub");
    fs::write(&public, own + &key.verifying_key().to_pem()).unwrap();
    (dir, public.display().to_string())
}

#[test]
fn a_folder_verifies_whole_and_each_of_its_files_alone() {
    let place = Place::captured();
    let (dir, key) = closed(&place);
    let whole = place.evid(&["verify", "evidence", "--key", &key, "--rederive"]);
    let said = text(&whole.stdout);
    assert_eq!(whole.status.code(), Some(0), "{said}{}", text(&whole.stderr));
    assert!(
        said.contains("8 of 8 files are as listed") && said.contains("re-derived") && said.contains("the same signed report"),
        "{said}"
    );
    for file in
        ["index.html", "actions.jsonl", "signer.pub", "MANIFEST", "MANIFEST.json", "before.evid.zip", "before--off--on.sigstore.json"]
    {
        let one = place.evid(&["verify", &format!("evidence/{file}"), "--key", &key]);
        assert_eq!(one.status.code(), Some(0), "{file}: {}{}", text(&one.stdout), text(&one.stderr));
    }
    match Command::new("sha256sum").args(["--strict", "--quiet", "-c", "MANIFEST"]).current_dir(dir).status() {
        Ok(status) => assert!(status.success()),
        Err(_) => eprintln!("skipped: sha256sum is not installed"),
    }
}

#[test]
fn a_file_that_was_changed_or_taken_away_or_added_is_named() {
    type Change = fn(&std::path::Path);
    let cases: [(&str, Change, i32); 5] = [
        ("index.html: changed", |dir| fs::write(dir.join("index.html"), "<p>Proven</p>").unwrap(), 4),
        ("actions.jsonl: missing", |dir| fs::remove_file(dir.join("actions.jsonl")).unwrap(), 4),
        (
            "notes/a.txt: not in the list",
            |dir| fs::create_dir(dir.join("notes")).and_then(|()| fs::write(dir.join("notes/a.txt"), "")).unwrap(),
            3,
        ),
        ("MANIFEST: is not the list", |dir| drop(fs::write(dir.join("MANIFEST"), "")), 4),
        ("nobody signed MANIFEST", |dir| fs::remove_file(dir.join("MANIFEST.json")).unwrap(), 4),
    ];
    for (named, change, exit) in cases {
        let place = Place::captured();
        let (dir, key) = closed(&place);
        change(&dir);
        let out = place.evid(&["verify", "evidence", "--key", &key]);
        let said = text(&out.stdout) + &text(&out.stderr);
        assert!(out.status.code() == Some(exit) && said.contains(named), "{named}: {:?} {said}", out.status.code());
    }
}

#[test]
fn a_list_that_somebody_else_signed_is_refused_though_the_key_lies_there() {
    let place = Place::captured();
    let (dir, key) = closed(&place);
    fs::write(dir.join("index.html"), "<p>something else</p>").unwrap();
    folder::seal(&dir, &SigningKey::generate(Algorithm::Ed25519).unwrap()).unwrap();
    let named = place.evid(&["verify", "evidence", "--key", &key]);
    assert!(
        named.status.code() == Some(4) && text(&named.stderr).contains("not signed by any key that you named"),
        "{}",
        text(&named.stderr)
    );
    let unnamed = place.evid(&["verify", "evidence"]);
    assert_eq!(unnamed.status.code(), Some(3));
    assert!(text(&unnamed.stdout).contains("signer unknown") && text(&unnamed.stderr).contains("not trusted for that"));
}

#[test]
fn what_nothing_covers_in_a_folder_without_a_list_is_named() {
    let place = Place::captured();
    let (dir, key) = closed(&place);
    folder::unseal(&dir).unwrap();
    let out = place.evid(&["verify", "evidence", "--key", &key]);
    let said = text(&out.stdout);
    assert!(out.status.code() == Some(3) && said.contains("no MANIFEST") && said.contains("index.html: nobody signed for it"), "{said}");
    assert!(!said.contains("report.json: nobody") && !said.contains("zip: nobody"), "{said}");
}

#[test]
fn a_link_out_of_the_folder_is_refused() {
    let place = Place::captured();
    let (dir, key) = closed(&place);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", dir.join("link")).unwrap();
    #[cfg(unix)]
    assert!(text(&place.evid(&["verify", "evidence", "--key", &key]).stderr).contains("link: is neither a file nor a folder"));
}

#[test]
fn a_comparison_in_anothers_folder_leaves_neither_a_report_nor_a_key() {
    let place = Place::captured();
    fs::rename(place.path().join("evidence"), place.path().join("theirs")).unwrap();
    let bundles = ["theirs/before.evid.zip", "theirs/off"];
    let out = place.evid(&[&["diff"], &bundles[..]].concat());
    assert!(out.status.code() == Some(0) && text(&out.stderr).contains("no report was left"), "{}", text(&out.stderr));
    assert_eq!(fs::read_dir(place.path().join("theirs")).unwrap().count(), 3);
    assert!(!place.path().join("evidence").exists() && !place.path().join("home/.local/state/evid/signing.key").exists());
    let asked = place.evid(&[&["diff", "--archive", "mine"], &bundles[..]].concat());
    assert_eq!(asked.status.code(), Some(0), "{}", text(&asked.stderr));
    assert!(place.path().join("mine/before--off.report.json").is_file());
}

#[test]
fn the_bundles_of_runs_are_listed_by_names_that_every_verb_takes() {
    let place = Place::captured();
    let run = place.path().join("evidence/20260102T030405Z");
    fs::create_dir(&run).unwrap();
    fs::rename(place.bundle("off"), run.join("off.evid.zip")).unwrap();
    let listed = text(&place.evid(&["list"]).stdout);
    assert!(listed.contains("20260102T030405Z/off ") && listed.lines().any(|l| l.starts_with("before ")), "{listed}");
    assert_eq!(place.evid(&["show", "20260102T030405Z/off", "applications"]).status.code(), Some(0));
}
