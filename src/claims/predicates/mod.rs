//! The closed list of predicates. Each is a pure function from the evidence to findings; none may take a gap for an absence.
mod absent;
mod addresses;
mod agents;
mod agreed;
mod answering;
mod available;
mod backups;
mod behind;
mod beside;
mod binding;
mod clock;
mod commanded;
mod conditions;
mod confined;
mod counts;
mod devices;
mod fate;
mod followers;
mod generated;
mod healthy;
mod history;
mod images;
mod kept;
mod named;
mod operators;
mod ordered;
mod outside;
mod passing;
mod quality;
mod records;
mod registers;
mod renamed;
mod restored;
mod retained;
mod scaled;
mod served;
mod settled;
mod short_lists;
mod stamped;
mod transient;
mod unchanged;
mod undisturbed;
mod volumes;
mod wanted;

pub use volumes::{PATHS as VOLUME_PATHS, SERVERS as VOLUME_SERVERS};

use crate::claims::question::{Answer, Question};

type Predicate = fn(&Question<'_>) -> Answer;

const PREDICATES: &[(&str, Predicate)] = &[
    ("complete", quality::complete),
    ("comparable", quality::comparable),
    ("ordered", ordered::ordered),
    ("unchanged", unchanged::unchanged),
    ("undisturbed", undisturbed::undisturbed),
    ("healthy", healthy::healthy),
    ("answering", answering::answering),
    ("available", available::available),
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

#[cfg(test)]
mod tests {
    use super::PREDICATES;
    use crate::claims::catalogue;

    #[test]
    fn every_claim_names_a_predicate_and_every_predicate_is_named() {
        let claims = catalogue::all().unwrap();
        for claim in &claims {
            assert!(PREDICATES.iter().any(|(n, _)| *n == claim.predicate), "{}: no predicate is called {}", claim.word, claim.predicate);
        }
        for (name, _) in PREDICATES {
            assert!(claims.iter().any(|c| c.predicate == *name), "no claim names the predicate {name}");
        }
    }
}
