//! Signatures and key files, judged by tools that are not ours: openssl, securesystemslib, @sigstore/verify.
#![allow(clippy::unwrap_used, reason = "a test fails where this fails")]

mod command;
mod keyfile;

use crate::support::json;
use evid::adapters::keyfile::{create_signing_key, load_signing_key, load_verifying_keys};
use evid::envelope::{Algorithm, PAYLOAD_TYPE, SignatureStatus, SigningKey, Statement, Subject, pae, sign, sigstore_bundle, verify};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};
use tempfile::TempDir;

const BOTH: [Algorithm; 2] = [Algorithm::Ed25519, Algorithm::P256];

/// Whether a tool is here; says so where it is not.
fn there(tool: &str, probe: &mut Command) -> bool {
    let there = probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    if !there {
        eprintln!("skipped: {tool} is not installed");
    }
    there
}

fn openssl() -> bool {
    there("openssl", Command::new("openssl").arg("version"))
}

/// Runs a tool in a folder; its stdout, where it succeeds.
fn run(dir: &Path, program: &str, args: &[&str]) -> Result<String, String> {
    let out = Command::new(program).args(args).current_dir(dir).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if out.status.success() { Ok(text(&out.stdout)) } else { Err(text(&out.stdout) + &text(&out.stderr)) }
}

fn unasked() -> io::Result<String> {
    Err(io::Error::other("no passphrase is needed"))
}

/// Leaves a file to its owner alone.
fn private(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

fn payload() -> Vec<u8> {
    let subject = |name: &str, digit: &str| Subject { name: name.into(), sha256: digit.repeat(64) };
    let subjects = vec![subject("before.evid.zip", "a"), subject("after.evid.zip", "b")];
    let predicate = json!({"verdict": "proven", "count": 3});
    Statement { subjects, predicate_type: "https://example.com/diff/v1".into(), predicate }.to_bytes()
}

/// A folder with a key pair made here, the envelope, the bundle, the PAE and the raw signature.
fn signed(algorithm: Algorithm) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let key = create_signing_key(dir.path(), algorithm).unwrap().key;
    let envelope = sign(PAYLOAD_TYPE, &payload(), &key);
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("report.dsse.json", &envelope.to_bytes());
    write("report.sigstore.json", &sigstore_bundle(&envelope).unwrap());
    write("pae", &pae(PAYLOAD_TYPE, &payload()));
    write("changed", &pae(PAYLOAD_TYPE, b"{}"));
    write("sig", &envelope.signatures[0].sig);
    dir
}

#[test]
fn keys_made_twice_are_different() {
    for algorithm in BOTH {
        let keyid = || SigningKey::generate(algorithm).unwrap().verifying_key().keyid();
        assert_ne!(keyid(), keyid());
    }
}

#[test]
fn openssl_verifies_what_we_signed_and_refuses_what_was_changed() {
    if !openssl() {
        return;
    }
    for algorithm in BOTH {
        let dir = signed(algorithm);
        let verify = |file| {
            let args = ["pkeyutl", "-verify", "-pubin", "-inkey", "signing.pub", "-rawin", "-in", file, "-sigfile", "sig"];
            let digest: &[&str] = if algorithm == Algorithm::P256 { &["-digest", "sha256"] } else { &[] };
            run(dir.path(), "openssl", &[&args, digest].concat())
        };
        verify("pae").unwrap();
        assert!(verify("changed").is_err(), "{algorithm:?}");
    }
}

#[test]
fn openssl_reads_our_private_keys_and_finds_the_same_public_key_and_keyid() {
    if !openssl() {
        return;
    }
    for algorithm in BOTH {
        let dir = signed(algorithm);
        let public = run(dir.path(), "openssl", &["pkey", "-in", "signing.key", "-pubout"]).unwrap();
        assert_eq!(public, fs::read_to_string(dir.path().join("signing.pub")).unwrap());
        run(dir.path(), "openssl", &["pkey", "-in", "signing.key", "-pubout", "-outform", "DER", "-out", "der"]).unwrap();
        let digest = run(dir.path(), "openssl", &["dgst", "-sha256", "-r", "der"]).unwrap();
        let key = load_signing_key(&dir.path().join("signing.key"), unasked).unwrap();
        assert_eq!(digest[..64], key.verifying_key().keyid());
    }
}

#[test]
fn we_read_the_keys_of_openssl_plain_and_encrypted() {
    if !openssl() {
        return;
    }
    let kinds: [&[&str]; 2] = [&["ED25519"], &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]];
    let forms: [(&str, &[&str]); 3] = [
        ("plain", &["pkcs8", "-topk8", "-nocrypt"]),
        ("pbkdf2", &["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:secret"]),
        ("scrypt", &["pkcs8", "-topk8", "-scrypt", "-passout", "pass:secret"]),
    ];
    for kind in kinds {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        run(dir.path(), "openssl", &[&["genpkey", "-out", "made", "-algorithm"], kind].concat()).unwrap();
        run(dir.path(), "openssl", &["pkey", "-in", "made", "-pubout", "-out", "public"]).unwrap();
        let named = load_verifying_keys(&path("public")).unwrap();
        for (form, args) in forms {
            run(dir.path(), "openssl", &[args, &["-in", "made", "-out", form]].concat()).unwrap();
            private(&path(form));
            let mut asked = 0;
            let key = load_signing_key(&path(form), || {
                asked += 1;
                Ok("secret".into())
            })
            .unwrap();
            assert_eq!(asked, usize::from(form != "plain"), "{form}");
            let status = verify(&sign("t", b"x", &key), &named);
            assert_eq!(status, [SignatureStatus::Good(named[0].keyid())], "{kind:?} {form}");
            if form != "plain" {
                let wrong = load_signing_key(&path(form), || Ok("wrong".into())).unwrap_err().to_string();
                assert!(wrong.contains(form) && wrong.contains("does not open with this passphrase"), "{wrong}");
            }
        }
        run(dir.path(), "openssl", &[&["genpkey", "-aes256", "-pass", "pass:secret", "-out", "direct", "-algorithm"], kind].concat())
            .unwrap();
        private(&path("direct"));
        load_signing_key(&path("direct"), || Ok("secret".into())).unwrap();
    }
}

