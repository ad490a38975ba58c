//! The folder of a proof: how far it is (`run.json`), its bundles, and what was written to the cluster. Must not know the steps of a run.
use crate::adapters::report_file::{REPORT, SIGSTORE};
use crate::adapters::spool::FileSpool;
use crate::adapters::zipfile::Sealed;
use crate::adapters::{FileError, archive, folder, fresh};
use crate::bundle::manifest::Manifest;
use crate::bundle::names::ACTIONS;
use crate::usecase::capture::spool::Spool;
use crate::usecase::capture::{CaptureError, Outline, Put};
use crate::usecase::prove::{Fault, Folder, State};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const STATE: &str = "run.json";
const REFERENCE: &str = "reference";

/// A folder that may not be there yet.
pub struct RunFolder {
    dir: PathBuf,
}

impl RunFolder {
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// The state of an interrupted run.
    pub fn state(&self) -> Result<State, Fault> {
        let path = self.dir.join(STATE);
        let bytes = std::fs::read(&path).map_err(|e| at(&path, &e))?;
        serde_json::from_slice(&bytes).map_err(|e| at(&path, &e))
    }

    pub fn bundle(&self, point: &str) -> PathBuf {
        self.dir.join(format!("{point}{}", archive::ENDING))
    }

    /// Takes in the bundle of an earlier run that this one is held against, under a name of its own.
    pub fn take_reference(&self, bundle: &Path) -> Result<(), Fault> {
        let bytes = std::fs::read(bundle).map_err(|e| at(bundle, &e))?;
        let path = self.bundle(REFERENCE);
        fresh::replace(&path, &bytes, 0o644).map_err(|e| at(&path, &e))
    }

    /// That bundle, where there is one.
    pub fn reference(&self) -> Option<PathBuf> {
        Some(self.bundle(REFERENCE)).filter(|path| path.is_file())
    }

    /// What was there before the newest run below `out` on this cluster, where that proved that the layer went, and left it so. What an
    /// unproven run saw must not be passed over. `hub`: where Argo CD runs, if that is another cluster.
    pub fn before_off(out: &Path, cluster: &str, hub: Option<&str>) -> Option<PathBuf> {
        let runs = std::fs::read_dir(out).ok()?.filter_map(Result::ok).map(|run| Self::new(run.path()));
        let here = runs
            .filter_map(|run| Some((run.state().ok().filter(|s| s.cluster.as_deref() == Some(cluster) && s.hub.as_deref() == hub)?, run)));
        let (state, run) = here.max_by(|(a, _), (b, _)| a.started.cmp(&b.started))?;
        let left_off = state.proven && state.points().last() == Some(&"off");
        Some(run.bundle("before")).filter(|before| left_off && before.is_file())
    }

    pub fn index(&self) -> PathBuf {
        self.dir.join("index.html")
    }

    /// Takes away what concluded the run the last time: points are captured anew, so report, page and list would be about other bundles. They are
    /// written again at its end.
    pub fn reopen(&self) -> Result<(), FileError> {
        if !self.dir.is_dir() {
            return Ok(());
        }
        folder::unseal(&self.dir)?;
        let entries = std::fs::read_dir(&self.dir).map_err(FileError::reading(&self.dir))?.filter_map(Result::ok);
        let name =
            |path: &Path| path.file_name().is_some_and(|n| [REPORT, SIGSTORE, ".tsr"].iter().any(|end| n.to_string_lossy().ends_with(end)));
        entries.map(|e| e.path()).filter(|path| name(path) || *path == self.index()).try_for_each(|path| folder::gone(&path))
    }

    /// Where what is written to the cluster is recorded.
    pub fn journal(&self) -> PathBuf {
        self.dir.join(ACTIONS)
    }
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    format!("{}: {error}", path.display()).into()
}

impl Folder for RunFolder {
    type Sealed = (Sealed, Manifest);

    fn keep(&mut self, state: &State) -> Result<(), Fault> {
        std::fs::create_dir_all(&self.dir).map_err(|e| at(&self.dir, &format!("can't be made: {e}")))?;
        let mut bytes = serde_json::to_vec_pretty(state)?;
        bytes.push(b'\n');
        let path = self.dir.join(STATE);
        fresh::replace(&path, &bytes, 0o644).map_err(|e| at(&path, &e))
    }

    fn actions(&self) -> Result<Vec<u8>, Fault> {
        match std::fs::read(self.journal()) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|e| at(&self.journal(), &e)),
        }
    }

    fn spool(&self) -> Result<Box<dyn Spool>, Fault> {
        Ok(Box::new(FileSpool::new()?))
    }

    fn seal(&self, point: &str, files: &mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<Self::Sealed, Fault> {
        Ok(archive::seal(&self.bundle(point), true, |put| files(put))?)
    }
}
