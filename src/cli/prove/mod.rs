//! `evid prove`: what is asked for → the run → verdicts, a signed report, an index page → the exit code. The loop itself is `usecase::prove`.
mod args;
mod words;

pub(super) use args::Args;

use crate::adapters::archive::Check;
use crate::adapters::journal::FileJournal;
use crate::adapters::kube::Watcher;
use crate::adapters::run_folder::RunFolder;
use crate::adapters::{archive, config, folder, fresh, interrupt, report_file};
use crate::bundle::config::Config;
use crate::cli::ask::confirm;
use crate::cli::bound::{Bound, quoted};
use crate::cli::capture::redactor;
use crate::cli::live::Connection;
use crate::cli::prove::words::{failure, told};
use crate::cli::switch::user;
use crate::cli::verify::Depth;
use crate::cli::{Done, Exit, Failure, Global, export, manifest, switch, ui, verify};
use crate::envelope::Signer;
use crate::kinds::Rules;
use crate::model::Role;
use crate::render::{proof as page, report as text};
use crate::report::read::read;
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::Clock as _;
use crate::usecase::cluster::{uid, uid_of_hub};
use crate::usecase::probes;
use crate::usecase::prove::{Goal, News, Proof, State, Step, judge};
use crate::usecase::switch::{Options, Stamp, Times, before};
use std::io::IsTerminal as _;
use std::path::PathBuf;

pub(super) fn run(args: &Args, global: &Global) -> Done {
    prove(args, &config::load(global.config.as_deref())?, global, true)
}

/// Runs the loop on a cluster that outlives the run, or on the demo's own.
pub(super) fn prove(args: &Args, config: &Config, global: &Global, lasts: bool) -> Done {
    let connection = Connection::new(args.cluster.connect()?);
    let bound = match lasts {
        true => Bound::to(&args.cluster, global)?,
        false => Bound::passing(connection.clusters.spoke.server()),
    };
    proven(args, config, global, &connection, &bound).map_err(|why| bound.failure(why))
}

fn proven(args: &Args, config: &Config, global: &Global, connection: &Connection, bound: &Bound) -> Done {
    let (layers, rules, redactor) = (config.layers()?, Rules::new(&config.rules()?)?, redactor()?);
    if !layers.iter().any(|l| l.role == Role::Switched) {
        let text = "no layer is switched: there is nothing to turn off and on";
        return Err(Failure::new(text).hint("`evid config init` describes the platform"));
    }
    let signing = args.signing.tried()?;
    let (folder, mut state, reference) = begin(args, connection, global)?;
    state.context = bound.context();
    let probes = probes::plan(config, &redactor);
    let stamp = Stamp { run: state.run.clone(), nonce: state.nonce.clone(), user: user(&connection.clusters) };
    let mut proof = Proof {
        session: connection.session(config, &layers, &rules, &redactor),
        probes: &probes,
        options: Options {
            strategy: args.off.strategy(),
            terminate: args.off.terminate,
            allow: args.off.allow_loss.clone(),
            manifests: manifest::read(manifest::named(args.file.as_deref(), global.archive())?.as_deref())?,
            ..Options::of(stamp)
        },
        times: Times::paced(args.timeout, args.pace),
        journal: &mut FileJournal::new(folder.journal(), redactor.clone()),
        told: &mut |news: News<'_, _>| told(news, &connection.clusters, bound),
        folder,
        state,
    };
    let failed = |e| failure(e, &connection.clusters);
    // What would be lost and written is said, and the run's folder made only then.
    if proof.first().map_err(failed)? {
        let place = bound.place(proof.state.cluster.as_deref(), proof.state.hub.as_deref());
        confirm(&place, &format!("Prove {}?", proof.state.goal.as_str()), args.yes)?;
    }
    proof.folder.reopen().map_err(|e| Failure::new(e.to_string()))?;
    proof.keep().map_err(failed)?;
    if let Some(reference) = reference {
        proof.folder.take_reference(&reference).map_err(|e| Failure::new(e.to_string()))?;
    }
    let watcher = Watcher::start(&connection.clusters.spoke, Resource::new("", "v1", "pods", "Pod", true));
    let watched = proof.watch(&watcher).map_err(failed)?;
    let walked = proof.walk(&watcher, watched, args.interval);
    let ended = match walked {
        Err(e) => return put_back(args, &mut proof, connection, bound, failed(e)),
        Ok(ended) => ended,
    };
    let total = conclude(args, &proof, &*signing)?;
    proof.state.proven = ended && total == Exit::Proven;
    proof.keep().map_err(failed)?;
    let end = if ended {
        Ok(total)
    } else {
        let why = Failure::new("the run did not reach its end; the verdicts say how far it came");
        put_back(args, &mut proof, connection, bound, why.exit(total.at_best(Exit::Inconclusive)))
    };
    // Putting the switch back is written down too, so the folder is complete only now.
    let verified = close(&proof.folder, global, &*signing)?;
    if verified == Exit::Proven { end } else { Ok(verified) }
}

