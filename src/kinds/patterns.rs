//! Pointer patterns of a rule, outside of a walk: which field one speaks of, and an object without what some speak of. A `*` token is
//! any one token, and one that ends in `*` is any that begins so.
use crate::kinds::Kind;
use crate::kinds::rule::Given;
use crate::kinds::rule::Rule;
use crate::model::join;
use crate::model::tokens;
use serde_json::Value;

impl Kind {
    /// An object without what moves by itself although it is the same instance (law 5).
    pub fn without_moves(&self, mut value: Value) -> Value {
        self.patterns(|rule| &rule.moves).iter().for_each(|pattern| prune(&mut value, &tokens(pattern)));
        value
    }

    /// Whether the rule itself calls the field identity (and no agreement about one object does), and it does not move by itself.
    pub fn is_lasting(&self, pointer: &str) -> bool {
        let any = |patterns: Vec<String>| patterns.iter().any(|pattern| covers(pattern, pointer));
        let elements = |pointer: &str| {
            let mut found = false;
            self.each(&mut |at, rule| found |= rule.elements.keys().any(|pattern| covers(&format!("{at}{pattern}"), pointer)));
            found || self.rule.when.iter().any(|w| w.elements.keys().any(|pattern| covers(pattern, pointer)))
        };
        (any(self.patterns(|rule| &rule.identity)) || elements(pointer)) && !any(self.patterns(|rule| &rule.moves))
    }

    /// The field that the cluster writes anew for each instance (law 13) and that a pointer is, or leads into.
    pub fn generated(&self, pointer: &str) -> Option<String> {
        let depth = self.patterns(|rule| &rule.generated).iter().find(|pattern| covers(pattern, pointer)).map(|p| tokens(p).len())?;
        Some(tokens(pointer).iter().take(depth).fold(String::new(), |whole, token| join(&whole, token)))
    }

    /// Whether the rule names such fields.
    pub fn generates(&self) -> bool {
        !self.rule.generated.is_empty() || self.rule.when.iter().any(|w| !w.generated.is_empty())
    }

    /// A list of the rule's patterns, those of its fragments and of every kind's rule included.
    pub fn patterns(&self, list: impl Fn(&Rule) -> &[String]) -> Vec<String> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(list(rule).iter().map(|pattern| format!("{at}{pattern}"))));
        self.rule.when.iter().for_each(|when| out.extend(list(&when.as_rule()).iter().cloned()));
        out
    }

    /// What controllers and admission write into what is made from a template, each with its whole pattern.
    pub fn given(&self) -> Vec<Given> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(rule.given.iter().map(|g| Given { at: format!("{at}{}", g.at), ..g.clone() })));
        out
    }

    /// Every rule that speaks of the kind, with where it applies.
    fn each(&self, take: &mut dyn FnMut(&str, &Rule)) {
        self.fragments.get("any").into_iter().chain([&self.rule]).for_each(|rule| self.within("", rule, take));
    }

    fn within(&self, at: &str, rule: &Rule, take: &mut dyn FnMut(&str, &Rule)) {
        take(at, rule);
        let included = rule.include.iter().filter_map(|(place, name)| Some((place, self.fragments.get(name)?)));
        included.for_each(|(place, fragment)| self.within(&format!("{at}{place}"), fragment, take));
    }
}

/// Whether a field is what a pattern speaks of, or lies within it.
pub(crate) fn covers(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (tokens(pattern), tokens(pointer));
    pattern.len() <= pointer.len() && pattern.iter().zip(&pointer).all(|(p, t)| is_like(p, t))
}

/// Whether a text is like another, in which each `*` is any text.
pub(crate) fn is_like(wanted: &str, text: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('*') else { return wanted == text };
    let Some(tail) = text.strip_prefix(start) else { return false };
    // Few patterns have a star that is not their end.
    rest.is_empty() || tail.char_indices().any(|(i, _)| tail.get(i..).is_some_and(|tail| is_like(rest, tail)))
}

/// Whether a pattern speaks of something within a field.
pub(crate) fn is_within(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (tokens(pattern), tokens(pointer));
    pattern.len() > pointer.len() && pattern.iter().zip(&pointer).all(|(p, t)| is_like(p, t))
}

/// Takes what a pattern speaks of out of a value, and maps that hold nothing else then. List elements leave a null, so that the others
/// keep their places.
fn prune(value: &mut Value, pattern: &[String]) {
    let Some((first, rest)) = pattern.split_first() else { return };
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().filter(|k| is_like(first, k)).cloned().collect();
            for key in keys {
                let emptied = map.get_mut(&key).is_some_and(|item| {
                    prune(item, rest);
                    rest.is_empty() || item.as_object().is_some_and(serde_json::Map::is_empty)
                });
                if emptied {
                    map.remove(&key);
                }
            }
        }
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
    use crate::model::tokens;
    use serde_json::json;

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
