//! `evid completion` and `evid man`: what shells and `man` read, made of the same words as `--help`.
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, ui};
use clap::Command;
use clap_complete::Shell;
use std::path::PathBuf;

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
        clap_mangen::generate_to(command, dir).map_err(failed)?;
        ui::message(&format!("wrote the man pages into {}", dir.display()));
        return Ok(Exit::Proven);
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(command).render(&mut out)?;
    ui::data(&out)?;
    Ok(Exit::Proven)
}
