//! What evid said, and how it ended.
use serde_json::Value;
use std::collections::BTreeMap;

/// An exit code, what went to stdout and what to stderr.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Itself, where it ended with this exit code.
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Itself, where each of these stands somewhere in it.
    pub fn naming(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word) || self.err.contains(word), "nothing about {word}:\n{}\n{}", self.out, self.err);
        }
        self
    }
}

/// The verdicts of a report, and what it found.
#[derive(Debug)]
pub struct Verdicts {
    pub of: BTreeMap<String, String>,
    pub whole: Value,
}

impl Verdicts {
    /// A report's predicate.
    pub fn read(predicate: Value) -> Self {
        let text = |v: &Value, k: &str| v[k].as_str().unwrap().to_owned();
        let of = predicate["verdicts"].as_array().unwrap().iter().map(|v| (text(v, "claim"), text(v, "verdict"))).collect();
        Self { of, whole: predicate }
    }

    /// What is neither proven nor inapplicable.
    pub fn unproven(&self) -> Vec<(&str, &str)> {
        let all = self.of.iter().map(|(claim, verdict)| (claim.as_str(), verdict.as_str()));
        all.filter(|(_, v)| !matches!(*v, "proven" | "not_applicable")).collect()
    }

    /// Nothing is refuted or left open.
    pub fn all_well(&self) {
        assert_eq!(self.unproven(), [], "{:#}", self.whole["verdicts"]);
    }

    /// The claim has this verdict, and its findings name this object.
    pub fn say(&self, claim: &str, verdict: &str, object: &str) {
        assert_eq!(self.of.get(claim).map(String::as_str), Some(verdict), "{claim}: {:?}", self.unproven());
        let all = self.whole["verdicts"].as_array().unwrap();
        let one = all.iter().find(|v| v["claim"] == claim).unwrap();
        assert!(one.to_string().contains(object), "{claim} does not name {object}: {one:#}");
    }
}
