//! Pointer patterns: whether a pattern matches a field, and a value without the matched fields. A `*` token matches any one token; a
//! token that ends in `*` matches any token with that beginning. Knows no rule.
use crate::value::{Map, Value, steps};
use std::cmp::Ordering;

/// Whether a pattern matches a field, or a field that contains it.
pub(crate) fn covers(pattern: &str, pointer: &str) -> bool {
    matches!(beyond(pattern, pointer), Some(Ordering::Less | Ordering::Equal))
}

/// Whether a pattern matches something within a field.
pub(crate) fn is_within(pattern: &str, pointer: &str) -> bool {
    beyond(pattern, pointer) == Some(Ordering::Greater)
}

/// Whether a pattern has fewer or more tokens than a pointer; none where one of those that both have does not match.
fn beyond(pattern: &str, pointer: &str) -> Option<Ordering> {
    let (mut pattern, mut pointer) = (steps(pattern), steps(pointer));
    loop {
        match (pattern.next(), pointer.next()) {
            (Some(wanted), Some(token)) if is_like(&wanted, &token) => {}
            (Some(_), Some(_)) => return None,
            (wanted, token) => return Some(wanted.is_some().cmp(&token.is_some())),
        }
    }
}

/// Whether a text matches another, in which each `*` stands for any text.
pub(crate) fn is_like(wanted: &str, text: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('*') else { return wanted == text };
    let Some(tail) = text.strip_prefix(start) else { return false };
    // Few patterns have a star before their end.
    rest.is_empty() || tail.char_indices().any(|(i, _)| tail.get(i..).is_some_and(|tail| is_like(rest, tail)))
}

/// Removes the matched parts from a value, and maps that are empty afterwards. A list element leaves a null, so that the others keep
/// their index.
pub(super) fn prune(value: &mut Value, pattern: &[String]) {
    let Some((first, rest)) = pattern.split_first() else { return };
    match value {
        Value::Object(map) => map.retain(|key, item| {
            let is_matched = is_like(first, key);
            if is_matched {
                prune(item, rest);
            }
            !(is_matched && (rest.is_empty() || item.as_object().is_some_and(Map::is_empty)))
        }),
        Value::Array(list) => {
            for (_, item) in list.iter_mut().enumerate().filter(|(i, _)| first == "*" || *first == i.to_string()) {
                if rest.is_empty() { *item = Value::Null } else { prune(item, rest) }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{covers, is_like, prune};
    use crate::value::json;
    use crate::value::tokens;

    #[test]
    fn a_pattern_covers_what_it_names_and_what_lies_within() {
        for (pattern, pointer, want) in
            [("/a/*/c", "/a/0/c/d", true), ("/a/*/c", "/a/0", false), ("/a", "/a", true), ("/a", "/ab", false), ("", "/x", true)]
        {
            assert_eq!(covers(pattern, pointer), want, "{pattern} {pointer}");
        }
        assert!(is_like("a*", "abc") && is_like("a", "a") && !is_like("a", "ab"));
        for (wanted, text, want) in
            [("*-cfg-*", "a-cfg-x", true), ("*-cfg-*", "a-cfgx", false), ("*b", "ab", true), ("*b", "", false), ("*", "", true)]
        {
            assert_eq!(is_like(wanted, text), want, "{wanted} {text}");
        }
    }

    #[test]
    fn what_moves_is_taken_out_with_the_maps_that_held_nothing_else() {
        let without = |mut value, pattern: &str| {
            prune(&mut value, &tokens(pattern));
            value
        };
        assert_eq!(without(json!({"a": {"b": 1}, "c": 2}), "/a/b"), json!({"c": 2}));
        assert_eq!(without(json!({"a": [{"b": 1, "c": 2}]}), "/a/*/b"), json!({"a": [{"c": 2}]}));
        assert_eq!(without(json!({"a": {"b": 1, "c": 2}}), "/a/*"), json!({}));
    }
}
