//! What kubectl wrote to stderr beside an answer → gaps. Knows messages; must not know answers.
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::folders::Folders;
use crate::adapters::dump::name::Place;
use crate::model::Gap;
use crate::model::Reason;
use std::collections::BTreeSet;

/// The most characters of a message that are kept.
const MAX_MESSAGE: usize = 500;

/// A gap and the question beside which it was said.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Path of the file without form and compression.
    pub stem: String,
    /// The gap.
    pub gap: Gap,
    /// Whether the message itself names the question.
    pub named: bool,
}

/// The gaps of one stderr file. `detail` of each names the file and the line.
pub(super) fn gaps(file: &str, text: &str, place: &Place, folders: &Folders, all: &Catalogue) -> Vec<Said> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, l)| !harmless(l)) {
        let said = message(&format!("{file}: line {}", at + 1), line.trim(), place, folders, all);
        let Gap { group, resource, namespace, reason, .. } = &said.gap;
        if seen.insert((group.clone(), resource.clone(), namespace.clone(), *reason)) {
            out.push(said);
        }
    }
    out
}

/// The gap that one message tells of.
pub(super) fn message(at: &str, line: &str, place: &Place, folders: &Folders, all: &Catalogue) -> Said {
    let named = refused(line);
    let (group, resource, namespace) = named.clone().unwrap_or_else(|| folders.question(place, all));
    let short: String = line.chars().take(MAX_MESSAGE).collect();
    let stem = if place.folder.is_empty() { place.stem.clone() } else { format!("{}/{}", place.folder, place.stem) };
    Said { stem, gap: Gap { group, resource, namespace, reason: reason(line), detail: format!("{at}: {short}") }, named: named.is_some() }
}

/// Blank lines, kubectl's warnings, and klog's information and warnings.
fn harmless(line: &str) -> bool {
    let line = line.trim();
    let klog = || {
        line.strip_prefix(['I', 'W'])
            .is_some_and(|r| r.len() > 4 && r.bytes().take(4).all(|b| b.is_ascii_digit()) && r.as_bytes().get(4) == Some(&b' '))
    };
    line.is_empty() || line.starts_with("Warning:") || klog()
}

fn reason(line: &str) -> Reason {
    let lower = line.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if any(&["forbidden", "unauthorized"]) {
        Reason::Forbidden
    } else if any(&["notfound", "doesn't have a resource type", "could not find the requested resource"]) {
        Reason::NotFound
    } else if any(&["timeout", "timed out", "deadline"]) {
        Reason::TimedOut
    } else if any(&["expired", "too old resource version"]) {
        Reason::Expired
    } else {
        Reason::Unreadable
    }
}

/// Group, plural and namespace of `… cannot list resource "pods" in API group "" in the namespace "x"`.
fn refused(line: &str) -> Option<(String, String, Option<String>)> {
    let (_, rest) = line.split_once(" cannot list resource \"")?;
    let (resource, rest) = rest.split_once('"')?;
    let (group, rest) = rest.strip_prefix(" in API group \"")?.split_once('"')?;
    let namespace = rest.strip_prefix(" in the namespace \"").and_then(|r| r.split_once('"')).map(|(n, _)| n.to_owned());
    Some((group.to_owned(), resource.to_owned(), namespace)).filter(|(_, r, _)| !r.is_empty())
}

#[cfg(test)]
mod tests {
    use super::harmless;
    use super::reason;
    use super::refused;
    use crate::model::Reason;

    #[test]
    fn warnings_are_no_gaps() {
        for line in ["", "  ", "Warning: v1 Endpoints is deprecated", "I1124 10:00:00.1 1 x.go:1] hi", "W1124 10:00:00.1 1 x.go:1] hm"] {
            assert!(harmless(line), "{line}");
        }
        for line in ["E1124 10:00:00.1 1 x.go:1] no", "Internal error", "W112", "Unable to connect to the server: EOF"] {
            assert!(!harmless(line), "{line}");
        }
    }

    #[test]
    fn a_message_tells_the_reason() {
        for (line, want) in [
            ("Error from server (Forbidden): pods is forbidden", Reason::Forbidden),
            ("error: You must be logged in to the server (Unauthorized)", Reason::Forbidden),
            ("error: the server doesn't have a resource type \"foos\"", Reason::NotFound),
            ("Error from server (NotFound): the server could not find the requested resource", Reason::NotFound),
            ("Unable to connect to the server: net/http: TLS handshake timeout", Reason::TimedOut),
            ("error: context deadline exceeded", Reason::TimedOut),
            ("Error from server (Expired): too old resource version: 1 (2)", Reason::Expired),
            ("error: something else", Reason::Unreadable),
        ] {
            assert_eq!(reason(line), want, "{line}");
        }
    }

    #[test]
    fn a_message_tells_the_question() {
        let line =
            "Error from server (Forbidden): jobs.batch is forbidden: User \"u\" cannot list resource \"jobs\" in API group \"batch\"";
        assert_eq!(refused(&format!("{line} at the cluster scope")), Some(("batch".into(), "jobs".into(), None)));
        assert_eq!(refused(&format!("{line} in the namespace \"a\"")), Some(("batch".into(), "jobs".into(), Some("a".into()))));
        assert_eq!(refused("error: EOF"), None);
    }
}
