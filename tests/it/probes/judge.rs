//! The truth table: every expectation on the right answer, a wrong one, an empty one and none.
use super::{heard, probe, raw, redactor, silent};
use crate::support::json;
use evid::bundle::probe::{Answer, Heard, Is, KEPT, Raw, Why, judge};
use evid::value::Value;
use proptest::prelude::*;
use std::time::Duration;

const SILENCES: &[(Why, Is)] = &[
    (Why::TimedOut, Is::NoAnswer),
    (Why::Cut, Is::NoAnswer),
    (Why::NoTarget, Is::NoAnswer),
    (Why::Forbidden, Is::NotAsked),
    (Why::NotAsked, Is::NotAsked),
    (Why::Absent, Is::Absent),
];

/// Expectation, a right body, a wrong body.
fn table() -> Vec<(Value, &'static str, &'static str)> {
    let any = |check: Value| json!({"json": [{"at": "/models", "any": check}]});
    vec![
        (json!({}), "anything", ""),
        (json!({"json": [{"at": "/status", "equals": "ok"}]}), r#"{"status":"ok"}"#, r#"{"status":"bad"}"#),
        (json!({"json": [{"at": "/status", "equals": "ok"}]}), r#"{"status":"ok"}"#, "ok"),
        (json!({"json": [{"equals": {"a": [1]}}]}), r#"{"a":[1.0]}"#, r#"{"a":["1"]}"#),
        (json!({"json": [{"at": "/a", "equals": null}]}), r#"{"a":null}"#, "{}"),
        (json!({"json": [{"at": "/a", "exists": true}]}), r#"{"a":null}"#, r#"{"b":1}"#),
        (json!({"json": [{"at": "/a", "exists": false}]}), "{}", r#"{"a":null}"#),
        (json!({"json": [{"at": "/v", "regex": "^2\\."}]}), r#"{"v":"2.1"}"#, r#"{"v":2.1}"#),
        (json!({"json": [{"at": "/n", "min": 3}]}), r#"{"n":3.0}"#, r#"{"n":2.999999999999999999999}"#),
        (json!({"json": [{"at": "/n", "min": -1}]}), r#"{"n":-0.5}"#, r#"{"n":-10}"#),
        (json!({"json": [{"at": "/n", "min": 10}]}), r#"{"n":1e2}"#, r#"{"n":"100"}"#),
        (
            any(json!({"at": "/state", "equals": "READY"})),
            r#"{"models":[{"state":"X"},{"state":"READY"}]}"#,
            r#"{"models":[{"state":"X"}]}"#,
        ),
        (any(json!({"exists": true})), r#"{"models":[1]}"#, r#"{"models":[]}"#),
        (any(json!({"exists": true})), r#"{"models":[1]}"#, r#"{"models":{"a":1}}"#),
        (any(json!({"any": {"equals": 2}})), r#"{"models":[[1],[2]]}"#, r#"{"models":[2]}"#),
        (json!({"regex": "^OK$"}), "OK", "NOT OK"),
        (json!({"sha256": evid::canon::sha256_hex(b"OK")}), "OK", "OK\n"),
        (json!({"emptyBody": true, "regex": "^$"}), "", "x"),
    ]
}

#[test]
fn every_expectation_holds_for_the_right_answer_and_for_no_other() {
    for (expect, right, wrong) in table() {
        let probe = probe(expect.clone());
        assert!(probe.check(false).is_ok(), "{expect}: {:?}", probe.check(false));
        let is = |raw: &Raw| judge(&probe, &heard(raw)).is;
        assert_eq!(is(&raw(200, right)), Is::Right, "{expect} on {right}");
        let other = judge(&probe, &heard(&raw(200, wrong)));
        assert_eq!(other.is, if wrong.is_empty() { Is::Empty } else { Is::Wrong }, "{expect} on {wrong}");
        assert_eq!(other.missed.is_empty(), wrong.is_empty(), "{expect}: a wrong answer says which expectation failed");
        assert_eq!(is(&raw(500, right)), Is::Wrong, "{expect} with status 500");
        for (why, want) in SILENCES {
            assert_eq!(judge(&probe, &silent(*why)).is, *want, "{expect} on {why:?}");
        }
        if expect["emptyBody"] != true {
            assert_eq!(is(&raw(200, " \n")), Is::Empty, "{expect} on nothing");
        }
    }
}

#[test]
fn a_wrong_answer_says_what_was_expected_where_and_what_was_seen() {
    let probe = probe(json!({"json": [{"at": "/status", "equals": "ok"}, {"at": "/up", "exists": true}], "under": "1s"}));
    let slow = Raw { took: Duration::from_millis(1000), ..raw(200, r#"{"status":"bad"}"#) };
    let missed = evid::value::to_value(judge(&probe, &heard(&slow)).missed).unwrap();
    let want = json!([
        {"what": "under", "expected": "1s", "seen": "1000ms"},
        {"what": "json", "pointer": "/status", "expected": {"equals": "ok"}, "seen": "bad"},
        {"what": "json", "pointer": "/up", "expected": {"exists": true}},
    ]);
    assert_eq!(missed, want);
}

#[test]
fn an_answer_after_the_deadline_is_none() {
    let late = Raw { took: Duration::from_secs(5), ..raw(200, "ok") };
    assert_eq!(judge(&probe(json!({})), &heard(&late)).is, Is::NoAnswer);
}

#[test]
fn what_the_api_server_says_itself_is_no_answer_of_the_app() {
    for (status, want) in [
        (503, Is::NoAnswer),
        (502, Is::NoAnswer),
        (404, Is::NoAnswer),
        (500, Is::NoAnswer),
        (403, Is::NotAsked),
        (401, Is::NotAsked),
        (429, Is::NotAsked),
    ] {
        let own = Raw { of_server: true, ..raw(status, "{}") };
        // Whatever status was expected.
        for expect in [json!({}), json!({"status": status})] {
            assert_eq!(judge(&probe(expect), &heard(&own)).is, want, "{status}");
        }
    }
}

#[test]
fn a_status_of_the_app_is_told_from_one_of_the_api_server() {
    use evid::bundle::probe::is_status;
    let own = br#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no endpoints","reason":"ServiceUnavailable","code":503}"#;
    assert!(is_status(503, own));
    assert!(!is_status(200, own), "an answer that is none of a failure");
    assert!(!is_status(503, b"upstream connect error"));
    assert!(!is_status(503, br#"{"kind":"Status","apiVersion":"v1","code":500}"#));
    assert!(!is_status(503, br#"{"status":"Failure","code":503}"#));
}

#[test]
fn what_was_cut_or_redacted_is_never_guessed() {
    let long = format!("{{\"pad\":\"{}\",\"status\":\"ok\"}}", "word ".repeat(KEPT / 5));
    let answer = Answer::keep(&raw(200, &long), None, &redactor());
    assert!(answer.truncated && answer.body.len() == KEPT && answer.sha256 == Some(evid::canon::sha256_hex(long.as_bytes())));
    let heard = Heard::Answer(answer);
    for expect in [json!({"json": [{"at": "/status", "equals": "ok"}]}), json!({"regex": "."})] {
        assert_eq!(judge(&probe(expect), &heard).is, Is::Unjudged);
    }
    assert_eq!(
        judge(&probe(json!({"sha256": evid::canon::sha256_hex(long.as_bytes())})), &heard).is,
        Is::Right,
        "the digest is of all of it"
    );
    assert_eq!(judge(&probe(json!({"status": 201})), &heard).is, Is::Wrong, "what was seen counts");

    let secret = r#"{"password":"hunter22-hunter22","status":"ok"}"#;
    let answer = Answer::keep(&raw(200, secret), None, &redactor());
    assert!(!answer.body.contains("hunter22") && answer.is_redacted() && answer.sha256.is_none());
    let heard = Heard::Answer(answer);
    assert_eq!(judge(&probe(json!({"json": [{"at": "/status", "equals": "ok"}]})), &heard).is, Is::Right);
    assert_eq!(judge(&probe(json!({"json": [{"at": "/password", "exists": true}]})), &heard).is, Is::Right);
    assert_eq!(judge(&probe(json!({"json": [{"at": "/password", "equals": "x"}]})), &heard).is, Is::Unjudged);
    assert_eq!(judge(&probe(json!({"json": [{"at": "/status", "equals": "x"}]})), &heard).is, Is::Wrong);
    assert_eq!(judge(&probe(json!({"regex": "hunter"})), &heard).is, Is::Unjudged);
}

#[test]
fn the_digest_of_a_redacted_body_is_kept_only_where_it_is_the_expected_one() {
    let secret = r#"{"password":"hunter22-hunter22"}"#;
    let digest = evid::canon::sha256_hex(secret.as_bytes());
    let probe = probe(json!({ "sha256": digest }));
    let kept = |wanted: &str| Answer::keep(&raw(200, secret), Some(wanted), &redactor());
    assert_eq!(kept(&digest).sha256.as_deref(), Some(&*digest));
    assert_eq!(judge(&probe, &Heard::Answer(kept(&digest))).is, Is::Right);
    let other = kept(&"0".repeat(64));
    assert_eq!(other.sha256, None);
    assert_eq!(judge(&probe, &Heard::Answer(other)).is, Is::Wrong, "it was read to its end and is not the one");
}

fn some_why() -> impl Strategy<Value = Why> {
    (0..SILENCES.len()).prop_map(|i| SILENCES[i].0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_is_never_healthy(at in 0..18_usize, why in some_why(), status in 400..600_i64, empty in "[ \n\t]{0,3}") {
        let (expect, right, _) = table().swap_remove(at);
        let may_be_empty = expect["emptyBody"] == true;
        let probe = probe(expect);
        prop_assert_ne!(judge(&probe, &silent(why)).is, Is::Right);
        let own = Raw { of_server: true, ..raw(status, right) };
        prop_assert_ne!(judge(&probe, &heard(&own)).is, Is::Right);
        let late = Raw { took: Duration::from_secs(6), ..raw(200, right) };
        prop_assert_ne!(judge(&probe, &heard(&late)).is, Is::Right);
        if !may_be_empty {
            prop_assert_ne!(judge(&probe, &heard(&raw(200, &empty))).is, Is::Right);
        }
        prop_assert_ne!(judge(&probe, &heard(&raw(status, right))).is, Is::Right);
    }

    #[test]
    fn numbers_are_compared_as_numbers(a in -100_000_i64..100_000, b in -100_000_i64..100_000, places in 0_u32..6) {
        let text = |n: i64| format!("{}{}.{:0>5}", if n < 0 { "-" } else { "" }, n.unsigned_abs() / 10_u64.pow(places), n.unsigned_abs() % 10_u64.pow(places) * 10_u64.pow(5 - places.min(5)));
        let (a_text, b_text) = (text(a), text(b));
        let probe = probe(serde_json::from_str(&format!("{{\"json\":[{{\"at\":\"/n\",\"min\":{b_text}}}]}}")).unwrap());
        let is = judge(&probe, &heard(&raw(200, &format!("{{\"n\":{a_text}}}")))).is;
        prop_assert_eq!(is == Is::Right, a_text.parse::<f64>().unwrap() >= b_text.parse::<f64>().unwrap(), "{} and {}", a_text, b_text);
    }
}
