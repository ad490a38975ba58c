//! The positions of secrets in a text, and the text with the secrets replaced. Knows nothing of how a secret is recognised.
use super::token::{Domain, Tokens};
use std::ops::Range;

pub(super) struct Span {
    pub(super) range: Range<usize>,
    /// The decoded secret, if it isn't the text itself: copies of that are searched elsewhere.
    pub(super) means: Option<String>,
}

/// The secrets found in one text, in any order, possibly overlapping.
#[derive(Default)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    pub(super) fn add(&mut self, range: Range<usize>) {
        self.add_decoded(range, None);
    }

    /// Adds the text between these bytes, which encodes this secret.
    pub(super) fn add_decoded(&mut self, range: Range<usize>, means: Option<String>) {
        if !range.is_empty() {
            self.0.push(Span { range, means });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order, without overlaps: of two overlapping spans the outer one stays, or both are joined.
    pub(super) fn merged(mut self) -> Vec<Span> {
        self.0.sort_by(|a, b| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end)));
        let mut out: Vec<Span> = Vec::with_capacity(self.0.len());
        for span in self.0 {
            match out.last_mut() {
                Some(last) if span.range.start < last.range.end => {
                    if span.range == last.range && last.means.is_none() {
                        last.means = span.means;
                    } else if span.range.end > last.range.end {
                        last.range.end = span.range.end;
                        last.means = None;
                    }
                }
                _ => out.push(span),
            }
        }
        out
    }
}

/// The secret that a span means; copies of it are searched elsewhere.
pub(super) fn secret_of<'a>(text: &'a str, span: &'a Span) -> &'a str {
    span.means.as_deref().unwrap_or_else(|| written(text, span))
}

/// A span's written text; the token is made from it.
fn written<'a>(text: &'a str, span: &Span) -> &'a str {
    text.get(span.range.clone()).unwrap_or(text)
}

/// The text with a token in place of each span.
pub(super) fn apply(tokens: &Tokens, text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(text.get(at..span.range.start).unwrap_or_default());
        out.push_str(&tokens.of(Domain::Text, written(text, span).as_bytes()));
        at = span.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What a finder finds in a text: for the tests of each.
#[cfg(test)]
pub(super) fn found(text: &str, find: impl FnOnce(&str, &mut Spans)) -> Vec<String> {
    let mut spans = Spans::default();
    find(text, &mut spans);
    spans.merged().into_iter().map(|s| text[s.range].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_overlapping_spans_the_outer_one_stays() {
        let mut spans = Spans::default();
        spans.add(2..4);
        spans.add(1..6);
        spans.add(5..8);
        let merged = spans.merged();
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].range, 1..8);
    }
}
