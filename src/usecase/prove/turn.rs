//! The steps that turn the switch: each is planned against what is there, then done; what is there before must be there again.
use crate::model::Key;
use crate::usecase::prove::goal::Step;
use crate::usecase::prove::proof::Proof;
use crate::usecase::prove::state::Folder;
use crate::usecase::prove::words::{News, ProveError};
use crate::usecase::session::Session;
use crate::usecase::switch::{Event, Options, Run, Stamp, Stop, off, on};

/// What the first turn of a run will do.
pub enum First {
    /// Off.
    Off(off::Plan),
    /// On.
    On(on::Plan),
}

impl<F: Folder> Proof<'_, F> {
    /// The plan of the first turn; none where it is done.
    ///
    /// # Errors
    /// Where the switch refuses, or is off already before anything was captured.
    pub fn first(&mut self) -> Result<Option<First>, ProveError> {
        let next = self.state.goal.steps().iter().find(|s| s.turns() && !self.state.has(**s));
        Ok(match next {
            None => None,
            Some(Step::Off) => {
                let options = self.options("off");
                let plan = self.switch(|run| off::plan(run, &options))?;
                if plan.already && self.state.done.is_empty() {
                    return Err(ProveError::AlreadyOff(self.state.goal));
                }
                Some(First::Off(plan))
            }
            Some(_) => {
                let options = self.options("on");
                Some(First::On(self.switch(|run| on::plan(run, &options))?))
            }
        })
    }

    /// Takes one turn.
    ///
    /// # Errors
    /// Where it does not reach its end.
    pub fn turn(&mut self, step: Step) -> Result<(), ProveError> {
        if step == Step::Off { self.off() } else { self.on() }
    }

    fn off(&mut self) -> Result<(), ProveError> {
        let options = self.options("off");
        let plan = self.switch(|run| off::plan(run, &options))?;
        self.state.was_on.get_or_insert(!plan.already);
        self.state.expected.extend(plan.members.iter().map(|(key, _)| key.place()));
        let done = self.switch(|run| off::off(run, &plan, &options))?;
        (self.told)(News::Off(&done));
        if done.left.is_empty() { Ok(()) } else { Err(ProveError::Left) }
    }

    fn on(&mut self) -> Result<(), ProveError> {
        self.state.was_on.get_or_insert(false);
        let options = self.options("on");
        let plan = self.switch(|run| on::plan(run, &options))?;
        let done = self.switch(|run| on::on(run, &plan, &options))?;
        (self.told)(News::On(&done));
        Ok(())
    }

    /// Each turn has an id of its own: an operation of an earlier one is not its operation.
    fn options(&self, verb: &str) -> Options {
        let run = format!("{}-{verb}-{}", self.state.run, self.session.clock.now().format("%H%M%S"));
        let expected = self.state.expected.iter().filter_map(|place| place.split_once('/'));
        let expected = expected.map(|(namespace, name)| Key::new("argoproj.io", "Application", namespace, name)).collect();
        Options { expected, stamp: Stamp { run, ..self.options.stamp.clone() }, ..self.options.clone() }
    }

    fn switch<T>(&mut self, work: impl FnOnce(&mut Run<'_>) -> Result<T, Stop>) -> Result<T, ProveError> {
        let mut progress = |event: &Event| (self.told)(News::Turning(event));
        let Session { api, clock, layers, rules, .. } = self.session;
        let (journal, user, times) = (&mut *self.journal, self.options.stamp.user.clone(), self.times);
        Ok(work(&mut Run { api, clock, journal, progress: &mut progress, layers, rules, user, times, written: 0 })?)
    }
}
