//! What was read from text, file by file, and every hole in it. It must not know how text is read.
use crate::bundle::text::{Found, Line, What};
use crate::render::foreign;
use crate::render::told::told;
use crate::render::words;
use serde_json::{Value, json};

/// The files of one bundle, a line each, and below it what is missing in it.
pub fn text(name: &str, moment: &str, lines: &[Line]) -> String {
    let place = if moment.is_empty() { String::new() } else { format!(" ({})", foreign::clean(moment)) };
    let mut out = format!("{}{place}\n", foreign::clean(name));
    for line in lines {
        let file = if line.file.is_empty() { "the folder" } else { &line.file };
        out.push_str(&format!("  {}  {}\n", foreign::clean(file), read(line)));
        line.holes.iter().for_each(|found| out.push_str(&format!("    {}\n", hole(found))));
    }
    let holes: usize = lines.iter().map(|line| line.holes.len()).sum();
    out + &format!("  {} in {}\n", count(holes, "hole", "holes"), count(lines.len(), "file", "files"))
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn read(line: &Line) -> String {
    let objects = count(usize::try_from(line.objects).unwrap_or(usize::MAX), "object", "objects");
    match line.read {
        What::Applications => format!("argocd app list: {objects}"),
        What::Application => format!("argocd app get: {objects}"),
        What::Table => format!("kubectl get: {objects}"),
        What::Volumes => format!("claims and volumes: {objects}"),
        What::Probes => {
            let answered = line.probes.iter().filter(|p| p.answered).count();
            format!("probes: {answered} of {} have an answer", count(line.probes.len(), "heading", "headings"))
        }
        What::Nothing => "not read".into(),
    }
}

fn hole(found: &Found) -> String {
    let place = found.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let seen = if found.seen.is_empty() { String::new() } else { format!(" ({})", foreign::clean(&told(&found.seen))) };
    format!("{place}{}{seen}", words::holes(found.code))
}

/// The same as JSON, without the text itself.
pub fn json(line: &Line) -> Value {
    let mut out = json!(line);
    if let Some(map) = out.as_object_mut() {
        map.remove("text");
    }
    out
}
