//! A folder of answers: the first line is a file's name, the rest its content.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (name, content) = bytes.split_at(cut);
    let Ok(name) = std::str::from_utf8(name) else { return };
    if name.is_empty() || name.len() > 100 || name.contains(['/', '\0']) || name == "." || name == ".." {
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(dir.path().join(name), content.get(1..).unwrap_or_default()).expect("a temporary file");
    drop(evid::read_dump(dir.path()));
});
