//! English for the words that reports hold. The report itself has no prose; whoever reads it in another language replaces this.
use crate::claims::Finding;
use crate::claims::Judged;
use crate::compare::Writer;
use crate::model::Key;
use crate::model::Verdict;
use serde_json::Value;

/// What a finding's code means.
pub fn of_code(code: &str) -> &str {
    const WORDS: &[(&str, &str)] = &[
        ("added", "was added"),
        ("removed", "is gone"),
        ("modified", "changed"),
        ("expected-change", "changed, as evid.yaml expects"),
        ("replaced", "was re-created (another uid)"),
        ("departs", "is new, and is not what its owner's template says or its owner made before"),
        ("scaled-to-none", "had replicas and wants none, and no active autoscaler did it"),
        ("fewer-ready", "has fewer pods that are Ready than it says are available"),
        ("unhealthy", "is not healthy"),
        ("pod-unready", "a pod of the layer was not ready, or went away, between the points"),
        ("probe-failed", "a sample of a probe was not answered as expected between the points"),
        ("not-sampled", "was asked at both points and never between them"),
        ("not-watched", "was not watched all the time: something may have happened unseen"),
        ("unsettled", "is in the middle of something, or says nothing"),
        ("not-reconciling", "was not looked at for three intervals of its Argo CD, so what it says may be old"),
        ("no-application", "no Application of the layer was seen"),
        ("no-root", "the layer's root was seen in no bundle: name it in evid.yaml"),
        ("empty-layer", "the layer holds no object"),
        ("missing", "is missing"),
        ("additional", "was not there before"),
        ("deleting", "is being deleted"),
        ("automated-when-off", "is automated although the layer is off"),
        ("not-automated-when-on", "is not automated with prune and self-heal although the layer is on"),
        ("application-lives", "still lives"),
        ("pod-lives", "still lives"),
        ("object-lives", "still lives"),
        ("kept-unmarked", "is kept: no Application manages it"),
        ("kept-by-option", "is kept on purpose (sync option)"),
        ("kept-boundary", "is kept: a boundary"),
        ("not-comparable", "the bundles are not comparable, so nothing over them is proven"),
        ("root-lists-others", "lists Applications that carry no mark of it: see how this Argo CD marks what it manages"),
        ("switch-unknown", "the Applications below the switch could not be seen"),
        ("root-ambiguous", "is one of several Applications of the root's name: name its namespace in evid.yaml"),
        ("namespace-given-twice", "evid.yaml gives it to two layers, so it is neither's"),
        ("kept-derived", "is kept: it follows from something that is kept"),
        ("kept-by-argo", "is kept: Argo CD never deletes it in a cascade, and no object of its kind lives"),
        ("asserted-lives", "still lives, and nothing but its own word says that it is the layer's"),
        ("elsewhere", "deploys to another cluster, which was not seen"),
        ("left-alone", "Argo CD is told to leave it alone, so what it says may be old"),
        ("compared-to-other", "was compared with another spec than it has, so what it says is of before"),
        ("lists-nothing", "lists nothing, though it is not Synced"),
        ("listed-not-there", "is Synced says its Application, and the bundle does not hold it"),
        ("volume-recreated", "its volume was made again, for the same place"),
        ("volume-not-seen", "the volume behind it was not seen"),
        ("unhealthy-before", "is as unhealthy as it was before"),
        ("recreated-equal", "was re-created, equal"),
        ("recreated-different", "was re-created, different"),
        ("content-not-compared", "was written; its content was not compared"),
        ("secret-written", "was written, and its content is not in the bundles"),
        ("secret-unversioned", "has no resourceVersion, so nothing tells whether its content was written"),
        ("not-bound", "is not Bound"),
        ("not-retain", "is not Retain"),
        ("no-claim", "is missing, and a volume is kept for it"),
        ("other-claim", "is bound to another claim"),
        ("other-volume", "is bound to another volume"),
        ("moved", "lies elsewhere than before"),
        ("not-as-pinned", "is not as pinned"),
        ("shared-place", "lies where another pinned volume lies"),
        ("pod-replaced", "was replaced"),
        ("pod-not-seen", "was not seen again, and not all pods were"),
        ("unplaced-pod", "was unready beside the layer's pods, and nothing says whose it is"),
        ("ignores-by-expression", "ignores differences by expression or manager; those fields stay state"),
        ("label-disagrees", "is labelled as of another layer than it belongs to"),
        ("pod-not-counted", "is more than its owner counts"),
        ("generated-differs", "holds another value that the cluster generates"),
        ("owned-field-moved", "a field that a controller owns moved"),
        ("pod-restarted", "restarted"),
        ("pod-added", "was added by its controller"),
        ("pod-scaled-in", "was taken by an autoscaler"),
        ("image-changed", "runs another image"),
        ("no-uid", "has no uid"),
        ("no-earlier-on", "no bundle before had the switch on"),
        ("other-cluster", "the bundles are of two clusters"),
        ("unknown-cluster", "a bundle does not say of which cluster it is (no kube-system namespace)"),
        ("other-configuration", "the bundles were captured with different configurations"),
        ("other-rules", "was captured with other rules than this version has, so its content was not checked"),
        ("other-redaction-key", "the bundles were redacted with different keys"),
        ("other-questions", "the bundles answer different questions"),
        ("asked-on-one-side", "was asked on one side only"),
        ("same-content", "both bundles have the same content"),
        ("window", "the capture windows overlap or are reversed"),
        ("no-window", "a bundle does not say when it was captured (use --at)"),
        ("resource-version", "the resourceVersions do not rise"),
        ("older-object", "an object is older than before"),
        ("probe-no-answer", "does not answer a probe"),
        ("probe-empty", "answers a probe with nothing"),
        ("probe-wrong", "gives a wrong answer to a probe"),
        ("probe-not-asked", "a probe was not asked"),
        ("probe-unjudged", "what is kept of its answer to a probe does not tell"),
        ("probe-absent", "nothing is there that a built-in probe could ask"),
        ("forbidden", "could not be listed: forbidden"),
        ("not-found", "could not be listed: not found"),
        ("timed-out", "could not be listed: timed out"),
        ("expired", "could not be listed: the list expired"),
        ("truncated", "the list was cut"),
        ("not-asked", "was not asked"),
        ("left-out", "was left out by the configuration"),
        ("kinds-unknown", "nothing in the dump says which other kinds the cluster has (`apiservices` and `kubectl version -o json` do)"),
        ("unattested", "nothing attests that the list is whole"),
        ("contradicted", "the list is contradicted by other objects"),
        ("unreadable", "could not be read"),
        ("torn", "was read at two moments: two versions of it, or it and its owner"),
    ];
    WORDS.iter().find(|(c, _)| *c == code).map_or(code, |(_, words)| words)
}

