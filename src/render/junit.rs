//! What a report says as JUnit XML: a test case for each claim, and one for the whole, so that a report that proves nothing passes nowhere.
use crate::model::Verdict;
use crate::render::view::{Card, Subject, View};
use crate::render::{foreign, words};

pub fn xml(view: &View) -> String {
    let t = words::page();
    let unproven = |c: &&Card| matches!(c.verdict, Verdict::Refuted | Verdict::Inconclusive);
    let mut open: Vec<String> =
        view.cards.iter().filter(unproven).map(|c| format!("{}: {}", c.claim, words::verdicts(c.verdict))).collect();
    if open.is_empty() {
        open.push(t.nothing_proven.to_owned());
    }
    let whole = Card {
        claim: t.result.to_owned(),
        verdict: view.verdict,
        says: view.lead.join(" "),
        found: open,
        refutes: String::new(),
        noted: vec![],
        evidence: vec![],
    };
    let cases: Vec<&Card> = view.cards.iter().chain([&whole]).collect();
    let n = |verdict: Verdict| cases.iter().filter(|c| c.verdict == verdict).count();
    let (failures, errors, skipped) = (n(Verdict::Refuted), n(Verdict::Inconclusive), n(Verdict::NotApplicable));
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"", cases.len());
    let bundle = |s: &Subject| format!("      <property name=\"sha256 {}.evid.zip\" value=\"{}\"/>\n", escape(&s.name), escape(&s.sha256));
    let bundles: String = view.subjects.iter().map(bundle).collect();
    let told: Vec<&str> = view.warnings.iter().map(|w| &**w).chain([t.heading_limits]).chain(view.not_proven.iter().copied()).collect();
    let title = escape(&view.title);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"evid\" {counts}>\n  <testsuite name=\"{title}\" {counts}>\n    \
         <properties>\n      <property name=\"verdict\" value=\"{}\"/>\n{bundles}    </properties>\n{}    <system-out>{}</system-out>\n  \
         </testsuite>\n</testsuites>\n",
        view.verdict.as_str(),
        cases.iter().map(|c| case(c)).collect::<String>(),
        escape(&told.join("\n")),
    );
    foreign::clean_lines(&text)
}

fn case(card: &Card) -> String {
    let (layer, _) = card.claim.split_once('.').unwrap_or((&card.claim, ""));
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"", escape(layer), escape(&card.claim));
    let ended = |element: &str| {
        let first = card.found.first().unwrap_or(&card.says);
        let rest = escape(&card.found.join("\n"));
        let kind = card.verdict.as_str();
        format!("{head}>\n      <{element} type=\"{kind}\" message=\"{}\">{rest}</{element}>\n    </testcase>\n", escape(first))
    };
    match card.verdict {
        Verdict::Proven => format!("{head}/>\n"),
        Verdict::Refuted => ended("failure"),
        Verdict::Inconclusive => ended("error"),
        Verdict::NotApplicable => format!("{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", escape(&card.says)),
    }
}

/// A text for an attribute or an element. XML has no way to write the last two characters of a plane.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
