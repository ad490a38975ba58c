//! `evid prove`: capture, switch, capture, judge, sign, verify, into one folder; and between the points it keeps watching.
mod args;
mod goal;
mod point;
mod restore;
mod result;
mod sampling;
mod state;
mod turn;

pub(super) use args::Args;

use crate::adapters::config;
use crate::adapters::kube::Watcher;
use crate::bundle::config::Config;
use crate::cli::capture::redactor;
#[cfg(feature = "demo")]
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::live::Session;
use crate::cli::{Done, Global, key, ui};
use crate::kinds::Rules;
use crate::model::Role;
use crate::usecase::cluster::port::Clock as _;
use crate::usecase::prove::Watched;
#[cfg(feature = "demo")]
use args::TurnArgs;
#[cfg(feature = "demo")]
use goal::Goal;
use goal::Step;
use sampling::Sampler;
use state::State;
use std::path::{Path, PathBuf};
#[cfg(feature = "demo")]
use std::time::Duration;
use turn::Turn;

pub(super) fn run(args: &Args, global: &Global) -> Done {
    prove(args, global, &config::load(global.config.as_deref())?)
}

/// The round trip on a demo platform, by its kubeconfig, whose time runs this many times as fast; what it loses is made up.
#[cfg(feature = "demo")]
pub(super) fn demo(kubeconfig: &Path, out: &Path, pace: f64, losses: &[&str], config: &Config, global: &Global) -> Done {
    let turn = TurnArgs {
        strategy: "prune".into(),
        terminate: false,
        allow_loss: losses.iter().map(|l| (*l).to_owned()).collect(),
        file: None,
        timeout: Duration::from_secs(240),
        pace,
    };
    let args = Args {
        goal: Some(Goal::RoundTrip),
        cluster: ClusterArgs::of_file(kubeconfig),
        turn,
        out: out.to_owned(),
        resume: None,
        nonce: None,
        reference: None,
        yes: true,
        restore: false,
        interval: Duration::from_secs(5).div_f64(pace),
        sign: None,
    };
    prove(&args, global, config)
}

fn prove(args: &Args, global: &Global, config: &Config) -> Done {
    let (layers, rules, redactor) = (config.layers()?, Rules::new(&config.rules()?)?, redactor()?);
    if !layers.iter().any(|l| l.role == Role::Switched) {
        return Err(
            Failure::new("no layer is switched: there is nothing to turn off and on").hint("`evid config init` describes the platform")
        );
    }
    let signing = key::signing(args.sign.as_deref())?;
    let (cluster, clock) = (args.cluster.connect()?, args.cluster.clock());
    let session = Session { cluster, clock, config, layers: &layers, rules: &rules, redactor: &redactor };
    let (dir, mut state) = begin(args, &session)?;
    let mut turn = Turn::new(args, &session, &dir, &state)?;
    let watcher = Watcher::start(&session.cluster, "/api/v1/pods");
    let mut watched = Watched::new(session.clock.now());
    point::wait_until_listed(&session, &watcher, &mut watched)?;
    let sampler = Sampler::default();
    let walked = std::thread::scope(|scope| {
        scope.spawn(|| sampler.run(&session, args.interval));
        let walked = walk(
            &mut state,
            &dir,
            || session.clock.stopped(),
            |step, state| match step {
                Step::Point(name) => point::capture(&session, &dir, name, state, &watcher, &mut watched, &sampler),
                Step::Off => turn.off(state),
                Step::On => turn.on(state),
            },
        );
        sampler.stop();
        walked
    });
    let failed = match walked {
        Ok(failed) => failed,
        Err(failure) => return restore::offer(args, &mut turn, &state, &dir, failure),
    };
    let judged = result::judge(&session, &dir, &state, args, global, &signing)?;
    if !failed {
        return Ok(judged);
    }
    restore::offer(
        args,
        &mut turn,
        &state,
        &dir,
        Failure::new("the run did not reach its end; the verdicts say how far it came").exit(judged.at_best(Exit::Inconclusive)),
    )
}

/// Walks the steps that are not done yet. A turn that fails is evidence too: the point after it is captured, and there it ends; true then.
fn walk(
    state: &mut State,
    dir: &Path,
    stopped: impl Fn() -> bool,
    mut take: impl FnMut(Step, &mut State) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let steps = state.goal.steps();
    let mut failed = false;
    for (i, step) in steps.iter().enumerate() {
        if state.done.iter().any(|d| d == step.name()) {
            continue;
        }
        ui::message(&format!("[{}/{}] {}", i + 1, steps.len(), step.name()));
        match take(*step, state) {
            Ok(()) => state.complete(*step, dir)?,
            Err(failure) if !matches!(step, Step::Point(_)) && !stopped() => {
                failed = true;
                failure.report();
            }
            Err(failure) => return Err(failure),
        }
        if failed && matches!(step, Step::Point(_)) {
            break;
        }
    }
    Ok(failed)
}

/// The run's folder and state: a new one, or that of an interrupted run.
fn begin(args: &Args, session: &Session<'_>) -> Result<(PathBuf, State), Failure> {
    if let Some(dir) = &args.resume {
        let state = State::read(dir)?;
        ui::message(&format!("going on with {} of {} in {}", state.goal.as_str(), state.started, dir.display()));
        return Ok((dir.clone(), state));
    }
    let goal = args.goal.ok_or_else(|| Failure::new("what is to be proven? core-only, optional-on or round-trip"))?;
    let now = session.clock.now();
    let dir = args.out.join(now.format("%Y%m%dT%H%M%SZ").to_string());
    let state = State {
        goal,
        run: format!("prove-{}", now.format("%Y%m%dT%H%M%SZ")),
        started: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        nonce: args.nonce.clone(),
        was_on: None,
        expected: Vec::new(),
        done: Vec::new(),
    };
    Ok((dir, state))
}
