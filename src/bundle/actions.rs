//! `actions.jsonl`: what evid wrote to the cluster in a proof, an intent before each write and an answer after it. Holds only the stored
//! form and its check; must not know who writes, or why.
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::names::ACTIONS;
use crate::canon::json;
use crate::model::instant;
use crate::value::Value;
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

/// One line: the fields that are checked against the line before.
#[derive(Deserialize)]
struct Line {
    stage: Stage,
    seq: u64,
    time: String,
    #[serde(rename = "user")]
    _user: String,
    what: String,
    method: String,
    path: String,
    object: String,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Stage {
    Intent,
    Answer,
}

/// When each line was written; none of a line that does not say it.
pub fn times(bytes: &[u8]) -> impl Iterator<Item = Option<DateTime<FixedOffset>>> {
    bytes.split_inclusive(|b| *b == b'\n').map(|line| instant(&read(line).ok()?.time))
}

/// What is wrong with the file. Each line must have the one form, with its fields; each answer must follow
/// its intent directly. An intent without an answer is no defect: evid was stopped there.
pub fn defects(bytes: &[u8]) -> Vec<Defect> {
    let mut before: Option<Line> = None;
    let mut defects = Vec::new();
    for (i, bytes) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let now = read(bytes).and_then(|line| match line.stage {
            Stage::Answer if !before.as_ref().is_some_and(|b| answers(&line, b)) => Err("it answers no intent before it".into()),
            _ => Ok(line),
        });
        match now {
            Ok(line) => before = Some(line),
            Err(what) => {
                defects.push(Defect::of(ACTIONS, DefectKind::Facets(format!("line {}: {what}", i + 1))));
                before = None;
            }
        }
    }
    defects
}

fn answers(line: &Line, intent: &Line) -> bool {
    fn of(l: &Line) -> (u64, [&str; 4]) {
        (l.seq, [&l.what, &l.method, &l.path, &l.object])
    }
    intent.stage == Stage::Intent && of(line) == of(intent)
}

fn read(bytes: &[u8]) -> Result<Line, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if !json::is_line(&value, bytes) {
        return Err("it is not of the one form".into());
    }
    let line: Line = crate::value::from_value(value).map_err(|e| e.to_string())?;
    instant(&line.time).ok_or_else(|| format!("`{}` is no RFC 3339 time", line.time))?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::defects;
    use crate::canon::json;
    use crate::value::json;

    fn line(stage: &str, seq: u64, path: &str) -> Vec<u8> {
        let line = json!({"stage": stage, "seq": seq, "time": "2026-11-24T08:00:00Z", "user": "u", "what": "prune", "method": "PATCH",
            "path": path, "object": "Application argocd/root"});
        [json::to_bytes(&line), b"\n".to_vec()].concat()
    }

    fn said(lines: &[Vec<u8>]) -> Vec<String> {
        defects(&lines.concat()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_intent_may_stay_without_an_answer_and_an_answer_never_stands_alone() {
        let (intent, answer) = (line("intent", 1, "/a"), line("answer", 1, "/a"));
        assert_eq!(said(&[intent.clone(), answer.clone(), intent.clone(), line("intent", 2, "/b")]), [""; 0]);
        let alone = "actions.jsonl: line 1: it answers no intent before it";
        assert_eq!(said(&[answer.clone(), intent.clone()]), [alone]);
        for other in [line("answer", 2, "/a"), line("answer", 1, "/b")] {
            assert_eq!(said(&[intent.clone(), other]), [alone.replace("line 1", "line 2")]);
        }
        assert_eq!(said(&[intent, answer.clone(), answer]), [alone.replace("line 1", "line 3")]);
    }

    #[test]
    fn a_line_that_was_cut_or_is_of_another_form_is_told() {
        let intent = line("intent", 1, "/a");
        assert!(said(&[intent[..20].to_vec()])[0].starts_with("actions.jsonl: line 1: EOF"));
        assert_eq!(said(&[intent[..intent.len() - 1].to_vec()]), ["actions.jsonl: line 1: it is not of the one form"]);
        assert!(said(&[b"{\"stage\":\"intent\"}\n".to_vec()])[0].contains("missing field"));
    }
}
