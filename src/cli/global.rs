//! The options of every verb, and its result.
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::render::words::Language;
use clap::Args;
use std::path::{Path, PathBuf};

/// Options that every verb takes.
#[derive(Args, Debug)]
pub(super) struct Global {
    /// The evidence folder: bundles are found there by name, and reports go there [default: evidence]
    #[arg(long, global = true, env = "EVID_ARCHIVE", value_name = "DIR")]
    pub(super) archive: Option<PathBuf>,
    /// The platform's description; else ./evid.yaml, else the defaults
    #[arg(long, global = true, env = "EVID_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Print results and errors only, not how it goes
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// The language of what is printed and of pages: en or ko; else that of LC_ALL, LC_MESSAGES or LANG
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    pub(super) lang: Option<Language>,
    /// Leave nothing out: every change, finding and gap
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

fn language(name: &str) -> Result<Language, String> {
    let known = || Language::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    of_name(name).ok_or_else(|| format!("there is no such language; there are {}", known()))
}

fn of_name(name: &str) -> Option<Language> {
    Language::ALL.iter().find(|(known, _)| *known == name).map(|(_, language)| *language)
}

impl Global {
    /// The language that is asked for, else that of the locale, as its two letters say.
    pub(super) fn language(&self) -> Language {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let letters = set.as_deref().and_then(|locale| locale.split(['_', '.', '@']).next()).and_then(of_name);
        self.lang.or(letters).unwrap_or(Language::En)
    }

    /// The evidence folder.
    pub(super) fn archive(&self) -> &Path {
        self.archive.as_deref().unwrap_or(Path::new("evidence"))
    }
}

/// The result of a verb.
pub(super) type Done = Result<Exit, Failure>;
