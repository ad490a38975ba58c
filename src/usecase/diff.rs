//! Diff: bundles → evidence → verdicts → report.
use crate::bundle::config::ConfigError;
use crate::claims::{Evidence, Expect, Judged, catalogue, judge};
use crate::compare::{Change, CompareError, Side};
use crate::envelope::{Statement, Subject};
use crate::kinds::{RuleError, Rules};
use crate::model::{Layer, Verdict};
use crate::report;
use crate::value::Value;

/// A comparison that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// A bundle can't be read.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The configuration within a bundle is not valid.
    #[error("the configuration of {bundle}: {source}")]
    Config {
        bundle: String,
        /// What is wrong.
        source: ConfigError,
    },
    /// The rules within a bundle are not valid.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// A claim file is malformed.
    #[error("{0}")]
    Claims(String),
}

/// A judged comparison.
pub struct Outcome {
    /// The verdicts, in the order of the report.
    pub judged: Vec<Judged>,
    /// The overall result.
    pub total: Verdict,
    /// What changed from each bundle to the next.
    pub changes: Vec<Change>,
    /// The report's predicate, without prose in any language.
    pub predicate: Value,
}

impl Outcome {
    /// The in-toto statement: the bundles as subjects, the predicate about them.
    pub fn statement(&self, sides: &[Side]) -> Statement {
        let subject = |s: &Side| Subject { name: format!("{}.evid.zip", s.name), sha256: s.sha256.clone() };
        Statement {
            subjects: sides.iter().map(subject).collect(),
            predicate_type: report::PREDICATE_TYPE.into(),
            predicate: self.predicate.clone(),
        }
    }
}

/// Compares and judges, by the configuration of the first bundle.
pub fn diff(sides: &[Side], expect: Option<Expect>) -> Result<Outcome, DiffError> {
    let Some(first) = sides.first() else { return Err(DiffError::Claims("no bundle was named".into())) };
    let (layers, rules) = ground(first)?;
    let evidence = Evidence::gather(sides, &rules, &layers)?;
    let claims = catalogue::all().map_err(DiffError::Claims)?;
    let judged = judge(&evidence, &claims, expect, &first.config.claims)?;
    let total = Verdict::total(&judged.iter().map(|j| j.verdict).collect::<Vec<_>>());
    let predicate = report::predicate(&evidence, &judged, total, expect);
    Ok(Outcome { judged, total, changes: evidence.changes, predicate })
}

/// The layers and rules that a bundle's configuration sets for a judgement. Also checks its `expected` entries.
pub(super) fn ground(first: &Side) -> Result<(Vec<Layer>, Rules), DiffError> {
    let wrong = |source| DiffError::Config { bundle: first.name.clone(), source };
    first.config.check_expected().map_err(wrong)?;
    Ok((first.config.layers().map_err(wrong)?, Rules::new(&first.config.rules().map_err(wrong)?)?))
}
