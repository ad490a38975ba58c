//! RFC 3161 timestamps, given by an authority of openssl's.
use crate::cli::{Place, text};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a line of the shell in a folder.
fn sh(dir: &Path, line: &str) {
    let out = Command::new("sh").args(["-ec", line]).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "{line}\n{}{}", text(&out.stdout), text(&out.stderr));
}

/// An authority in the folder `NAME`: a CA, and a certificate below it that is good for timestamps (or, if `usage` says so, for something else).
fn authority(dir: &Path, name: &str, key: &str, usage: &str) {
    let config = format!(
        "[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = {name}\n[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n\
         [leaf]\nbasicConstraints = CA:FALSE\nextendedKeyUsage = critical,{usage}\n[tsa]\ndefault_tsa = t\n[t]\nserial = serial\n\
         default_policy = 1.2.3.4.1\ndigests = sha256,sha512\naccuracy = secs:1, millisecs:500\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n\
         ess_cert_id_alg = sha256\nsigner_digest = sha256\n"
    );
    let dir = dir.join(name);
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("cnf"), config).unwrap();
    sh(
        &dir,
        &format!(
            "echo 01 > serial
             openssl req -x509 -newkey {key} -noenc -keyout ca.key -out ca.pem -days 30 -config cnf -extensions ca -subj /CN={name}-ca
             openssl req -newkey {key} -noenc -keyout tsa.key -out tsa.csr -config cnf -subj /CN={name}
             openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile cnf -extensions leaf -out tsa.pem"
        ),
    );
}

/// Lets an authority answer about a file.
fn stamp(dir: &Path, name: &str, file: &str, options: &str) {
    sh(
        dir,
        &format!(
            "openssl ts -query -data {file} {options} -out request.tsq
             cd {name} && openssl ts -reply -queryfile ../request.tsq -signer tsa.pem -inkey tsa.key -config cnf -out ../answer.tsr"
        ),
    );
}

const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";
const REPORT: &str = "evidence/before--off.report.json";

/// A place with a signed report, and an authority; none where openssl is missing.
fn place(key: &str) -> Option<Place> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return None;
    }
    let place = Place::captured();
    assert_eq!(place.evid(&["diff", "before", "off"]).status.code(), Some(0));
    authority(place.path(), "good", key, "timeStamping");
    Some(place)
}

fn kept(place: &Place) -> Output {
    place.evid(&["timestamp", REPORT, "--answer", "answer.tsr"])
}

/// Verifies the report with the signer's key and these authorities; the exit code and what was said.
fn verified(place: &Place, authorities: &[&str]) -> (Option<i32>, String) {
    let own = "home/.local/state/evid/signing.pub";
    let named = authorities.iter().flat_map(|file| ["--timestamp-ca", file]);
    let args: Vec<&str> = ["verify", REPORT, "--key", own].into_iter().chain(named).collect();
    let out = place.evid(&args);
    (out.status.code(), text(&out.stdout) + &text(&out.stderr))
}

