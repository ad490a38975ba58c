//! The options of every verb, and its result.
use crate::cli::{Exit, Failure};
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

/// The language of a locale, as its two letters say.
fn of_locale() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    set.as_deref().and_then(|locale| locale.split(['_', '.', '@']).next()).and_then(of_name).unwrap_or(Language::En)
}

/// The language in which a command line is to be answered that is not parsed yet, and may never be.
pub(super) fn asked() -> Language {
    let words: Vec<String> = std::env::args().skip(1).take_while(|word| word != "--").collect();
    let after = words.iter().zip(words.iter().skip(1)).filter(|(word, _)| *word == "--lang").map(|(_, name)| name.as_str());
    let named = words.iter().filter_map(|word| word.strip_prefix("--lang=")).chain(after).find_map(of_name);
    named.unwrap_or_else(of_locale)
}

impl Global {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(of_locale)
    }

    pub(super) fn archive(&self) -> &Path {
        self.archive.as_deref().unwrap_or(Path::new("evidence"))
    }
}

/// The result of a verb.
pub(super) type Done = Result<Exit, Failure>;
