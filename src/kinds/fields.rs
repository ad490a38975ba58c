//! What a kind's rule says about one field, without walking an object: the patterns of the rule, of its fragments, and of the rule for
//! every kind.
use crate::kinds::Kind;
use crate::kinds::patterns::{covers, prune};
use crate::kinds::rule::{Given, Relation, Rule, When};
use crate::value::{Value, join, tokens};

impl Kind {
    /// The further rules of the kind whose conditions each of these objects meets, which are read only if there are any.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn closer<E>(&self, objects: impl FnOnce() -> Result<[Value; 2], E>) -> Result<Vec<&When>, E> {
        if self.rule.when.is_empty() {
            return Ok(Vec::new());
        }
        let objects = objects()?;
        Ok(self.rule.when.iter().filter(|when| objects.iter().all(|object| when.holds(object))).collect())
    }

    /// An object without the fields that move by themselves in one instance (law 5). Of a list of which the rule names elements only those
    /// move, and they are identity: the others stay.
    pub fn without_moves(&self, closer: &[&When], mut value: Value) -> Value {
        let lists = self.lists_of_elements(closer);
        let moves = self.patterns_with(closer, |rule| &rule.moves);
        moves.iter().filter(|pattern| !lists.contains(pattern)).for_each(|pattern| prune(&mut value, &tokens(pattern)));
        value
    }

    /// Whether the rule itself calls the field identity (not only an agreement about one object), and it does not move by itself.
    pub fn is_lasting(&self, closer: &[&When], pointer: &str) -> bool {
        let any = |patterns: Vec<String>| patterns.iter().any(|pattern| covers(pattern, pointer));
        (any(self.patterns_with(closer, |rule| &rule.identity)) || any(self.lists_of_elements(closer)))
            && !any(self.patterns_with(closer, |rule| &rule.moves))
    }

    /// Whether the field is the uid of another object.
    pub fn refers(&self, pointer: &str) -> bool {
        self.patterns(|rule| &rule.refers).iter().any(|pattern| covers(pattern, pointer))
    }

    /// The lists of which the rule names elements that are identity.
    fn lists_of_elements(&self, closer: &[&When]) -> Vec<String> {
        let mut out: Vec<String> = closer.iter().flat_map(|when| when.elements.keys().cloned()).collect();
        self.each(&mut |at, rule| out.extend(rule.elements.keys().map(|pattern| format!("{at}{pattern}"))));
        out
    }

    /// The generated field (law 13) that a pointer names or leads into: the cluster writes it anew for each instance.
    pub fn generated(&self, pointer: &str) -> Option<String> {
        let all: Vec<&When> = self.rule.when.iter().collect();
        let depth =
            self.patterns_with(&all, |rule| &rule.generated).iter().find(|pattern| covers(pattern, pointer)).map(|p| tokens(p).len())?;
        Some(tokens(pointer).iter().take(depth).fold(String::new(), |whole, token| join(&whole, token)))
    }

    pub fn generates(&self) -> bool {
        !self.rule.generated.is_empty() || self.rule.when.iter().any(|w| !w.generated.is_empty())
    }

    /// The patterns of one list of the rule, including those of its fragments and of the rule for every kind.
    pub fn patterns(&self, list: impl Fn(&Rule) -> &[String]) -> Vec<String> {
        self.patterns_with(&[], list)
    }

    /// As [`Self::patterns`], with those of these further rules.
    fn patterns_with(&self, closer: &[&When], list: impl Fn(&Rule) -> &[String]) -> Vec<String> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(list(rule).iter().map(|pattern| format!("{at}{pattern}"))));
        closer.iter().for_each(|when| out.extend(list(&when.as_rule()).iter().cloned()));
        out
    }

    /// What controllers and admission write into objects that are made from a template, each with its complete pattern.
    pub fn given(&self) -> Vec<Given> {
        let mut out = Vec::new();
        self.each(&mut |at, rule| out.extend(rule.given.iter().map(|g| Given { at: format!("{at}{}", g.at), ..g.clone() })));
        out
    }

    /// The relations of the kind, then those that objects of every kind may have.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.rule.relations.iter().chain(self.fragments.get("any").into_iter().flat_map(|any| &any.relations))
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
