//! The known attacks on readers of zips, each made by hand: every one is refused, with the entry named.
use super::{APPS, PODS, defects};
use evid::adapters::zipfile::{BundleReader, OpenError};
use evid::bundle::defect::{Defect, DefectKind};
use evid::bundle::sums::Sums;
use evid::canon::sha256_hex;
use std::io::Write as _;

/// One entry of a zip made by hand; `Raw::new` makes it as evid would (stored).
#[derive(Clone)]
struct Raw {
    name: Vec<u8>,
    local_name: Vec<u8>,
    data: Vec<u8>,
    size: u32,
    crc: u32,
    flags: u16,
    method: u16,
    extra: Vec<u8>,
    attributes: u32,
    comment: Vec<u8>,
    /// Not in the central directory.
    hidden: bool,
}

impl Raw {
    fn new(name: &str, data: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        Self {
            name: name.into(),
            local_name: name.into(),
            data: data.into(),
            size: u32::try_from(data.len()).unwrap(),
            crc: crc.sum(),
            flags: 0,
            method: 0,
            extra: Vec::new(),
            attributes: 0o100_644 << 16,
            comment: Vec::new(),
            hidden: false,
        }
    }

    fn named(name: &str) -> Self {
        Self::new(name, b"{}\n")
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn common(&self, out: &mut Vec<u8>, name: &[u8]) {
        let needed: u16 = if self.method == 0 { 10 } else { 20 };
        [needed, self.flags, self.method, 0, 0x21].iter().for_each(|w| out.extend(w.to_le_bytes()));
        [self.crc, u32::try_from(self.data.len()).unwrap(), self.size].iter().for_each(|w| out.extend(w.to_le_bytes()));
        [name.len(), self.extra.len()].iter().for_each(|w| out.extend(u16::try_from(*w).unwrap().to_le_bytes()));
    }
}

/// A zip of these entries, whose offsets count from `base`.
fn zip_at(base: usize, entries: &[Raw]) -> Vec<u8> {
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for e in entries {
        let offset = u32::try_from(base + out.len()).unwrap();
        out.extend(b"PK\x03\x04");
        e.common(&mut out, &e.local_name);
        [&e.local_name, &e.extra, &e.data].iter().for_each(|part| out.extend(*part));
        if !e.hidden {
            count += 1;
            directory.extend(b"PK\x01\x02");
            directory.extend([if e.method == 0 { 10 } else { 20 }, 3]);
            e.common(&mut directory, &e.name);
            directory.extend(u16::try_from(e.comment.len()).unwrap().to_le_bytes());
            directory.extend([0; 4]);
            directory.extend(e.attributes.to_le_bytes());
            directory.extend(offset.to_le_bytes());
            [&e.name, &e.extra, &e.comment].iter().for_each(|part| directory.extend(*part));
        }
    }
    let (size, offset) = (u32::try_from(directory.len()).unwrap(), u32::try_from(base + out.len()).unwrap());
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|w| out.extend(w.to_le_bytes()));
    [size, offset].iter().for_each(|w| out.extend(w.to_le_bytes()));
    out.extend([0; 2]);
    out
}

/// A bundle with these entries among its content, SHA256SUMS made to fit where the names allow.
fn bundle(extra: &[Raw]) -> Vec<Raw> {
    let mut entries = vec![Raw::named("config.json")];
    entries.extend_from_slice(extra);
    entries.push(Raw::named("evid.json"));
    let mut sums = Sums::default();
    for e in entries.iter().filter(|e| !e.hidden) {
        sums.insert(&String::from_utf8_lossy(&e.name), sha256_hex(&e.data));
    }
    entries.push(Raw::new("SHA256SUMS", sums.to_string().as_bytes()));
    entries
}

fn refused(what: &str, bytes: &[u8], expected: impl Fn(&Defect) -> bool) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let Err(OpenError::Refused { defects, .. }) = BundleReader::open(file.path()) else { panic!("{what}: opened") };
    assert!(defects.iter().any(expected), "{what}: {}", defects.iter().map(|d| format!("\n  {d}")).collect::<String>());
}

fn field(name: &'static str) -> impl Fn(&Defect) -> bool {
    move |d| matches!(d.what, DefectKind::Header { field, .. } if field == name)
}

#[test]
fn bytes_around_the_zip_are_refused() {
    let good = zip_at(0, &bundle(&[]));
    let head = |d: &Defect| d.what == DefectKind::Start;
    let end = |d: &Defect| d.what == DefectKind::End;
    refused("prepended", &[b"#!/bin/sh\n".as_slice(), &good].concat(), head);
    refused("prepended, offsets made to fit", &[b"#!/bin/sh\n".to_vec(), zip_at(10, &bundle(&[]))].concat(), head);
    refused("appended", &[good.as_slice(), b"x"].concat(), end);
    let mut comment = good.clone();
    let at = comment.len() - 2;
    comment[at..].copy_from_slice(&2_u16.to_le_bytes());
    comment.extend(b"hi");
    refused("comment", &comment, end);
    refused("two zips", &[good.as_slice(), &good].concat(), field("directory offset"));
    refused("two zips, offsets made to fit", &[good.clone(), zip_at(good.len(), &bundle(&[]))].concat(), |d| {
        matches!(d.what, DefectKind::Place { .. })
    });
    refused("empty file", b"", end);
    refused("empty zip", &zip_at(0, &[]), |d| d.what == DefectKind::Absent);
}

