//! `evid diff` beside `kubectl version --client`: wall time of whole processes in turn, medians and their ratio, and peak memory.
//! Prints; judges nothing. `EVID_BENCH_BUNDLES="before.evid.zip after.evid.zip"` measures other bundles than the samples.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 15;

fn main() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/bundles");
    let default = ["before", "off"].map(|n| samples.join(format!("{n}.evid.zip")).display().to_string()).join(" ");
    let bundles = std::env::var("EVID_BENCH_BUNDLES").unwrap_or(default);
    let mut own = vec![env!("CARGO_BIN_EXE_evid"), "diff", "--no-sign"];
    own.extend(bundles.split(' '));
    let peer = ["kubectl", "version", "--client"];
    let there = run(&peer).is_some();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        ours.extend(run(&own));
        theirs.extend(run(&peer).filter(|_| there));
    }
    println!("evid diff                 {:>8.1} ms  peak {} KiB", median(&mut ours), peak(&own));
    if there {
        println!("kubectl version --client  {:>8.1} ms  peak {} KiB", median(&mut theirs), peak(&peer));
        println!("ratio                     {:>8.2}", median(&mut ours) / median(&mut theirs));
    } else {
        println!("kubectl is not installed: no ratio");
    }
}

/// One run, however it ends; none where the program is not there.
fn run(command: &[&str]) -> Option<Duration> {
    let start = Instant::now();
    Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    Some(start.elapsed())
}

/// Milliseconds; the first run warmed up and does not count.
fn median(times: &mut [Duration]) -> f64 {
    let counted = &mut times[1..];
    counted.sort();
    counted[counted.len() / 2].as_secs_f64() * 1000.0
}

/// Peak resident set in KiB as GNU time says it.
fn peak(command: &[&str]) -> String {
    let out = Command::new("/usr/bin/time").args(["-f", "%M"]).args(command).stdout(Stdio::null()).output();
    let text = out.map(|o| String::from_utf8_lossy(&o.stderr).into_owned()).unwrap_or_default();
    text.lines().rev().find(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_digit())).unwrap_or("unknown").to_owned()
}
