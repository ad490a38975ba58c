//! What a person reads while a run goes, and why it stopped.
use crate::adapters::archive::ArchiveError;
use crate::adapters::kube::Cluster;
use crate::adapters::zipfile::Sealed;
use crate::bundle::manifest::Manifest;
use crate::cli::bound::Bound;
use crate::cli::capture::{no_spool, summary};
use crate::cli::{Exit, Failure, live, switch, ui};
use crate::render::switch as render;
use crate::render::told::told as in_words;
use crate::usecase::cluster::Clusters;
use crate::usecase::prove::{Goal, News, ProveError};

pub(super) fn told(news: News<'_, (Sealed, Manifest)>, clusters: &Clusters<Cluster>, bound: &Bound) {
    let say = |text: String| ui::message(bound.text(&in_words(&text)).trim_end());
    match news {
        News::Step { nth, of, step } => ui::message(&format!("[{nth}/{of}] {}", step.name())),
        News::WillGoOff(plan) => say(render::off_plan(plan, false)),
        News::WillComeOn(plan) => say(render::on_plan(plan, false)),
        News::Unwatched => ui::message("note: pods can't be watched: what happens between the points goes unseen"),
        News::Captured(captured) if summary(captured) != Exit::Proven => {
            ui::message("note: this point is incomplete; the verdicts will say what that leaves open");
        }
        News::Captured(_) => {}
        News::Turning(event) => switch::said(event),
        News::Off(done) => say(render::off(done)),
        News::On(done) => say(render::on(done)),
        News::Failed(why) => drop(bound.failure(failure(why, clusters)).report()),
    }
}

/// Why it stopped, and what to do next.
pub(super) fn failure(why: ProveError, clusters: &Clusters<Cluster>) -> Failure {
    match why {
        ProveError::AlreadyOff(goal) => {
            let hint = if goal == Goal::RoundTrip { "`evid switch on` first" } else { "`evid prove optional-on` proves its return" };
            Failure::new("the switch is off already: its going off can't be proven").hint(hint)
        }
        ProveError::AlreadyOn => Failure::new("the layer is on already: its return can't be proven")
            .hint("`evid prove core-only` proves that it can go, `evid prove round-trip` that it goes and comes back"),
        ProveError::Stopped => Failure::new("stopped; nothing was written"),
        ProveError::Left => Failure::new("something lives that should be gone").exit(Exit::Refuted),
        ProveError::Switch(stop) => switch::failure(stop),
        ProveError::Live(e) => live::failure(e, clusters),
        ProveError::Capture(e) => e.into(),
        ProveError::Document(e) => e.into(),
        ProveError::Spool(e) => no_spool(&e),
        ProveError::Folder(e) => match e.downcast::<ArchiveError>() {
            Ok(e) => (*e).into(),
            Err(e) => Failure::new(e.to_string()),
        },
    }
}