/// The run's folder and state: a new one, or that of an interrupted run, which goes on only on the cluster that it began on.
fn begin(args: &Args, connection: &Connection, global: &Global) -> Result<(RunFolder, State, Option<PathBuf>), Failure> {
    let [here, hub] = [uid, uid_of_hub].map(|uid| uid(&connection.clusters).map_err(|e| switch::failure(e.into())));
    let (here, hub) = (here?, hub?);
    if hub.is_none() && connection.clusters.hub.is_some() {
        return Err(Failure::new("the Namespace kube-system of the hub can't be read: nobody would know on which cluster this run began")
            .hint("`evid doctor --rbac` prints the right to read it"));
    }
    if let Some(dir) = &args.resume {
        let folder = RunFolder::new(dir.clone());
        let state = folder.state().map_err(|e| Failure::new(e.to_string()).hint("`--resume DIR` wants the folder of a run"))?;
        if here.is_none() || state.cluster != here {
            let name = |uid: &Option<String>| uid.as_ref().map_or("a cluster of unknown uid".to_owned(), |uid| format!("cluster {uid}"));
            let (began, here) = (name(&state.cluster), name(&here));
            let hint = "`--kubeconfig` and `--context` name the one that it began on; its uid is that of the Namespace kube-system";
            return Err(Failure::new(format!("this run began on {began}, and this is {here}: nothing was written")).hint(hint));
        }
        if state.hub != hub {
            let hint = "`--argocd-context` names the cluster in which Argo CD runs, where that is another one";
            return Err(Failure::new("this run began with Argo CD in another cluster: nothing was written").hint(hint));
        }
        let state = state.resumed(connection.clock.now());
        ui::message(&format!("going on with {} of {} in {}", state.goal.as_str(), state.started, dir.display()));
        return Ok((folder, state, None));
    }
    let goal = args.goal.ok_or_else(|| Failure::new("what is to be proven? core-only, optional-on or round-trip"))?;
    let now = connection.clock.now();
    let folder = RunFolder::new(args.out.join(now.format("%Y%m%dT%H%M%SZ").to_string()));
    let mut state = State { hub, ..State::begin(goal, args.nonce.clone(), here, now) };
    let named = args.reference.as_ref().map(|r| archive::locate(r, global.archive())).transpose()?;
    let cluster = state.cluster.as_deref().filter(|_| goal == Goal::OptionalOn);
    let reference = named.or_else(|| RunFolder::before_off(&args.out, cluster?, state.hub.as_deref()));
    // What comes on is held against the reference, so it need not be any better than there.
    if let Some(reference) = &reference {
        state.expected = before::kept(&manifest::before(reference)?);
        ui::message(&format!("what comes on is held against {}", reference.display()));
    }
    Ok((folder, state, reference))
}

/// Judges, signs, writes the index and, if it is wanted, the text folders; gives what the result comes to.
fn conclude(args: &Args, proof: &Proof<'_, RunFolder>, signing: &dyn Signer) -> Done {
    let Proof { folder, state, .. } = proof;
    let sides = archive::sides(&export::judged(folder, state)?, Check::Content)?;
    let outcome = judge(state, &sides)?;
    let names = report_file::name(&sides);
    let report = report_file::write(folder.path(), &names, report_file::REPORT, &outcome.statement(&sides), signing)?;
    let reading = read(&outcome.predicate).map_err(Failure::new)?;
    if args.output == "json" {
        ui::json(&outcome.predicate)?;
    } else {
        ui::data(text::text(&reading, ui::style()).as_bytes())?;
    }
    let name = report.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let index = page::index(state, &sides, &reading, &name, &[signing.public().keyid()])?;
    let path = folder.index();
    fresh::replace(&path, index.as_bytes(), 0o644).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    if args.export {
        // The bundle that the run was only held against is none of its points.
        let written = export::write(folder.path(), sides.get(usize::from(folder.reference().is_some())..).unwrap_or_default())?;
        export::tell(written, folder.path());
    }
    Ok(outcome.total.into())
}

/// Lists the folder's files, signs the list, and verifies the folder as a reader would.
fn close(run: &RunFolder, global: &Global, signing: &dyn Signer) -> Done {
    folder::seal(run.path(), signing)?;
    ui::message("\nverifying what was written");
    let said = |text: &str| {
        ui::message(text.trim_end());
        Ok(())
    };
    let (verified, _) =
        verify::check(&[run.path().display().to_string()], &verify::Trust::of(&[signing.public()]), Depth::Rederived, global, Some(said))?;
    ui::message(&format!("\nproof {}", run.path().display()));
    ui::message(&format!("open  {}", run.index().display()));
    ui::message(&format!("look  evid show {} applications", run.bundle("before").display()));
    Ok(verified)
}

/// Offers to put the switch back as it was, then ends with the failure.
fn put_back(args: &Args, proof: &mut Proof<'_, RunFolder>, connection: &Connection, bound: &Bound, why: Failure) -> Done {
    let path = proof.folder.path().display().to_string();
    let next = format!("`evid prove --resume {}` goes on; `evid switch status` tells the state", quoted(&path));
    let Some(back) = proof.state.way_back() else { return Err(why.hint("the switch was not touched")) };
    let word = if back == Step::On { "on" } else { "off" };
    let confirmed = || {
        let place = bound.place(proof.state.cluster.as_deref(), proof.state.hub.as_deref());
        confirm(&place, &format!("The run did not reach its end. Switch {word} again?"), false).is_ok()
    };
    if !(args.restore || std::io::stdin().is_terminal() && bound.lasts() && confirmed()) {
        return Err(why.hint(format!("{next}; `evid switch {word}` puts it back")));
    }
    ui::message(&format!("the run did not reach its end; switching {word} again"));
    interrupt::fulfil();
    match proof.turn(back) {
        Ok(()) => Err(why.hint(format!("the switch is {word} again, as it was; {next}"))),
        Err(again) => {
            bound.failure(failure(again, &connection.clusters)).report();
            Err(why.hint(next))
        }
    }
}
