//! A report on a terminal: one line with one reason for each verdict, the changes by layer, what was noted, what is not proven, the layer
//! digests. In full it has every finding and every gap.
use crate::bundle::expected::Expected;
use crate::claims::Judged;
use crate::model::Verdict;
use crate::render::table::{Style, columns};
use crate::render::told::told;
use crate::render::words::{fill, phrases};
use crate::render::{changes, findings, foreign, gaps, words};
use crate::report::read::{Bundle, Reading};

/// The report as a comparison ends with it.
pub fn text(report: &Reading, style: Style) -> String {
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let mut out = verdicts(report, &names, style);
    let is_all = style.most == usize::MAX;
    if is_all {
        out.push_str(&reasons(report, &names));
    }
    out.push_str(&unchecked(report));
    out.push_str(&changes::list(&report.changes, style));
    out.push_str(&noted(&report.judged, if is_all { usize::MAX } else { 4 }));
    out.push_str(&list_expected(&report.expected));
    out.push_str(&digests(&report.bundles, style));
    out.push_str(&not_proven());
    out
}

/// The report with all that it holds: also every reason, every gap, and what it is about.
pub fn full(report: &Reading, style: Style) -> String {
    let style = Style { most: usize::MAX, ..style };
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let mut out = subjects(report, style);
    out.push_str(&verdicts(report, &names, style));
    out.push_str(&reasons(report, &names));
    out.push_str(&changes::list(&report.changes, style));
    for (says, objects) in findings::notes(&report.judged) {
        out.push_str(&format!("\n{}\n", fill(phrases().noted_one, &[("says", says)])));
        objects.iter().for_each(|o| out.push_str(&format!("  {o}\n")));
    }
    out.push_str(&list_expected(&report.expected));
    for bundle in &report.bundles {
        let lines = gaps::lines(&bundle.gaps(), style.most);
        if !lines.is_empty() {
            out.push_str(&format!("\n{}\n", fill(phrases().not_answered, &[("bundle", &bundle.name)])));
            lines.iter().for_each(|l| out.push_str(&format!("  {l}\n")));
        }
    }
    out.push_str(&digests(&report.bundles, style));
    out.push_str(&not_proven());
    out
}

fn verdicts(report: &Reading, names: &[&str], style: Style) -> String {
    let p = phrases();
    let mut out = String::new();
    let rows = report.judged.iter().map(|j| vec![words::verdicts(j.verdict).into(), j.id.clone(), reason(j, names)]);
    for line in columns(&[p.head_verdict, p.head_claim, p.head_reason], &rows.collect::<Vec<_>>(), style).lines() {
        let verdict = report.judged.iter().map(|j| j.verdict).find(|v| line.starts_with(words::verdicts(*v)));
        let rest = verdict.and_then(|v| line.strip_prefix(words::verdicts(v)));
        out.push_str(&match (verdict, rest) {
            (Some(verdict), Some(rest)) => format!("{}{rest}\n", paint(verdict, style)),
            _ => format!("{line}\n"),
        });
    }
    // The colour is evid's own, and passes no filter.
    out + &format!("\n{}\n", p.result.replace("{verdict}", &paint(report.total, style)))
}

/// What speaks against each claim of which the table tells the first only.
fn reasons(report: &Reading, names: &[&str]) -> String {
    let mut out = String::new();
    for judged in &report.judged {
        let reasons = findings::reasons(judged, names);
        if reasons.len() > 1 {
            out.push_str(&format!("\n{}: {}\n", foreign::clean(&judged.id), words::verdicts(judged.verdict)));
            reasons.iter().for_each(|r| out.push_str(&format!("  {r}\n")));
        }
    }
    out
}

fn reason(judged: &Judged, names: &[&str]) -> String {
    words::first(&findings::reasons(judged, names)).unwrap_or_else(|| findings::of_claim(judged))
}

/// What the claims noted, by what it says, with so many objects each.
fn noted(judged: &[Judged], most: usize) -> String {
    let notes = findings::notes(judged);
    let lines = notes.iter().map(|(says, objects)| format!("  {}\n", findings::noted(says, objects, most)));
    if notes.is_empty() { String::new() } else { format!("\n{}\n{}", phrases().noted, lines.collect::<String>()) }
}

/// The entries that the configuration expects to change, each with its reason.
fn list_expected(entries: &[Expected]) -> String {
    let mut out = String::new();
    if !entries.is_empty() {
        out.push_str(&format!("\n{}\n", phrases().expects));
    }
    for e in entries {
        let place = [e.namespace.as_deref(), Some(e.name.as_deref().unwrap_or("*"))].into_iter().flatten().collect::<Vec<_>>().join("/");
        out.push_str(&format!("  {} {} at {}\n", foreign::clean(&e.kind), foreign::clean(&place), foreign::clean(&e.pointers.join(", "))));
        out.push_str(&format!("      {}\n", fill(phrases().because, &[("why", e.because.trim())])));
    }
    out
}

fn unchecked(report: &Reading) -> String {
    report
        .unchecked()
        .map_or_else(String::new, |bundles| format!("\n{}\n", fill(phrases().unchecked, &[("bundles", &foreign::clean(&bundles))])))
}

fn subjects(report: &Reading, style: Style) -> String {
    let row = |b: &Bundle| {
        let time = |t: &Option<String>| t.clone().unwrap_or_else(|| told("unknown"));
        let one =
            |server: &Option<String>, uid: &Option<String>| server.as_ref().or(uid.as_ref()).map_or_else(|| told("unknown"), String::clone);
        let hub = b.hub.as_ref().map(|hub| told(&format!(", Argo CD on {}", one(&hub.server, &hub.uid))));
        let cluster = one(&b.cluster.server, &b.cluster.uid) + &hub.unwrap_or_default();
        vec![
            b.name.clone(),
            time(&b.window.finished),
            told(&b.source),
            cluster,
            b.switch.as_deref().map(told).unwrap_or_default(),
            b.sha256.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = report.bundles.iter().map(row).collect();
    let mut out = columns(&["BUNDLE", "CAPTURED", "SOURCE", "CLUSTER", "SWITCH", "SHA-256"].map(told), &rows, style) + "\n";
    if let Some(pinned) = &report.pinned {
        out.push_str(&format!("{}\n\n", fill(phrases().judged_as, &[("expect", pinned)])));
    }
    out.push_str(&unchecked(report));
    for bundle in &report.bundles {
        if let Some(nonce) = &bundle.nonce {
            out.push_str(&format!("{}\n\n", fill(phrases().nonce_of, &[("bundle", &bundle.name), ("nonce", nonce)])));
        }
    }
    out
}

fn digests(bundles: &[Bundle], style: Style) -> String {
    let layers = |b: &Bundle| {
        let row = |l: &crate::report::read::Layer| {
            vec![b.name.clone(), l.name.clone(), l.objects.to_string(), l.digest.chars().take(16).collect()]
        };
        b.layers.iter().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = bundles.iter().flat_map(layers).collect();
    let p = phrases();
    format!("\n{}\n{}", p.digests, columns(&[p.head_bundle, p.head_layer, p.head_objects, "SHA-256"], &rows, style))
}

fn not_proven() -> String {
    let lines: String = words::not_proven().iter().map(|line| format!("  - {line}\n")).collect();
    format!("\n{}\n{lines}", phrases().not_proven_here)
}

fn paint(verdict: Verdict, style: Style) -> String {
    let word = words::verdicts(verdict);
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
