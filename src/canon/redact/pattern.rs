//! A regular expression that is compiled when it is first used. Knows nothing of secrets.
use regex::{Captures, Match, Regex};
use std::sync::OnceLock;

/// A regular expression in a static. Few texts match, and to see that one does not costs a third of looking for its groups.
pub(super) struct Pattern {
    source: Source,
    compiled: OnceLock<Option<Regex>>,
}

enum Source {
    Text(&'static str),
    Made(fn() -> String),
}

impl Pattern {
    /// Keeps the source; a test of the file that holds it proves that it compiles.
    pub(super) const fn new(source: &'static str) -> Self {
        Self { source: Source::Text(source), compiled: OnceLock::new() }
    }

    /// As [`Self::new`], of a source that is made of lists of words.
    pub(super) const fn made(source: fn() -> String) -> Self {
        Self { source: Source::Made(source), compiled: OnceLock::new() }
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || match self.source {
            Source::Text(text) => Regex::new(text).ok(),
            Source::Made(make) => Regex::new(&make()).ok(),
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// The expression, if it matches anywhere.
    fn matching(&self, text: &str) -> Option<&Regex> {
        self.regex().filter(|r| r.is_match(text))
    }

    /// Whether it matches anywhere.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.matching(text).is_some()
    }

    /// The first match with its groups.
    pub(super) fn first<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.matching(text)?.captures(text)
    }

    /// All matches with their groups.
    pub(super) fn captures<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.matching(text).into_iter().flat_map(move |r| r.captures_iter(text))
    }

    /// All matches.
    pub(super) fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.matching(text).into_iter().flat_map(move |r| r.find_iter(text))
    }
}
