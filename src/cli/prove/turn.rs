//! The steps that turn the switch: planned and confirmed before anything is captured or written, done with a journal in the run's folder.
use crate::adapters::journal::FileJournal;
use crate::bundle::names::ACTIONS;
use crate::cli::ask::confirm;
use crate::cli::failure::Failure;
use crate::cli::live::Session;
use crate::cli::prove::Args;
use crate::cli::prove::goal::{Goal, Step};
use crate::cli::prove::state::State;
use crate::cli::switch::{failure, user};
use crate::cli::{manifest, ui};
use crate::model::Key;
use crate::render::switch as render;
use crate::usecase::cluster::port::Clock as _;
use crate::usecase::switch::plan::Strategy;
use crate::usecase::switch::{Event, Run, Stamp, Stop, Times, off, on, plan};
use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::Path;

/// Turns the switch for one run.
pub(super) struct Turn<'a> {
    session: &'a Session<'a>,
    journal: FileJournal,
    off: plan::Options,
    on: on::Options,
    times: Times,
}

impl<'a> Turn<'a> {
    /// Plans the first turn of the run, says what would be lost and written, and asks. Makes the run's folder only then.
    pub(super) fn new(args: &Args, session: &'a Session<'a>, dir: &Path, state: &State) -> Result<Self, Failure> {
        let stamp = Stamp { run: state.run.clone(), nonce: state.nonce.clone(), user: user(&session.cluster) };
        let strategy = if args.turn.strategy == "prune" { Strategy::Prune } else { Strategy::Cascade };
        let (terminate, allow) = (args.turn.terminate, args.turn.allow_loss.clone());
        let manifest = manifest::read(args.turn.file.as_deref())?.into_iter().next();
        let mut turn = Self {
            session,
            journal: FileJournal::new(dir.join(ACTIONS), session.redactor.clone()),
            off: plan::Options { strategy, terminate, allow, stamp: stamp.clone() },
            on: on::Options { stamp, manifest, expected: BTreeSet::new(), terminate },
            times: Times::paced(args.turn.timeout, args.turn.pace),
        };
        let text = turn.first(state)?;
        if let Some(text) = text {
            ui::message(text.trim_end());
            confirm(&format!("Prove {}?", state.goal.as_str()), args.yes, std::io::stdin().is_terminal())?;
        }
        std::fs::create_dir_all(dir).map_err(|e| Failure::new(format!("{}: can't be made: {e}", dir.display())))?;
        state.write(dir)?;
        Ok(turn)
    }

    /// The plan of the run's first turn as text; none where it is done.
    fn first(&mut self, state: &State) -> Result<Option<String>, Failure> {
        let next = state.goal.steps().iter().find(|s| matches!(s, Step::Off | Step::On) && !state.done.iter().any(|d| d == s.name()));
        let (off, on) = (self.off.clone(), self.on.clone());
        match next {
            None => Ok(None),
            Some(Step::Off) => {
                let plan = self.run(|run| plan::plan(run, &off))?;
                if plan.already && state.done.is_empty() {
                    let hint =
                        if state.goal == Goal::RoundTrip { "`evid switch on` first" } else { "`evid prove optional-on` proves its return" };
                    return Err(Failure::new("the switch is off already: its going off can't be proven").hint(hint));
                }
                Ok(Some(render::off_plan(&plan, false)))
            }
            Some(_) => Ok(Some(render::on_plan(&self.run(|run| on::plan(run, &on))?, false))),
        }
    }

    /// Turns it off. What is there before is what must be there again.
    pub(super) fn off(&mut self, state: &mut State) -> Result<(), Failure> {
        let options = plan::Options { stamp: self.stamp(state, "off"), ..self.off.clone() };
        let plan = self.run(|run| plan::plan(run, &options))?;
        state.was_on.get_or_insert(!plan.already);
        state.expected.extend(plan.members.iter().map(|(key, _)| key.place()));
        let done = self.run(|run| off::off(run, &plan, &options))?;
        ui::message(render::off(&done).trim_end());
        if done.left.is_empty() {
            Ok(())
        } else {
            Err(Failure::new("something lives that should be gone").exit(crate::cli::exit::Exit::Refuted))
        }
    }

    /// Turns it on.
    pub(super) fn on(&mut self, state: &mut State) -> Result<(), Failure> {
        state.was_on.get_or_insert(false);
        let expected = state.expected.iter().filter_map(|place| place.split_once('/'));
        let expected = expected.map(|(namespace, name)| Key::new("argoproj.io", "Application", namespace, name));
        let options = on::Options { expected: expected.collect(), stamp: self.stamp(state, "on"), ..self.on.clone() };
        let plan = self.run(|run| on::plan(run, &options))?;
        let done = self.run(|run| on::on(run, &plan, &options))?;
        ui::message(render::on(&done).trim_end());
        Ok(())
    }

    /// Each turn has an id of its own: an operation of an earlier one is not its operation.
    fn stamp(&self, state: &State, verb: &str) -> Stamp {
        let run = format!("{}-{verb}-{}", state.run, self.session.clock.now().format("%H%M%S"));
        Stamp { run, ..self.off.stamp.clone() }
    }

    fn run<T>(&mut self, work: impl FnOnce(&mut Run<'_>) -> Result<T, Stop>) -> Result<T, Failure> {
        let mut progress = |event: &Event| {
            if let Some(line) = render::event(event) {
                ui::message(&line);
            }
        };
        let mut run = Run {
            api: &self.session.cluster,
            clock: &self.session.clock,
            journal: &mut self.journal,
            progress: &mut progress,
            layers: self.session.layers,
            rules: self.session.rules,
            user: self.off.stamp.user.clone(),
            times: self.times,
            written: 0,
        };
        work(&mut run).map_err(failure)
    }
}
