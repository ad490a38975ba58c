//! Objects as kubectl's tables: one line an object, in the columns of its kind; an Application also as the tree of what it lists. It must
//! not know which objects were asked for.
use crate::argo;
use crate::kinds::printed::{Column, Form};
use crate::model::{Key, Object, instant, meta};
use crate::render::jsonpath::{find, text};
use crate::render::table::{Style, columns};
use crate::render::{findings, foreign, values};
use crate::value::Value;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// An object of a bundle, with what its facets say besides.
pub struct Row<'a> {
    pub object: &'a Object,
    pub layer: &'a str,
    /// Its health as evid reads it; empty if it has none.
    pub health: &'a str,
}

/// A table of objects of one kind, at a moment: that of their capture.
pub fn table(rows: &[Row<'_>], printed: &[Column], moment: Option<&str>, wide: bool, style: Style) -> String {
    let moment = moment.and_then(instant);
    let spaced = rows.iter().any(|r| !r.object.key.namespace.is_empty());
    let shown: Vec<&Column> = printed.iter().filter(|c| !c.wide).chain(printed.iter().filter(|c| c.wide && wide)).collect();
    let narrow = printed.iter().filter(|c| !c.wide).count();
    let mut header: Vec<&str> = if spaced { vec!["NAMESPACE", "NAME"] } else { vec!["NAME"] };
    header.extend(shown.iter().map(|c| &*c.name));
    header.insert(header.len() - shown.len() + narrow, "AGE");
    if wide {
        header.extend(["HEALTH (EVID)", "LAYER"]);
    }
    let row = |row: &Row<'_>| {
        let object = row.object;
        let mut cells = if spaced { vec![object.key.namespace.clone(), object.key.name.clone()] } else { vec![object.key.name.clone()] };
        cells.extend(shown.iter().map(|c| cell(&object.value, c, moment)));
        let created = instant(meta::text(&object.value, "/metadata/creationTimestamp"));
        cells.insert(cells.len() - shown.len() + narrow, age(moment, created));
        if wide {
            cells.extend([row.health.to_owned(), row.layer.to_owned()]);
        }
        cells
    };
    // One line an object, as kubectl prints it, however wide that is.
    columns(&header, &rows.iter().map(row).collect::<Vec<_>>(), Style { width: u16::MAX, ..style })
}

fn cell(object: &Value, column: &Column, moment: Option<DateTime<FixedOffset>>) -> String {
    let one = |path: &str| {
        let found = find(object, path).unwrap_or_default();
        if found.is_empty() && column.form != Form::Count && column.form != Form::Sum {
            return column.none.clone();
        }
        match column.form {
            Form::Values => found.into_iter().map(|v| values::short(&text(v).into())).collect::<Vec<_>>().join(&column.join),
            Form::Count => found.len().to_string(),
            Form::Sum => found.into_iter().filter_map(Value::as_u64).sum::<u64>().to_string(),
            Form::Fields => found.into_iter().filter_map(Value::as_object).map(crate::value::Map::len).sum::<usize>().to_string(),
            Form::First => found.first().map(|v| text(v).chars().take(8).collect()).unwrap_or_default(),
            Form::Age => age(moment, found.first().and_then(|v| instant(v.as_str()?))),
            Form::Pod => pod(object),
        }
    };
    match &column.of {
        Some(of) if find(object, of).is_ok_and(|found| !found.is_empty()) => format!("{}/{}", one(&column.path), one(of)),
        _ => one(&column.path),
    }
}

/// A pod's status in one word: Kubernetes 1.36.3, pkg/printers/internalversion/printers.go (`printPod`), without its counts of init
/// containers.
fn pod(pod: &Value) -> String {
    let own = [meta::text(pod, "/status/reason"), meta::text(pod, "/status/phase")].into_iter().find(|t| !t.is_empty()).unwrap_or("");
    let ended = matches!(own, "Succeeded" | "Failed");
    if meta::deleting(pod).is_some() && !ended {
        return "Terminating".into();
    }
    let reason = |list: &str, state: &str| {
        let reasons = meta::list(pod, list).map(|c| meta::text(c, &format!("/state/{state}/reason")));
        reasons.filter(|r| !r.is_empty() && *r != "PodInitializing" && *r != "Completed").last()
    };
    let init = ["waiting", "terminated"].into_iter().find_map(|s| reason("/status/initContainerStatuses", s)).map(|r| format!("Init:{r}"));
    let run = ["waiting", "terminated"].into_iter().find_map(|s| reason("/status/containerStatuses", s)).map(str::to_owned);
    let done = if own == "Succeeded" { "Completed" } else { own };
    init.or(run).unwrap_or_else(|| done.to_owned())
}

