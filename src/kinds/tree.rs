//! A rule's pointer patterns as a tree that is walked beside the object.
use crate::kinds::rule::ListRule;
use crate::kinds::rule::Rule;
use crate::kinds::rule::When;
use crate::model::tokens;
use serde_json::Value;
use std::collections::BTreeMap;

/// The facet that a pattern gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Facet {
    State,
    Identity,
    Noise,
}

/// One node; the edges are raw tokens, `*` is any.
#[derive(Default, Debug)]
pub(super) struct Tree {
    edges: BTreeMap<String, Tree>,
    /// The beginning of a token → where any token leads that begins so.
    beginnings: BTreeMap<String, Tree>,
    pub(super) facet: Option<Facet>,
    pub(super) list: Option<ListRule>,
    pub(super) default: Option<Value>,
    pub(super) unless: Vec<Value>,
    /// Field → patterns: elements that are identity.
    pub(super) elements: BTreeMap<String, Vec<String>>,
    moves: bool,
    generated: bool,
    /// Made of exact pointers: a `*` in them is a `*`.
    exact: bool,
}

/// What a rule says of an identity field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    Moves,
    Generated,
}

impl Tree {
    pub(super) fn add(&mut self, at: &str, rule: &Rule) {
        for (patterns, facet) in [(&rule.noise, Facet::Noise), (&rule.identity, Facet::Identity), (&rule.state, Facet::State)] {
            for pattern in patterns {
                self.node(at, pattern).facet = Some(facet);
            }
        }
        for (pattern, list) in &rule.lists {
            self.node(at, pattern).list = Some(list.clone());
        }
        for (pattern, value) in &rule.defaults {
            self.node(at, pattern).default = Some(value.clone());
        }
        for (pattern, values) in &rule.unless {
            self.node(at, pattern).unless.clone_from(values);
        }
        for (pattern, fields) in &rule.elements {
            self.node(at, pattern).elements.clone_from(fields);
        }
        rule.moves.iter().for_each(|pattern| self.node(at, pattern).moves = true);
        rule.generated.iter().for_each(|pattern| self.node(at, pattern).generated = true);
    }

    /// What a rule says of some objects.
    pub(super) fn of(when: &When) -> Self {
        let (identity, noise) = (when.identity.clone(), when.noise.clone());
        let mut tree = Self::default();
        tree.add("", &Rule { identity, noise, moves: when.moves.clone(), generated: when.generated.clone(), ..Rule::default() });
        tree
    }

    /// Gives exact pointers the identity facet, for one object.
    pub(super) fn identity(pointers: &[String]) -> Self {
        let mut tree = Self::default();
        for pointer in pointers {
            let mut node = &mut tree;
            for token in tokens(pointer) {
                node.exact = true;
                node = node.edges.entry(token).or_default();
            }
            node.facet = Some(Facet::Identity);
        }
        tree
    }

    fn node(&mut self, at: &str, pattern: &str) -> &mut Self {
        let mut node = self;
        for token in tokens(&format!("{at}{pattern}")) {
            node = match token.strip_suffix('*').filter(|t| !t.is_empty()) {
                Some(beginning) => node.beginnings.entry(beginning.to_owned()).or_default(),
                None => node.edges.entry(token).or_default(),
            };
        }
        node
    }

    /// The nodes that a step along `token` leads to.
    pub(super) fn step<'a>(&'a self, token: &'a str) -> impl Iterator<Item = &'a Self> {
        let any = if token == "*" || self.exact { None } else { self.edges.get("*") };
        let begun = self.beginnings.iter().filter(|(beginning, _)| token.starts_with(beginning.as_str())).map(|(_, node)| node);
        self.edges.get(token).into_iter().chain(begun).chain(any)
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.edges.is_empty() && self.beginnings.is_empty() && self.elements.is_empty()
    }

    /// Whether an element of the list at this node is identity.
    pub(super) fn has_element(&self, item: &Value) -> bool {
        let is = |(field, patterns): (&String, &Vec<String>)| {
            let text = item.get(field).and_then(Value::as_str);
            text.is_some_and(|t| patterns.iter().any(|p| is_like(p, t)))
        };
        !self.elements.is_empty() && self.elements.iter().all(is)
    }

    /// Whether a word is said of a pointer, or of something that it is part of.
    pub(super) fn says(trees: &[&Self], word: Word, pointer: &str) -> bool {
        let said = |node: &&Self| match word {
            Word::Moves => node.moves,
            Word::Generated => node.generated,
        };
        let path = tokens(pointer);
        let mut active = trees.to_vec();
        for token in &path {
            if active.iter().any(said) {
                return true;
            }
            active = active.into_iter().flat_map(|n| n.step(token)).collect();
        }
        active.iter().any(said)
    }
}

/// Whether a text is like a pattern, in which each `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, rest)) => text.strip_prefix(begin).is_some_and(|tail| {
            let starts = tail.char_indices().map(|(i, _)| i).chain([tail.len()]);
            starts.filter_map(|i| tail.get(i..)).any(|tail| is_like(rest, tail))
        }),
    }
}
