//! The kubeconfig of a server on loopback: a new file, named to the shell, and removed with the server if nobody has changed it.
use crate::adapters::clock::SystemClock;
use crate::adapters::fresh;
use crate::cli::{Failure, ui};
use crate::render::foreign::quoted;
use crate::usecase::cluster::port::Clock as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A kubeconfig that was written for a server.
pub(super) struct Kubeconfig {
    path: PathBuf,
    text: String,
}

impl Kubeconfig {
    /// Writes it, and prints the line that a shell takes.
    ///
    /// # Errors
    /// If a file is there already, which is never replaced, or none can be written.
    pub(super) fn write(path: &Path, text: String) -> Result<Self, Failure> {
        let wrong = |e: std::io::Error| {
            let failure = Failure::new(format!("{}: the kubeconfig can't be written: {e}", path.display()));
            if e.kind() == ErrorKind::AlreadyExists {
                failure.hint("a kubeconfig is never replaced: name a new file with `--kubeconfig FILE`, or move this one away")
            } else {
                failure.hint("name a file in a folder that you may write to, with `--kubeconfig FILE`")
            }
        };
        let whole = std::path::absolute(path).map_err(wrong)?;
        fresh::create(&whole, text.as_bytes(), 0o600).map_err(wrong)?;
        ui::data(format!("export KUBECONFIG={}\n", quoted(&whole.display().to_string())).as_bytes())?;
        Ok(Self { path: whole, text })
    }

    /// Waits for Ctrl-C, then removes what was written.
    pub(super) fn until_stopped(self, clock: &SystemClock) {
        while clock.sleep(Duration::from_secs(3600)) {}
        if std::fs::read(&self.path).is_ok_and(|bytes| bytes == self.text.as_bytes()) {
            drop(std::fs::remove_file(&self.path));
        }
    }
}
