//! A report or the signed list of a folder: read strictly or refused; what is read, is written as it was.
#![no_main]
use evid::envelope::{Envelope, Statement, from_sigstore_bundle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(evid::usecase::folder::parse(bytes));
    let Ok(envelope) = Envelope::parse(bytes).or_else(|_| from_sigstore_bundle(bytes)) else { return };
    assert_eq!(Envelope::parse(&envelope.to_bytes()).expect("its own form"), envelope);
    let Ok(statement) = Statement::parse(&envelope.payload) else { return };
    assert_eq!(Statement::parse(&statement.to_bytes()).expect("its own form"), statement);
    drop(evid::report::read::read(&statement.predicate));
});
