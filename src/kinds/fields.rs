//! What a kind's rule says about one field, without walking an object: the patterns of the rule, of its fragments, and of the rule for
//! every kind.
use crate::kinds::Kind;
use crate::kinds::patterns::{covers, prune};
use crate::kinds::rule::{Given, Rule};
use crate::value::{Value, join, tokens};

impl Kind {
    /// An object without the fields that move by themselves in one instance (law 5).
    pub fn without_moves(&self, mut value: Value) -> Value {
        self.patterns(|rule| &rule.moves).iter().for_each(|pattern| prune(&mut value, &tokens(pattern)));
        value
    }

    /// Whether the rule itself calls the field identity (not only an agreement about one object), and it does not move by itself.
    pub fn is_lasting(&self, pointer: &str) -> bool {
        let any = |patterns: Vec<String>| patterns.iter().any(|pattern| covers(pattern, pointer));
        let elements = |pointer: &str| {
            let mut found = false;
            self.each(&mut |at, rule| found |= rule.elements.keys().any(|pattern| covers(&format!("{at}{pattern}"), pointer)));
            found || self.rule.when.iter().any(|w| w.elements.keys().any(|pattern| covers(pattern, pointer)))
        };
        (any(self.patterns(|rule| &rule.identity)) || elements(pointer)) && !any(self.patterns(|rule| &rule.moves))
    }

    /// The generated field (law 13) that a pointer names or leads into: the cluster writes it anew for each instance.
    pub fn generated(&self, pointer: &str) -> Option<String> {
        let depth = self.patterns(|rule| &rule.generated).iter().find(|pattern| covers(pattern, pointer)).map(|p| tokens(p).len())?;
        Some(tokens(pointer).iter().take(depth).fold(String::new(), |whole, token| join(&whole, token)))
    }

    /// Whether the rule names generated fields.
    pub fn generates(&self) -> bool {
        !self.rule.generated.is_empty() || self.rule.when.iter().any(|w| !w.generated.is_empty())
    }

    /// The patterns of one list of the rule, including those of its fragments and of the rule for every kind.
    pub fn patterns(&self, list: impl Fn(&Rule) -> &[String]) -> Vec<String> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(list(rule).iter().map(|pattern| format!("{at}{pattern}"))));
        self.rule.when.iter().for_each(|when| out.extend(list(&when.as_rule()).iter().cloned()));
        out
    }

    /// What controllers and admission write into objects that are made from a template, each with its complete pattern.
    pub fn given(&self) -> Vec<Given> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(rule.given.iter().map(|g| Given { at: format!("{at}{}", g.at), ..g.clone() })));
        out
    }

    /// Every rule that applies to the kind, and the pointer at which it applies.
    fn each(&self, take: &mut dyn FnMut(&str, &Rule)) {
        self.fragments.get("any").into_iter().chain([&self.rule]).for_each(|rule| self.within("", rule, take));
    }

    fn within(&self, at: &str, rule: &Rule, take: &mut dyn FnMut(&str, &Rule)) {
        take(at, rule);
        let included = rule.include.iter().filter_map(|(place, name)| Some((place, self.fragments.get(name)?)));
        included.for_each(|(place, fragment)| self.within(&format!("{at}{place}"), fragment, take));
    }
}
