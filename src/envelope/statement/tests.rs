//! Statements: written canonically, read strictly.
use crate::envelope::statement::StatementFault;
use crate::envelope::{Statement, Subject};

fn statement() -> Statement {
    let subject = |name: &str, digit: &str| Subject { name: name.into(), sha256: digit.repeat(64) };
    let predicate = serde_json::from_str(r#"{"b":[1,2.5,-3e2,{"a":null}],"a":"x","c":true,"d":123456789012345678901234567890}"#).unwrap();
    Statement {
        subjects: vec![subject("before.zip", "a"), subject("after.zip", "0")],
        predicate_type: "https://example.com/p/v1".into(),
        predicate,
    }
}

fn text() -> String {
    String::from_utf8(statement().to_bytes()).unwrap()
}

#[test]
fn a_statement_is_canonical_and_read_back() {
    let a = "a".repeat(64);
    assert!(
        text().starts_with("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"a\":\"x\",\"b\":[1,2.5,-300,{\"a\":null}],")
    );
    assert!(text().contains(&format!("\"subject\":[{{\"digest\":{{\"sha256\":\"{a}\"}},\"name\":\"before.zip\"}},")));
    let again = Statement::parse(text().as_bytes()).unwrap();
    assert_eq!(again.to_bytes(), statement().to_bytes());
    assert_eq!(again.subjects, statement().subjects);
}

#[test]
fn foreign_missing_and_doubled_fields_are_refused_at_any_depth() {
    for (from, to, says) in [
        ("{\"_type\"", "{\"extra\":1,\"_type\"", "unknown field `extra`"),
        ("{\"_type\"", "{\"predicateType\":\"\",\"_type\"", "`predicateType` stands here twice"),
        ("{\"digest\"", "{\"uri\":\"\",\"digest\"", "unknown field `uri`"),
        ("{\"sha256\"", "{\"sha1\":\"\",\"sha256\"", "unknown field `sha1`"),
        ("\"predicateType\":\"https://example.com/p/v1\",", "", "missing field `predicateType`"),
        ("\"name\":\"after.zip\"", "\"name\":\"after.zip\",\"name\":\"after.zip\"", "`name` stands here twice"),
        ("{\"a\":null}", "{\"a\":null,\"\\u0061\":1}", "`a` stands here twice"),
        ("\"c\":true", "\"c\":true,\"c\":true", "`c` stands here twice"),
    ] {
        let bad = text().replacen(from, to, 1);
        assert_ne!(bad, text());
        let fault = Statement::parse(bad.as_bytes()).unwrap_err();
        assert!(matches!(fault, StatementFault::Json(_)) && fault.to_string().contains(says), "{fault}");
    }
}

#[test]
fn values_that_are_not_as_they_must_be_are_refused() {
    let a = "a".repeat(64);
    for (from, to, field) in [
        ("Statement/v1", "Statement/v0.1", "_type"),
        (a.as_str(), "aa", "digest.sha256"),
        (a.as_str(), &"A".repeat(64), "digest.sha256"),
        ("https://example.com/p/v1", "", "predicateType"),
    ] {
        let fault = Statement::parse(text().replace(from, to).as_bytes()).unwrap_err();
        assert!(matches!(&fault, StatementFault::Value { field: f, .. } if *f == field), "{fault}");
    }
    let without = Statement { subjects: Vec::new(), ..statement() };
    assert!(matches!(Statement::parse(&without.to_bytes()), Err(StatementFault::Value { field: "subject", .. })));
    let many = Statement { subjects: vec![statement().subjects[0].clone(); 1025], ..statement() };
    assert!(matches!(Statement::parse(&many.to_bytes()), Err(StatementFault::Value { field: "subject", .. })));
    let bare = Statement { predicate: crate::value::json!([]), ..statement() };
    assert!(matches!(Statement::parse(&bare.to_bytes()), Err(StatementFault::Value { field: "predicate", .. })));
}
