//! What Argo CD's command line prints of an Application, as cells without a layout: Argo CD 2.8 to 3.6, `cmd/argocd/commands/app.go`
//! (`printApplicationTable`, `printAppSummaryTable`, `printAppSourceDetails`, `printAppConditions`, `printAppResources`,
//! `printOperationResult`). What no object holds is left out: the address of the web page, and whether a sync window is open.
use crate::argo::app::{Mode, conditions, health, message, phase, project, sync};
use crate::argo::entry::{Entry, listed};
use crate::model::meta::{list, text};
use crate::model::{Key, instant};
use crate::value::Value;
use std::collections::BTreeMap;

/// The columns of `argocd app list`; the last three are printed unless another output is asked for.
pub const LIST: [&str; 11] =
    ["NAME", "CLUSTER", "NAMESPACE", "PROJECT", "STATUS", "HEALTH", "SYNCPOLICY", "CONDITIONS", "REPO", "PATH", "TARGET"];

/// The columns of what an Application lists, in `argocd app get`.
pub const RESOURCES: [&str; 8] = ["GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH", "HOOK", "MESSAGE"];

pub const CONDITIONS: [&str; 3] = ["CONDITION", "MESSAGE", "LAST TRANSITION"];

/// The columns of what a sync did, in `argocd app sync`.
pub const SYNCED: [&str; 9] = ["TIMESTAMP", "GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH", "HOOK", "MESSAGE"];

/// The line of `argocd app list`.
pub fn row(app: &Value) -> Vec<String> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    conditions(app).for_each(|(kind, _)| *counted.entry(kind).or_default() += 1);
    let summary: Vec<String> = counted.iter().map(|(kind, n)| if *n > 1 { format!("{kind}({n})") } else { (*kind).to_owned() }).collect();
    let policy = match Mode::of(app) {
        Mode::Manual(_) => "Manual",
        Mode::Automated { prune: true, .. } => "Auto-Prune",
        Mode::Automated { .. } => "Auto",
    };
    let source = sources(app).next().unwrap_or(&Value::Null);
    vec![
        qualified(app),
        server(app).to_owned(),
        text(app, "/spec/destination/namespace").to_owned(),
        project(app).to_owned(),
        sync(app).to_owned(),
        health(app).to_owned(),
        policy.to_owned(),
        if summary.is_empty() { "<none>".to_owned() } else { summary.join(",") },
        text(source, "/repoURL").to_owned(),
        text(source, "/path").to_owned(),
        text(source, "/targetRevision").to_owned(),
    ]
}

/// The first lines of `argocd app get`: label and value.
pub fn summary(app: &Value) -> Vec<(&'static str, String)> {
    let mut out = vec![
        ("Name:", qualified(app)),
        ("Project:", project(app).to_owned()),
        ("Server:", server(app).to_owned()),
        ("Namespace:", text(app, "/spec/destination/namespace").to_owned()),
        (if sources(app).count() > 1 { "Sources:" } else { "Source:" }, String::new()),
    ];
    for source in sources(app) {
        let fields = [("- Repo:", "/repoURL"), ("  Target:", "/targetRevision"), ("  Path:", "/path"), ("  Ref:", "/ref")];
        let shown = fields.into_iter().map(|(label, at)| (label, text(source, at).to_owned()));
        out.extend(shown.filter(|(label, value)| !value.is_empty() || !matches!(*label, "  Path:" | "  Ref:")));
    }
    let policy = match Mode::of(app) {
        Mode::Manual(_) => "Manual",
        Mode::Automated { prune: true, .. } => "Automated (Prune)",
        Mode::Automated { .. } => "Automated",
    };
    let target = sources(app).next().map_or("", |s| text(s, "/targetRevision"));
    let short: String = text(app, "/status/sync/revision").chars().take(7).collect();
    let is_commit = target.len() >= 7 && target.bytes().all(|b| b.is_ascii_hexdigit());
    let compared = match sync(app) {
        status @ "Synced" => format!("{status} to {target}"),
        status @ "OutOfSync" => format!("{status} from {target}"),
        status => status.to_owned(),
    };
    let why = text(app, "/status/health/message");
    out.extend([
        ("Sync Policy:", policy.to_owned()),
        ("Sync Status:", if is_commit || short.is_empty() { compared } else { format!("{compared} ({short})") }),
        ("Health Status:", if why.is_empty() { health(app).to_owned() } else { format!("{} ({why})", health(app)) }),
    ]);
    out
}

pub fn condition_rows(app: &Value) -> Vec<Vec<String>> {
    let row = |c| ["/type", "/message", "/lastTransitionTime"].map(|at| text(c, at).to_owned()).to_vec();
    list(app, "/status/conditions").map(row).collect()
}

/// What it lists, each with what the last sync said of it.
pub fn resource_rows(app: &Value) -> Vec<Vec<String>> {
    let results: BTreeMap<Key, &Value> = results(app).map(|r| (crate::argo::entry::key_of_entry(r), r)).collect();
    let row = |entry: Entry<'_>| {
        let key = entry.key();
        let result = results.get(&key).copied().unwrap_or(&Value::Null);
        let (hook, message) = (text(result, "/hookType").to_owned(), text(result, "/message").to_owned());
        vec![key.group, key.kind, key.namespace, key.name, entry.status().into(), entry.health().0.into(), hook, message]
    };
    listed(app).map(row).collect()
}

