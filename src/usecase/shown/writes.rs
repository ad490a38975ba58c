//! What was written to the cluster in a run: each intent of its journal with its answer.
use crate::bundle::names::ACTIONS;
use crate::compare::{CompareError, Side, lines};
use serde::Deserialize;

pub struct Write {
    /// When it was sent, RFC 3339 UTC.
    pub time: String,
    pub user: String,
    /// What it is for, in one word.
    pub what: String,
    pub method: String,
    /// `Kind namespace/name`.
    pub object: String,
    /// The HTTP status of its answer; none if no answer came.
    pub status: Option<u16>,
}

#[derive(Deserialize)]
struct Line {
    stage: String,
    time: String,
    user: String,
    what: String,
    method: String,
    object: String,
    #[serde(default)]
    status: Option<u16>,
}

/// The writes in a bundle's journal; none if it has no journal.
pub(super) fn read(side: &Side) -> Result<Option<Vec<Write>>, CompareError> {
    if side.sums().get(ACTIONS).is_none() {
        return Ok(None);
    }
    let (bytes, mut out) = (side.file(ACTIONS)?, Vec::<Write>::new());
    for line in lines(&bytes) {
        let Line { stage, time, user, what, method, object, status } = side.parse(ACTIONS, line)?;
        match out.last_mut().filter(|_| stage == "answer") {
            // Verification made sure that an answer follows its intent directly.
            Some(intent) => intent.status = status,
            None => out.push(Write { time, user, what, method, object, status: None }),
        }
    }
    Ok(Some(out))
}
