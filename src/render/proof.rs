//! The index page of a proof. It follows from the files of the run's folder: the state of the run, its bundles, its report. `evid verify` makes
//! it again from them.
use crate::compare::Side;
use crate::render::html;
use crate::render::view::{Inputs, view};
use crate::report::read::Reading;
use crate::usecase::diff::DiffError;
use crate::usecase::prove::State;
use crate::usecase::shown::shown;

/// The page. `sides` are the bundles of the report in its order, `file` is the name of its file, `signers` are the ids of the keys in its
/// signatures.
///
/// # Errors
/// If a bundle can't be read.
pub fn index(state: &State, sides: &[Side], report: &Reading, file: &str, signers: &[String]) -> Result<String, DiffError> {
    let shown = shown(sides)?;
    let inputs = Inputs { report, file: Some(file), signers, judged: true, shown: Some(&shown), run: Some(state) };
    Ok(html::page(&view(&inputs)))
}