/// What the last sync did, object by object; the time is that of its end.
pub fn synced_rows(app: &Value) -> Vec<Vec<String>> {
    let time = Some(text(app, "/status/operationState/finishedAt")).filter(|t| !t.is_empty());
    let time = time.unwrap_or_else(|| text(app, "/status/operationState/startedAt"));
    let row = |r: &Value| {
        let cells = ["/group", "/kind", "/namespace", "/name", "/status", "", "/hookType", "/message"];
        [time].into_iter().chain(cells.map(|at| if at.is_empty() { "" } else { text(r, at) })).map(str::to_owned).collect()
    };
    results(app).map(row).collect()
}

/// The lines about its last operation: label and value; none if there was none.
pub fn operation(app: &Value) -> Vec<(&'static str, String)> {
    if phase(app).is_empty() {
        return Vec::new();
    }
    let at = |field: &str| text(app, &format!("/status/operationState/{field}")).to_owned();
    let mut out = Vec::new();
    if app.pointer("/status/operationState/syncResult").is_some() {
        out.extend([("Operation:", "Sync".to_owned()), ("Sync Revision:", at("syncResult/revision"))]);
    }
    out.extend([("Phase:", phase(app).to_owned()), ("Start:", at("startedAt")), ("Finished:", at("finishedAt"))]);
    if let (Some(start), Some(end)) = (instant(&at("startedAt")), instant(&at("finishedAt"))) {
        out.push(("Duration:", format!("{}s", (end - start).num_seconds())));
    }
    if !message(app).is_empty() {
        out.push(("Message:", message(app).to_owned()));
    }
    out
}

/// `namespace/name`, as Argo CD names an Application since 2.5.
fn qualified(app: &Value) -> String {
    format!("{}/{}", text(app, "/metadata/namespace"), text(app, "/metadata/name"))
}

/// The cluster that it deploys to: by address, else by name.
fn server(app: &Value) -> &str {
    let at = |field| Some(text(app, field)).filter(|t| !t.is_empty());
    at("/spec/destination/server").or_else(|| at("/spec/destination/name")).unwrap_or("")
}

/// Where its manifests are.
fn sources(app: &Value) -> impl Iterator<Item = &Value> {
    let several = list(app, "/spec/sources").next().is_some();
    list(app, "/spec/sources").chain(app.pointer("/spec/source").filter(|_| !several))
}

/// What the last sync said of each object.
fn results(app: &Value) -> impl Iterator<Item = &Value> {
    list(app, "/status/operationState/syncResult/resources")
}

#[cfg(test)]
mod tests {
    use super::{operation, row, summary};
    use crate::value::{Value, json};

    fn app() -> Value {
        json!({"metadata": {"name": "feast-dev", "namespace": "argocd"}, "spec": {"project": "optional",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "feast-dev"},
            "source": {"repoURL": "https://git.example.com/a.git", "path": "feast", "targetRevision": "main"},
            "syncPolicy": {"automated": {"prune": true}}},
            "status": {"sync": {"status": "Synced", "revision": "e5b89ea0157f"}, "health": {"status": "Degraded", "message": "no pod"},
            "conditions": [{"type": "B", "message": ""}, {"type": "A", "message": ""}, {"type": "B", "message": ""}],
            "operationState": {"phase": "Succeeded", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:12Z"}}})
    }

    #[test]
    fn a_line_of_the_list_has_the_cells_of_argo_cd() {
        let cells = row(&app());
        assert_eq!(
            cells,
            [
                "argocd/feast-dev",
                "https://kubernetes.default.svc",
                "feast-dev",
                "optional",
                "Synced",
                "Degraded",
                "Auto-Prune",
                "A,B(2)",
                "https://git.example.com/a.git",
                "feast",
                "main"
            ]
        );
        let bare = row(&json!({"metadata": {"name": "x", "namespace": "n"}, "spec": {"destination": {"name": "in-cluster"}}}));
        assert_eq!(bare, ["n/x", "in-cluster", "", "default", "", "", "Manual", "<none>", "", "", ""]);
    }

    #[test]
    fn the_details_say_to_which_commit_it_is_synced_unless_the_target_is_one() {
        let last = |app: &Value| summary(app).into_iter().rev().take(2).map(|(_, v)| v).collect::<Vec<_>>();
        assert_eq!(last(&app()), ["Degraded (no pod)", "Synced to main (e5b89ea)"]);
        let mut pinned = app();
        pinned["spec"]["source"]["targetRevision"] = json!("e5b89ea");
        assert_eq!(last(&pinned)[1], "Synced to e5b89ea");
    }

    #[test]
    fn an_operation_is_told_only_where_there_was_one() {
        let said: Vec<String> = operation(&app()).into_iter().map(|(label, value)| format!("{label} {value}")).collect();
        assert_eq!(said, ["Phase: Succeeded", "Start: 2026-01-01T00:00:00Z", "Finished: 2026-01-01T00:00:12Z", "Duration: 12s"]);
        assert!(operation(&json!({"status": {}})).is_empty());
    }
}
