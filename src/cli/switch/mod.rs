//! `evid switch`: status, off, on, repair. Progress goes to stderr; a plan, an outcome or a status to stdout.
mod args;
mod stop;

pub(super) use args::{Args, OffArgs};
pub(super) use stop::failure;

use crate::adapters::clock::SystemClock;
use crate::adapters::journal::FileJournal;
use crate::adapters::kube::Cluster;
use crate::adapters::{archive, config, keyfile};
use crate::argo::Here;
use crate::canon::redact::Redactor;
use crate::canon::{hex, json};
use crate::cli::ask::confirm;
use crate::cli::bound::Bound;
use crate::cli::cluster::here;
use crate::cli::switch::args::{Common, Verb};
use crate::cli::{Done, Exit, Failure, Global, manifest, ui};
use crate::kinds::Rules;
use crate::model::Layer;
use crate::render::switch as render;
use crate::render::told::told;
use crate::usecase::cluster::port::{Api, Clock};
use crate::usecase::cluster::{Clusters, uid, uid_of_hub};
use crate::usecase::doctor;
use crate::usecase::switch::{Event, Fact, Journal, Options, Run, Stamp, Stop, Times, off, on, repair, status};
use crate::value::Value;

/// What every verb needs besides its own options.
struct Hands<'a> {
    api: &'a dyn Api,
    clock: &'a dyn Clock,
    bound: &'a Bound,
    layers: Vec<Layer>,
    rules: Rules,
    here: Here,
    tracking: Option<String>,
}

impl Hands<'_> {
    fn run<'r>(&'r self, journal: &'r mut dyn Journal, progress: &'r mut dyn FnMut(&Event), user: &str, times: Times) -> Run<'r> {
        let Self { api, clock, layers, rules, here, tracking, .. } = self;
        let (tracking, user) = (tracking.as_deref(), user.to_owned());
        Run { api: *api, clock: *clock, journal, progress, layers, rules, here, tracking, user, times, written: 0 }
    }
}

/// The journal for verbs that only read: it refuses a write before it is sent.
struct Nothing;

impl Journal for Nothing {
    fn line(&mut self, _: &Value) -> Result<(), String> {
        Err("this only reads".into())
    }
}

