//! One line of the doctor: how grave, what about, with which values. No prose: `render` has the words.
use crate::model::words;
use crate::usecase::doctor::Code;

words! {
    /// How grave it is.
    #[derive(PartialOrd, Ord)]
    Level {
        Ok = "ok",
        /// Worth knowing; nothing is kept from evid.
        Note = "note",
        /// Something is missing, or could not be seen.
        Problem = "problem",
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub level: Level,
    /// What was found, as `check.finding`.
    pub code: Code,
    /// The values that its words name.
    pub values: Vec<(&'static str, String)>,
}

impl Line {
    pub fn ok(code: Code) -> Self {
        Self { level: Level::Ok, code, values: vec![] }
    }

    pub fn note(code: Code) -> Self {
        Self { level: Level::Note, ..Self::ok(code) }
    }

    pub fn problem(code: Code) -> Self {
        Self { level: Level::Problem, ..Self::ok(code) }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// What it is about: the code up to its dot.
    pub fn check(&self) -> &'static str {
        self.code.as_str().split('.').next().unwrap_or_default()
    }
}