#[test]
fn a_zip_made_by_hand_as_evid_makes_it_is_accepted() {
    assert_eq!(defects(&zip_at(0, &bundle(&[Raw::named(PODS)]))).iter().filter(|d| !matches!(d.what, DefectKind::Head { .. })).count(), 0);
}

#[test]
fn entries_that_readers_of_zips_disagree_about_are_refused() {
    let pods = || Raw::named(PODS);
    let all = |e: Raw| zip_at(0, &bundle(&[e]));
    refused("duplicate", &zip_at(0, &bundle(&[pods(), pods()])), |d| d.entry == PODS && d.what == DefectKind::Duplicate);
    refused("local name", &all(pods().with(|e| e.local_name = APPS.into())), |d| {
        d.entry == PODS && d.what == DefectKind::LocalName(APPS.into())
    });
    refused("shorter local name", &all(pods().with(|e| e.local_name = b"evid.json".into())), |d| d.entry == PODS);
    refused("unlisted local header", &all(pods().with(|e| e.hidden = true)), |d| matches!(d.what, DefectKind::Place { .. }));
    let unicode_path = [b"\x75\x70\x0e\0\x01\0\0\0\0evil.json".as_slice()].concat();
    refused("unicode path", &all(pods().with(|e| e.extra = unicode_path)), field("extra field length"));
    refused("comment", &all(pods().with(|e| e.comment = b"x".into())), field("comment length"));
    refused("encrypted", &all(pods().with(|e| e.flags = 1)), |d| d.to_string().contains("encrypted"));
    refused("data descriptor", &all(pods().with(|e| e.flags = 8)), field("flags"));
    refused("symbolic link", &all(pods().with(|e| e.attributes = 0o120_777 << 16)), |d| d.to_string().contains("symbolic link"));
    refused("folder", &all(Raw::new("state/core/", b"").with(|e| e.attributes = 0o040_755 << 16)), |d| {
        matches!(d.what, DefectKind::Name(_))
    });
    refused("executable", &all(pods().with(|e| e.attributes = 0o100_755 << 16)), field("external attributes"));
    refused("method", &all(pods().with(|e| e.method = 93)), field("method"));
    refused("order", &zip_at(0, &bundle(&[pods(), Raw::named(APPS)])), |d| d.entry == APPS && d.what == DefectKind::Order);
    let collision = [Raw::named("state/A/pods.jsonl"), Raw::named("state/a/pods.jsonl")];
    refused("letter case", &zip_at(0, &bundle(&collision)), |d| matches!(d.what, DefectKind::Collision(_)));
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    for name in [
        "../../x.jsonl",
        "state/../../x.jsonl",
        "/etc/passwd",
        "C:\\x",
        "state\\core\\pods.jsonl",
        "state/core/.pods.jsonl",
        "zzz",
        "state/core/p\0.jsonl",
        "",
    ] {
        let bytes = zip_at(0, &bundle(&[Raw::named(name)]));
        refused(name, &bytes, |d| matches!(d.what, DefectKind::Name(_)) && d.entry == name.as_bytes().escape_ascii().to_string());
    }
}

#[test]
fn sizes_that_lie_or_explode_are_refused() {
    let deflate = |data: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(9));
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    };
    let zeros = vec![0; 1 << 20];
    let entry = Raw::new(PODS, &zeros).with(|e| (e.data, e.method) = (deflate(&zeros), 8));
    let limit = |d: &Defect| d.entry == PODS && matches!(d.what, DefectKind::Limit { .. });
    refused("ratio", &zip_at(0, &bundle(&[entry.clone().with(|e| e.size = 1 << 28)])), limit);
    refused("zip64", &zip_at(0, &bundle(&[entry.clone().with(|e| e.size = u32::MAX)])), limit);
    for size in [(1 << 20) - 1, (1 << 20) + 1, 0] {
        let found = defects(&zip_at(0, &bundle(&[entry.clone().with(|e| e.size = size)])));
        assert!(found.iter().any(|d| d.entry == PODS && matches!(d.what, DefectKind::Size { .. })), "{size}: {found:?}");
    }
    let trailing = entry.clone().with(|e| e.data.extend(b"hidden"));
    assert!(defects(&zip_at(0, &bundle(&[trailing]))).iter().any(|d| d.entry == PODS && matches!(d.what, DefectKind::Stream(_))));
    let cut = entry.with(|e| e.data.truncate(e.data.len() - 1));
    assert!(defects(&zip_at(0, &bundle(&[cut]))).iter().any(|d| d.entry == PODS && matches!(d.what, DefectKind::Stream(_))));
}

#[test]
fn the_world_is_closed_in_both_directions() {
    let mut entries = bundle(&[Raw::named(APPS)]);
    entries.insert(2, Raw::named(PODS));
    refused("not listed", &zip_at(0, &entries), |d| d.entry == PODS && d.what == DefectKind::Unlisted);
    let mut entries = bundle(&[Raw::named(APPS), Raw::named(PODS)]);
    drop(entries.remove(2));
    refused("not there", &zip_at(0, &entries), |d| d.entry == PODS && d.what == DefectKind::Missing);
    let without: Vec<_> = bundle(&[]).into_iter().filter(|e| e.name != b"SHA256SUMS").collect();
    refused("no sums", &zip_at(0, &without), |d| d.entry == "SHA256SUMS" && d.what == DefectKind::Absent);
    let mut changed = bundle(&[Raw::named(APPS)]);
    changed[1] = Raw::new(APPS, b"[]\n");
    let found = defects(&zip_at(0, &changed));
    assert!(found.iter().any(|d| d.entry == APPS && matches!(d.what, DefectKind::Digest { .. })), "{found:?}");
}
