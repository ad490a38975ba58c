//! What the doctor found, for a person: a line each, `level  WHAT  — detail; next step`, and the same as JSON.
use crate::render::table::padded;
use crate::render::told::told;
use crate::render::words::{self, en, fill};
use crate::usecase::doctor::{Level, Line};
use crate::value::{Value, json};

/// What was found, and what to do next.
pub fn words(line: &Line) -> (String, String) {
    (filled(words::checks(line.code), line, told), filled(words::remedies(line.code), line, told))
}

/// A text with the line's values filled in, each on one line.
fn filled(text: &str, line: &Line, told: impl Fn(&str) -> String) -> String {
    let one = |value: &String| told(&value.split_whitespace().collect::<Vec<_>>().join(" "));
    let values: Vec<(&str, String)> = line.values.iter().map(|(n, value)| (*n, one(value))).collect();
    fill(text, &values.iter().map(|(n, value)| (*n, &**value)).collect::<Vec<_>>())
}

pub fn text(lines: &[Line], colour: bool) -> String {
    let one = |line: &Line| {
        let (detail, next) = words(line);
        let next = if next.is_empty() { String::new() } else { format!("; {next}") };
        let level = padded(&told(line.level.as_str()), 7);
        let paint = match line.level {
            Level::Ok => 32,
            Level::Note => 33,
            Level::Problem => 31,
        };
        let level = if colour { format!("\u{1b}[{paint}m{level}\u{1b}[0m") } else { level };
        format!("{level}  {:<10}  — {detail}{next}\n", line.check())
    };
    lines.iter().map(one).collect()
}

/// The lines as JSON: for scripts (`level`, `code`, `values`) and for people (`detail`, `next`).
/// `missingOnHub` is there only where something is missing on a hub.
pub fn json(lines: &[Line], missing: Option<Value>, on_hub: Option<Value>) -> Value {
    let one = |line: &Line| {
        // What a script reads is the same in every language.
        let [detail, next] = [en::checks(line.code), en::remedies(line.code)].map(|text| filled(text, line, str::to_owned));
        let values: Value = line.values.iter().map(|(n, v)| (*n, v)).collect();
        json!({"level": line.level.as_str(), "check": line.check(), "code": line.code.as_str(), "values": values, "detail": detail, "next": next})
    };
    let mut out = json!({"checks": lines.iter().map(one).collect::<Vec<_>>(), "missing": missing});
    if let Some(role) = on_hub {
        out["missingOnHub"] = role;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{text, words};
    use crate::usecase::doctor::{Code, Line};

    #[test]
    fn values_stand_where_the_words_name_them_and_drive_no_terminal() {
        let line = Line::problem(Code::ArgoUnseen).with("kind", "{why}").with("why", "no\u{1b}[2J");
        assert_eq!(words(&line).0, "{why} can't be seen: no\u{fffd}[2J");
        assert!(text(&[line], false).starts_with("problem  argo        — {why} can't be seen"));
    }
}
