//! The stages of a capture. The caller decides where objects come from, what else is asked, and where the bundle goes.
use crate::bundle::probe;
use crate::model::Snapshot;
use crate::usecase::capture::collected::{CaptureError, Collected};
use crate::usecase::capture::files::{Outline, each_file, probe_files};
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::snapshot::snapshot;

/// What is asked besides the objects, and what the bundle gets from it.
#[derive(Default)]
pub struct Beside {
    /// The probe lines.
    pub probes: Vec<probe::Line>,
    /// Further files: the watch and the writes since the previous point.
    pub files: Vec<(String, Vec<u8>)>,
    /// Text that a reviewer gave.
    pub nonce: Option<String>,
    /// The run of a proof of which it is a point.
    pub run: Option<String>,
}

pub struct Captured<'a, T> {
    /// The result of `seal`.
    pub sealed: T,
    pub snapshot: Snapshot<PackedObjects<'a>>,
    pub probes: Vec<probe::Line>,
}

/// Receives the files of a bundle one by one.
pub type Put<'a> = &'a mut dyn FnMut(String, Vec<u8>);

/// Captures. The source's objects pass through `intake`, are sorted and compared with each other. Then `beside` asks what else is to be
/// asked, and `seal` receives the files of the bundle: all but `evid.json`, which describes the others.
///
/// # Errors
/// If the source, `beside` or `seal` fails, if two different objects have one key, or if packed objects can't be read back.
pub fn run<'a, T, E: From<CaptureError> + From<serde_json::Error>>(
    source: impl FnOnce(&Intake<'a>) -> Result<Collected<PackedList>, E>,
    intake: &Intake<'a>,
    beside: impl FnOnce(&mut Snapshot<PackedObjects<'a>>) -> Result<Beside, E>,
    seal: impl FnOnce(&mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<T, E>,
) -> Result<Captured<'a, T>, E> {
    let mut snapshot = snapshot(source(intake)?, intake)?;
    let Beside { probes, files, nonce, run } = beside(&mut snapshot)?;
    let mut own = probe_files(probes.clone())?;
    own.extend(files);
    let sealed = seal(&mut |put| {
        own.drain(..).for_each(|(name, bytes)| put(name, bytes));
        each_file(&snapshot, intake, put).map(|outline| outline.named(nonce.clone(), run.clone()))
    })?;
    Ok(Captured { sealed, snapshot, probes })
}
