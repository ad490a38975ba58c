//! A report as a person is shown it, read from its predicate: the one that was just made, or one of a file. It judges nothing, and must
//! not know who signed.
use crate::bundle::coverage::GapLine;
use crate::bundle::expected::Expected;
use crate::bundle::manifest::{Cluster, Hub, Tool, Window};
use crate::claims::{Code, Effect, Finding, Judged};
use crate::compare::{ChangeKind, FieldChange, Writer};
use crate::model::{Gap, Key, Verdict};
use crate::value::{Value, from_value};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize, Debug)]
pub struct Reading {
    /// The bundles that it is about, in its order.
    pub bundles: Vec<Bundle>,
    #[serde(rename = "verdict", deserialize_with = "verdict")]
    pub total: Verdict,
    verdicts: Vec<VerdictLine>,
    #[serde(skip)]
    pub judged: Vec<Judged>,
    /// What changed from each bundle to the next.
    pub changes: Vec<Changed>,
    /// What the configuration expects to change.
    #[serde(default, rename = "expectedChanges")]
    pub expected: Vec<Expected>,
    /// What the caller expected the bundles to show.
    #[serde(default, rename = "expected")]
    pub pinned: Option<String>,
    /// The evid that made it.
    pub tool: Tool,
    #[serde(default)]
    pub revisions: Vec<Revisions>,
    /// The claims to which the configuration confined it; empty: all were judged.
    #[serde(default, rename = "onlyJudged")]
    pub only: Vec<String>,
}

#[derive(Deserialize, Debug)]
pub struct Revisions {
    pub layer: String,
    pub root: String,
    /// One for each bundle, in the report's order; none where the bundle does not show it.
    pub revisions: Vec<Option<String>>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    pub name: String,
    pub sha256: String,
    /// `live` or `dump`.
    pub source: String,
    pub window: Window,
    pub cluster: Cluster,
    /// The cluster of Argo CD, where that is another one.
    #[serde(default)]
    pub hub: Option<Hub>,
    pub layers: Vec<Layer>,
    pub asked: Vec<String>,
    /// SHA-256 of its `SHA256SUMS`.
    pub content_id: String,
    /// Digest of the rules by which it was captured.
    pub rules: String,
    /// SHA-256 of its configuration.
    pub config: String,
    pub redaction_key: String,
    gaps: Vec<GapLine>,
    #[serde(default)]
    pub switch: Option<String>,
    #[serde(default)]
    pub nonce: Option<String>,
    /// Whether its content was not checked before it was compared.
    #[serde(default)]
    pub unchecked: bool,
}

impl Reading {
    /// The names of the bundles whose content was not checked, if there are any.
    pub fn unchecked(&self) -> Option<String> {
        let names: Vec<&str> = self.bundles.iter().filter(|b| b.unchecked).map(|b| &*b.name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl Bundle {
    /// What was not answered.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.iter().map(GapLine::gap).collect()
    }
}

#[derive(Deserialize, Debug)]
pub struct Layer {
    pub name: String,
    /// `protected`, `switched`, or `platform`.
    pub role: String,
    pub digest: String,
    pub objects: u64,
}

#[derive(Deserialize, Debug)]
pub struct Changed {
    #[serde(with = "KeyLine")]
    pub object: Key,
    pub layer: String,
    #[serde(rename = "change")]
    pub kind: ChangeKind,
    /// Whether it is another instance than before.
    pub recreated: bool,
    /// The name of the bundle before it.
    pub from: String,
    /// The name of the bundle after it.
    pub to: String,
    pub fields: Vec<FieldChange>,
}

/// Reads a predicate of [`crate::report::PREDICATE_TYPE`].
///
/// # Errors
/// If it is none, or a later evid's with codes that this one does not know.
pub fn read(predicate: &Value) -> Result<Reading, String> {
    let mut reading: Reading = from_value(predicate.clone()).map_err(|e| e.to_string())?;
    let names: Vec<&str> = reading.bundles.iter().map(|b| &*b.name).collect();
    let judged = std::mem::take(&mut reading.verdicts).into_iter().map(|v| {
        let findings = v.findings.into_iter().map(|f| f.finding(&names)).collect();
        Judged { verdict: v.verdict, findings, id: v.claim }
    });
    reading.judged = judged.collect();
    Ok(reading)
}

/// A verdict whose findings name their bundles.
#[derive(Deserialize, Debug)]
struct VerdictLine {
    claim: String,
    #[serde(deserialize_with = "verdict")]
    verdict: Verdict,
    findings: Vec<FindingLine>,
}

fn verdict<'de, D: Deserializer<'de>>(from: D) -> Result<Verdict, D::Error> {
    let word = String::deserialize(from)?;
    Verdict::parse(&word).ok_or_else(|| serde::de::Error::custom("a verdict in it is none that evid gives"))
}

#[derive(Deserialize)]
#[serde(remote = "Key")]
struct KeyLine {
    group: String,
    kind: String,
    namespace: String,
    name: String,
}

#[derive(Deserialize, Debug)]
struct Object(#[serde(with = "KeyLine")] Key);

#[derive(Deserialize, Debug)]
struct FindingLine {
    effect: Effect,
    code: Code,
    #[serde(default)]
    bundle: Option<String>,
    #[serde(default)]
    object: Option<Object>,
    #[serde(default)]
    file: String,
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    before: Option<Value>,
    #[serde(default)]
    after: Option<Value>,
    #[serde(default)]
    writer: Option<Writer>,
}

impl FindingLine {
    fn finding(self, names: &[&str]) -> Finding {
        let bundle = names.iter().position(|n| self.bundle.as_deref() == Some(n)).unwrap_or(0);
        let base = Finding::new(self.effect, self.code, bundle).at(&self.pointer, self.before, self.after).in_file(&self.file);
        Finding { object: self.object.map(|o| o.0), writer: self.writer, ..base }
    }
}