#[test]
fn a_timestamp_is_kept_and_says_before_when_the_report_existed_to_who_trusts_the_authority() {
    for (key, options) in
        [(EC, "-sha256 -cert"), ("rsa:2048", "-sha512 -cert"), ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha256 -cert -no_nonce")]
    {
        let Some(place) = place(key) else { return };
        stamp(place.path(), "good", REPORT, options);
        let kept = kept(&place);
        assert_eq!(kept.status.code(), Some(0), "{}", text(&kept.stderr));
        assert_eq!(text(&kept.stdout), "evidence/before--off.report.tsr\n");
        let (exit, said) = verified(&place, &[]);
        assert!(exit == Some(0) && said.contains("its authority was not checked") && !said.contains("by an authority"), "{said}");
        let (exit, said) = verified(&place, &["good/ca.pem"]);
        assert!(exit == Some(0) && said.contains("this existed before 20") && said.contains("by an authority that you named"), "{said}");
        sh(place.path(), &format!("openssl ts -verify -data {REPORT} -in evidence/before--off.report.tsr -CAfile good/ca.pem"));
        // Where nobody signed a list, the folder says so of a page, and not of a timestamp.
        let folder = text(&place.evid(&["verify", "evidence", "--timestamp-ca", "good/ca.pem"]).stdout);
        assert!(folder.contains("this existed before") && !folder.contains("nobody signed for it"), "{folder}");
    }
}

#[test]
fn a_certificate_that_is_not_in_the_answer_is_taken_from_those_that_are_named() {
    let Some(place) = place(EC) else { return };
    stamp(place.path(), "good", REPORT, "-sha256");
    assert_eq!(kept(&place).status.code(), Some(0));
    assert_eq!(verified(&place, &["good/ca.pem"]).0, Some(4));
    assert_eq!(verified(&place, &["good/ca.pem", "good/tsa.pem"]).0, Some(0));
}

#[test]
fn an_authority_that_was_not_named_or_may_not_stamp_proves_nothing() {
    let Some(place) = place(EC) else { return };
    authority(place.path(), "other", EC, "timeStamping");
    stamp(place.path(), "good", REPORT, "-sha256 -cert");
    assert_eq!(kept(&place).status.code(), Some(0));
    let (exit, said) = verified(&place, &["other/ca.pem"]);
    assert!(exit == Some(4) && said.contains("not by an authority that you named"), "{said}");
    let (exit, said) = verified(&place, &[REPORT]);
    assert!(exit == Some(4) && said.contains("no certificate"), "{said}");
    // A certificate below a trusted CA that is good for something else.
    fs::remove_file(place.path().join("evidence/before--off.report.tsr")).unwrap();
    sh(
        place.path(),
        "cd good && sed 's/timeStamping/codeSigning/' cnf > other.cnf
         openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile other.cnf -extensions leaf -out code.pem",
    );
    let token = fs::read(place.path().join("answer.tsr")).unwrap();
    forged(place.path(), &token, "good/code.pem", "good/tsa.key");
    assert_eq!(kept(&place).status.code(), Some(0));
    let (exit, said) = verified(&place, &["good/ca.pem"]);
    assert!(exit == Some(4) && said.contains("not valid for timestamps"), "{said}");
}

/// Signs the content of a token anew, with any certificate: openssl refuses to stamp with one that is not good for it.
fn forged(dir: &Path, token: &[u8], certificate: &str, key: &str) {
    fs::write(dir.join("was.tsr"), token).unwrap();
    sh(
        dir,
        &format!(
            "openssl ts -reply -in was.tsr -token_out -out was.der
             openssl cms -verify -noverify -inform DER -in was.der -binary -out content
             openssl cms -sign -in content -binary -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 -signer {certificate} -inkey {key} \
             -outform DER -out answer.tsr -nosmimecap"
        ),
    );
}

#[test]
fn a_timestamp_of_another_file_or_of_one_that_was_changed_is_refused() {
    let Some(place) = place(EC) else { return };
    stamp(place.path(), "good", "evidence/off.evid.zip", "-sha256 -cert");
    let refused = kept(&place);
    assert!(refused.status.code() == Some(2) && text(&refused.stderr).contains("other bytes"), "{}", text(&refused.stderr));
    let beside = place.path().join("evidence/before--off.report.tsr");
    assert!(!beside.exists());
    fs::copy(place.path().join("answer.tsr"), &beside).unwrap();
    let (exit, said) = verified(&place, &[]);
    assert!(exit == Some(4) && said.contains("other bytes"), "even without an authority: {said}");
    fs::remove_file(&beside).unwrap();
    stamp(place.path(), "good", REPORT, "-sha256 -cert");
    assert_eq!(kept(&place).status.code(), Some(0));
    // Each byte of it counts, or changes nothing.
    let good = fs::read(&beside).unwrap();
    let mut refused = 0;
    for at in (0..good.len()).step_by(good.len() / 40) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&beside, &bad).unwrap();
        let (exit, said) = verified(&place, &["good/ca.pem"]);
        assert!(exit == Some(4) || said.contains(&time(&place, &good)), "byte {at}: {said}");
        refused += usize::from(exit == Some(4));
    }
    assert!(refused > 20, "{refused}");
    // A second answer does not take the place of the first.
    fs::write(&beside, &good).unwrap();
    stamp(place.path(), "good", REPORT, "-sha256 -cert");
    assert!(text(&kept(&place).stderr).contains("another timestamp is there already"));
    assert!(fs::read(&beside).unwrap() == good);
    // A report that was made anew keeps what was said of the earlier one beside that.
    assert_eq!(place.evid(&["key", "generate"]).status.code(), Some(2));
    fs::remove_dir_all(place.path().join("home")).unwrap();
    assert_eq!(place.evid(&["diff", "before", "off"]).status.code(), Some(0));
    assert!(!beside.exists());
    let names = fs::read_dir(place.path().join("evidence")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let [earlier] = &names.filter(|name| name.ends_with(".tsr")).collect::<Vec<_>>()[..] else { unreachable!() };
    assert!(fs::read(place.path().join("evidence").join(earlier)).unwrap() == good);
    let all = text(&place.evid(&["verify", "evidence"]).stdout);
    assert!(all.contains(&format!("{earlier}: nobody signed for it")), "what is not checked is named: {all}");
}

