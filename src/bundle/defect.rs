//! What can be wrong with a bundle, each with the entry that it is in. Only the list and its messages; must not know how a defect is
//! found.
use crate::bundle::names::NameFault;
use crate::bundle::sums::SumsFault;
use std::fmt;

/// The place of bytes that belong to no entry.
pub const CONTAINER: &str = "container";

/// One thing wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// The entry's name, escaped if it is not ASCII; `container` for bytes that belong to no entry.
    pub entry: String,
    pub what: DefectKind,
}

impl Defect {
    pub fn of(entry: &str, what: DefectKind) -> Self {
        Self { entry: entry.into(), what }
    }

    /// A defect of bytes that belong to no entry.
    pub fn container(what: DefectKind) -> Self {
        Self::of(CONTAINER, what)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.entry, self.what)
    }
}

/// What is wrong. Offsets and sizes are bytes; offsets count from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefectKind {
    /// The contents contradict each other: a facet does not follow from its object, a layer from its Applications.
    #[error("{0}")]
    Facets(String),
    #[error("the file does not start with a zip entry: it is no bundle, or bytes were put in front")]
    Start,
    #[error("the file does not end with the record that closes a zip: it was cut, or bytes or a comment were appended")]
    End,
    /// A field of a header is not what evid writes.
    #[error("{field} in the {header} header is {found:#x}, not {wanted:#x}{}", .hint.map(|h| format!(" ({h})")).unwrap_or_default())]
    Header {
        /// `local`, `central` or `end`.
        header: &'static str,
        field: &'static str,
        found: u64,
        wanted: u64,
        /// What the value means, if it is a known attack.
        hint: Option<&'static str>,
    },
    /// A record of the central directory is cut or has no signature.
    #[error("the central directory is broken at offset {0}")]
    Directory(u64),
    /// The entry's local header has this other name.
    #[error("its local header calls it {0:?}")]
    LocalName(String),
    #[error("starts at offset {found}, but what stands before it ends at {wanted}: hidden or overlapping bytes")]
    Place { found: u64, wanted: u64 },
    #[error("reaches beyond the entries of the file")]
    Overrun,
    #[error("{0} bytes between the entries and the central directory belong to no entry")]
    Unowned(u64),
    #[error("the name is not allowed: {0}")]
    Name(#[from] NameFault),
    #[error("a second entry of this name")]
    Duplicate,
    #[error("differs from {0} in letter case only: on some systems one would overwrite the other")]
    Collision(String),
    #[error("stands in the wrong place: entries are sorted by name, then come evid.json and SHA256SUMS")]
    Order,
    #[error("missing: every bundle has it")]
    Absent,
    #[error("{what} is {found}, more than the {most} that evid reads")]
    Limit { what: &'static str, found: u64, most: u64 },
    #[error("the compressed bytes can't be decoded: {0}")]
    Stream(String),
    #[error("declared as {wanted} bytes, but holds {}", match .found { Some(n) => n.to_string(), None => "more".into() })]
    Size {
        /// The number of bytes; None if it is more than declared.
        found: Option<u64>,
        wanted: u64,
    },
    #[error("the CRC-32 of its content is {found:08x}, not {wanted:08x}: the content was changed")]
    Crc { found: u32, wanted: u32 },
    #[error("its SHA-256 is {found}, but SHA256SUMS says {wanted}: the content was changed")]
    Digest { found: String, wanted: String },
    /// SHA256SUMS does not have its required form.
    #[error("{0}")]
    Sums(#[from] SumsFault),
    #[error("not listed in SHA256SUMS: it was added afterwards")]
    Unlisted,
    #[error("listed in SHA256SUMS but not in the file: it was removed")]
    Missing,
    #[error(
        "the stored bytes before evid.json have the SHA-256 {found}, but evid.json says {wanted}: they were changed or compressed anew"
    )]
    Head { found: String, wanted: String },
    #[error("the zip library reads it in another way: {0}")]
    Disputed(String),
}
