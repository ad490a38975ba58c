//! What health probes heard, as a heading for each target and the answer below it. An answer is never confused with silence, nor with a
//! heading: each sample begins with what evid heard, and no line of a body begins with `#`. It must not know how an answer is judged.
use crate::bundle::probe::{Heard, Line, Method, Sample};
use crate::render::text::layout::remark;
use crate::render::{foreign, probes};

pub(super) fn heard(lines: &[&Line]) -> String {
    if lines.is_empty() {
        return remark("no probe was asked");
    }
    lines.iter().map(|line| one(line)).collect::<Vec<_>>().join("\n")
}

fn one(line: &Line) -> String {
    let asked = &line.asked;
    let method = asked.method.map(|m| if m == Method::Post { "POST " } else { "" }).unwrap_or_default();
    let question = if asked.command.is_empty() { format!("{method}{}", asked.path) } else { asked.command.join(" ") };
    let heading = format!("### {} {question} ({})", probes::target(line), line.probe);
    let samples: String = line.samples.iter().map(|s| sample(s, !asked.command.is_empty())).collect();
    format!("{}\n{samples}", foreign::clean(&heading))
}

fn sample(sample: &Sample, is_command: bool) -> String {
    let is = sample.outcome.is.as_str();
    match &sample.heard {
        Heard::Silence(silence) => foreign::clean(&format!("no answer at {} ({is}): {}", sample.at, silence.detail)) + "\n",
        Heard::Answer(answer) => {
            let what = if is_command { "exit" } else { "HTTP" };
            let cut = if answer.truncated { ", only the beginning" } else { "" };
            let head = format!("{what} {} at {} in {} ms ({is}{cut})\n", answer.status, sample.at, answer.milliseconds);
            foreign::clean_lines(&head) + &body(&answer.body)
        }
    }
}

/// The lines of a body, each one evidently a part of it.
fn body(text: &str) -> String {
    let text = foreign::clean_lines(text.trim_end());
    text.lines().map(|line| format!("{}{line}\n", if line.starts_with('#') { " " } else { "" })).collect()
}
