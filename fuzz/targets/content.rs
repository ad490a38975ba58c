//! A bundle's content: one file of a sealed sample is replaced (the first byte says which), and the digests follow. The check finds defects,
//! or none, and a comparison with the whole sample ends.
#![no_main]
use evid::bundle::sums::Sums;
use evid::usecase::verify;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

static SAMPLE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles/off.evid.zip");
    evid::files(&evid::open_whole(&path).expect("the sample")).expect("the sample")
});

fuzz_target!(|input: &[u8]| {
    let Some((at, bytes)) = input.split_first() else { return };
    let mut files = SAMPLE.clone();
    if let Some(file) = files.values_mut().nth(usize::from(*at) % SAMPLE.len()) {
        *file = bytes.to_vec();
    }
    let mut sums = Sums::default();
    files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
    drop(verify::content(&files, &sums).defects);
});
