//! What a report comes to, in sentences that a person understands. Each follows from a verdict: what is not proven is not said as if it were.
use crate::claims::{Code, Judged};
use crate::compare::ChangeKind;
use crate::model::{Key, Verdict};
use crate::render::view::said::Inputs;
use crate::render::view::watch::watched;
use crate::render::words::{count, fill, first, page, verdicts};
use crate::render::{findings, foreign};
use crate::report::read::Reading;
use crate::usecase::prove::State;
use crate::usecase::shown::Shown;
use std::collections::BTreeSet;

/// What was compared, or which run it is.
pub(super) fn title(report: &Reading, run: Option<&State>) -> String {
    match run {
        Some(run) => fill(page().title_run, &[("goal", run.goal.as_str())]),
        None => foreign::clean(&report.bundles.iter().map(|b| &*b.name).collect::<Vec<_>>().join(" → ")),
    }
}

/// The end of the version of evid's simulated platform.
const SIMULATED: &str = "+simulated";

/// Whether a platform that is no cluster is among what it is about.
pub fn is_simulated(report: &Reading) -> bool {
    report.bundles.iter().any(|b| b.cluster.version.as_ref().is_some_and(|v| v.ends_with(SIMULATED)))
}

/// What a reader must know first.
pub(super) fn warnings(inputs: &Inputs<'_>) -> Vec<String> {
    let t = page();
    let mut out = Vec::new();
    if is_simulated(inputs.report) {
        out.push(t.simulated.to_owned());
    }
    if !inputs.judged {
        out.push(t.not_verified.to_owned());
    }
    if let Some(step) = inputs.run.and_then(State::failed) {
        out.push(fill(t.turn_failed, &[("step", step.name())]));
    }
    if let Some(bundles) = inputs.report.unchecked() {
        out.push(fill(t.unchecked, &[("bundles", &bundles)]));
    }
    if let Some(pinned) = &inputs.report.pinned {
        out.push(fill(t.pinned, &[("expect", pinned)]));
    }
    if !inputs.report.only.is_empty() {
        out.push(fill(t.only_judged, &[("claims", &inputs.report.only.join(", "))]));
    }
    if inputs.shown.is_none() {
        out.push(t.no_bundles.to_owned());
    }
    out
}

/// The sentences: the switched layer, each layer that was to stay, what was watched.
pub(super) fn lead(report: &Reading, shown: Option<&Shown>) -> Vec<String> {
    paragraphs(report, shown, true).into_iter().map(|sentences| sentences.join(" ")).collect()
}

/// The same, sentence by sentence; a paragraph is about one thing, and its first sentence says the most. What is refuted comes first.
/// Sentences about what is not proven are among them only where `open` wants them; none is softened by that.
pub fn paragraphs(report: &Reading, shown: Option<&Shown>, open: bool) -> Vec<Vec<String>> {
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let say = Say { report, shown, names, open };
    let layers = report.bundles.first().map(|b| &*b.layers).unwrap_or_default();
    let mut out = Vec::new();
    for layer in layers.iter().filter(|l| l.role == "switched") {
        out.push((say.switched(&layer.name), say.is_refuted(|j| is_one(j, &layer.name, MOVED))));
    }
    for layer in layers {
        out.push((say.stayed(&layer.name), say.is_refuted(|j| is_one(j, &layer.name, STAYED))));
    }
    out.push((say.watched(), say.is_refuted(|j| j.id.ends_with(".available"))));
    out.push((say.rest(), say.is_refuted(is_untold)));
    out.retain(|(sentences, _)| !sentences.is_empty());
    if open {
        out.sort_by_key(|(_, is_refuted)| !is_refuted);
    }
    out.into_iter().map(|(sentences, _)| sentences).collect()
}

struct Say<'a> {
    report: &'a Reading,
    shown: Option<&'a Shown>,
    names: Vec<&'a str>,
    /// Whether what is not proven is told.
    open: bool,
}

/// The claims of the sentences about a layer that was switched, and about one that was to stay.
const MOVED: [&str; 2] = ["absent", "restored"];
const STAYED: [&str; 2] = ["unchanged", "undisturbed"];

