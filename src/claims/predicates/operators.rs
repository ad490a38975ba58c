//! What controllers write into the resources that they serve, and what they renew: numbers and digests in annotations of their own domain, certificates
//! that anybody may read, and how many pods something has that is scaled between bounds. Who wrote it, nothing says.
use crate::claims::Evidence;
use crate::claims::makers::is_of_domain;
use crate::compare::{Change, FieldChange};
use crate::kinds::built_in::is_custom;
use crate::value::{Value, steps};

/// Whether one instance of a custom resource differs only in numbers, digests or documents that stand in labels and annotations of its group's domain
/// (Koordinator's ElasticQuota: `quota.scheduling.koordinator.sh/runtime`); of one that no Application manages, or of such a ConfigMap, in any annotation.
/// Words there are a person's.
pub(super) fn notes_itself(e: &Evidence<'_>, change: &Change) -> bool {
    let is_free = !e.is_managed(&change.spot);
    let is_note = |field: &FieldChange| {
        let mut path = steps(&field.pointer);
        let is_meta = path.next().as_deref() == Some("metadata");
        let place = path.next();
        let is_place = is_meta && matches!(place.as_deref(), Some("annotations" | "labels"));
        let is_anyones = is_free && place.as_deref() == Some("annotations");
        let is_own = path.next().is_some_and(|key| is_anyones || is_of_domain(&key, &change.key.group));
        let values = || [&field.before, &field.after].into_iter().flatten();
        is_place && is_own && field.after.is_some() && values().all(|v| v.as_str().is_some_and(is_counted))
    };
    let is_kind = is_custom(&change.key.group) || is_free && change.spot.stem == "configmaps";
    is_kind && change.fields.iter().all(is_note)
}

/// Whether one instance of a custom resource only has another finalizer: its operator holds it from now on.
pub(super) fn is_held(change: &Change) -> bool {
    let is_held = |f: &FieldChange| f.pointer.starts_with("/metadata/finalizers") && f.before.is_none();
    is_custom(&change.key.group) && change.fields.iter().all(is_held)
}

/// Whether a text is a whole number.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text is a number, a version, a digest or a JSON document.
pub(super) fn is_counted(text: &str) -> bool {
    let is_version = || {
        let numbers = text.strip_prefix('v').unwrap_or(text).split(['-', '+']).next().unwrap_or_default();
        numbers.contains('.') && numbers.split('.').all(is_digits)
    };
    let is_digest = || text.len() >= 6 && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_document = || text.starts_with(['{', '[']) && crate::canon::json::parse::<Value>(text.as_bytes()).is_ok();
    !text.is_empty() && (is_digits(text) || is_version() || is_digest() || is_document())
}

/// Whether one instance of a resource or ConfigMap that no Application manages differs only in certificates, which who issues them renews. That of the
/// cluster itself is renewed by nobody.
pub(super) fn is_renewed(e: &Evidence<'_>, change: &Change) -> bool {
    let is_map = change.spot.stem == "configmaps" && change.spot.name != "kube-root-ca.crt";
    let is_renewed = |field: &FieldChange| {
        let name = field.pointer.rsplit('/').next().unwrap_or_default().to_lowercase();
        let is_bundle = name == "cabundle" && !is_map;
        let is_one = |text: &str| !text.is_empty() && (is_bundle || are_certificates(text));
        [&field.before, &field.after].iter().all(|v| v.as_ref().and_then(Value::as_str).is_some_and(is_one))
    };
    (is_map || is_custom(&change.key.group)) && !e.is_managed(&change.spot) && change.fields.iter().all(is_renewed)
}

/// Whether a text holds certificates, and nothing else that is between such lines (no key, no request).
pub(super) fn are_certificates(text: &str) -> bool {
    let mut heads = text.lines().filter(|line| line.starts_with("-----BEGIN ")).peekable();
    heads.peek().is_some() && heads.all(|line| line.trim_end() == "-----BEGIN CERTIFICATE-----")
}

#[cfg(test)]
mod tests {
    use super::{are_certificates, is_counted};

    #[test]
    fn a_controller_writes_numbers_versions_digests_and_documents_and_a_person_words() {
        assert!(["3", "abcdef12", "v1.31.2+rke2r1", r#"{"cpu":"10"}"#].into_iter().all(is_counted));
        assert!(["", "on", "true", "{", "paused", "v1", "a.b"].into_iter().all(|text| !is_counted(text)));
    }

    #[test]
    fn certificates_are_told_from_keys() {
        let block = |of: &str| format!("-----BEGIN {of}-----\nMIIA\n-----END {of}-----\n");
        assert!(are_certificates(&block("CERTIFICATE").repeat(2)));
        assert!(!are_certificates(&(block("CERTIFICATE") + &block("PRIVATE KEY"))) && !are_certificates("a: b"));
    }
}
