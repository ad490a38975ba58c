//! Bundles as zip files: what the writer promises, and that no byte of a bundle can be another one.
#![allow(clippy::unwrap_used, reason = "a test fails where this fails")]

mod attacks;

use evid::adapters::zipfile::{BundleReader, BundleWriter, OpenError, Pile, Sealed, WriteError};
use evid::bundle::defect::{Defect, DefectKind};
use evid::canon::sha256_hex;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const APPS: &str = "state/core/applications.argoproj.io.jsonl";
const PODS: &str = "state/optional/pods.jsonl";

/// The entries of a small bundle but the last two.
fn content() -> Vec<(&'static str, Vec<u8>)> {
    let lines = |n: usize| -> Vec<u8> {
        (0..n)
            .flat_map(|i| {
                format!("{{\"kind\":\"Pod\",\"name\":\"inference-{i}\",\"namespace\":\"optional\",\"n\":{}}}\n", i * 7919 % 97).into_bytes()
            })
            .collect()
    };
    vec![("config.json", b"{}".to_vec()), ("coverage.json", Vec::new()), (APPS, lines(3)), (PODS, lines(40))]
}

fn write(path: &Path, force: bool) -> Result<Sealed, WriteError> {
    let mut writer = BundleWriter::create(path, force)?;
    for (name, bytes) in content() {
        writer.add(name, &bytes)?;
    }
    let manifest = format!("{{\"head\":\"{}\"}}", writer.head_sha256());
    writer.add("evid.json", manifest.as_bytes())?;
    writer.finish()
}

fn sealed() -> (TempDir, Sealed) {
    let folder = tempfile::tempdir().unwrap();
    let sealed = write(&folder.path().join("a.evid.zip"), false).unwrap();
    (folder, sealed)
}

/// Everything that evid has against the bytes.
fn defects(bytes: &[u8]) -> Vec<Defect> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    match BundleReader::open(file.path()) {
        Err(OpenError::Refused { defects, .. }) => defects,
        Err(other) => panic!("{other}"),
        Ok(reader) => {
            let mut found = reader.check_all();
            if let Ok(manifest) = reader.entry("evid.json") {
                let text = String::from_utf8(manifest).unwrap();
                found.extend(text.split('"').nth(3).and_then(|head| reader.check_head(head)));
            }
            found
        }
    }
}

#[test]
fn what_is_written_is_read_back_with_its_digests() {
    let (_folder, sealed) = sealed();
    let bytes = fs::read(&sealed.path).unwrap();
    let reader = BundleReader::open(&sealed.path).unwrap();
    assert_eq!((sealed.sha256.as_str(), sealed.size), (sha256_hex(&bytes).as_str(), bytes.len() as u64));
    assert_eq!((reader.file_sha256(), reader.sums()), (sealed.sha256.as_str(), &sealed.sums));
    for (name, bytes) in content() {
        assert_eq!(reader.entry(name).unwrap(), bytes);
        assert_eq!(reader.sums().get(name), Some(sha256_hex(&bytes).as_str()));
    }
    assert_eq!(reader.names().collect::<Vec<_>>(), ["config.json", "coverage.json", "evid.json", APPS, PODS]);
    assert_eq!(String::from_utf8(reader.entry("SHA256SUMS").unwrap()).unwrap(), sealed.sums.to_string());
    assert_eq!(defects(&bytes), []);
}

#[test]
fn entries_that_waited_on_disk_give_the_same_bytes_in_whatever_order_they_came() {
    let (folder, one) = sealed();
    let two = folder.path().join("b.evid.zip");
    let mut pile = Pile::new().unwrap();
    content().into_iter().rev().for_each(|(name, bytes)| pile.add(name.to_owned(), &bytes).unwrap());
    assert!(pile.add("config.json".to_owned(), b"").is_err(), "no name twice");
    let mut writer = BundleWriter::create(&two, false).unwrap();
    pile.write(&mut writer).unwrap();
    let manifest = format!("{{\"head\":\"{}\"}}", writer.head_sha256());
    writer.add("evid.json", manifest.as_bytes()).unwrap();
    assert_eq!(writer.finish().unwrap().sha256, one.sha256);
    assert_eq!(fs::read(one.path).unwrap(), fs::read(two).unwrap());
}

