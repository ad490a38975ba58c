//! The lanes of the timeline: text beside a picture, so that a narrow screen stretches the picture and never the text.
use crate::render::html::parts::list;
use crate::render::view::{Lane, Look, Timeline, WIDTH};
use crate::render::words::Page;
use maud::{Markup, html};

/// The width of a mark that is only a moment.
const MOMENT: i64 = 40;
/// How many lines about a lane stand unfolded.
const OPEN: usize = 20;

pub(super) fn timeline(timeline: &Timeline, t: &Page) -> Markup {
    html! {
        p.legend {
            @for (look, says) in [(Look::Point, t.look_point), (Look::Write, t.look_write), (Look::Well, t.look_well),
                (Look::Ill, t.look_ill), (Look::Unasked, t.look_unasked), (Look::Unwatched, t.look_unwatched)] {
                span { (key(look)) " " (says) } " "
            }
        }
        div.lanes {
            @for lane in &timeline.lanes { (one(lane)) }
            p.axis { span { (timeline.from) } span { (timeline.until) " UTC" } }
        }
        @for lane in timeline.lanes.iter().filter(|l| !l.told.is_empty()) {
            details { summary { (lane.label) ": " (lane.says) } (list(&lane.told, OPEN)) }
        }
        @if !timeline.more.is_empty() { p { (timeline.more) } }
    }
}

/// A sample of a look, for the legend.
fn key(look: Look) -> Markup {
    html! { svg.key viewBox="0 0 10 10" aria-hidden="true" { rect.(look.as_str()) width="10" height="10" {} } }
}

fn one(lane: &Lane) -> Markup {
    let text = format!("{}: {}", lane.label, lane.says);
    html! {
        div.lane {
            div.label { b { (lane.label) } span { (lane.says) } }
            svg viewBox={ "0 0 " (WIDTH) " 10" } preserveAspectRatio="none" role="img" aria-label=(text) {
                rect.ground width=(WIDTH) height="10" {}
                @for mark in &lane.marks {
                    // A moment would not be seen; time that is only long or short is as wide as it is.
                    @let width = if matches!(mark.look, Look::Well | Look::Unwatched) { mark.width } else { mark.width.max(MOMENT) };
                    rect.(mark.look.as_str()) x=(mark.at.min(WIDTH - width)) width=(width) height="10" {
                        @if !mark.says.is_empty() { title { (mark.says) } }
                    }
                }
            }
        }
    }
}