#[test]
fn keys_of_openssl_that_are_neither_ed25519_nor_p256_are_refused_by_name() {
    if !openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for kind in [&["ED448"][..], &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]] {
        run(dir.path(), "openssl", &[&["genpkey", "-out", "key", "-algorithm"], kind].concat()).unwrap();
        run(dir.path(), "openssl", &["pkey", "-in", "key", "-pubout", "-out", "public"]).unwrap();
        private(&dir.path().join("key"));
        let faults = [
            load_signing_key(&dir.path().join("key"), unasked).unwrap_err().to_string(),
            load_verifying_keys(&dir.path().join("public")).unwrap_err().to_string(),
        ];
        assert!(faults.iter().all(|f| f.contains("neither an Ed25519 nor a P-256 key")), "{kind:?}: {faults:?}");
    }
}

#[test]
fn securesystemslib_verifies_our_envelopes_and_refuses_a_changed_one() {
    if !there("securesystemslib", Command::new("python3").args(["-c", "import securesystemslib.dsse, cryptography"])) {
        return;
    }
    const SCRIPT: &str = r#"
import copy, json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
data = json.load(open("report.dsse.json"))
keyid = data["signatures"][0]["keyid"]
key = SSlibKey.from_crypto(load_pem_public_key(open("signing.pub", "rb").read()), keyid=keyid)
assert list(Envelope.from_dict(copy.deepcopy(data)).verify([key], 1)) == [keyid]
data["payloadType"] = "application/json"
try:
    Envelope.from_dict(data).verify([key], 1)
except VerificationError:
    sys.exit(0)
sys.exit("a changed envelope was accepted")
"#;
    for algorithm in BOTH {
        run(signed(algorithm).path(), "python3", &["-c", SCRIPT]).unwrap();
    }
}

#[test]
fn sigstore_verify_accepts_our_bundles_and_refuses_a_changed_one() {
    const FIND: &str = "const find = name => require(require.resolve(name, {paths: [process.env.EVID_TEST_NODE_MODULES ?? '.', '.']}));
const {bundleFromJSON} = find('@sigstore/bundle'), {Verifier, toSignedEntity, toTrustMaterial} = find('@sigstore/verify');";
    if !there("@sigstore/verify", Command::new("node").args(["-e", FIND])) {
        return;
    }
    const SCRIPT: &str = r#"
const fs = require('fs'), crypto = require('crypto');
const json = JSON.parse(fs.readFileSync('report.sigstore.json'));
const publicKey = crypto.createPublicKey(fs.readFileSync('signing.pub'));
const keyid = crypto.createHash('sha256').update(publicKey.export({type: 'spki', format: 'der'})).digest('hex');
const root = {certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: []};
const key = hint => { if (hint !== keyid) throw new Error('hint ' + hint); return {publicKey, validFor: () => true}; };
const verifier = new Verifier(toTrustMaterial(root, key), {tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0, tsaThreshold: 0});
const check = () => verifier.verify(toSignedEntity(bundleFromJSON(json)));
check();
json.dsseEnvelope.payload = Buffer.from('{}').toString('base64');
try { check(); } catch (error) { process.exit(error.name === 'VerificationError' ? 0 : 2); }
process.exit(1);
"#;
    for algorithm in BOTH {
        run(signed(algorithm).path(), "node", &["-e", &[FIND, SCRIPT].concat()]).unwrap();
    }
}

#[test]
fn cosign_verifies_our_bundles_by_the_printed_command_and_refuses_another_bundle() {
    if !there("cosign", Command::new("cosign").arg("version")) {
        return;
    }
    let subject = |name: &str, bytes: &[u8]| Subject { name: name.into(), sha256: evid::canon::sha256_hex(bytes) };
    let predicate_type = evid::report::PREDICATE_TYPE.to_owned();
    let subjects = vec![subject("before.evid.zip", b"before"), subject("off.evid.zip", b"off")];
    let statement = Statement { subjects, predicate_type, predicate: json!({"verdict": "proven"}) };
    for algorithm in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let key = create_signing_key(dir.path(), algorithm).unwrap().key;
        evid::adapters::report_file::write(dir.path(), "before--off", ".report.json", &statement, &key).unwrap();
        for (name, bytes) in [("before.evid.zip", "before"), ("off.evid.zip", "off"), ("changed.evid.zip", "changed")] {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let verify = |bundle: &str| {
            let options = evid::render::view::COSIGN_OPTIONS;
            let command = format!("cosign verify-blob-attestation --bundle before--off.sigstore.json --key signing.pub {options} {bundle}");
            run(dir.path(), "sh", &["-c", &command])
        };
        verify("before.evid.zip").unwrap();
        verify("off.evid.zip").unwrap();
        let refused = verify("changed.evid.zip").unwrap_err();
        assert!(refused.contains("digest"), "{refused}");
    }
}
