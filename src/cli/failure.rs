//! What went wrong, for a person: the error, its causes, a hint on the next step, an exit code.
use crate::adapters::archive::ArchiveError;
use crate::adapters::causes::in_one_line;
use crate::adapters::zipfile::{OpenError, WriteError};
use crate::cli::{Exit, ui};
use std::error::Error;
use std::process::ExitCode;

/// An error that ends the command.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    text: String,
    hint: Option<String>,
}

impl Failure {
    /// The command could not run.
    pub fn new(text: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, text: text.into(), hint: None }
    }

    /// … and what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// … with another exit code.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// … with its texts changed; a hint of which nothing is left is none.
    pub fn changed(mut self, change: impl Fn(&str) -> String) -> Self {
        self.text = change(&self.text);
        self.hint = self.hint.map(|hint| change(&hint)).filter(|hint| !hint.is_empty());
        self
    }

    /// Whether the command could not run, which says nothing of what it was given.
    pub fn is_of_usage(&self) -> bool {
        self.exit == Exit::Usage
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Prints it to stderr and returns the exit code.
    pub fn report(self) -> ExitCode {
        ui::error(&format!("error: {}", self.text));
        if let Some(hint) = self.hint {
            ui::error(&format!("hint: {hint}"));
        }
        self.exit.into()
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let any: &(dyn Error + 'static) = &error;
        let failure = Self::new(in_one_line(any));
        match any.downcast_ref::<ArchiveError>() {
            Some(ArchiveError::Missing { .. }) => {
                failure.hint("`evid list` shows the bundles there are; `--archive DIR` names another folder")
            }
            Some(ArchiveError::Content { .. } | ArchiveError::Points { .. }) => {
                failure.exit(Exit::Broken).hint("get it again from where it was captured, or capture again")
            }
            Some(ArchiveError::Damaged { .. } | ArchiveError::Open(OpenError::Refused { .. })) => failure
                .exit(Exit::Broken)
                .hint("it was changed after it was sealed, or is no bundle: get it again from where it was captured"),
            Some(ArchiveError::Write(WriteError::Exists { .. })) => failure.hint("choose another name, or replace it with `--force`"),
            _ => failure,
        }
    }
}
