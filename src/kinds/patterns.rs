//! Pointer patterns of a rule, outside of a walk: which field one speaks of, and an object without what some speak of. A `*` token is
//! any one token.
use crate::kinds::Kind;
use crate::kinds::rule::Given;
use crate::kinds::rule::Rule;
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
        any(self.patterns(|rule| &rule.identity)) && !any(self.patterns(|rule| &rule.moves))
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

/// Whether a text is like another, in which a `*` at the end is any text.
pub(crate) fn is_like(wanted: &str, text: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == text, |start| text.starts_with(start))
}

/// Whether a pattern speaks of something within a field.
pub(crate) fn is_within(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (tokens(pattern), tokens(pointer));
    pattern.len() > pointer.len() && pattern.iter().zip(&pointer).all(|(p, t)| p == "*" || p == t)
}

/// Takes what a pattern speaks of out of a value, and maps that hold nothing else then. List elements leave a null, so that the others
/// keep their places.
fn prune(value: &mut Value, pattern: &[String]) {
    let Some((first, rest)) = pattern.split_first() else { return };
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().filter(|k| first == "*" || *k == first).cloned().collect();
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
