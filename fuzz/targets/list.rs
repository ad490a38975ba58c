//! Pages of a list as a server sends them, cut at zero bytes: read to an end or given up with a gap.
#![no_main]
use evid::usecase::cluster::{Resource, Whole};
use evid::usecase::cluster::port::Reply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut whole = Whole::of(&Resource::new("", "v1", "pods", "Pod", true), None, false);
    for page in bytes.split(|b| *b == 0) {
        drop(whole.ask());
        let reply = Reply { status: 200, body: page.to_vec(), date: None, warnings: Vec::new() };
        if whole.take(Ok(reply)).is_some() {
            return;
        }
    }
});
