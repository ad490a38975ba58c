//! Every verb beside its peers on a platform many times over: `cargo bench --bench scale`. docs/performance.md says what it measures and how.
//! Prints; judges nothing. `EVID_BENCH_K=1,40,200` names the sizes, `EVID_BENCH_RUNS` the rounds, `EVID_BENCH_RECORDINGS="BEFORE AFTER"` other
//! recordings than the samples. `-- --multiply RECORDING OUT K` only writes the lists, `-- --serve LISTS` only serves them.
mod goals;
mod measure;
mod multiply;
mod print;
mod server;
mod tasks;

use crate::measure::{Medians, Spread, float};
use crate::tasks::{Measured, Platform};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match *words {
        ["--multiply", recording, out, copies] => copies.parse().map_err(io::Error::other).and_then(|copies| {
            println!("{}", multiply::multiply(Path::new(recording), Path::new(out), copies)?);
            Ok(())
        }),
        ["--serve", lists] => server::serve(Path::new(lists)),
        _ => bench(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> io::Result<()> {
    let said = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.into());
    let mut sizes: Vec<usize> =
        said("EVID_BENCH_K", "1,40").split(',').map(|k| k.trim().parse().map_err(io::Error::other)).collect::<Result<_, _>>()?;
    sizes.sort_unstable();
    let rounds = said("EVID_BENCH_RUNS", "5").parse().map_err(io::Error::other)?;
    let dumps = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/dumps");
    let samples = ["before", "off"].map(|n| dumps.join(n));
    let recordings = match env::var("EVID_BENCH_RECORDINGS") {
        Ok(given) => <[PathBuf; 2]>::try_from(given.split_whitespace().map(PathBuf::from).collect::<Vec<_>>())
            .map_err(|_| io::Error::other("EVID_BENCH_RECORDINGS names two folders, the one before and the one after"))?,
        Err(_) => samples,
    };
    let place = tempfile::tempdir()?;
    print::machine();
    let mut all: Vec<Measured> = Vec::new();
    for copies in sizes {
        eprintln!("K = {copies}");
        let home = place.path().join(format!("home-{copies}"));
        fs::create_dir_all(&home)?;
        let platform = Platform::make(&recordings, copies, place.path().join(copies.to_string()))?;
        let smaller = all.last().map(|m| (medians(m), float(platform.bytes) / float(m.platform.bytes)));
        let measured = platform.measure(rounds, &home, smaller.as_ref().map(|(medians, growth)| (medians, *growth)))?;
        print::table(&measured);
        print::goals(&format!("Goals, K = {copies}"), &goals::goals(&measured));
        if let Some(small) = all.last() {
            print::goals(&format!("Growth from K = {} to {copies}", small.platform.copies), &goals::growth(small, &measured));
        }
        fs::remove_dir_all(&measured.platform.folder)?;
        all.push(measured);
    }
    println!("\nAt the end: {}", print::load());
    Ok(())
}

/// What each task took in the middle.
fn medians(measured: &Measured) -> Medians {
    let median = |runs: &[measure::Cost], what: fn(&measure::Cost) -> f64| Spread::of(runs.iter().map(what)).map_or(0.0, |s| s.median);
    let ran = measured.runs.iter().filter_map(|(name, runs)| Some((name, runs.as_ref().ok()?)));
    let cost = |runs: &[measure::Cost]| measure::Cost {
        cpu: median(runs, goals::cpu),
        wall: median(runs, goals::wall),
        peak: median(runs, goals::peak),
    };
    ran.map(|(name, runs)| (name.clone(), cost(runs))).collect()
}
