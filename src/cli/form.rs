//! The forms in which a report is given: one to stdout, or each into a file of a folder.
use crate::adapters::fresh;
use crate::canon::json;
use crate::cli::{Failure, ui};
use crate::render::table::Style;
use crate::render::told::told;
use crate::render::view::{Inputs, view};
use crate::render::{foreign, html, junit, markdown, sarif};
use crate::value::Value;
use clap::ValueEnum;
use std::path::Path;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Form {
    #[value(help = told("For a terminal"))]
    Table,
    #[value(help = told("The report's predicate"))]
    Json,
    #[value(help = told("One self-contained page"))]
    Html,
    #[value(help = told("For a comment of a pull request"))]
    Markdown,
    #[value(help = told("JUnit XML: a test case for each claim"))]
    Junit,
    #[value(help = told("SARIF 2.1.0: a result for each finding"))]
    Sarif,
}

impl Form {
    /// Whether it shows what the bundles hold besides the report.
    pub(super) fn shows_bundles(self) -> bool {
        matches!(self, Self::Html | Self::Markdown)
    }

    /// How the name of a file of it ends.
    fn ending(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Junit => "junit.xml",
            Self::Sarif => "sarif",
        }
    }
}

pub(super) struct Given<'a> {
    pub(super) predicate: &'a Value,
    pub(super) inputs: Inputs<'a>,
    pub(super) table: &'a dyn Fn(Style) -> String,
}

impl Given<'_> {
    fn text(&self, form: Form, style: Style) -> String {
        match form {
            Form::Table => (self.table)(style),
            Form::Json => foreign::escaped(&json::to_text(self.predicate)) + "\n",
            Form::Html => html::page(&view(&self.inputs)),
            Form::Markdown => markdown::text(&view(&self.inputs)),
            Form::Junit => junit::xml(&view(&self.inputs)),
            Form::Sarif => sarif::text(self.inputs.report, self.inputs.judged),
        }
    }

    /// Prints the one form, or writes all of them into a folder, each as `<name>.<ending>`.
    ///
    /// # Errors
    /// If there are several and no folder, or one can't be written.
    pub(super) fn give(&self, forms: &[Form], folder: Option<&Path>, name: &str) -> Result<(), Failure> {
        let Some(folder) = folder else {
            let [form] = forms else {
                return Err(Failure::new("several forms at once don't go to stdout").hint("`--out-dir DIR` writes each into a file"));
            };
            return Ok(ui::data(self.text(*form, ui::style()).as_bytes())?);
        };
        for form in forms {
            let path = folder.join(format!("{name}.{}", form.ending()));
            let style = Style { width: 160, colour: false, ..ui::style() };
            fresh::replace(&path, self.text(*form, style).as_bytes(), 0o644)
                .map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
            ui::message(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}
