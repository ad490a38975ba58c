//! A rule's pointer patterns as a tree, which is walked together with the object.
use crate::kinds::patterns::is_like;
use crate::kinds::rule::{ListRule, Rule};
use crate::value::{Value, tokens};
use std::collections::BTreeMap;

/// The facet that a pattern gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Facet {
    State,
    Identity,
    Noise,
}

/// One node; the edges are raw tokens, `*` matches any.
#[derive(Default, Debug)]
pub(super) struct Tree {
    edges: BTreeMap<String, Tree>,
    /// The beginning of a token → the node for every token with that beginning.
    beginnings: BTreeMap<String, Tree>,
    pub(super) facet: Option<Facet>,
    pub(super) list: Option<ListRule>,
    pub(super) default: Option<Value>,
    pub(super) unless: Vec<Value>,
    /// Of a list: field → patterns of the elements that are identity.
    elements: BTreeMap<String, Vec<String>>,
    /// Built from exact pointers: a `*` in them is no pattern.
    pub(super) is_exact: bool,
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
    }

    /// Gives exact pointers a facet, for one object.
    pub(super) fn exact(pointers: &[String], facet: Facet) -> Self {
        let mut tree = Self::default();
        for pointer in pointers {
            let mut node = &mut tree;
            for token in tokens(pointer) {
                node.is_exact = true;
                node = node.edges.entry(token).or_default();
            }
            (node.is_exact, node.facet) = (true, Some(facet));
        }
        tree
    }

    /// The patterns of one rule, without its fragments.
    pub(super) fn of(rule: &Rule) -> Self {
        let mut tree = Self::default();
        tree.add("", rule);
        tree
    }

    fn node(&mut self, at: &str, pattern: &str) -> &mut Self {
        let mut node = self;
        for token in tokens(&format!("{at}{pattern}")) {
            node = match token.strip_suffix('*').filter(|beginning| !beginning.is_empty()) {
                Some(beginning) => node.beginnings.entry(beginning.to_owned()).or_default(),
                None => node.edges.entry(token).or_default(),
            };
        }
        node
    }

    /// The nodes that a step along `token` leads to: the closest pattern comes last, and wins.
    pub(super) fn step<'a, 't>(&'a self, token: &'t str) -> impl Iterator<Item = &'a Self> + use<'a, 't> {
        let any = if token == "*" || self.is_exact { None } else { self.edges.get("*") };
        let begun = self.beginnings.iter().filter(move |(beginning, _)| token.starts_with(beginning.as_str())).map(|(_, node)| node);
        any.into_iter().chain(begun).chain(self.edges.get(token))
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.edges.is_empty() && self.beginnings.is_empty() && self.elements.is_empty()
    }

    /// Whether an element of the list at this node is identity.
    pub(super) fn has_element(&self, item: &Value) -> bool {
        let is = |(field, patterns): (&String, &Vec<String>)| {
            let text = if field.is_empty() { item.as_str() } else { item.get(field).and_then(Value::as_str) };
            text.is_some_and(|t| patterns.iter().any(|p| is_like(p, t)))
        };
        !self.elements.is_empty() && self.elements.iter().all(is)
    }
}