/// Whether it is one of these claims about a layer.
fn is_one(judged: &Judged, layer: &str, words: [&str; 2]) -> bool {
    judged.id.split_once('.').is_some_and(|(of, word)| of == layer && words.contains(&word))
}

/// Whether no sentence of its own is about a claim.
fn is_untold(judged: &Judged) -> bool {
    !judged.id.rsplit_once('.').is_some_and(|(_, word)| MOVED.contains(&word) || STAYED.contains(&word) || word == "available")
}

impl Say<'_> {
    /// Whether one of these claims is refuted.
    fn is_refuted(&self, of: impl Fn(&Judged) -> bool) -> bool {
        self.report.judged.iter().any(|j| j.verdict == Verdict::Refuted && of(j))
    }

    /// A claim that applies.
    fn claim(&self, layer: &str, word: &str) -> Option<&Judged> {
        let found = self.report.judged.iter().find(|j| j.id.split_once('.') == Some((layer, word)));
        found.filter(|j| j.verdict != Verdict::NotApplicable)
    }

    /// The first of what speaks against a claim, and how many more there are.
    fn why(&self, judged: &Judged) -> String {
        first(&findings::reasons(judged, &self.names)).unwrap_or_default()
    }

    /// A sentence about a claim that is not proven, where it is wanted.
    fn open(&self, judged: &Judged, layer: &str, refuted: &str, open: &str) -> Option<String> {
        let text = if judged.verdict == Verdict::Refuted { refuted } else { open };
        self.open.then(|| fill(text, &[("layer", layer), ("why", &self.why(judged))]))
    }

    fn switched(&self, layer: &str) -> Vec<String> {
        let (t, mut out) = (page(), Vec::new());
        let (absent, restored) = (self.claim(layer, "absent"), self.claim(layer, "restored"));
        let proven = |j: Option<&Judged>| j.is_some_and(|j| j.verdict == Verdict::Proven);
        let (gone, back) = (self.moved(layer, ChangeKind::Removed), self.moved(layer, ChangeKind::Added));
        let both: BTreeSet<&Key> = gone.intersection(&back).copied().collect();
        match (proven(absent), proven(restored)) {
            (true, true) if !both.is_empty() => out.push(fill(t.went_and_back, &[("layer", layer), ("what", &many(&both))])),
            (true, _) if !gone.is_empty() => out.push(fill(t.went, &[("layer", layer), ("what", &many(&gone))])),
            (true, _) => out.push(fill(t.is_off, &[("layer", layer)])),
            (false, true) => out.push(fill(t.came_back, &[("layer", layer), ("what", &many(&back))])),
            (false, false) => {}
        }
        out.extend(absent.filter(|j| j.verdict != Verdict::Proven).and_then(|j| self.open(j, layer, t.not_gone, t.gone_open)));
        out.extend(restored.filter(|j| j.verdict != Verdict::Proven).and_then(|j| self.open(j, layer, t.not_back, t.back_open)));
        let noted = |judged: Option<&Judged>, is: fn(Code) -> bool| {
            let told = judged.filter(|j| self.open || j.verdict == Verdict::Proven);
            let all = told.into_iter().flat_map(|j| &j.findings).filter(|f| is(f.code)).filter_map(|f| f.object.as_ref());
            all.collect::<BTreeSet<&Key>>().len()
        };
        let kept = noted(absent, findings::is_kept);
        if kept > 0 {
            out.push(count(kept, t.stays_one, t.stays_many));
        }
        let unread = noted(restored, |code| code == Code::ContentNotCompared);
        if unread > 0 {
            out.push(count(unread, t.not_compared_one, t.not_compared_many));
        }
        let anew = noted(restored, |code| code == Code::VolumeRecreated);
        if anew > 0 {
            out.push(count(anew, t.volume_anew_one, t.volume_anew_many));
        }
        out
    }

    /// The objects of a layer that came or went between two bundles.
    fn moved(&self, layer: &str, kind: ChangeKind) -> BTreeSet<&Key> {
        self.report.changes.iter().filter(|c| c.layer == layer && c.kind == kind).map(|c| &c.object).collect()
    }

    fn stayed(&self, layer: &str) -> Vec<String> {
        let (t, mut out) = (page(), Vec::new());
        let Some(unchanged) = self.claim(layer, "unchanged") else { return out };
        let undisturbed = self.claim(layer, "undisturbed");
        if unchanged.verdict == Verdict::Proven {
            let expected = unchanged.findings.iter().filter(|f| f.code == Code::ExpectedChange).count();
            let calm = undisturbed.is_some_and(|j| j.verdict == Verdict::Proven);
            let text = match (expected, calm) {
                (0, true) => t.unchanged_calm,
                (0, false) => t.unchanged,
                _ => t.unchanged_but,
            };
            out.push(fill(text, &[("layer", layer), ("what", &self.holds(layer)), ("n", &expected.to_string())]));
        } else {
            out.extend(self.open(unchanged, layer, t.changed, t.changed_open));
        }
        out.extend(undisturbed.filter(|j| j.verdict != Verdict::Proven).and_then(|j| self.open(j, layer, t.disturbed, t.disturbed_open)));
        out
    }

    /// `109 objects (12 of them Applications)`, in the last bundle.
    fn holds(&self, layer: &str) -> String {
        let objects = self.report.bundles.last().and_then(|b| b.layers.iter().find(|l| l.name == layer)).map_or(0, |l| l.objects);
        let apps = self.shown.and_then(|s| s.points.last()).map_or(0, |p| p.applications.iter().filter(|a| a.layer == layer).count());
        number(usize::try_from(objects).unwrap_or(usize::MAX), apps)
    }

    /// The claims that are not proven and that no sentence is about.
    fn rest(&self) -> Vec<String> {
        let open = self.report.judged.iter().filter(|j| matches!(j.verdict, Verdict::Refuted | Verdict::Inconclusive));
        let untold = open.filter(|j| is_untold(j));
        if !self.open {
            return Vec::new();
        }
        let claims: Vec<String> = untold.map(|j| format!("{} ({})", j.id, verdicts(j.verdict))).collect();
        if claims.is_empty() { Vec::new() } else { vec![fill(page().also, &[("claims", &claims.join(", "))])] }
    }

    /// For how long it was watched, and what that showed.
    fn watched(&self) -> Vec<String> {
        let t = page();
        let Some(shown) = self.shown.filter(|s| s.points.len() > 1) else { return Vec::new() };
        let times = watched(shown);
        if shown.points.iter().all(|p| p.watched.is_none()) {
            return vec![t.not_watched.to_owned()];
        }
        let milliseconds: i64 = times.iter().map(|(from, until)| (*until - *from).num_milliseconds()).sum();
        let time = duration(milliseconds / 1000);
        let judged: Vec<&Judged> = self.report.judged.iter().filter(|j| j.id.ends_with(".available")).collect();
        let layers: Vec<&str> = judged.iter().filter_map(|j| j.id.split('.').next()).collect();
        let calm = !judged.is_empty() && judged.iter().all(|j| j.verdict == Verdict::Proven);
        let text = match milliseconds {
            0 => t.watched_no_pods,
            _ if calm => t.watched_calm,
            _ => t.watched,
        };
        let mut out = vec![fill(text, &[("time", &time), ("layers", &layers.join(", "))])];
        for j in judged.iter().filter(|j| j.verdict != Verdict::Proven && j.verdict != Verdict::NotApplicable) {
            out.extend(self.open(j, j.id.split('.').next().unwrap_or_default(), t.unavailable, t.available_open));
        }
        out
    }
}

/// `46 objects (10 of them Applications)`.
fn many(keys: &BTreeSet<&Key>) -> String {
    number(keys.len(), keys.iter().filter(|k| k.is_argo("Application")).count())
}

/// The same, from numbers.
pub(super) fn number(objects: usize, apps: usize) -> String {
    let t = page();
    let objects = count(objects, t.object_one, t.object_many);
    let apps = if apps == 0 { String::new() } else { count(apps, t.application_one, t.application_many) };
    if apps.is_empty() { objects } else { fill(t.objects_and_applications, &[("objects", &objects), ("applications", &apps)]) }
}

/// A time in words.
fn duration(seconds: i64) -> String {
    let t = page();
    let (h, m, s) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    let text = match (h, m) {
        (0, 0) => t.time_seconds,
        (0, _) => t.time_minutes,
        _ => t.time_hours,
    };
    fill(text, &[("h", &h.to_string()), ("m", &m.to_string()), ("s", &s.to_string())])
}
