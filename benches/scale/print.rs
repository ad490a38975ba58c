//! The tables, as Markdown. Knows nothing of how its numbers were made.
use crate::goals::{Goal, cpu, peak, wall};
use crate::measure::{Cost, Spread, float};
use crate::tasks::{GROUPS, Measured};
use std::fs;

/// What the numbers were measured on.
pub fn machine() {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let said = |name: &str| {
        processors.lines().find_map(|l| l.strip_prefix(name)?.split_once(':').map(|(_, v)| v.trim().to_owned())).unwrap_or_default()
    };
    let sha = if said("flags").contains("sha_ni") { "with" } else { "without" };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("{cores} cores of {} {sha} SHA instructions; {}", said("model name"), load());
}

/// How busy the machine is.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("load over the last minute {}", load.split(' ').next().unwrap_or("unknown"))
}

/// What was measured on one platform.
pub fn table(m: &Measured) {
    let p = &m.platform;
    println!("\n### K = {}: {} objects, {:.1} MB of JSON\n", p.copies, p.objects, float(p.bytes) / 1e6);
    println!("The bundle has {:.2} MB, the zip {:.2} MB.\n", float(m.bundle) / 1e6, float(m.zip) / 1e6);
    println!("| | runs | CPU, s | wall, s | peak, MB | evid beside it: CPU | wall | peak |\n|---|--:|--:|--:|--:|--:|--:|--:|");
    for (own, tasks) in GROUPS {
        for task in *tasks {
            let runs = match m.of(task) {
                Ok(runs) => runs,
                Err(why) => {
                    println!("| {task} | | {} | | | | | |", why.strip_prefix(&format!("{task}: ")).unwrap_or(&why));
                    continue;
                }
            };
            let columns =
                [cpu, wall, |cost: &Cost| peak(cost) / 1e6].map(|what| Spread::of(runs.iter().map(what)).map_or_else(String::new, spread));
            let ratios = [cpu, wall, peak]
                .map(|what| if own == task { String::new() } else { m.ratio(own, task, what).map_or_else(|_| String::new(), spread) });
            println!("| {task} | {} | {} | {} |", runs.len(), columns.join(" | "), ratios.join(" | "));
        }
    }
}

/// The goals: met, or how far.
pub fn goals(title: &str, goals: &[Goal]) {
    println!("\n### {title}\n\n| | goal: at most | measured | |\n|---|--:|--:|---|");
    for goal in goals {
        let (measured, met) = match &goal.measured {
            Ok(s) if s.median <= goal.most => (spread(*s), "met".to_owned()),
            Ok(s) => (spread(*s), format!("× {} away", number(s.median / goal.most))),
            Err(why) => ("–".to_owned(), format!("not measured: {why}")),
        };
        println!("| {} | {} | {measured} | {met} |", goal.says, number(goal.most));
    }
}

fn spread(s: Spread) -> String {
    let (median, least, most) = (number(s.median), number(s.least), number(s.most));
    if least == most { median } else { format!("{median} ({least}–{most})") }
}

/// Three digits.
fn number(n: f64) -> String {
    match n.abs() {
        n if n >= 100.0 || n == 0.0 => format!("{n:.0}"),
        n if n >= 10.0 => format!("{n:.1}"),
        n if n >= 1.0 => format!("{n:.2}"),
        n if n >= 0.1 => format!("{n:.3}"),
        n => format!("{n:.4}"),
    }
}
