//! What a report says, as one page: it has no script and loads nothing, and a browser that honours its policy would refuse both. Whatever it
//! shows is escaped, and hidden characters are taken out of the whole.
mod about;
mod cards;
mod changes;
mod evidence;
mod parts;
mod timeline;

use crate::render::foreign;
use crate::render::html::parts::verdict;
use crate::render::view::View;
use crate::render::words::{self, Page, fill, phrases};
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");

/// The page. The same view gives the same bytes.
pub fn page(view: &View) -> String {
    let t = words::page();
    let body = html! {
        (DOCTYPE)
        html lang=(t.language) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="evid";
                title { (view.title) ": " (words::verdicts(view.verdict)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#verdicts" { (t.skip) }
                header { (top(view, t)) }
                @let sections = sections(view, t);
                nav aria-label=(t.contents) { ul {
                    @for (id, heading, _) in &sections { li { a href={ "#" (id) } { (heading) } } }
                } }
                main {
                    @for (id, heading, content) in &sections {
                        section aria-labelledby=(id) { h2 id=(id) { (heading) } (content) }
                    }
                }
            }
        }
    };
    foreign::clean_lines(&body.into_string()) + "\n"
}

fn policy() -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

fn top(view: &View, t: &Page) -> Markup {
    html! {
        h1 { (view.title) " " (verdict(view.verdict)) }
        @for warning in &view.warnings { p.warning { strong { (t.warning) } " " (warning) } }
        @for sentence in &view.lead { p.lead { (sentence) } }
        p.counts {
            @for (v, n) in &view.counts { span.badge.(v.as_str()) { (fill(phrases().counted, &[("n", &n.to_string()), ("word", words::verdicts(*v))])) } " " }
        }
    }
}

/// The sections that have something to say: id, heading, content.
fn sections(view: &View, t: &'static Page) -> Vec<(&'static str, &'static str, Markup)> {
    let mut out = vec![("verdicts", t.heading_verdicts, cards::cards(&view.cards, t))];
    if let Some(timeline) = &view.timeline {
        out.push(("timeline", t.heading_timeline, timeline::timeline(timeline, t)));
    }
    out.push(("layers", t.heading_layers, evidence::layers(&view.layers, t)));
    if let Some(went) = &view.went {
        out.push(("went", t.heading_went, changes::went(went, t)));
    }
    out.push(("changes", t.heading_changes, changes::changes(view, t)));
    if !view.applications.is_empty() {
        out.push(("applications", t.heading_applications, evidence::applications(&view.applications)));
    }
    if !view.probes.is_empty() {
        out.push(("probes", t.heading_probes, evidence::probes(&view.probes, t)));
    }
    if !view.volumes.is_empty() {
        out.push(("volumes", t.heading_volumes, evidence::volumes(&view.volumes, t)));
    }
    out.push(("bundles", t.heading_bundles, about::subjects(view, t)));
    out.push(("about", t.heading_about, about::about(view)));
    out.push(("check", t.heading_check, about::checks(view, t)));
    out.push(("limits", t.heading_limits, html! { ul { @for line in &view.not_proven { li { (line) } } } }));
    out
}
