//! `evid completion` and `evid man`: what shells and `man` read, made of the same words as `--help`.
use crate::cli::{Done, Exit, Failure, ui};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use std::path::{Path, PathBuf};

/// Print the completion of a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid completion bash > /etc/bash_completion.d/evid
  evid completion zsh > \"${fpath[1]}/_evid\"
  evid completion fish > ~/.config/fish/completions/evid.fish
  evid completion powershell >> $PROFILE")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Write the man pages, one for each command
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:
  evid man ~/.local/share/man/man1")]
pub(super) struct ManArgs {
    /// The folder that they go into; without it, the page of evid itself goes to stdout
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, mut command: Command) -> Done {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut command, "evid", &mut out);
    ui::data(&out)?;
    Ok(Exit::Proven)
}

pub(super) fn man(args: &ManArgs, command: Command) -> Done {
    let command = command.disable_help_subcommand(true);
    if let Some(dir) = &args.dir {
        let failed = |e| Failure::new(format!("{}: {e}", dir.display())).hint("name a folder that you may write to");
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut command = command;
        command.build();
        pages(&command, dir).map_err(failed)?;
        ui::message(&format!("wrote the man pages into {}", dir.display()));
        return Ok(Exit::Proven);
    }
    let mut out = Vec::new();
    page(command).render(&mut out)?;
    ui::data(&out)?;
    Ok(Exit::Proven)
}

/// The page of a command: all are of evid and of its version.
fn page(command: Command) -> Man {
    Man::new(command).source(concat!("evid ", env!("CARGO_PKG_VERSION"))).manual("evid")
}

/// Writes the page of a command, and of each below it.
fn pages(command: &Command, dir: &Path) -> std::io::Result<()> {
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| pages(below, dir))?;
    page(command.clone()).generate_to(dir).map(drop)
}
