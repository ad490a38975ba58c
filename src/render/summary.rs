//! What may be said aloud of a report: sentences that follow from proven claims alone, and those that may not be said. Must not know who asks.
use crate::model::Verdict;
use crate::render::view::{is_simulated, paragraphs};
use crate::render::words::fill;
use crate::render::{findings, words};
use crate::report::read::Reading;
use crate::usecase::shown::Shown;

/// The most things that are said: more are not listened to.
const MOST: usize = 5;

/// What may be said, and what may not.
pub struct Summary {
    /// Sentences with their numbers.
    pub say: Vec<String>,
    /// What a claim would say, and why that is not proven.
    pub unsaid: Vec<(String, String)>,
}

/// The sentences of a report. Where claims are not proven, those about them are left out, not softened; what a sentence excepts stays with it.
pub fn summary(report: &Reading, shown: Option<&Shown>) -> Summary {
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let why = |judged| findings::reasons(judged, &names).into_iter().next().unwrap_or_default();
    let open = report.judged.iter().filter(|j| matches!(j.verdict, Verdict::Refuted | Verdict::Inconclusive));
    let unsaid = open.map(|judged| (findings::of_claim(judged), why(judged))).collect();
    let some = report.judged.iter().any(|j| j.verdict == Verdict::Proven);
    let paragraphs = if some { paragraphs(report, shown, false) } else { Vec::new() };
    let simulated = (some && is_simulated(report)).then(|| words::page().simulated.to_owned());
    Summary { say: simulated.into_iter().chain(paragraphs.into_iter().map(|sentences| sentences.join(" ")).take(MOST)).collect(), unsaid }
}

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
