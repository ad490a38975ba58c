//! Whole processes, one after the other in turn: CPU seconds (user and system), wall seconds and peak resident memory of each, children of its
//! own included. Knows nothing of what it runs. This process must stay small: a child's peak begins with that of the process that started it.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4 as _;

/// How long a peer may run, in seconds.
const PATIENCE: f64 = 300.0;
/// How long the rounds of one group may take altogether, in seconds; there are fewer where they would take longer.
const BUDGET: f64 = 120.0;

/// What one process took.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Seconds of user and system time.
    pub cpu: f64,
    /// Seconds.
    pub wall: f64,
    /// Bytes.
    pub peak: f64,
}

/// A command that is measured.
pub struct Task {
    pub name: String,
    command: Vec<String>,
    folder: PathBuf,
    /// Exit codes that say that it did its work.
    fine: &'static [i32],
    own: bool,
}

/// What became of a task: its runs, or why there are none.
pub type Runs = Result<Vec<Cost>, String>;

impl Task {
    /// evid, with these arguments.
    pub fn evid(name: &str, folder: &Path, arguments: &[&str]) -> Self {
        let command = std::iter::once(env!("CARGO_BIN_EXE_evid")).chain(arguments.iter().copied()).map(String::from).collect();
        Self { name: name.into(), command, folder: folder.into(), fine: &[0, 1, 3], own: true }
    }

    /// A peer: a line for the shell. `fine` are the exit codes of one that did its work.
    pub fn peer(name: &str, folder: &Path, line: &str, fine: &'static [i32]) -> Self {
        let command = ["timeout".into(), PATIENCE.to_string(), "sh".into(), "-c".into(), line.into()].into();
        Self { name: name.into(), command, folder: folder.into(), fine, own: false }
    }

    /// One run.
    fn run(&self, home: &Path) -> Result<Cost, String> {
        let errors = home.join("stderr");
        let (first, rest) = self.command.split_first().ok_or("there is no command")?;
        let said = fs::File::create(&errors).map_err(|e| e.to_string())?;
        let mut command = Command::new(first);
        command.args(rest).current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        command
            .env("HOME", home)
            .env("KUBECONFIG", home.join("kubeconfig"))
            .env("LC_ALL", "C")
            .env_remove("EVID_CONFIG")
            .env_remove("EVID_ARCHIVE");
        let start = Instant::now();
        let ended = command.spawn().and_then(|mut child| child.wait4()).map_err(|e| format!("it can't be started: {e}"))?;
        let wall = start.elapsed().as_secs_f64();
        match ended.status.code() {
            Some(code) if self.fine.contains(&code) => {
                let cpu = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
                #[expect(clippy::cast_precision_loss, reason = "no process has so many bytes")]
                let peak = ended.rusage.maxrss as f64;
                Ok(Cost { cpu, wall, peak })
            }
            Some(124) if !self.own => Err(format!("stopped after {PATIENCE} s")),
            Some(127) if !self.own => Err("not found on this machine".into()),
            code => {
                let text = fs::read_to_string(errors).unwrap_or_default();
                Err(format!(
                    "failed ({}): {}",
                    code.map_or("a signal".into(), |c| format!("exit code {c}")),
                    text.lines().next().unwrap_or_default()
                ))
            }
        }
    }
}

/// Runs tasks in turn: one round to warm up, then `rounds` that count, or as many as there is time for. What took too long or too much memory on a
/// smaller platform (`before`, its medians times `growth`) is not run.
pub fn in_turn(tasks: &[Task], rounds: usize, home: &Path, smaller: Option<(&Medians, f64)>) -> BTreeMap<String, Runs> {
    let mut first = BTreeMap::new();
    for task in tasks {
        let refused = smaller.filter(|_| !task.own).and_then(|(medians, growth)| too_much(medians.get(&task.name)?, growth));
        let run = match refused {
            Some(why) => Err(why),
            None => {
                eprintln!("  {}", task.name);
                task.run(home)
            }
        };
        first.insert(task.name.clone(), run);
    }
    let total: f64 = first.values().flatten().map(|cost| cost.wall).sum();
    let affordable = (1..=rounds).rev().find(|n| total * float(*n) <= BUDGET).unwrap_or(1);
    let mut all: BTreeMap<String, Runs> = first.into_iter().map(|(name, run)| (name, run.map(|cost| vec![cost]))).collect();
    // One round alone is not worth a warm-up that takes as long.
    for _ in 0..if affordable > 1 { affordable } else { 0 } {
        for task in tasks {
            if let Some(Ok(runs)) = all.get_mut(&task.name) {
                match task.run(home) {
                    Ok(cost) => runs.push(cost),
                    Err(why) => drop(all.insert(task.name.clone(), Err(why))),
                }
            }
        }
    }
    for runs in all.values_mut().flatten().filter(|runs| runs.len() > 1) {
        runs.remove(0);
    }
    all
}

/// Medians by task.
pub type Medians = BTreeMap<String, Cost>;

/// Why a task is not run on a larger platform.
fn too_much(smaller: &Cost, growth: f64) -> Option<String> {
    let (wall, peak) = (smaller.wall * growth, smaller.peak * growth);
    if wall > PATIENCE {
        return Some(format!("not run: about {wall:.0} s, by the smaller platform"));
    }
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = memory.lines().find_map(|l| l.strip_prefix("MemAvailable:"));
    let available = line.and_then(|l| l.trim().strip_suffix(" kB")?.parse::<f64>().ok())? * 1024.0;
    (peak > available / 2.0).then(|| format!("not run: about {:.1} GB, by the smaller platform", peak / 1e9))
}

/// The middle of some numbers, the least and the largest.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut all: Vec<f64> = numbers.into_iter().collect();
        all.sort_by(f64::total_cmp);
        Some(Self { median: *all.get(all.len() / 2)?, least: *all.first()?, most: *all.last()? })
    }
}

/// How many times as much `ours` took as `theirs`, run by run where both ran in turn.
pub fn ratio(ours: &[Cost], theirs: &[Cost], what: fn(&Cost) -> f64) -> Option<Spread> {
    if ours.len() == theirs.len() {
        return Spread::of(ours.iter().zip(theirs).map(|(a, b)| what(a) / what(b)));
    }
    let median = Spread::of(theirs.iter().map(what))?.median;
    Spread::of(ours.iter().map(|a| what(a) / median))
}

#[expect(clippy::cast_precision_loss, reason = "counts and sizes are far below 2^52")]
pub fn float(n: usize) -> f64 {
    n as f64
}