/// The time from one moment to another as kubectl words it: Kubernetes 1.36.3, apimachinery/pkg/util/duration/duration.go
/// (`HumanDuration`).
fn age(moment: Option<DateTime<FixedOffset>>, since: Option<DateTime<FixedOffset>>) -> String {
    let (Some(moment), Some(since)) = (moment, since) else { return "unknown".into() };
    let seconds = (moment - since).num_seconds();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, pair) = (hours / 24, |a: i64, b: i64, x: &str, y: &str| if b == 0 { format!("{a}{x}") } else { format!("{a}{x}{b}{y}") });
    match () {
        () if seconds < -1 => "later".into(),
        () if seconds < 120 => format!("{}s", seconds.max(0)),
        () if minutes < 10 => pair(minutes, seconds % 60, "m", "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, minutes % 60, "h", "m"),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => pair(days, hours % 24, "d", "h"),
        () if days < 730 => format!("{days}d"),
        () if days < 2920 => pair(days / 365, days % 365, "y", "d"),
        () => format!("{}y", days / 365),
    }
}

/// What an Application lists, and what the Applications among it list; `by_key` has the bundle's objects.
pub fn tree(app: &Object, by_key: &BTreeMap<&Key, &Object>) -> String {
    let mut out = String::new();
    branch(app, by_key, 1, &mut BTreeSet::from([&app.key]), &mut out);
    out
}

/// How deep a tree of Applications is drawn: bundles are foreign, and their Applications may list each other without end.
const DEEPEST: usize = 20;

fn branch<'a>(app: &'a Object, by_key: &BTreeMap<&'a Key, &'a Object>, depth: usize, drawn: &mut BTreeSet<&'a Key>, out: &mut String) {
    for entry in argo::listed(&app.value) {
        let key = entry.key();
        // A kind without namespaces is listed with that of its Application's destination, or with none.
        let bare = Key { namespace: String::new(), ..key.clone() };
        let there = by_key.get(&key).or_else(|| by_key.get(&bare)).copied();
        let own = there.filter(|c| c.key.is_argo("Application")).map(|c| (argo::app::sync(&c.value), argo::app::health(&c.value)));
        let (sync, health) = own.unwrap_or((entry.status(), entry.health().0));
        let words = [sync, health, if entry.is_hook() { "hook" } else { "" }, if there.is_none() { "not in the bundle" } else { "" }];
        let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
        out.push_str(&format!("{}{}  {}\n", "  ".repeat(depth), findings::of_key(&key), foreign::clean(&words.join(", "))));
        if let Some(child) = there.filter(|c| c.key.is_argo("Application") && depth < DEEPEST)
            && drawn.insert(&child.key)
        {
            branch(child, by_key, depth + 1, drawn, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{age, pod};
    use crate::value::json;
    use chrono::DateTime;

    #[test]
    fn an_age_is_worded_as_kubectl_words_it() {
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|t| t.fixed_offset());
        for (seconds, says) in [
            (0, "0s"),
            (119, "119s"),
            (125, "2m5s"),
            (1800, "30m"),
            (3 * 3600 + 60, "3h1m"),
            (9 * 3600, "9h"),
            (90 * 3600, "3d18h"),
            (40 * 86400, "40d"),
            (-60, "later"),
        ] {
            assert_eq!(age(at(1_000_000_000 + seconds), at(1_000_000_000)), says);
        }
        assert_eq!(age(None, at(0)), "unknown");
    }

    #[test]
    fn a_pods_status_is_the_reason_for_which_it_does_not_run() {
        let status = |state: crate::value::Value| json!({"status": {"phase": "Running", "containerStatuses": [{"state": state}]}});
        assert_eq!(pod(&status(json!({"running": {}}))), "Running");
        assert_eq!(pod(&status(json!({"waiting": {"reason": "CrashLoopBackOff"}}))), "CrashLoopBackOff");
        assert_eq!(pod(&json!({"status": {"phase": "Succeeded"}})), "Completed");
        assert_eq!(pod(&json!({"metadata": {"deletionTimestamp": "x"}, "status": {"phase": "Running"}})), "Terminating");
    }
}
