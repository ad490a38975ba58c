//! A capture, as its stages. Where objects come from, what else is asked, and where the bundle goes, are its caller's.
use crate::bundle::probe;
use crate::model::Snapshot;
use crate::usecase::capture::collected::{CaptureError, Collected};
use crate::usecase::capture::files::{Outline, each_file, probe_files};
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::snapshot::snapshot;

/// What is asked of a platform beside its objects, and what of it goes into the bundle.
#[derive(Default)]
pub struct Beside {
    /// What probes heard.
    pub probes: Vec<probe::Line>,
    /// Further files: what was watched and written since the point before.
    pub files: Vec<(String, Vec<u8>)>,
    /// Text that a reviewer gave.
    pub nonce: Option<String>,
}

/// What was captured.
pub struct Captured<'a, T> {
    /// What sealing gave.
    pub sealed: T,
    /// The snapshot that is sealed.
    pub snapshot: Snapshot<PackedObjects<'a>>,
    /// What probes heard.
    pub probes: Vec<probe::Line>,
}

/// Takes the files of a bundle one by one.
pub type Put<'a> = &'a mut dyn FnMut(String, Vec<u8>);

/// Captures: the source's objects come in through `intake`, are sorted and weighed against each other, then `beside` asks what else is to be
/// asked of them, and `seal` takes the files of the bundle; all but `evid.json`, which says what those are.
///
/// # Errors
/// Where the source, what stands beside, or sealing fails, or two different objects have one key, or what was packed can't be had back.
pub fn run<'a, T, E: From<CaptureError> + From<serde_json::Error>>(
    source: impl FnOnce(&Intake<'a>) -> Result<Collected<PackedList>, E>,
    intake: &Intake<'a>,
    beside: impl FnOnce(&mut Snapshot<PackedObjects<'a>>) -> Result<Beside, E>,
    seal: impl FnOnce(&mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<T, E>,
) -> Result<Captured<'a, T>, E> {
    let mut snapshot = snapshot(source(intake)?, intake)?;
    let Beside { probes, files, mut nonce } = beside(&mut snapshot)?;
    let mut own = probe_files(probes.clone())?;
    own.extend(files);
    let sealed = seal(&mut |put| {
        own.drain(..).for_each(|(name, bytes)| put(name, bytes));
        each_file(&snapshot, intake, nonce.take(), put)
    })?;
    Ok(Captured { sealed, snapshot, probes })
}
