//! The four verdicts, and how they combine.
use crate::model::words;

words! {
    /// The verdict on a claim.
    #[derive(PartialOrd, Ord, Hash)]
    Verdict {
        /// The evidence shows it.
        Proven = "proven",
        /// The evidence shows the contrary.
        Refuted = "refuted",
        /// The evidence is not sufficient.
        Inconclusive = "inconclusive",
        /// The claim is not defined for these bundles.
        NotApplicable = "not_applicable",
    }
}

impl Verdict {
    /// The verdict of one claim: a counter-example refutes it, whatever else is missing; otherwise a doubt leaves it open.
    pub fn of(counter_examples: bool, doubts: bool) -> Self {
        match (counter_examples, doubts) {
            (true, _) => Self::Refuted,
            (false, true) => Self::Inconclusive,
            (false, false) => Self::Proven,
        }
    }

    /// The overall result: refuted if any verdict is; else inconclusive if any is or if none is proven; else proven.
    pub fn total(all: &[Self]) -> Self {
        if all.contains(&Self::Refuted) {
            Self::Refuted
        } else if all.contains(&Self::Inconclusive) || !all.contains(&Self::Proven) {
            Self::Inconclusive
        } else {
            Self::Proven
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn the_truth_table_of_one_claim() {
        for (bad, doubt, want) in [
            (false, false, Verdict::Proven),
            (false, true, Verdict::Inconclusive),
            (true, false, Verdict::Refuted),
            (true, true, Verdict::Refuted),
        ] {
            assert_eq!(Verdict::of(bad, doubt), want);
        }
    }

    #[test]
    fn nothing_is_proven_of_nothing() {
        assert_eq!(Verdict::total(&[]), Verdict::Inconclusive);
        assert_eq!(Verdict::total(&[Verdict::NotApplicable]), Verdict::Inconclusive);
        assert_eq!(Verdict::total(&[Verdict::Proven, Verdict::NotApplicable]), Verdict::Proven);
        assert_eq!(Verdict::total(&[Verdict::Proven, Verdict::Inconclusive]), Verdict::Inconclusive);
        assert_eq!(Verdict::total(&[Verdict::Refuted, Verdict::Inconclusive]), Verdict::Refuted);
    }
}
