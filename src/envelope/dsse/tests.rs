//! Envelopes: what is signed, read and refused.
use crate::envelope::{Algorithm, Envelope, EnvelopeFault, SignatureStatus, SigningKey, dsse};

fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
    SigningKey::from_seed(algorithm, &[seed; 32]).unwrap()
}

fn text(envelope: &Envelope) -> String {
    String::from_utf8(envelope.to_bytes()).unwrap()
}

#[test]
fn the_signed_bytes_are_those_of_the_dsse_specification() {
    assert_eq!(dsse::pae("http://example.com/HelloWorld", b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert_eq!(dsse::pae("", b""), b"DSSEv1 0  0 ");
    assert_eq!(dsse::pae("é", b"a"), "DSSEv1 2 é 1 a".as_bytes());
}

#[test]
fn an_envelope_is_written_canonically_and_read_back() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let key = key(algorithm, 7);
        let envelope = dsse::sign("t", b"{\"a\":1}?>", &key);
        assert!(text(&envelope).starts_with("{\"payload\":\"eyJhIjoxfT8+\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":\""));
        assert_eq!(Envelope::parse(&envelope.to_bytes()).unwrap(), envelope);
        assert_eq!(dsse::sign("t", b"{\"a\":1}?>", &key), envelope, "the same input gives the same bytes");
    }
}

#[test]
fn url_safe_base64_with_or_without_padding_is_read_too() {
    let envelope = dsse::sign("t", b"??>>?", &key(Algorithm::Ed25519, 7));
    let written = text(&envelope);
    for other in [written.replace('+', "-").replace('/', "_"), written.replace('=', "")] {
        assert_ne!(other, written);
        assert_eq!(Envelope::parse(other.as_bytes()).unwrap(), envelope);
    }
    assert!(matches!(Envelope::parse(written.replace("Pz8+Pj8=", "Pz8-Pj+_").as_bytes()), Err(EnvelopeFault::Base64("payload"))));
}

#[test]
fn an_envelope_of_any_other_form_is_refused() {
    let good = text(&dsse::sign("t", b"x", &key(Algorithm::Ed25519, 7)));
    let signature = &good[good.find("[{").unwrap() + 1..good.len() - 2];
    let json = |text: String| assert!(matches!(Envelope::parse(text.as_bytes()), Err(EnvelopeFault::Json(_))), "{text}");
    json(good.replacen('{', "{\"extra\":1,", 1));
    json(good.replacen('{', "{\"payload\":\"eA==\",", 1));
    json(good.replace("{\"keyid\"", "{\"cert\":\"\",\"keyid\""));
    json(good.replace("\"payloadType\":\"t\",", ""));
    json(format!("{good}{good}"));
    let fault = |text: String| Envelope::parse(text.as_bytes()).unwrap_err();
    assert!(matches!(fault(good.replace(signature, "")), EnvelopeFault::Unsigned));
    assert!(matches!(fault(good.replace(signature, &format!("{signature},{signature}"))), EnvelopeFault::Twice(_)));
    assert!(matches!(fault(good.replace(signature, &vec![signature; 65].join(","))), EnvelopeFault::Many(65)));
    assert!(matches!(fault(good.replace("\"keyid\":\"", "\"keyid\":\"\\u001b[2J")), EnvelopeFault::Text("keyid")));
    assert!(matches!(fault(good.replace("\"payload\":\"", "\"payload\":\"*")), EnvelopeFault::Base64("payload")));
}

#[test]
fn a_signature_is_good_bad_or_unknown_whatever_its_keyid_says() {
    let (one, two, other) = (key(Algorithm::Ed25519, 1), key(Algorithm::P256, 2), key(Algorithm::Ed25519, 3));
    let id = |key: &SigningKey| key.verifying_key().keyid();
    let named = [one.verifying_key(), two.verifying_key()];
    let mut envelope = dsse::sign("t", b"x", &one);
    envelope.add(&two);
    envelope.add(&other);
    let all = [SignatureStatus::Good(id(&one)), SignatureStatus::Good(id(&two)), SignatureStatus::Unknown(id(&other))];
    assert_eq!(dsse::verify(&envelope, &named), all);

    let mut hints = envelope.clone();
    hints.signatures[0].keyid = id(&two);
    hints.signatures[1].keyid = String::new();
    hints.signatures[2].keyid = id(&one);
    let claimed = [all[0].clone(), all[1].clone(), SignatureStatus::Bad(id(&one))];
    assert_eq!(dsse::verify(&hints, &named), claimed);

    let bad = [SignatureStatus::Bad(id(&one)), SignatureStatus::Bad(id(&two)), all[2].clone()];
    let changed = Envelope { payload: b"y".to_vec(), ..envelope.clone() };
    assert_eq!(dsse::verify(&changed, &named), bad);
    let retyped = Envelope { payload_type: "u".into(), ..envelope.clone() };
    assert_eq!(dsse::verify(&retyped, &named), bad);
    assert!(dsse::verify(&envelope, &[]).iter().all(|s| matches!(s, SignatureStatus::Unknown(_))));
}

#[test]
fn no_flipped_bit_of_a_signature_or_payload_leaves_it_good() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let key = key(algorithm, 9);
        let envelope = dsse::sign("t", b"payload", &key);
        let named = [key.verifying_key()];
        let good = |e: &Envelope| matches!(dsse::verify(e, &named)[0], SignatureStatus::Good(_));
        assert!(good(&envelope));
        for bit in 0..envelope.signatures[0].sig.len() * 8 {
            let mut changed = envelope.clone();
            changed.signatures[0].sig[bit / 8] ^= 1 << (bit % 8);
            assert!(!good(&changed), "{algorithm:?}: bit {bit} of the signature");
        }
        for bit in 0..envelope.payload.len() * 8 {
            let mut changed = envelope.clone();
            changed.payload[bit / 8] ^= 1 << (bit % 8);
            assert!(!good(&changed), "{algorithm:?}: bit {bit} of the payload");
        }
    }
}

#[test]
fn a_key_signs_an_envelope_once() {
    let key = key(Algorithm::P256, 4);
    let mut envelope = dsse::sign("t", b"x", &key);
    let before = envelope.clone();
    envelope.add(&key);
    assert_eq!(envelope, before);
}
