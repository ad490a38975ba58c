//! What was read from text, file by file, and every hole in it. It must not know how text is read.
use crate::bundle::text::{Found, Line, What};
use crate::render::foreign;
use crate::render::told::told;
use crate::render::words::{self, count, fill, phrases};
use crate::value::{Value, json};

/// The files of one bundle, a line each, and below it what is missing in it.
pub fn text(name: &str, moment: &str, lines: &[Line]) -> String {
    let place = if moment.is_empty() { String::new() } else { format!(" ({})", foreign::clean(moment)) };
    let mut out = format!("{}{place}\n", foreign::clean(name));
    for line in lines {
        let file = if line.file.is_empty() { told("the folder") } else { foreign::clean(&line.file) };
        out.push_str(&format!("  {file}  {}\n", told(&read(line))));
        line.holes.iter().for_each(|found| out.push_str(&format!("    {}\n", hole(found))));
    }
    let holes: usize = lines.iter().map(|line| line.holes.len()).sum();
    let (holes, files) = (count(holes, "1 hole", "{n} holes"), count(lines.len(), "1 file", "{n} files"));
    out + &format!("  {}\n", fill(phrases().holes_in, &[("holes", &told(&holes)), ("files", &told(&files))]))
}

fn read(line: &Line) -> String {
    let objects = count(usize::try_from(line.objects).unwrap_or(usize::MAX), "1 object", "{n} objects");
    match line.read {
        What::Applications => format!("argocd app list: {objects}"),
        What::Application => format!("argocd app get: {objects}"),
        What::Table => format!("kubectl get: {objects}"),
        What::Volumes => format!("claims and volumes: {objects}"),
        What::Probes => {
            let answered = line.probes.iter().filter(|p| p.answered).count();
            let headings = count(line.probes.len(), "1 heading", "{n} headings");
            format!("probes: {answered} of {headings} have an answer")
        }
        What::Nothing => "not read".into(),
    }
}

fn hole(found: &Found) -> String {
    let place = found.line.map(|line| told(&format!("line {line}")) + ": ").unwrap_or_default();
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
