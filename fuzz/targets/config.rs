//! An evid.yaml: a configuration or an error that names its line.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    drop(evid::adapters::config::parse(text, "evid.yaml").map_err(|e| e.to_string()));
});
