//! A bundle's container: whatever the bytes are, it is opened whole or refused with every defect; nothing panics and memory has a bound.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("a temporary file");
    if let Ok(reader) = evid::open_whole(file.path()) {
        drop(evid::files(&reader));
    }
});
