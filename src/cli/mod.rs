//! The command line: parses the arguments, runs a use case, prints the answer, gives an exit code. Only this module chooses colours, exit
//! codes and words for people.
mod ask;
#[cfg(feature = "kube")]
mod attach;
#[cfg(feature = "kube")]
mod bound;
mod called;
mod capture;
#[cfg(feature = "kube")]
mod cluster;
mod completion;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod diff;
#[cfg(feature = "kube")]
mod doctor;
pub mod exit;
mod export;
mod failure;
mod form;
mod global;
mod help;
mod import;
mod key;
mod kinds;
mod list;
#[cfg(feature = "kube")]
mod live;
#[cfg(feature = "demo")]
mod loopback;
#[cfg(feature = "kube")]
mod manifest;
mod progress;
#[cfg(feature = "kube")]
mod prove;
#[cfg(feature = "demo")]
mod serve;
mod show;
mod signer;
mod summary;
#[cfg(feature = "kube")]
mod switch;
mod timestamp;
mod ui;
mod verify;

use crate::render::words::speak;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use exit::Exit;
use failure::Failure;
use global::{Done, Global};
use std::process::ExitCode;

/// Proves what changed on a Kubernetes + Argo CD platform, and that nothing else did
#[derive(Parser, Debug)]
#[command(name = "evid", version, max_term_width = 120, after_help = exit::HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Capture(capture::Args),
    Diff(diff::Args),
    #[cfg(feature = "kube")]
    Attach(attach::Args),
    Summary(summary::Args),
    Verify(verify::Args),
    Timestamp(timestamp::Args),
    List(list::Args),
    #[cfg(feature = "demo")]
    Serve(serve::Args),
    Show(show::Args),
    Export(export::Args),
    Import(import::Args),
    #[cfg(feature = "demo")]
    Demo(demo::Args),
    #[cfg(feature = "kube")]
    Prove(Box<prove::Args>),
    #[cfg(feature = "kube")]
    Switch(switch::Args),
    Key(key::Args),
    Kinds(kinds::Args),
    Config(config::Args),
    Completion(completion::Args),
    Man(completion::ManArgs),
    #[cfg(feature = "kube")]
    Doctor(doctor::Args),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    speak(global::asked());
    let command = help::of(Cli::command());
    let command = if let Some(name) = called::by() { command.bin_name(name) } else { command };
    let parsed = command.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are answers; a usage error exits with 2, as in every verb.
            let code = if e.use_stderr() { Exit::Usage } else { Exit::Proven };
            help::print(&e);
            return code.into();
        }
    };
    ui::set(cli.global.quiet, cli.global.verbose);
    speak(cli.global.language());
    let done = match &cli.verb {
        Verb::Capture(args) => capture::run(args, &cli.global),
        #[cfg(feature = "kube")]
        Verb::Attach(args) => attach::run(args, &cli.global),
        Verb::Summary(args) => summary::run(args),
        Verb::Diff(args) => diff::run(args, &cli.global),
        Verb::Verify(args) => verify::run(args, &cli.global),
        Verb::Timestamp(args) => timestamp::run(args),
        #[cfg(feature = "demo")]
        Verb::Serve(args) => serve::run(args, &cli.global),
        Verb::List(args) => list::run(args, &cli.global),
        Verb::Show(args) => show::run(args, &cli.global),
        Verb::Export(args) => export::run(args, &cli.global),
        Verb::Import(args) => import::run(args, &cli.global),
        #[cfg(feature = "demo")]
        Verb::Demo(args) => demo::run(args, &cli.global),
        #[cfg(feature = "kube")]
        Verb::Prove(args) => prove::run(args, &cli.global),
        #[cfg(feature = "kube")]
        Verb::Switch(args) => switch::run(args, &cli.global),
        Verb::Key(args) => key::run(args),
        Verb::Kinds(args) => kinds::run(args, &cli.global),
        Verb::Completion(args) => completion::run(args, help::of(Cli::command())),
        Verb::Man(args) => completion::man(args, help::of(Cli::command())),
        Verb::Config(args) => config::run(args, &cli.global),
        #[cfg(feature = "kube")]
        Verb::Doctor(args) => doctor::run(args, &cli.global),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) if stopped() => failure.exit(Exit::Interrupted).report(),
        Err(failure) => failure.report(),
    }
}

fn stopped() -> bool {
    #[cfg(feature = "kube")]
    return crate::adapters::interrupt::ever();
    #[cfg(not(feature = "kube"))]
    false
}

#[cfg(feature = "rooms")]
pub fn command() -> clap::Command {
    help::of(Cli::command())
}
