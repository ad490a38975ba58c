//! Live captures by the real binary, against an API server in this process that goes wrong on purpose: what it ends with, what it
//! leaves, what it sent.
mod answers;
mod asked;
mod bound;
mod credentials;
mod faults;
mod platform;
mod same;
mod stop;
mod usage;
mod watches;

use evid::adapters::archive;
use evid::adapters::zipfile::BundleReader;
use evid::bundle::coverage::Coverage;
use evid_demo::{Options, Server};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A command that goes on for longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// A server, and a folder of its own to ask it from.
struct Lab {
    server: Server,
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
struct Ran {
    /// None where a signal ended it.
    code: Option<i32>,
    out: String,
    err: String,
    took: Duration,
}

impl Lab {
    fn of(options: Options) -> Self {
        let lab = Self { server: Server::start(options).unwrap(), folder: tempfile::tempdir().unwrap() };
        lab.write("kubeconfig", &lab.server.kubeconfig());
        lab
    }

    /// A few objects of a few kinds, which nothing moves, and of one layer.
    fn small() -> Self {
        let lab = Self::of(Options::of(platform::store()));
        lab.write("evid.yaml", platform::LAYERS);
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The binary with nothing of this machine's environment.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.args(args).current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path()).env("NO_COLOR", "1");
        command.env("XDG_STATE_HOME", self.path("keys")).env("KUBECONFIG", self.path("kubeconfig"));
        command
    }

    fn evid(&self, args: &[&str]) -> Ran {
        self.run(self.command(args))
    }

    fn run(&self, command: Command) -> Ran {
        Running::start(self.folder.path(), command).end()
    }

    /// Every file in the evidence folder.
    fn left(&self) -> Vec<String> {
        files_below(&self.path("evidence"))
    }

    fn open(&self, name: &str) -> BundleReader {
        archive::open_whole(&self.path("evidence").join(format!("{name}.evid.zip"))).unwrap()
    }

    /// Every file of a bundle.
    fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        archive::files(&self.open(name)).unwrap()
    }

    /// The same of a bundle that holds in all its bytes and in all that it says.
    fn bundle(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let reader = self.open(name);
        let files = archive::files(&reader).unwrap();
        let defects = evid::usecase::verify::content(&files, reader.sums()).defects;
        assert!(defects.is_empty(), "{name}: {}", defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        files
    }

    fn coverage(&self, name: &str) -> Coverage {
        serde_json::from_slice(&self.bundle(name)["coverage.json"]).unwrap()
    }
}

fn files_below(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten().filter(|e| e.file_type().is_file());
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

/// A command that runs; it does not outlive the test.
struct Running {
    child: Child,
    began: Instant,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    fn start(folder: &Path, mut command: Command) -> Self {
        let (out, err) = (folder.join("stdout"), folder.join("stderr"));
        let began = Instant::now();
        let child = command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn().unwrap();
        Self { child, began, out, err }
    }

    /// Sends a signal by its name.
    fn signal(&self, name: &str) {
        let sent = Command::new("/bin/sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(sent.success());
    }

    fn end(mut self) -> Ran {
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if self.began.elapsed() > HANGS => panic!("it hangs; so far it said {}", self.said()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        Ran { code: status.code(), out: std::fs::read_to_string(&self.out).unwrap(), err: self.said(), took: self.began.elapsed() }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.err).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, most likely.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
fn until(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < HANGS, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