pub(super) fn said(event: &Event) {
    if let Some(line) = render::event(event) {
        ui::message(&line);
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let (clusters, clock) = (args.cluster.connect()?, SystemClock::listening());
    let bound = Bound::to(&args.cluster, global)?;
    on_cluster(args, global, &clusters, &clock, &bound).map_err(|why| bound.failure(why))
}

fn on_cluster(args: &Args, global: &Global, api: &Clusters<Cluster>, clock: &dyn Clock, bound: &Bound) -> Done {
    let config = config::load(global.config.as_deref())?;
    let (layers, rules) = (config.layers()?, Rules::new(&config.rules()?)?);
    let hands = Hands { api, clock, bound, layers, rules, here: here(api, &config), tracking: config.tracking.clone() };
    match &args.verb {
        Verb::Status { output } => tell(&hands, output == "json"),
        Verb::Off { common, off: args } => {
            let (strategy, terminate, allow) = (args.strategy(), args.terminate, args.allow_loss.clone());
            let options = Options { strategy, terminate, allow, ..Options::of(stamp(common, "off", api, clock)?) };
            let verb = Steps {
                plan: off::draft,
                refused: |p| &p.refusals,
                text: render::off_plan,
                question: "Switch it off?",
                act: off::off,
                done: render::off,
                json: render::off_json,
                exit: |d| exit(!d.left.is_empty(), !d.unseen.is_empty()),
            };
            go(&hands, global, common, &options, &verb)
        }
        Verb::On { common, file, before, terminate } => {
            let [file, before] = [file, before].map(|named| manifest::named(named.as_deref(), global.archive()));
            let (file, before) = (file?, before?);
            let manifests = manifest::read(file.as_deref())?;
            // A bundle that holds the root says how everything below it was, too.
            let before = before.as_deref().or(file.as_deref().filter(|file| archive::is_zip(file)));
            let expected = before.map(manifest::before).transpose()?.unwrap_or_default();
            let options = Options { manifests, expected, terminate: *terminate, ..Options::of(stamp(common, "on", api, clock)?) };
            let verb = Steps {
                plan: on::plan,
                refused: |_| &[],
                text: render::on_plan,
                question: "Switch it on?",
                act: on::on,
                done: render::on,
                json: render::on_json,
                exit: |_| Exit::Proven,
            };
            go(&hands, global, common, &options, &verb)
        }
        Verb::Repair { common, file, allow_loss } => {
            let of = Options::of(stamp(common, "repair", api, clock)?);
            let file = manifest::named(file.as_deref(), global.archive())?;
            let options = Options { manifests: manifest::read(file.as_deref())?, allow: allow_loss.clone(), ..of };
            let verb = Steps {
                plan: repair::plan,
                refused: |_| &[],
                text: render::repair_plan,
                question: "Repair it?",
                act: repair::repair,
                done: render::repair,
                json: render::repair_json,
                exit: |d| exit(!d.left.is_empty(), !d.unseen.is_empty()),
            };
            go(&hands, global, common, &options, &verb)
        }
    }
}

/// If something lives that should be gone: refuted. If something could not be seen: incomplete.
fn exit(left: bool, unseen: bool) -> Exit {
    match (left, unseen) {
        (true, _) => Exit::Refuted,
        (false, true) => Exit::Inconclusive,
        (false, false) => Exit::Proven,
    }
}

/// A verb as its steps: plan, tell, ask, act, tell.
struct Steps<Plan, Done> {
    plan: fn(&mut Run<'_>, &Options) -> Result<Plan, Stop>,
    /// Why it must not be done, where the plan is told all the same.
    refused: fn(&Plan) -> &[Fact],
    text: fn(&Plan, bool) -> String,
    question: &'static str,
    act: fn(&mut Run<'_>, &Plan, &Options) -> Result<Done, Stop>,
    done: fn(&Done) -> String,
    json: fn(&Plan, Option<&Done>) -> Value,
    exit: fn(&Done) -> Exit,
}

fn go<P, D>(hands: &Hands<'_>, global: &Global, common: &Common, options: &Options, verb: &Steps<P, D>) -> Done {
    let (user, times) = (&options.stamp.user, Times::paced(common.timeout, common.pace));
    let plan = (verb.plan)(&mut hands.run(&mut Nothing, &mut said, user, times), options).map_err(failure)?;
    let as_json = common.output == "json";
    let print = |text: String, value: Value| {
        if as_json { line(&value) } else { ui::data(ui::fitted(&hands.bound.text(&told(&text))).as_bytes()) }
    };
    let refused = (verb.refused)(&plan);
    let refuse = || failure(Stop::Refused(refused.to_vec()));
    if common.dry_run {
        print((verb.text)(&plan, true), (verb.json)(&plan, None))?;
        ui::message("nothing was written");
        return if refused.is_empty() { Ok(Exit::Proven) } else { Err(refuse()) };
    }
    ui::message(ui::fitted(&hands.bound.text(&told(&(verb.text)(&plan, false)))).trim_end());
    if !refused.is_empty() {
        return Err(refuse());
    }
    let [own, hub] = [uid, uid_of_hub].map(|uid| uid(hands.api).map_err(|e| failure(e.into())));
    let place = hands.bound.place(own?.as_deref(), hub?.as_deref());
    confirm(&place, verb.question, common.yes)?;
    let mut journal = journal(global, common, &options.stamp)?;
    let done = (verb.act)(&mut hands.run(&mut journal, &mut said, user, times), &plan, options);
    if let Some(path) = journal.path() {
        ui::message(&format!("what was written is in {}", path.display()));
    }
    let done = done.map_err(failure)?;
    print((verb.done)(&done), (verb.json)(&plan, Some(&done)))?;
    Ok((verb.exit)(&done))
}

fn tell(hands: &Hands<'_>, as_json: bool) -> Done {
    let (mut nothing, mut quiet) = (Nothing, |_: &Event| {});
    let mut run = hands.run(&mut nothing, &mut quiet, "", Times::default());
    let status = status::status(&mut run).map_err(failure)?;
    if as_json {
        line(&render::status_json(&status))?
    } else {
        ui::data(ui::fitted(&hands.bound.text(&told(&render::status(&status)))).as_bytes())?
    }
    Ok(exit(false, !status.unseen.is_empty()))
}

fn line(value: &Value) -> std::io::Result<()> {
    ui::data(&[json::to_bytes(value), b"\n".to_vec()].concat())
}

fn journal(global: &Global, common: &Common, stamp: &Stamp) -> Result<FileJournal, Failure> {
    let dir = keyfile::default_dir(|name| std::env::var_os(name))?;
    let (key, _) = keyfile::load_or_create_redaction_key(&dir)?;
    let path = common.journal.clone().unwrap_or_else(|| global.archive().join(format!("{}.actions.jsonl", stamp.run)));
    Ok(FileJournal::new(path, Redactor::new(&key)))
}

/// The name of the run: verb, time, and a few digits, so that two runs in one second differ.
fn stamp(common: &Common, verb: &str, api: &dyn Api, clock: &dyn Clock) -> Result<Stamp, Failure> {
    let mut random = [0_u8; 3];
    getrandom::fill(&mut random).map_err(|e| Failure::new(format!("the system gives no random numbers: {e}")))?;
    let run = format!("{verb}-{}-{}", clock.now().format("%Y%m%dT%H%M%SZ"), hex(&random));
    Ok(Stamp { run, nonce: common.nonce.clone(), user: user(api) })
}

/// The user who writes: as the cluster knows them, else as this machine does.
pub(super) fn user(api: &dyn Api) -> String {
    let here = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|n| std::env::var(n).ok()).filter(|u| !u.is_empty());
    doctor::user(api).or_else(here).unwrap_or_else(|| "unknown".into())
}
