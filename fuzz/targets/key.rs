//! A key file: public keys and private ones, read or refused.
#![no_main]
use evid::{SigningKey, VerifyingKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for key in VerifyingKey::all_from_pem(text).into_iter().flatten() {
        assert_eq!(VerifyingKey::from_pem(&key.to_pem()).expect("its own form"), key);
    }
    // Encrypted keys ask for as much work as they say, which is bounded elsewhere; here no passphrase is given.
    drop(SigningKey::from_pem(text, None));
});