/// The line about an answer that is verified.
fn time(place: &Place, good: &[u8]) -> String {
    let beside = place.path().join("evidence/before--off.report.tsr");
    let there = fs::read(&beside).unwrap();
    fs::write(&beside, good).unwrap();
    let (_, said) = verified(place, &["good/ca.pem"]);
    fs::write(&beside, there).unwrap();
    said.lines().find(|line| line.contains("existed before")).unwrap().to_owned()
}

#[test]
fn what_is_no_answer_or_no_report_is_said_and_the_request_is_printed() {
    let Some(place) = place(EC) else { return };
    let how = place.evid(&["timestamp", REPORT]);
    assert_eq!(how.status.code(), Some(0));
    let how = text(&how.stdout);
    assert!(how.contains("openssl ts -query -data evidence/before--off.report.json -sha256 -cert"), "{how}");
    sh(place.path(), how.lines().next().unwrap());
    fs::write(place.path().join("answer.tsr"), "<html>").unwrap();
    assert!(text(&kept(&place).stderr).contains("no RFC 3161 answer"));
    // An authority that refuses answers too.
    fs::write(place.path().join("answer.tsr"), [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]).unwrap();
    assert!(text(&kept(&place).stderr).contains("refused the request"));
    let none = place.evid(&["timestamp", "evidence/off.evid.zip", "--answer", "answer.tsr"]);
    assert!(none.status.code() == Some(2) && text(&none.stderr).contains("no signed file"), "{}", text(&none.stderr));
    let (exit, said) = verified(&place, &["good/ca.pem"]);
    assert!(exit == Some(3) && said.contains("no timestamp was found"), "{said}");
}

#[test]
fn in_a_folder_with_a_signed_list_a_timestamp_is_listed_too_and_the_list_can_be_stamped() {
    let Some(place) = place(EC) else { return };
    let key =
        evid::adapters::keyfile::load_signing_key(&place.path().join("home/.local/state/evid/signing.key"), || unreachable!()).unwrap();
    evid::adapters::folder::seal(&place.path().join("evidence"), &key).unwrap();
    let whole = |more: &[&str]| {
        let own = "home/.local/state/evid/signing.pub";
        let out = place.evid(&[&["verify", "evidence", "--key", own, "--timestamp-ca", "good/ca.pem"], more].concat());
        (out.status.code(), text(&out.stdout) + &text(&out.stderr))
    };
    stamp(place.path(), "good", REPORT, "-sha256 -cert");
    // Somebody else's key signs no list of this one.
    let foreign = place
        .evid_in(&["timestamp", REPORT, "--answer", "answer.tsr"], &[("XDG_STATE_HOME", place.path().join("other").to_str().unwrap())]);
    assert_eq!(foreign.status.code(), Some(2), "{}", text(&foreign.stderr));
    assert!(!place.path().join("evidence/before--off.report.tsr").exists());
    let said = kept(&place);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    let (exit, said) = whole(&[]);
    assert!(exit == Some(0) && said.contains("7 of 7 files are as listed") && said.contains("existed before"), "{said}");
    // The folder as a whole.
    stamp(place.path(), "good", "evidence/MANIFEST.json", "-sha256 -cert");
    let said = place.evid(&["timestamp", "evidence", "--answer", "answer.tsr"]);
    assert_eq!(text(&said.stdout), "evidence/MANIFEST.tsr\n", "{}", text(&said.stderr));
    let (exit, said) = whole(&[]);
    assert!(exit == Some(0) && said.matches("this existed before").count() == 2, "{said}");
    // What covers the whole is not thrown away for a part.
    fs::remove_file(place.path().join("evidence/before--off.report.tsr")).unwrap();
    let (exit, said) = whole(&[]);
    assert!(exit == Some(4) && said.contains("missing, and signed for"), "{said}");
    stamp(place.path(), "good", REPORT, "-sha256 -cert");
    assert!(text(&kept(&place).stderr).contains("stamped itself"));
}
