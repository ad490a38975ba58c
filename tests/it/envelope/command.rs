//! A signer that is a command: openssl keeps the key, and evid checks what it answers.
use super::{openssl, run};
use crate::cli::{Place, text};
use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

/// A place with three bundles and two keys of openssl: one that signs, and one of somebody else.
fn place(algorithm: &[&str]) -> Place {
    let place = Place::captured();
    for name in ["own", "other"] {
        let (key, public) = (format!("{name}.key"), format!("{name}.pub"));
        run(place.path(), "openssl", &[&["genpkey", "-out", &key, "-algorithm"], algorithm].concat()).unwrap();
        run(place.path(), "openssl", &["pkey", "-in", &key, "-pubout", "-out", &public]).unwrap();
    }
    place
}

/// Compares two bundles and lets a command sign.
fn diff(place: &Place, command: &str) -> Output {
    place.evid_in(&["diff", "before", "off", "--sign-with", command, "--signer", "own.pub"], &[("PATH", "/usr/bin:/bin")])
}

fn reports(place: &Place) -> usize {
    let names = fs::read_dir(place.path().join("evidence")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.ends_with(".evid.zip")).count()
}

const ED25519: &str = "openssl pkeyutl -sign -inkey own.key -rawin -in \"$EVID_TO_SIGN\"";
const P256: &str = "openssl dgst -sha256 -sign own.key";

#[test]
fn a_command_signs_with_either_kind_of_key_in_either_form_and_the_report_verifies() {
    if !openssl() {
        return;
    }
    for (algorithm, command) in [(&["ED25519"][..], ED25519), (&["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], P256)] {
        let place = place(algorithm);
        for form in [command.to_owned(), format!("{command} | base64")] {
            let signed = diff(&place, &form);
            assert_eq!(signed.status.code(), Some(0), "{form}: {}", text(&signed.stderr));
            assert!(text(&signed.stderr).contains("--key own.pub"), "{}", text(&signed.stderr));
            let report = "evidence/before--off.report.json";
            let verified = place.evid(&["verify", report, "--key", "own.pub", "--rederive"]);
            assert_eq!(verified.status.code(), Some(0), "{form}: {}{}", text(&verified.stdout), text(&verified.stderr));
            assert_eq!(place.evid(&["verify", report, "--key", "other.pub"]).status.code(), Some(4));
        }
        assert!(!place.path().join("home/.local/state/evid/signing.key").exists(), "no key of evid's own is made beside");
    }
}

#[test]
fn the_environment_names_the_command_and_a_key_that_is_named_comes_first() {
    if !openssl() {
        return;
    }
    let place = place(&["ED25519"]);
    let set = [("PATH", "/usr/bin:/bin"), ("EVID_SIGN_WITH", ED25519), ("EVID_SIGNER", "own.pub")];
    assert_eq!(place.evid_in(&["diff", "before", "off"], &set).status.code(), Some(0));
    let verified = |key: &str| place.evid(&["verify", "evidence/before--off.report.json", "--key", key]).status.code();
    assert_eq!(verified("own.pub"), Some(0));
    run(place.path(), "chmod", &["600", "other.key"]).unwrap();
    assert_eq!(place.evid_in(&["diff", "before", "off", "--sign", "other.key"], &set).status.code(), Some(0));
    assert_eq!(verified("other.pub"), Some(0));
}

#[test]
fn a_command_that_does_not_sign_leaves_nothing_and_the_reason_is_said() {
    if !openssl() {
        return;
    }
    let place = place(&["ED25519"]);
    let cases = [
        ("exit 7", "ended with exit status: 7"),
        ("true", "answered nothing"),
        ("echo not a signature", "no signature of the key"),
        ("head -c 64 /dev/zero", "no signature of the key"),
        ("yes", "no signature of the key"),
        ("openssl pkeyutl -sign -inkey other.key -rawin -in \"$EVID_TO_SIGN\"", "no signature of the key"),
        ("printf x > changed; openssl pkeyutl -sign -inkey own.key -rawin -in changed", "no signature of the key"),
        ("no-such-program-of-anybody", "ended with exit status: 127"),
        ("kill -9 $$", "ended with signal: 9"),
    ];
    for (command, says) in cases {
        let command = if command == "yes" { "yes | head -c 200000" } else { command };
        let refused = diff(&place, command);
        let said = text(&refused.stderr);
        assert!(refused.status.code() == Some(2) && said.contains(says) && said.contains("not signed"), "{command}: {said}");
        assert_eq!(reports(&place), 0, "{command}");
    }
    let unnamed = place.evid(&["diff", "before", "off", "--sign-with", "true"]);
    assert!(unnamed.status.code() == Some(2) && text(&unnamed.stderr).contains("--signer PUB"), "{}", text(&unnamed.stderr));
    assert_eq!(reports(&place), 0);
}

#[test]
fn a_command_that_never_answers_is_ended_and_one_that_leaves_a_process_behind_blocks_nothing() {
    use evid::adapters::sign_command::SignCommand;
    use evid::envelope::{Algorithm, Signer as _, SigningKey};
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap().verifying_key();
    for (command, says) in [("sleep 30", "no answer within 1 seconds"), ("sleep 30 & true", "answered nothing")] {
        let began = Instant::now();
        let signer = SignCommand { command: command.into(), key: key.clone(), patience: Duration::from_secs(1) };
        let fault = signer.signature(b"m").unwrap_err().to_string();
        assert!(fault.contains(says), "{fault}");
        assert!(began.elapsed() < Duration::from_secs(20), "{command}");
    }
}
