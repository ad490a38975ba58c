//! Small pieces of a page that several sections have.
use crate::model::Verdict;
use crate::render::words::{self, fill};
use maud::{Markup, html};

/// A verdict, by word and sign and colour.
pub(super) fn verdict(verdict: Verdict) -> Markup {
    let sign = match verdict {
        Verdict::Proven => "✓",
        Verdict::Refuted => "✗",
        Verdict::Inconclusive => "?",
        Verdict::NotApplicable => "–",
    };
    html! { span.badge.(verdict.as_str()) { span aria-hidden="true" { (sign) " " } (words::verdicts(verdict)) } }
}

/// A list of texts; a long one is folded behind its number.
pub(super) fn list(texts: &[String], open: usize) -> Markup {
    let items = |texts: &[String]| html! { ul { @for text in texts { li { (text) } } } };
    let (first, rest) = texts.split_at(open.min(texts.len()));
    html! {
        (items(first))
        @if !rest.is_empty() {
            details { summary { (fill(words::page().more, &[("n", &rest.len().to_string())])) } (items(rest)) }
        }
    }
}

/// What each bundle shows: bundle and text.
pub(super) fn at(all: &[(String, String)]) -> Markup {
    html! { ul.at { @for (bundle, text) in all { li { span.bundle { (bundle) } " " (text) } } } }
}

/// Names with their values.
pub(super) fn facts<'a>(all: impl IntoIterator<Item = &'a (&'static str, String)>) -> Markup {
    html! { dl { @for (name, value) in all { div { dt { (name) } dd { (value) } } } } }
}
