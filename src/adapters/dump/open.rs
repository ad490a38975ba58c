//! Turns the bytes of one file into text: unpacked, limited in size, decoded. Knows nothing of what the text means.
use crate::adapters::dump::walk::Found;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::Read;

/// The largest text that is read from one file, in bytes.
pub(super) const MAX_TEXT: u64 = 1 << 30;

/// How many times as large as a packed file its text may be: what kubectl prints is packed to a tenth or a fiftieth.
const RATIO: u64 = 200;
/// A packed file may hold this much, however small it is.
const FREE: u64 = 16 << 20;

/// A file that is open: its bytes, unpacked.
pub(super) struct Opened {
    pub(super) bytes: Box<dyn Read>,
    /// More bytes are too many.
    pub(super) most: u64,
    size: u64,
    packed: bool,
}

impl Opened {
    fn of(found: &Found) -> std::io::Result<Self> {
        let file = File::open(&found.path)?;
        let size = file.metadata()?.len();
        let packed = found.file.ends_with(".gz");
        let most = if packed { size.saturating_mul(RATIO).clamp(FREE, MAX_TEXT) } else { MAX_TEXT };
        let bytes: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Self { bytes: Box::new(bytes.take(most + 1)), most, size, packed })
    }
}

/// A file's bytes, or why there are none.
pub(super) fn bytes(found: &Found) -> Result<Opened, String> {
    Opened::of(found).map_err(|e| format!("can't be read: {e}"))
}

/// The text of a file, or why there is none.
pub(super) fn text(found: &Found) -> Result<String, String> {
    let Opened { bytes: mut file, most, size, packed } = bytes(found)?;
    let mut bytes = Vec::new();
    bytes.reserve(usize::try_from(size).unwrap_or(0).saturating_mul(if packed { 8 } else { 1 }).min(64 << 20));
    file.read_to_end(&mut bytes).map_err(|e| if packed { format!("can't be unpacked: {e}") } else { format!("can't be read: {e}") })?;
    if bytes.len() as u64 > most {
        let packed = if packed { format!(", unpacked from {size}") } else { String::new() };
        return Err(format!("is larger than {most} bytes{packed}"));
    }
    decode(bytes)
}

/// UTF-8, or UTF-16 with a byte order mark, which PowerShell writes for `>`.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units =
            bytes.chunks_exact(2).skip(1).map(|pair| order([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]));
        char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| "is not UTF-16".to_owned())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|e| {
            let good = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
            format!("line {}: is not UTF-8", good.iter().filter(|b| **b == b'\n').count() + 1)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_powershell_writes_is_read() {
        let wide: Vec<u8> = "\u{feff}{\"ä\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(wide).unwrap(), "{\"ä\": 1}");
        assert_eq!(decode(b"a\nb\xff".to_vec()).unwrap_err(), "line 2: is not UTF-8");
    }
}
