//! One point of a run: a capture with what was watched and written since the point before.
use crate::adapters::archive;
use crate::adapters::kube::Watcher;
use crate::bundle::names::{ACTIONS, WATCH};
use crate::cli::capture::{spool, summary};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::live::{Session, scope};
use crate::cli::prove::sampling::Sampler;
use crate::cli::prove::state::State;
use crate::cli::ui;
use crate::usecase::capture;
use crate::usecase::capture::Beside;
use crate::usecase::capture::intake::Intake;
use crate::usecase::cluster::port::{Clock as _, Watch as _, stamp};
use crate::usecase::prove::Watched;
use std::path::Path;
use std::time::Duration;

/// How long the first list of a watch may take.
const PATIENCE: u32 = 100;

/// Waits until the watch has seen every pod once: what happens from now on is not missed.
pub(super) fn wait_until_listed(session: &Session<'_>, watcher: &Watcher, watched: &mut Watched) -> Result<(), Failure> {
    for _ in 0..PATIENCE {
        let (events, connected) = watcher.drain();
        let begun = connected || !events.is_empty();
        watched.take(events);
        if begun {
            return Ok(());
        }
        if !session.clock.sleep(Duration::from_millis(100)) {
            return Err(Failure::new("stopped; nothing was written"));
        }
    }
    ui::message("note: pods can't be watched: what happens between the points goes unseen");
    Ok(())
}

/// Captures one point.
pub(super) fn capture(
    session: &Session<'_>,
    dir: &Path,
    name: &'static str,
    state: &State,
    watcher: &Watcher,
    watched: &mut Watched,
    sampler: &Sampler,
) -> Result<(), Failure> {
    let spool = spool()?;
    let Session { redactor, rules, layers, config, .. } = *session;
    let intake = Intake { redactor, rules, layers, config, spool: &spool };
    let captured = capture::run(
        |intake| session.collect(&scope(config), intake),
        &intake,
        |snapshot| {
            let places = session.places(&snapshot.objects);
            let (probes, _) = session.probe(&places)?;
            sampler.place(places);
            let (events, connected) = watcher.drain();
            watched.take(events);
            sampler.take().into_iter().for_each(|s| watched.sample(s));
            let segment = watched.segment(session.clock.now(), connected);
            // The next segment has begun: the window ends after that, so that no moment lies between.
            snapshot.finished = Some(stamp(session.clock.now()));
            let is_first = state.done.is_empty();
            let files = if is_first { vec![] } else { vec![(WATCH.to_owned(), segment), (ACTIONS.to_owned(), actions(dir)?)] };
            Ok(Beside { probes, files, nonce: state.nonce.clone() })
        },
        |files| Ok::<_, Failure>(archive::seal(&State::bundle(dir, name), true, |put| files(put))?),
    )?;
    if summary(&captured) != Exit::Proven {
        ui::message("note: this point is incomplete; the verdicts will say what that leaves open");
    }
    Ok(())
}

/// What evid has written to the cluster in this run so far.
fn actions(dir: &Path) -> Result<Vec<u8>, Failure> {
    let path = dir.join(ACTIONS);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(Failure::new(format!("{}: {e}", path.display()))),
    }
}
