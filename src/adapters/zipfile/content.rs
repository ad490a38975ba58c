//! From an entry's stored bytes to its content, piece by piece, with every check on the way. Must not know files or layout.
use crate::adapters::zipfile::layout::STORED;
use crate::bundle::defect::DefectKind;
use crate::canon::hex;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use sha2::{Digest as _, Sha256};
use std::ops::Range;

/// Content is given out in pieces of at most this many bytes, which fit in the processor's cache for both hashes.
const PIECE: usize = 256 << 10;

/// An entry, as its headers declare it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) method: u16,
    pub(super) crc: u32,
    /// Size of the content, in bytes.
    pub(super) size: u64,
    /// Offset of the local header, in bytes.
    pub(super) start: usize,
    /// Where its stored bytes are in the file.
    pub(super) data: Range<usize>,
}

/// A decoder with its buffers, used for one entry after another.
pub(super) struct Unpacker {
    inflate: Decompress,
    piece: Vec<u8>,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        Self { inflate: Decompress::new(false), piece: vec![0; PIECE] }
    }

    /// Gives out the content of an entry whose bytes have been checked before.
    pub(super) fn again(&mut self, file: &[u8], entry: &Entry, mut take: impl FnMut(&[u8])) -> Result<(), DefectKind> {
        let raw = file.get(entry.data.clone()).ok_or(DefectKind::Overrun)?;
        if entry.method == STORED {
            take(raw);
            return Ok(());
        }
        self.inflate(raw, entry.size, &mut take)
    }

    /// Gives out the content of an entry of `file`, and returns its SHA-256 as 64 lowercase hex digits. Size and CRC-32 are checked; do
    /// not use the pieces that were given out before an error.
    pub(super) fn unpack(&mut self, file: &[u8], entry: &Entry, mut each: impl FnMut(&[u8])) -> Result<String, DefectKind> {
        let raw = file.get(entry.data.clone()).ok_or(DefectKind::Overrun)?;
        let (mut sha, mut crc) = (Sha256::new(), Crc::new());
        let mut take = |piece: &[u8]| {
            sha.update(piece);
            crc.update(piece);
            each(piece);
        };
        if entry.method == STORED {
            raw.chunks(PIECE).for_each(take);
        } else {
            self.inflate(raw, entry.size, &mut take)?;
        }
        if crc.sum() == entry.crc { Ok(hex(&sha.finalize())) } else { Err(DefectKind::Crc { found: crc.sum(), wanted: entry.crc }) }
    }

    fn inflate(&mut self, raw: &[u8], size: u64, take: &mut impl FnMut(&[u8])) -> Result<(), DefectKind> {
        let decoder = &mut self.inflate;
        decoder.reset(false);
        loop {
            let (read, written) = (decoder.total_in(), decoder.total_out());
            let rest = usize::try_from(read).ok().and_then(|at| raw.get(at..)).unwrap_or_default();
            let status = decoder.decompress(rest, &mut self.piece, FlushDecompress::None).map_err(|e| DefectKind::Stream(e.to_string()))?;
            let out = decoder.total_out();
            if out > size {
                return Err(DefectKind::Size { found: None, wanted: size });
            }
            let fresh = usize::try_from(out - written).unwrap_or(0);
            take(self.piece.get(..fresh).unwrap_or_default());
            if status == Status::StreamEnd {
                break;
            }
            if decoder.total_in() == read && fresh == 0 {
                return Err(DefectKind::Stream("they end in the middle".into()));
            }
        }
        if decoder.total_in() != raw.len() as u64 {
            return Err(DefectKind::Stream(format!("{} bytes follow their end", raw.len() as u64 - decoder.total_in())));
        }
        let found = decoder.total_out();
        if found == size { Ok(()) } else { Err(DefectKind::Size { found: Some(found), wanted: size }) }
    }
}