/// A finding in one line: object, what, where, values.
pub fn of_finding(finding: &Finding) -> String {
    let object = finding.object.as_ref().map(of_key);
    let mut text = [object.as_deref().unwrap_or(""), of_code(finding.code)].join(" ").trim().to_owned();
    if !finding.pointer.is_empty() {
        text.push_str(&format!(" at {}", finding.pointer));
    }
    match (&finding.before, &finding.after) {
        (Some(a), Some(b)) => text.push_str(&format!(": {} → {}", short(a), short(b))),
        (Some(a), None) => text.push_str(&format!(": was {}", short(a))),
        (None, Some(b)) => text.push_str(&format!(": {}", short(b))),
        (None, None) => {}
    }
    if let Some(writer) = &finding.writer {
        text.push_str(&format!(", {}", of_writer(writer)));
    }
    text
}

/// Who wrote a field, and when.
pub fn of_writer(writer: &Writer) -> String {
    format!("by {} at {}", clean(&writer.manager), of_time(&writer.time))
}

/// The time of day of an RFC 3339 time.
fn of_time(time: &str) -> String {
    clean(time.split_once('T').map_or(time, |(_, clock)| clock))
}

fn of_key(key: &Key) -> String {
    if key.name != "*" {
        return key.to_string();
    }
    if key.namespace.is_empty() { key.kind.clone() } else { format!("{} in {}", key.kind, key.namespace) }
}

/// A value on one short line.
pub fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let text = match value {
        Value::String(s) => clean(&s.replace('\n', "⏎")),
        other => clean(&crate::canon::json::to_text(other)),
    };
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// Text without control characters: what was captured never drives the reader's terminal.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What a claim says, and how many changes it holds but for.
pub fn of_claim(judged: &Judged) -> String {
    match judged.findings.iter().filter(|f| f.code == "expected-change").count() {
        0 => judged.says.clone(),
        1 => format!("{}, but for 1 change that evid.yaml expects", judged.says),
        n => format!("{}, but for {n} changes that evid.yaml expects", judged.says),
    }
}

/// A verdict as a person says it.
pub fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.as_str(),
    }
}

/// What evidence of this kind does not prove, said with every report.
pub const NOT_PROVEN: &[&str] = &[
    "what happened between the captures: a thing that went and came back unseen leaves no trace here",
    "that a capture saw everything: coverage.json says what was asked; a dump's time and completeness are its operator's word",
    "what Secrets contain: only their metadata is kept",
    "who signed, unless you hold the signer's public key from somewhere else",
];
