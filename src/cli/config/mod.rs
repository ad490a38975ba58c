//! `evid config`: describes a platform, and shows how evid reads the description.
mod init;

use crate::adapters::archive::Check;
use crate::adapters::{archive, config};
use crate::canon::json;
use crate::claims::catalogue;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::render::{expected, findings, words, yaml};
use crate::usecase::expect::propose;
use std::path::PathBuf;

/// Describe a platform in evid.yaml
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Write an evid.yaml for the platform that a cluster, or a dump, shows: its roots become layers
    Init(init::Args),
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

pub(super) fn run(args: &Args, global: &Global) -> Done {
    match &args.verb {
        Verb::Init(args) => init::run(args),
        Verb::Explain => explain(global),
        Verb::Expect(args) => expect(args, global),
    }
}

fn explain(global: &Global) -> Done {
    let config = config::load(global.config.as_deref())?;
    let layers = config.layers()?;
    for layer in &layers {
        let what = words::of_role(layer.role);
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
        [&args.before, &args.after].into_iter().map(|n| archive::locate(n, global.archive())).collect::<Result<_, _>>()?;
    let proposal = propose(&archive::sides(&paths, Check::Content)?)?;
    if !proposal.apart.is_empty() {
        let why: Vec<String> = proposal.apart.iter().map(findings::sentence).collect();
        let text = format!("nothing can be proposed from {} and {}: {}", args.before, args.after, why.join("; "));
        let hint = "capture the same platform twice, with one configuration, the earlier one first";
        return Err(Failure::new(text).hint(hint).exit(Exit::Inconclusive));
    }
    if proposal.gaps > 0 {
        ui::message(&format!("note: {} gaps in these bundles; more may move where nobody looked", proposal.gaps));
    }
    for (finding, why) in &proposal.refused {
        ui::message(&format!("not to be expected: {}\n    {why}", findings::sentence(finding)));
    }
    if proposal.entries.is_empty() {
        ui::message("nothing is proposed");
    } else {
        ui::data(ui::commented(&expected::to_yaml(&proposal.entries)).as_bytes())?;
    }
    Ok(if proposal.refused.is_empty() { Exit::Proven } else { Exit::Refuted })
}
