//! What a cell or a line that Argo CD's command line printed says of an Application: the way back from `printed`, for every version since
//! 1.0 (`cmd/argocd/commands/app.go`; `<none>` was `Manual` once, and names have had their namespace since 2.5). It gives fields, and
//! never a field that was not printed.
use crate::argo::printed::LIST;
use crate::value::{Map, Value, json};

/// Fields by pointer.
pub type Fields = Vec<(&'static str, Value)>;

const SYNC: [&str; 3] = ["Synced", "OutOfSync", "Unknown"];
const HEALTH: [&str; 6] = ["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"];

/// Whether cells can be a line of `argocd app list`: its STATUS and HEALTH hold words that Argo CD has for them.
pub fn is_row(cells: &[(&str, &str)]) -> bool {
    let of = |column: &str| cells.iter().find(|(name, _)| *name == column).map_or("", |(_, cell)| *cell);
    let fits = |cell: &str, words: &[&str]| cell.is_empty() || words.contains(&cell);
    !of(LIST[0]).is_empty()
        && fits(of("STATUS"), &SYNC)
        && fits(of("HEALTH"), &HEALTH)
        && !(of("STATUS").is_empty() && of("HEALTH").is_empty())
}

/// What a cell of `argocd app list`, or of `kubectl get applications`, says.
pub fn cell(column: &str, cell: &str) -> Fields {
    let one = |pointer, cell: &str| vec![(pointer, json!(cell))];
    match column {
        _ if cell.is_empty() => Vec::new(),
        "CLUSTER" => one(destination(cell), cell),
        "NAMESPACE" => one("/spec/destination/namespace", cell),
        "PROJECT" => one("/spec/project", cell),
        "STATUS" | "SYNC" | "SYNC STATUS" => one("/status/sync/status", cell),
        "HEALTH" | "HEALTH STATUS" => one("/status/health/status", cell),
        "REVISION" => one("/status/sync/revision", cell),
        "SYNCPOLICY" => policy(cell == "Auto" || cell == "Auto-Prune", cell == "Auto-Prune"),
        "CONDITIONS" if cell != "<none>" => vec![("/status/conditions", cell.split(',').flat_map(condition).collect())],
        "REPO" => one("/spec/source/repoURL", cell),
        "PATH" => one("/spec/source/path", cell),
        "TARGET" => one("/spec/source/targetRevision", cell),
        _ => Vec::new(),
    }
}

/// What a line with a label of `argocd app get` or `app sync` says, without its sources; none if the label is none of theirs.
pub fn line(label: &str, value: &str) -> Option<Fields> {
    let one = |pointer| vec![(pointer, json!(value))];
    Some(
        match label {
            "Name" | "URL" | "Source" | "Sources" | "SyncWindow" | "Assigned Windows" | "Duration" | "Operation" | "Helm Values"
            | "Name Prefix" => Vec::new(),
            "Project" => one("/spec/project"),
            "Server" => one(destination(value)),
            "Namespace" => one("/spec/destination/namespace"),
            "Sync Policy" => policy(value.starts_with("Automated"), value == "Automated (Prune)"),
            "Sync Status" => compared(value),
            "Health Status" => match value.split_once(" (").and_then(|(status, rest)| Some((status, rest.strip_suffix(')')?))) {
                Some((status, why)) => vec![("/status/health/status", json!(status)), ("/status/health/message", json!(why))],
                None => one("/status/health/status"),
            },
            "Sync Revision" => one("/status/operationState/syncResult/revision"),
            "Phase" => one("/status/operationState/phase"),
            "Start" => one("/status/operationState/startedAt"),
            "Finished" => one("/status/operationState/finishedAt"),
            "Message" => one("/status/operationState/message"),
            _ => return None,
        }
        .into_iter()
        .filter(|(_, value)| value != "")
        .collect(),
    )
}

/// The field of a source that a line is about.
pub fn source_field(label: &str) -> Option<&'static str> {
    match label {
        "Repo" => Some("repoURL"),
        "Target" => Some("targetRevision"),
        "Path" => Some("path"),
        "Ref" => Some("ref"),
        _ => None,
    }
}

