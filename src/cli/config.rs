//! `evid config`: describes a platform, and shows how evid reads the description.
use crate::adapters::{archive, config, dump, fresh};
use crate::canon::json;
use crate::claims::catalogue;
#[cfg(feature = "kube")]
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
#[cfg(feature = "kube")]
use crate::cli::live;
use crate::cli::{Done, Global, ui};
use crate::kinds::Rules;
use crate::model::{Object, Role};
use crate::render::{expected, words, yaml};
use crate::usecase::capture::objects_of;
use crate::usecase::expect::propose;
use crate::usecase::init;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// Describe a platform in evid.yaml
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Write an evid.yaml for the platform that a cluster, or a dump, shows: its roots become layers
    Init(Init),
    /// Print the layers, roots and claims of the configuration in force
    Explain,
    /// Propose what evid.yaml may expect to change, from two bundles of a platform on which no person changed anything
    Expect(Expect),
}

#[derive(clap::Args, Debug)]
#[command(
    long_about = "Propose what evid.yaml may expect to change (`spec.expected`), from two bundles of a platform on which nobody did \
anything in between. Prints YAML. Each entry lacks its reason: evid.yaml is refused until a person wrote it into `because`. What moved \
and no entry may excuse is said on stderr, and the exit code is 1."
)]
struct Expect {
    /// The bundle before, by path or by name
    before: String,
    /// The bundle after
    after: String,
}

#[derive(clap::Args, Debug)]
struct Init {
    /// Read a dump instead of a live cluster
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The root Application that is switched off and on; else it is asked on a terminal
    #[arg(long, value_name = "NAME")]
    switched: Option<String>,
    /// Print it instead of writing ./evid.yaml
    #[arg(long)]
    print: bool,
    #[cfg(feature = "kube")]
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    match &args.verb {
        Verb::Init(args) => init(args),
        Verb::Explain => explain(global),
        Verb::Expect(args) => expect(args, global),
    }
}

fn init(args: &Init) -> Done {
    let (place, objects) = objects(args)?;
    let found = init::roots(&&*objects);
    if found.is_empty() {
        let hint = "a root is an Application that lists other Applications; was `applications.argoproj.io` listed?";
        return Err(Failure::new(format!("{place}: shows no root Application")).hint(hint));
    }
    for root in &found {
        let mode = if root.automated { "automated" } else { "manual" };
        ui::message(&format!("root {} ({} children, {mode})", root.key.place(), root.children));
    }
    let names: Vec<&str> = found.iter().map(|r| &*r.key.name).collect();
    let asked = if args.switched.is_none() && std::io::stdin().is_terminal() { Some(ask(&names)?) } else { None };
    let switched = args.switched.as_deref().or(asked.as_deref()).filter(|s| !s.is_empty());
    if let Some(name) = switched.filter(|s| !names.contains(s)) {
        return Err(Failure::new(format!("no root is called `{name}`")).hint(format!("there are {}", names.join(", "))));
    }
    if switched.is_none() {
        ui::message("note: no root is switched; say which with `--switched NAME`, or edit the file");
    }
    let text = init::description(&found, switched);
    if args.print {
        ui::data(text.as_bytes())?;
        return Ok(Exit::Proven);
    }
    fresh::create(Path::new("evid.yaml"), text.as_bytes(), 0o644)
        .map_err(|e| Failure::new(format!("evid.yaml: can't be made: {e}")).hint("move an existing one away, or use `--print`"))?;
    ui::message("wrote evid.yaml; `evid config explain` says what it comes to");
    Ok(Exit::Proven)
}

/// The objects of a dump or a cluster, and its name for messages. Nothing of it is stored; the redaction key is only for this run.
fn objects(args: &Init) -> Result<(String, Vec<Object>), Failure> {
    match &args.from {
        Some(dir) => Ok((dir.display().to_string(), objects_of(dump::read(dir)?, &Rules::new(&[])?)?)),
        #[cfg(feature = "kube")]
        None => live::platform(&args.cluster),
        #[cfg(not(feature = "kube"))]
        None => Err(Failure::new("this evid was built without a cluster client").hint("`--from DIR` reads a dump")),
    }
}

fn ask(names: &[&str]) -> Result<String, Failure> {
    ui::message(&format!("which of these is switched off and on? {} (empty: none)", names.join(", ")));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|e| Failure::new(format!("no answer could be read: {e}")))?;
    Ok(line.trim().to_owned())
}

fn explain(global: &Global) -> Done {
    let config = config::load(global.config.as_deref())?;
    let layers = config.layers()?;
    for layer in &layers {
        let what = if layer.role == Role::Switched { "goes and returns" } else { "must stay as it is" };
        let place = layer.root_namespace.as_deref().unwrap_or("Argo CD's own namespace");
        ui::message(&format!("layer {}: {what}; whatever hangs below Application {} in {place}", layer.name, layer.root));
    }
    let ids = catalogue::ids(&layers).map_err(Failure::new)?;
    let judged = if config.claims.is_empty() { ids } else { config.claims.clone() };
    ui::message(&format!("claims: {}", judged.join(", ")));
    ui::data(yaml::to_text(&serde_json::from_slice(&json::document(&config)?)?).as_bytes())?;
    Ok(Exit::Proven)
}

fn expect(args: &Expect, global: &Global) -> Done {
    let paths: Vec<PathBuf> =
        [&args.before, &args.after].into_iter().map(|n| archive::locate(n, &global.archive)).collect::<Result<_, _>>()?;
    let proposal = propose(&archive::sides(&paths)?)?;
    if !proposal.apart.is_empty() {
        let why: Vec<String> = proposal.apart.iter().map(words::of_finding).collect();
        let text = format!("nothing can be proposed from {} and {}: {}", args.before, args.after, why.join("; "));
        let hint = "capture the same platform twice, with one configuration, the earlier one first";
        return Err(Failure::new(text).hint(hint).exit(Exit::Inconclusive));
    }
    if proposal.gaps > 0 {
        ui::message(&format!("note: {} gaps in these bundles; more may move where nobody looked", proposal.gaps));
    }
    for (finding, why) in &proposal.refused {
        ui::message(&format!("not to be expected: {}\n    {why}", words::of_finding(finding)));
    }
    if proposal.entries.is_empty() {
        ui::message("nothing is proposed");
    } else {
        ui::data(expected::to_yaml(&proposal.entries).as_bytes())?;
    }
    Ok(if proposal.refused.is_empty() { Exit::Proven } else { Exit::Refuted })
}