#[test]
fn no_byte_of_a_bundle_can_be_another_one() {
    let (_folder, sealed) = sealed();
    let good = fs::read(&sealed.path).unwrap();
    let mut only_by_head = 0;
    for at in 0..good.len() {
        for pattern in [0x01, 0x04, 0x20, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= pattern;
            let found = defects(&bad);
            assert!(!found.is_empty() && found.iter().all(|d| !d.entry.is_empty()), "byte {at} ^ {pattern:#x} was accepted");
            only_by_head += usize::from(found.iter().all(|d| matches!(d.what, DefectKind::Head { .. })));
        }
    }
    eprintln!("{} bytes; {only_by_head} flips decode to the same content and show in the head digest only", good.len());
}

#[test]
fn a_bundle_that_was_cut_anywhere_is_refused() {
    let (_folder, sealed) = sealed();
    let good = fs::read(&sealed.path).unwrap();
    for len in 0..good.len() {
        assert!(!defects(&good[..len]).is_empty(), "cut to {len} bytes");
    }
}

#[test]
fn a_changed_entry_is_named_and_the_others_are_not() {
    let (_folder, sealed) = sealed();
    let mut bytes = fs::read(&sealed.path).unwrap();
    let at = bytes.windows(PODS.len()).position(|w| w == PODS.as_bytes()).unwrap() + PODS.len() + 60;
    bytes[at] ^= 0x10;
    let names: Vec<_> = defects(&bytes).into_iter().map(|d| d.entry).filter(|e| e != "container").collect();
    assert_eq!(names, [PODS]);
}

#[test]
fn an_existing_file_is_replaced_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.evid.zip");
    let early = BundleWriter::create(&path, false).unwrap();
    fs::write(&path, "precious").unwrap();
    assert!(matches!(write(&path, false), Err(WriteError::Exists { .. })));
    // One that was started before the file came loses the race as well.
    let mut early = early;
    early.add("evid.json", b"{}").unwrap();
    assert!(matches!(early.finish(), Err(WriteError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let sealed = write(&path, true).unwrap();
    assert_eq!(sha256_hex(&fs::read(&path).unwrap()), sealed.sha256);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_file_stays_where_writing_failed_or_was_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.evid.zip");
    let mut given_up = BundleWriter::create(&path, false).unwrap();
    given_up.add("config.json", b"{}").unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    drop(given_up);
    let mut unfinished = BundleWriter::create(&path, false).unwrap();
    assert!(matches!(unfinished.add("../x", b""), Err(WriteError::Name { .. })));
    assert!(matches!(unfinished.finish(), Err(WriteError::Order { .. })));
    let mut disordered = BundleWriter::create(&path, false).unwrap();
    disordered.add(PODS, b"").unwrap();
    assert!(matches!(disordered.add(PODS, b""), Err(WriteError::Order { .. })));
    assert!(matches!(disordered.add(APPS, b""), Err(WriteError::Order { .. })));
    assert!(matches!(disordered.add("SHA256SUMS", b""), Err(WriteError::Order { .. })));
    disordered.add("state/optional/pods.x.jsonl", b"").unwrap();
    disordered.add("state/optional/pods.y.jsonl", b"").unwrap();
    disordered.add("evid.json", b"{}").unwrap();
    assert!(matches!(disordered.add("state/z/z.jsonl", b""), Err(WriteError::Order { .. })));
    drop(disordered);
    let mut colliding = BundleWriter::create(&path, false).unwrap();
    for name in ["state/A/pods.jsonl", "state/a/pods.jsonl", "evid.json"] {
        colliding.add(name, b"").unwrap();
    }
    assert!(matches!(colliding.finish(), Err(WriteError::Collision { .. })));
    assert!(matches!(write(&folder.path().join("none/a.evid.zip"), false), Err(WriteError::Io(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Runs a tool and demands success; says so where the tool is missing.
fn tool(command: &mut Command) {
    match command.output() {
        Err(e) => eprintln!("skipped: {:?}: {e}", command.get_program()),
        Ok(out) => {
            assert!(out.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
        }
    }
}

#[test]
fn stock_tools_read_a_bundle() {
    let (folder, sealed) = sealed();
    let out = folder.path().join("out");
    tool(Command::new("unzip").arg("-tqq").arg(&sealed.path));
    tool(
        Command::new("python3")
            .args([
                "-c",
                "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); z.testzip() is None or sys.exit(1); z.extractall(sys.argv[2])",
            ])
            .arg(&sealed.path)
            .arg(&out),
    );
    if out.exists() {
        tool(Command::new("sha256sum").args(["--strict", "-c", "SHA256SUMS"]).current_dir(&out));
        tool(
            Command::new("sh")
                .args([
                    "-c",
                    &format!("test \"$(grep ' state/core/' SHA256SUMS | sha256sum | cut -c1-64)\" = {}", sealed.sums.layer_digest("core")),
                ])
                .current_dir(&out),
        );
    }
}
