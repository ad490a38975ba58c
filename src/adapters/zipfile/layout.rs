//! The headers of a bundle's zip, byte for byte: 1980-01-01, Unix, mode 0644, no flags, no extra fields, no comments. The one
//! place that knows offsets of fields. Must not know names, digests or disks.
use crate::bundle::defect::DefectKind;

/// Length of a local header without the name, in bytes.
pub(super) const LOCAL: usize = 30;
/// Length of a central header without the name, in bytes.
pub(super) const CENTRAL: usize = 46;
/// Length of the end record, in bytes.
pub(super) const END: usize = 22;
/// Method: as it is.
pub(super) const STORED: u16 = 0;
/// Method: deflate.
pub(super) const DEFLATED: u16 = 8;

/// (name, length in bytes) of the fields in their order.
type Fields = &'static [(&'static str, usize)];

const LOCAL_FIELDS: Fields = &[
    ("signature", 4),
    ("version needed", 2),
    ("flags", 2),
    ("method", 2),
    ("time", 2),
    ("date", 2),
    ("CRC-32", 4),
    ("compressed size", 4),
    ("size", 4),
    ("name length", 2),
    ("extra field length", 2),
];
const CENTRAL_FIELDS: Fields = &[
    ("signature", 4),
    ("version made by", 2),
    ("version needed", 2),
    ("flags", 2),
    ("method", 2),
    ("time", 2),
    ("date", 2),
    ("CRC-32", 4),
    ("compressed size", 4),
    ("size", 4),
    ("name length", 2),
    ("extra field length", 2),
    ("comment length", 2),
    ("disk", 2),
    ("internal attributes", 2),
    ("external attributes", 4),
    ("offset", 4),
];
const END_FIELDS: Fields = &[
    ("signature", 4),
    ("disk", 2),
    ("directory disk", 2),
    ("entries on this disk", 2),
    ("entries", 2),
    ("directory size", 4),
    ("directory offset", 4),
    ("comment length", 2),
];

/// What differs between the headers of entries. Sizes and the offset of the local header are bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) name_len: u16,
    pub(super) offset: u32,
}

impl Facts {
    /// The content of a central header. None if there are too few bytes.
    pub(super) fn of_central(raw: &[u8]) -> Option<Self> {
        Some(Self {
            method: u16_at(raw, 10)?,
            crc: u32_at(raw, 16)?,
            packed: u32_at(raw, 20)?,
            size: u32_at(raw, 24)?,
            name_len: u16_at(raw, 28)?,
            offset: u32_at(raw, 42)?,
        })
    }

    /// The local header that the writer writes, without the name.
    pub(super) fn local(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        self.common(&mut out);
        out
    }

    /// The central header that the writer writes, without the name.
    pub(super) fn central(&self) -> Vec<u8> {
        let mut out = b"PK\x01\x02".to_vec();
        // Made by Unix (3); the version is the one that is needed.
        out.extend_from_slice(&[self.needed(), 3]);
        self.common(&mut out);
        // Comment length, disk, internal attributes; then a regular file with mode 0644.
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&(0o100_644_u32 << 16).to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out
    }

    /// The version of the format needed to read the entry, in tenths.
    fn needed(&self) -> u8 {
        if self.method == STORED { 10 } else { 20 }
    }

    fn common(&self, out: &mut Vec<u8>) {
        // Flags 0, the time 00:00:00, the date 1980-01-01.
        for word in [u16::from(self.needed()), 0, self.method, 0, 0x21] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        for double in [self.crc, self.packed, self.size] {
            out.extend_from_slice(&double.to_le_bytes());
        }
        out.extend_from_slice(&self.name_len.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
    }
}

/// The end record of a file with this number of entries, whose central directory has this size and offset, in bytes.
pub(super) fn end(entries: u16, size: u32, offset: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend_from_slice(&entries.to_le_bytes());
    out.extend_from_slice(&entries.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

/// Every field in which a header (`local`, `central` or `end`) differs from the expected one.
pub(super) fn differences(header: &'static str, found: &[u8], wanted: &[u8]) -> Vec<DefectKind> {
    if found == wanted {
        return Vec::new();
    }
    let fields = match header {
        "local" => LOCAL_FIELDS,
        "central" => CENTRAL_FIELDS,
        _ => END_FIELDS,
    };
    let mut at = 0;
    let mut defects = Vec::new();
    for &(field, len) in fields {
        let (a, b) = (number(found, at, len), number(wanted, at, len));
        if a != b {
            defects.push(DefectKind::Header { header, field, found: a, wanted: b, hint: hint(field, a) });
        }
        at += len;
    }
    defects
}

/// What a value means, if it is a known attack.
fn hint(field: &str, value: u64) -> Option<&'static str> {
    match field {
        "flags" if value & 1 != 0 => Some("encrypted"),
        "flags" if value & 8 != 0 => Some("sizes after the data"),
        "external attributes" if value >> 28 == 0o12 => Some("a symbolic link"),
        "external attributes" if value >> 28 == 0o04 || value & 0x10 != 0 => Some("a folder"),
        "extra field length" => Some("an extra field can rename the entry"),
        _ => None,
    }
}

fn number(raw: &[u8], at: usize, len: usize) -> u64 {
    raw.get(at..at + len).unwrap_or_default().iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// A little-endian number at an offset.
pub(super) fn u16_at(raw: &[u8], at: usize) -> Option<u16> {
    raw.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

/// A little-endian number at an offset.
pub(super) fn u32_at(raw: &[u8], at: usize) -> Option<u32> {
    raw.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}