/// The entry of `status.resources` that a line of the table says.
pub fn resource(cells: &[(&str, &str)]) -> Value {
    let mut entry = Map::new();
    for (column, cell) in cells.iter().filter(|(_, cell)| !cell.is_empty()) {
        match *column {
            "GROUP" | "KIND" | "NAMESPACE" | "NAME" | "STATUS" => drop(entry.insert(column.to_lowercase(), json!(cell))),
            "HEALTH" => drop(entry.insert("health", json!({ "status": cell }))),
            "HOOK" => drop(entry.insert("hook", json!(true))),
            _ => {}
        }
    }
    Value::Object(entry)
}

fn destination(cluster: &str) -> &'static str {
    if cluster.contains("://") { "/spec/destination/server" } else { "/spec/destination/name" }
}

/// Being manual is to have a policy without `automated`, or none.
fn policy(automated: bool, prune: bool) -> Fields {
    let policy = match (automated, prune) {
        (true, true) => json!({"automated": {"prune": true}}),
        (true, false) => json!({"automated": {}}),
        (false, _) => json!({}),
    };
    vec![("/spec/syncPolicy", policy)]
}

/// `Type(2)` stands for two of that type.
fn condition(text: &str) -> Vec<Value> {
    let counted = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')).and_then(|(kind, n)| Some((kind, n.parse::<usize>().ok()?)));
    let (kind, count) = counted.unwrap_or((text, 1));
    vec![json!({ "type": kind }); count.min(100)]
}

/// `Synced to main (e5b89ea)`.
fn compared(value: &str) -> Fields {
    let (rest, revision) = match value.strip_suffix(')').and_then(|v| v.rsplit_once(" (")) {
        Some((rest, revision)) => (rest, Some(revision)),
        None => (value, None),
    };
    let status = rest.split(' ').next().unwrap_or(rest);
    let revision = revision.map(|r| ("/status/sync/revision", json!(r)));
    [("/status/sync/status", json!(status))].into_iter().chain(revision).collect()
}

#[cfg(test)]
mod tests {
    use super::{cell, is_row, line};
    use crate::value::json;

    #[test]
    fn cells_say_fields_and_nothing_that_was_not_printed() {
        assert_eq!(cell("CLUSTER", "in-cluster"), [("/spec/destination/name", json!("in-cluster"))]);
        assert_eq!(cell("CONDITIONS", "A,B(2)")[0].1, json!([{"type": "A"}, {"type": "B"}, {"type": "B"}]));
        for (column, text) in [("CONDITIONS", "<none>"), ("PATH", ""), ("AGE", "3d")] {
            assert!(cell(column, text).is_empty(), "{column} {text}");
        }
        for (text, policy) in [("Auto", json!({"automated": {}})), ("Manual", json!({})), ("<none>", json!({}))] {
            assert_eq!(cell("SYNCPOLICY", text), [("/spec/syncPolicy", policy)]);
        }
    }

    #[test]
    fn lines_of_the_details_say_status_commit_and_reason() {
        let said = |label, value| line(label, value).unwrap_or_default();
        assert_eq!(
            said("Sync Status", "OutOfSync from main (e5b89ea)"),
            [("/status/sync/status", json!("OutOfSync")), ("/status/sync/revision", json!("e5b89ea"))]
        );
        assert_eq!(said("Health Status", "Degraded (no (ready) pod)")[1].1, json!("no (ready) pod"));
        assert_eq!(said("Sync Status", "Unknown"), [("/status/sync/status", json!("Unknown"))]);
        assert_eq!(line("Colour", "red"), None);
    }

    #[test]
    fn a_line_of_other_words_is_no_application() {
        assert!(is_row(&[("NAME", "a"), ("STATUS", "Synced"), ("HEALTH", "")]));
        assert!(!is_row(&[("NAME", "a"), ("STATUS", "Active"), ("HEALTH", "")]) && !is_row(&[("NAME", "a")]));
    }
}
