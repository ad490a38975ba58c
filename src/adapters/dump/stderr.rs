//! Turns what kubectl wrote to stderr beside an answer into gaps. Knows messages; must not know answers.
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::folders::Folders;
use crate::adapters::dump::name::Place;
use crate::model::{Gap, Reason};
use std::collections::BTreeSet;

/// The largest number of characters of a message that are kept.
const MAX_MESSAGE: usize = 500;

/// A gap, and the question beside which it was reported.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Path of the file without form and compression.
    pub stem: String,
    pub gap: Gap,
    /// Whether the message itself names the question.
    pub named: bool,
    /// Whether it is about the kinds of a group, so that it says nothing about the list beside it.
    pub of_discovery: bool,
}

/// The gaps of one stderr file. `detail` of each names the file and the line.
pub(super) fn gaps(file: &str, text: &str, place: &Place, folders: &Folders, all: &Catalogue) -> Vec<Said> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (at, line) in text.lines().map(plain).enumerate().filter(|(_, l)| !harmless(l)) {
        let (at, line) = (format!("{file}: line {}", at + 1), line.trim());
        let undiscovered = undiscovered(line);
        let found = if undiscovered.is_empty() {
            vec![message(&at, line, place, folders, all)]
        } else {
            let detail = format!("{at}: {}", short(line));
            let gap = |group| Gap::of(group, "*", None, reason(line), detail.clone());
            undiscovered.into_iter().map(|group| Said { stem: place.path(), gap: gap(group), named: true, of_discovery: true }).collect()
        };
        for said in found {
            let Gap { group, resource, namespace, reason, .. } = &said.gap;
            if seen.insert((group.clone(), resource.clone(), namespace.clone(), *reason)) {
                out.push(said);
            }
        }
    }
    out
}

/// The gap that one message reports.
pub(super) fn message(at: &str, line: &str, place: &Place, folders: &Folders, all: &Catalogue) -> Said {
    let named = refused(line);
    let (group, resource, namespace) = named.clone().unwrap_or_else(|| folders.question(place, all));
    let gap = Gap::of(group, resource, namespace, reason(line), format!("{at}: {}", short(line)));
    Said { stem: place.path(), gap, named: named.is_some(), of_discovery: false }
}

fn short(line: &str) -> String {
    line.chars().take(MAX_MESSAGE).collect()
}

/// A line without terminal colours.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest);
    }
    out + rest
}

/// Beginnings of other lines that kubectl and its credential plugins write beside a complete answer.
const REMARKS: [&str; 7] = [
    "Warning:",
    "WARNING:",
    "No resources found",
    "Flag --",
    "To learn more, consult ",
    "Kubeconfig user entry is using deprecated API version",
    "Run 'aws eks update-kubeconfig' to update.",
];

/// Blank lines, kubectl's warnings and remarks, and klog's information and warnings.
fn harmless(line: &str) -> bool {
    let line = line.trim();
    let klog = || {
        line.strip_prefix(['I', 'W'])
            .is_some_and(|r| r.len() > 4 && r.bytes().take(4).all(|b| b.is_ascii_digit()) && r.as_bytes().get(4) == Some(&b' '))
    };
    line.is_empty() || REMARKS.iter().any(|r| line.starts_with(r)) || klog()
}

fn reason(line: &str) -> Reason {
    let lower = line.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if any(&["forbidden", "unauthorized"]) {
        Reason::Forbidden
    } else if any(&["notfound", "doesn't have a resource type", "could not find the requested resource"]) {
        Reason::NotFound
    } else if any(&["timeout", "timed out", "deadline", "unable to handle the request", "serviceunavailable", "stale groupversion"]) {
        Reason::TimedOut
    } else if any(&["expired", "too old resource version"]) {
        Reason::Expired
    } else {
        Reason::Unreadable
    }
}

/// The groups whose kinds client-go reports that it can't get. It goes on with the other groups, whose answers are complete (client-go
/// v0.32: discovery/cached/memory/memcache.go, `ErrGroupDiscoveryFailed` of discovery/discovery_client.go).
fn undiscovered(line: &str) -> Vec<String> {
    let after = ["couldn't get resource list for ", "unable to retrieve the complete list of server APIs: "]
        .into_iter()
        .find_map(|words| line.split_once(words).map(|(_, rest)| rest));
    let version = |word: &str| word.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    let group = |part: &str| {
        let (name, _) = part.split_once(": ")?;
        let (group, _) = name.split_once('/').filter(|(_, v)| version(v))?;
        Some(group.to_owned()).filter(|g| g.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)))
    };
    after.into_iter().flat_map(|rest| rest.split(", ")).filter_map(group).collect()
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
    use super::{harmless, plain, reason, refused, undiscovered};
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
    fn what_kubectl_remarks_beside_a_whole_answer_is_no_gap() {
        for line in [
            "\u{1b}[33;1mWarning:\u{1b}[0m v1 Endpoints is deprecated",
            "WARNING: the gcp auth plugin is deprecated in v1.22+",
            "To learn more, consult https://cloud.example.com/blog",
            "No resources found in default namespace.",
            "Flag --export has been deprecated",
        ] {
            assert!(harmless(&plain(line)), "{line}");
        }
        assert_eq!(plain("a \u{1b}[0;31mb\u{1b}[0m c"), "a b c");
    }

    #[test]
    fn a_group_that_can_not_be_discovered_is_told_apart_from_the_list() {
        let down = "the server is currently unable to handle the request";
        for (line, groups) in [
            (
                format!("E0502 10:00:01.1 42 memcache.go:287] couldn't get resource list for metrics.k8s.io/v1beta1: {down}"),
                vec!["metrics.k8s.io"],
            ),
            (
                format!(
                    "error: unable to retrieve the complete list of server APIs: a.example.com/v1: {down}, b.example.com/v1alpha1: {down}"
                ),
                vec!["a.example.com", "b.example.com"],
            ),
            (format!("E0502 10:00:01.1 42 memcache.go:265] couldn't get current server API group list: {down}"), vec![]),
            ("Error from server (Forbidden): pods is forbidden".into(), vec![]),
        ] {
            assert_eq!(undiscovered(&line), groups, "{line}");
        }
        assert_eq!(reason(down), Reason::TimedOut);
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
