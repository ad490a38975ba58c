//! The report on a terminal: one line with one reason for each verdict, the changes by layer, what is not proven, the layer digests.
use crate::bundle::expected::Expected;
use crate::claims::{Effect, Judged};
use crate::compare::{Change, Side};
use crate::model::Verdict;
use crate::render::{foreign, words};
use comfy_table::{ContentArrangement, Table, presets};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether to use colour.
    pub colour: bool,
    /// How many changes and findings to list in full.
    pub most: usize,
}

/// A plain table of columns, aligned by display width.
pub fn columns(header: &[&str], rows: &[Vec<String>], style: Style) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(style.width);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row.iter().map(|cell| foreign::clean(cell)).collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|l| l.trim_end().to_owned() + "\n").collect()
}

/// The whole report as text.
pub fn report(sides: &[Side], judged: &[Judged], changes: &[Change], total: Verdict, style: Style) -> String {
    let mut out = String::new();
    let rows: Vec<Vec<String>> = judged.iter().map(|j| vec![words::of_verdict(j.verdict).into(), j.id.clone(), reason(j)]).collect();
    for line in columns(&["VERDICT", "CLAIM", "REASON"], &rows, style).lines() {
        let verdict = judged.iter().map(|j| j.verdict).find(|v| line.starts_with(words::of_verdict(*v)));
        let rest = verdict.and_then(|v| line.strip_prefix(words::of_verdict(v)));
        out.push_str(&match (verdict, rest) {
            (Some(verdict), Some(rest)) => format!("{}{rest}\n", paint(verdict, style)),
            _ => format!("{line}\n"),
        });
    }
    out.push_str(&format!("\nresult: {}\n", paint(total, style)));
    out.push_str(&list_changes(changes, style));
    out.push_str(&sides.first().map(|s| list_expected(&s.config.expected)).unwrap_or_default());
    let rows: Vec<Vec<String>> = sides
        .iter()
        .flat_map(|s| {
            s.manifest
                .layers
                .iter()
                .map(|l| vec![s.name.clone(), l.name.clone(), l.objects.to_string(), l.digest.chars().take(16).collect()])
        })
        .collect();
    out.push_str("\nlayer digests\n");
    out.push_str(&columns(&["BUNDLE", "LAYER", "OBJECTS", "SHA-256"], &rows, style));
    out.push_str("\nnot proven by this evidence\n");
    for line in words::NOT_PROVEN {
        out.push_str(&format!("  - {line}\n"));
    }
    out
}

fn reason(judged: &Judged) -> String {
    let counting: Vec<_> = judged.findings.iter().filter(|f| f.effect != Effect::Notes).collect();
    match (judged.verdict, counting.split_first()) {
        (Verdict::NotApplicable, _) => "says nothing about these bundles".into(),
        (_, Some((first, rest))) => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            format!("{}{more}", words::of_finding(first))
        }
        _ => words::of_claim(judged),
    }
}

fn list_changes(changes: &[Change], style: Style) -> String {
    let mut by_layer: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    changes.iter().for_each(|c| by_layer.entry(&c.layer).or_default().push(c));
    let mut out = String::new();
    for (layer, changes) in by_layer {
        out.push_str(&format!("\nchanges in {layer}: {}\n", changes.len()));
        for change in changes.iter().take(style.most) {
            out.push_str(&format!("  {} {}\n", mark(change), foreign::clean(&change.key.to_string())));
            for field in change.fields.iter().take(style.most) {
                let expected = if field.expected { " (expected)" } else { "" };
                out.push_str(&format!("      {}{expected}", foreign::clean(&field.pointer)));
                out.push_str(&match (&field.before, &field.after) {
                    (Some(serde_json::Value::String(a)), Some(serde_json::Value::String(b))) if a.contains('\n') || b.contains('\n') => {
                        lines(a, b)
                    }
                    (a, b) => {
                        let show = |v: &Option<serde_json::Value>| v.as_ref().map_or_else(|| "(none)".into(), words::short);
                        format!(": {} → {}\n", show(a), show(b))
                    }
                });
            }
        }
        if changes.len() > style.most {
            out.push_str(&format!("  … and {} more (all are in the report)\n", changes.len() - style.most));
        }
    }
    out
}

/// The entries that the configuration expects to change, each with its reason.
fn list_expected(entries: &[Expected]) -> String {
    let mut out = String::new();
    if !entries.is_empty() {
        out.push_str("\nexpected to change, as evid.yaml says\n");
    }
    for e in entries {
        let place = [e.namespace.as_deref(), Some(e.name.as_deref().unwrap_or("*"))].into_iter().flatten().collect::<Vec<_>>().join("/");
        out.push_str(&format!("  {} {} at {}\n", foreign::clean(&e.kind), foreign::clean(&place), foreign::clean(&e.pointers.join(", "))));
        out.push_str(&format!("      because {}\n", foreign::clean(e.because.trim())));
    }
    out
}

fn mark(change: &Change) -> String {
    let what = change.kind.as_str();
    if change.recreated && change.fields.is_empty() { "replaced (equal)".into() } else { what.into() }
}

/// A text field as a line diff with two lines of context.
fn lines(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::from("\n");
    for group in diff.grouped_ops(2) {
        for op in group {
            for change in diff.iter_changes(&op) {
                let sign = match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                };
                out.push_str(&format!("        {sign} {}\n", foreign::clean(change.value().trim_end_matches('\n'))));
            }
        }
    }
    out
}

fn paint(verdict: Verdict, style: Style) -> String {
    let word = words::of_verdict(verdict);
    if !style.colour {
        return word.into();
    }
    let colour = match verdict {
        Verdict::Proven => 32,
        Verdict::Refuted => 31,
        Verdict::Inconclusive => 33,
        Verdict::NotApplicable => 90,
    };
    format!("\u{1b}[{colour}m{word}\u{1b}[0m")
}
