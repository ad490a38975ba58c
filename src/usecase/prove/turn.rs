//! The steps that turn the switch: each is planned against what is there, what it found is kept, then it is done. What is there before must be
//! there again.
use crate::usecase::prove::goal::Step;
use crate::usecase::prove::proof::Proof;
use crate::usecase::prove::state::Folder;
use crate::usecase::prove::words::{News, ProveError};
use crate::usecase::session::Session;
use crate::usecase::switch::{Event, Options, Run, Stamp, Stop, before, off, on};
use std::collections::BTreeMap;

impl<F: Folder> Proof<'_, F> {
    /// Tells the plan of the first turn; false where that is done. Where it is so already before anything was captured, nothing can be proven.
    pub fn first(&mut self) -> Result<bool, ProveError> {
        match self.state.goal.steps().iter().find(|s| s.turns() && !self.state.has(**s)) {
            None => return Ok(false),
            Some(Step::Off) => {
                let plan = self.switch(&self.options("off"), off::plan)?;
                if plan.already && self.state.done.is_empty() {
                    return Err(ProveError::AlreadyOff(self.state.goal));
                }
                (self.told)(News::WillGoOff(&plan));
            }
            Some(_) => {
                let plan = self.switch(&self.options("on"), on::plan)?;
                if plan.lives && self.state.done.is_empty() {
                    return Err(ProveError::AlreadyOn);
                }
                (self.told)(News::WillComeOn(&plan));
            }
        }
        Ok(true)
    }

    pub fn turn(&mut self, step: Step) -> Result<(), ProveError> {
        if step == Step::Off { self.off() } else { self.on() }
    }

    fn off(&mut self) -> Result<(), ProveError> {
        let options = self.options("off");
        let plan = self.switch(&options, off::plan)?;
        self.state.found(!plan.already, before::kept(&plan.before));
        self.keep()?;
        let done = self.switch(&options, |run, options| off::off(run, &plan, options))?;
        (self.told)(News::Off(&done));
        if done.left.is_empty() { Ok(()) } else { Err(ProveError::Left) }
    }

    fn on(&mut self) -> Result<(), ProveError> {
        let options = self.options("on");
        let plan = self.switch(&options, on::plan)?;
        self.state.found(plan.already, BTreeMap::new());
        self.keep()?;
        let done = self.switch(&options, |run, options| on::on(run, &plan, options))?;
        (self.told)(News::On(&done));
        Ok(())
    }

    /// Each turn has an id of its own: an operation of an earlier one is not its operation.
    fn options(&self, verb: &str) -> Options {
        let run = format!("{}-{verb}-{}", self.state.run, self.session.clock.now().format("%H%M%S"));
        let expected = before::given_back(&self.state.expected);
        Options { expected, stamp: Stamp { run, ..self.options.stamp.clone() }, ..self.options.clone() }
    }

    fn switch<T>(&mut self, options: &Options, work: impl FnOnce(&mut Run<'_>, &Options) -> Result<T, Stop>) -> Result<T, ProveError> {
        let mut progress = |event: &Event| (self.told)(News::Turning(event));
        let Session { api, clock, config, layers, rules, .. } = self.session;
        let here = self.session.here();
        let (journal, user, times) = (&mut *self.journal, options.stamp.user.clone(), self.times);
        let mut run = Run {
            api,
            clock,
            journal,
            progress: &mut progress,
            layers,
            rules,
            here: &here,
            tracking: config.tracking.as_deref(),
            user,
            times,
            written: 0,
        };
        work(&mut run, options).map_err(ProveError::Switch)
    }
}
