//! Turns a failed answer into a gap: the only place that knows which status gives which reason.
use crate::model::{Gap, Reason};
use crate::usecase::cluster::port::{NoReply, Reply};

/// The gap that a failed answer leaves for a kind.
pub(in crate::usecase) fn of(group: &str, plural: &str, namespace: Option<&str>, (reason, detail): (Reason, String)) -> Gap {
    Gap::of(group, plural, namespace.map(str::to_owned), reason, detail)
}

/// Why an answer with this status is a gap.
pub(in crate::usecase) fn of_reply(reply: &Reply) -> (Reason, String) {
    let reason = match reply.status {
        401 | 403 => Reason::Forbidden,
        404 | 405 => Reason::NotFound,
        410 => Reason::Expired,
        // The request was already repeated; the server has no answer within the time.
        408 | 429 | 500..=599 => Reason::TimedOut,
        _ => Reason::Unreadable,
    };
    (reason, format!("HTTP {}: {}", reply.status, one_line(&reply.message())))
}

/// Why there is no answer at all.
pub(in crate::usecase) fn of_silence(silence: &NoReply) -> (Reason, String) {
    let reason = match silence {
        NoReply::TimedOut(_) => Reason::TimedOut,
        NoReply::Cut(_) | NoReply::TooLarge(_) => Reason::Truncated,
    };
    (reason, one_line(&silence.to_string()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
