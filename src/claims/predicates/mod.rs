//! The closed vocabulary of predicates: each a pure function from the evidence to findings, none of which may take a gap for
//! an absence.
mod absent;
mod confined;
mod healthy;
mod kept;
mod quality;
mod restored;
mod retained;
mod unchanged;
mod undisturbed;

use crate::claims::judge::Answer;
use crate::claims::judge::Question;

type Predicate = fn(&Question<'_>) -> Answer;

const PREDICATES: &[(&str, Predicate)] = &[
    ("complete", quality::complete),
    ("comparable", quality::comparable),
    ("ordered", quality::ordered),
    ("unchanged", unchanged::unchanged),
    ("undisturbed", undisturbed::undisturbed),
    ("healthy", healthy::healthy),
    ("answering", quality::answering),
    ("absent", absent::absent),
    ("restored", restored::restored),
    ("confined", confined::confined),
    ("retained", retained::retained),
    ("kept", kept::kept),
];

/// Runs a predicate by name; an unknown one does not apply (a test makes sure that no claim names one).
pub(super) fn run(name: &str, question: &Question<'_>) -> Answer {
    PREDICATES.iter().find(|(n, _)| *n == name).map_or(Ok(None), |(_, run)| run(question))
}

/// Whether a claim may name this predicate.
#[cfg(test)]
pub(super) fn knows(name: &str) -> bool {
    PREDICATES.iter().any(|(n, _)| *n == name)
}
