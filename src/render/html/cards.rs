//! The verdicts, a card for each claim.
use crate::model::Verdict;
use crate::render::html::parts::{list, verdict};
use crate::render::view::Card;
use crate::render::words::Page;
use maud::{Markup, html};

/// How many reasons stand unfolded.
const OPEN: usize = 5;

/// What is refuted or open stands first, and open; in each, the order of the report.
pub(super) fn cards(cards: &[Card], t: &Page) -> Markup {
    let rank = |c: &&Card| match c.verdict {
        Verdict::Refuted => 0,
        Verdict::Inconclusive => 1,
        Verdict::Proven => 2,
        Verdict::NotApplicable => 3,
    };
    let mut sorted: Vec<&Card> = cards.iter().collect();
    sorted.sort_by_key(rank);
    html! { div.cards { @for card in sorted { (one(card, t)) } } }
}

fn one(card: &Card, t: &Page) -> Markup {
    let decided = matches!(card.verdict, Verdict::Refuted | Verdict::Inconclusive);
    html! {
        article.card.(card.verdict.as_str()) {
            h3 { code { (card.claim) } " " (verdict(card.verdict)) }
            p { @if decided { b { (t.card_claim) } " " } (card.says) }
            @if decided && !card.found.is_empty() {
                h4 { @if card.verdict == Verdict::Refuted { (t.card_found) } @else { (t.card_open) } }
                (list(&card.found, OPEN))
            }
            @if card.verdict != Verdict::NotApplicable {
                details open[decided] {
                    summary { (t.card_evidence) }
                    p { b { (t.card_refutes) } " " (card.refutes) }
                    @if card.verdict == Verdict::Proven { p { (t.card_nothing) } }
                    @if !card.noted.is_empty() { p { b { (t.card_noted) } } (list(&card.noted, OPEN)) }
                    @if !card.evidence.is_empty() { p { b { (t.card_look) } } (list(&card.evidence, OPEN)) }
                }
            }
        }
    }
}
