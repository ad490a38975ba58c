//! One point of a run: a capture with what was watched and written since the point before.
use crate::bundle::names::{ACTIONS, WATCH};
use crate::usecase::capture::{self, Beside, Intake};
use crate::usecase::cluster::port::stamp;
use crate::usecase::prove::proof::{Between, Proof};
use crate::usecase::prove::state::Folder;
use crate::usecase::prove::words::{News, ProveError};
use crate::usecase::session::{Session, scope};

impl<F: Folder> Proof<'_, F> {
    pub(super) fn point(&mut self, name: &'static str, between: &mut Between<'_>) -> Result<(), ProveError> {
        let Self { session, probes, folder, state, .. } = self;
        let spool = folder.spool().map_err(ProveError::Spool)?;
        let Session { redactor, rules, layers, config, clock, .. } = *session;
        let intake = Intake { redactor, rules, layers, config, spool: &*spool };
        let captured = capture::run(
            |intake| session.collect(&scope(config), intake).map_err(ProveError::Live),
            &intake,
            |snapshot| {
                let places = session.places(&snapshot.objects);
                let (probes, _) = session.probe(probes, &places).map_err(ProveError::Live)?;
                between.sampler.place(places);
                let (events, connected) = between.watch.drain();
                between.watched.take(events);
                between.sampler.take().into_iter().for_each(|s| between.watched.sample(s));
                let segment = between.watched.segment(clock.now(), connected);
                // The next segment has begun: the window ends after that, so that no moment lies between.
                snapshot.finished = Some(stamp(clock.now()));
                let mut files = Vec::new();
                if !state.done.is_empty() {
                    files.push((WATCH.to_owned(), segment));
                    files.push((ACTIONS.to_owned(), folder.actions().map_err(ProveError::Folder)?));
                }
                Ok(Beside { probes, files, nonce: state.nonce.clone(), run: Some(state.run.clone()) })
            },
            |files| folder.seal(name, files).map_err(ProveError::Folder),
        )?;
        (self.told)(News::Captured(&captured));
        Ok(())
    }
}
