//! What may be said aloud of a report: sentences that follow from proven claims alone, and those that may not be said. Must not know who asks.
use crate::model::Verdict;
use crate::render::view::paragraphs;
use crate::render::words::fill;
use crate::render::{findings, words};
use crate::report::read::Reading;
use crate::usecase::shown::Shown;

/// The most sentences: more are not listened to.
const MOST: usize = 5;

/// What may be said, and what may not.
pub struct Summary {
    /// Sentences with their numbers.
    pub say: Vec<String>,
    /// What a claim would say, and why that is not proven.
    pub unsaid: Vec<(String, String)>,
}

/// The sentences of a report. Where claims are not proven, those about them are left out, not softened.
pub fn summary(mut report: Reading, shown: Option<&Shown>) -> Summary {
    let names: Vec<String> = report.bundles.iter().map(|b| b.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let spoken = |v: Verdict| matches!(v, Verdict::Proven | Verdict::NotApplicable);
    let (proven, open): (Vec<_>, Vec<_>) = report.judged.drain(..).partition(|j| spoken(j.verdict));
    let why = |judged| findings::reasons(judged, &names).into_iter().next().unwrap_or_default();
    let unsaid = open.iter().map(|judged| (findings::of_claim(judged), why(judged))).collect();
    let some = proven.iter().any(|j| j.verdict == Verdict::Proven);
    report.judged = proven;
    let first = |sentences: Vec<String>| sentences.into_iter().next();
    let say = if some { paragraphs(&report, shown).into_iter().filter_map(first).take(MOST).collect() } else { Vec::new() };
    Summary { say, unsaid }
}

/// The same for a terminal.
pub fn text(summary: &Summary) -> String {
    let t = words::page();
    let mut out = format!("{}\n", t.summary_say);
    summary.say.iter().for_each(|sentence| out.push_str(&format!("  {sentence}\n")));
    if summary.say.is_empty() {
        out.push_str(&format!("  {}\n", t.summary_none));
    }
    if !summary.unsaid.is_empty() {
        out.push_str(&format!("\n{}\n", t.summary_unsaid));
    }
    for (sentence, why) in &summary.unsaid {
        out.push_str(&format!("  {}\n", fill(t.summary_because, &[("sentence", sentence), ("why", why)])));
    }
    out
}
