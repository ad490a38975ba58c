//! What was captured, by what, and how to check it.
use crate::render::html::parts::{facts, list};
use crate::render::view::View;
use crate::render::words::Page;
use maud::{Markup, html};

/// How many lines of gaps stand unfolded.
const OPEN: usize = 8;

pub(super) fn subjects(view: &View, t: &Page) -> Markup {
    html! { @for bundle in &view.subjects {
        h3 { (bundle.name) }
        p { code { "sha256 " (bundle.sha256) } }
        (facts(&bundle.facts))
        @if bundle.gaps.is_empty() { p { (t.no_gaps) } } @else { p.warning { (t.gaps) } (list(&bundle.gaps, OPEN)) }
    } }
}

pub(super) fn about(view: &View) -> Markup {
    html! {
        (facts(&view.about))
        @if !view.files.is_empty() {
            ul { @for (name, says) in &view.files { li { code { (name) } ": " (says) } } }
        }
    }
}

pub(super) fn checks(view: &View, t: &Page) -> Markup {
    html! {
        p { (t.check_about) }
        ol { @for (says, command) in &view.checks { li { p { (says) } pre tabindex="0" { code { (command) } } } } }
    }
}
