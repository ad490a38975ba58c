//! The lines of `probes/<layer>.jsonl`, format 1. Each line is one probe and one target, with every sample of it.
use crate::bundle::config::Config;
use crate::bundle::probe::answer::Heard;
use crate::bundle::probe::declaration::{Method, Probe};
use crate::bundle::probe::judge::{Is, Outcome, judge};
use crate::canon::json;
use serde::{Deserialize, Serialize};

/// A probe, one target, and its samples.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    pub probe: String,
    /// Its layer, which also names the file.
    pub layer: String,
    /// The whole declaration, of a built-in probe only: a declared probe is in `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<Probe>,
    pub asked: Asked,
    /// The object that was asked; absent for a URL, and if there was nothing to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The pod that answers, or those behind the Service, at the time of the first sample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodSeen>,
    /// In the order of time; at least one.
    pub samples: Vec<Sample>,
}

/// What was asked, redacted.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `service`, `pod`, `exec`, `portForward` or `url`.
    pub through: String,
    /// The method; absent for a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Path and query of the request to the app.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// The port in the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub port: String,
    /// The label selector that found the pod.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub selector: String,
    /// The container of a command.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub container: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// `Pod` or `Service`.
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

/// A pod as it was seen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodSeen {
    pub name: String,
    pub uid: String,
    /// The images of its containers, sorted.
    pub images: Vec<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// When it was asked, RFC 3339 UTC.
    pub at: String,
    /// The answer, or why there is none.
    pub heard: Heard,
    pub outcome: Outcome,
}

impl Line {
    /// What the lines are sorted by. No two lines of a bundle have the same.
    pub fn place(&self) -> (&str, Option<&Target>) {
        (&self.probe, self.target.as_ref())
    }

    /// The probe and its target, for a person to read.
    pub fn title(&self) -> String {
        let target = self.target.as_ref().map(|t| format!(" of {}/{}", t.namespace, t.name)).unwrap_or_default();
        format!("{}{target}", self.probe)
    }

    /// The result: that of its worst sample. Without a sample it was not asked.
    pub fn is(&self) -> Is {
        self.gravest().map_or(Is::NotAsked, |s| s.outcome.is)
    }

    /// The first of its worst samples.
    pub fn gravest(&self) -> Option<&Sample> {
        self.samples.iter().rev().max_by_key(|s| s.outcome.is)
    }

    /// Judges every sample again. Without a declaration there is nothing to judge by, so it counts as not asked.
    pub fn judge(&mut self, config: &Config) {
        let probe = self.declaration(config).cloned();
        for sample in &mut self.samples {
            let none = || Outcome { is: Is::NotAsked, missed: Vec::new() };
            sample.outcome = probe.as_ref().map_or_else(none, |p| judge(p, &sample.heard));
        }
    }

    /// The declaration to judge by: from `config.json`, else its own.
    pub fn declaration<'a>(&'a self, config: &'a Config) -> Option<&'a Probe> {
        match (&config.probes, &self.built_in) {
            (None, own) => own.as_ref(),
            (Some(declared), None) => declared.iter().find(|p| p.name == self.probe),
            (Some(_), Some(_)) => None,
        }
    }
}

/// The bytes of a layer's file; sorts the lines.
pub fn file(lines: &mut [Line]) -> Result<Vec<u8>, serde_json::Error> {
    lines.sort_by(|a, b| a.place().cmp(&b.place()));
    json::lines(lines)
}
