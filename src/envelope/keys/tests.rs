//! Keys: what is read, written and refused. The integration tests have other tools' keys.
use crate::envelope::{Algorithm, KeyFault, SigningKey, VerifyingKey};

const BOTH: [Algorithm; 2] = [Algorithm::Ed25519, Algorithm::P256];

fn relabel(pem: &str, to: &str) -> String {
    pem.replace("PRIVATE KEY", to).replace("PUBLIC KEY", to)
}

#[test]
fn a_key_survives_being_written_and_read() {
    for algorithm in BOTH {
        let key = SigningKey::generate(algorithm).unwrap();
        let again = SigningKey::from_pem(&key.to_pem().unwrap(), None).unwrap();
        assert_eq!(again.sign(b"m"), key.sign(b"m"));
        let public = key.verifying_key();
        assert_eq!(VerifyingKey::from_pem(&public.to_pem()).unwrap(), public);
        assert!(public.verify(b"m", &key.sign(b"m")) && !public.verify(b"n", &key.sign(b"m")));
    }
}

#[test]
fn the_ed25519_vector_of_rfc_8032_is_met() {
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
        0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    let signature = crate::canon::hex(&SigningKey::from_seed(Algorithm::Ed25519, &seed).unwrap().sign(b""));
    assert!(signature.starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"));
}

#[test]
fn the_deterministic_p256_vector_of_rfc_6979_is_met() {
    let seed = [
        0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93, 0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8,
        0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21,
    ];
    let signature = crate::canon::hex(&SigningKey::from_seed(Algorithm::P256, &seed).unwrap().sign(b"sample"));
    assert!(signature.contains("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"));
    assert!(signature.contains("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"));
}

#[test]
fn bytes_that_are_no_scalar_make_no_p256_key() {
    assert!(SigningKey::from_seed(Algorithm::P256, &[0; 32]).is_err());
    assert!(SigningKey::from_seed(Algorithm::P256, &[0xff; 32]).is_err());
}

#[test]
fn a_private_key_is_never_printed() {
    let key = SigningKey::from_seed(Algorithm::Ed25519, &[7; 32]).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({:?})", key.verifying_key().keyid()));
}

#[test]
fn another_pem_block_is_refused_with_what_to_do() {
    let key = SigningKey::from_seed(Algorithm::Ed25519, &[7; 32]).unwrap();
    let (private, public) = (key.to_pem().unwrap(), key.verifying_key().to_pem());
    for (label, hint) in
        [("EC PRIVATE KEY", "-topk8"), ("OPENSSH PRIVATE KEY", "SSH"), ("PUBLIC KEY", "give the private key"), ("X", "genpkey")]
    {
        let fault = SigningKey::from_pem(&relabel(&private, label), None).unwrap_err();
        assert!(matches!(&fault, KeyFault::Label { found, .. } if found == label) && fault.to_string().contains(hint), "{fault}");
    }
    let fault = VerifyingKey::from_pem(&private).unwrap_err();
    assert!(fault.to_string().contains("keep this one secret"), "{fault}");
    assert!(VerifyingKey::from_pem(&relabel(&public, "CERTIFICATE")).unwrap_err().to_string().contains("x509"));
    assert_eq!(SigningKey::from_pem("hello", None).unwrap_err(), KeyFault::NoPem);
    assert_eq!(SigningKey::from_pem(&[private.as_str(), private.as_str()].concat(), None).unwrap_err(), KeyFault::Several(2));
}

#[test]
fn a_file_of_several_public_keys_is_read_and_one_bad_key_refuses_it() {
    let keys: Vec<_> = BOTH.iter().map(|a| SigningKey::from_seed(*a, &[5; 32]).unwrap().verifying_key()).collect();
    let text = format!("# Ada\n{}\n# Grace\r\n{}", keys[0].to_pem(), keys[1].to_pem().replace('\n', "\r\n"));
    assert_eq!(VerifyingKey::all_from_pem(&text).unwrap(), keys);
    assert_eq!(VerifyingKey::from_pem(&text).unwrap_err(), KeyFault::Several(2));
    let cut = format!("{}-----BEGIN PUBLIC KEY-----\nMCow", keys[0].to_pem());
    assert!(matches!(VerifyingKey::all_from_pem(&cut), Err(KeyFault::Damaged(_))));
}

#[test]
fn a_weak_ed25519_key_is_refused() {
    let mut der = SigningKey::from_seed(Algorithm::Ed25519, &[7; 32]).unwrap().verifying_key().to_der();
    der[12..].copy_from_slice(&[&[1][..], &[0; 31]].concat());
    assert!(matches!(VerifyingKey::from_pem(&crate::envelope::pem::public(&der)), Err(KeyFault::Damaged(_))));
}
