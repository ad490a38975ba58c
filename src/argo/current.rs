//! Whether an Application's status is current (law 7). Argo CD 3.6.0, `controller/appcontroller.go` (`needRefreshAppStatus`,
//! `processAppRefreshQueueItem`, the annotation `skip-reconcile`) and `controller/state.go` (`specEqualsCompareTo`).
use crate::argo::app::is_skipped;
use crate::argo::{Settings, listed};
use crate::model::meta::text;
use crate::value::Value;
use chrono::{DateTime, FixedOffset};

/// Why an Application's status does not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stale {
    Never,
    /// It was last reconciled too long ago: when, and within how many seconds it should have been.
    Late(DateTime<FixedOffset>, i64),
    /// Something that it lists was written after it was last reconciled, and periodic reconciliation is off.
    Overtaken(DateTime<FixedOffset>),
    /// Argo CD is told not to reconcile it.
    Skipped,
    /// It was compared with a spec that it no longer has: the field that differs.
    OtherSpec(&'static str),
    NoList,
}

/// Why an Application's status does not count at this moment; none if it counts. `written` is the newest known write to an object that it
/// lists.
pub fn stale(app: &Value, settings: &Settings, moment: DateTime<FixedOffset>, written: Option<DateTime<FixedOffset>>) -> Option<Stale> {
    if is_skipped(app) {
        return Some(Stale::Skipped);
    }
    let Ok(looked) = DateTime::parse_from_rfc3339(text(app, "/status/reconciledAt")) else { return Some(Stale::Never) };
    match settings.longest_silence() {
        // A time that far in the future is not a real reconciliation time.
        Some(limit) if moment.signed_duration_since(looked).abs() > limit => return Some(Stale::Late(looked, limit.num_seconds())),
        None if written.is_some_and(|w| w > looked) => return Some(Stale::Overtaken(looked)),
        _ => {}
    }
    if let Some(at) = other_spec(app) {
        return Some(Stale::OtherSpec(at));
    }
    (listed(app).next().is_none() && text(app, "/status/sync/status") != "Synced").then_some(Stale::NoList)
}

/// Where `status.sync.comparedTo` has another repository, path, chart, revision or destination than the spec. Argo CD normalises the
/// other fields before it writes them, so they are not compared.
fn other_spec(app: &Value) -> Option<&'static str> {
    const SOURCE: [&str; 4] = ["/repoURL", "/path", "/chart", "/targetRevision"];
    let (spec, seen) = (app.get("spec")?, app.pointer("/status/sync/comparedTo")?);
    let same = |a: &Value, b: &Value| SOURCE.iter().all(|p| text(a, p) == text(b, p));
    let list = |v: &Value| v.get("sources").and_then(Value::as_array).filter(|l| !l.is_empty()).cloned();
    match (list(spec), list(seen)) {
        (Some(a), Some(b)) if a.len() != b.len() || !a.iter().zip(&b).all(|(a, b)| same(a, b)) => return Some("/spec/sources"),
        // With several sources, `comparedTo.source` says nothing.
        (Some(_), _) => {}
        (None, _) => {
            if let (Some(a), Some(b)) = (spec.get("source"), seen.get("source"))
                && !same(a, b)
            {
                return Some("/spec/source");
            }
        }
    }
    let (a, b) = (spec.get("destination")?, seen.get("destination")?);
    // Some versions fill in the server from the name, or the name from the server.
    let differ = |p: &str, both: bool| {
        let (a, b) = (text(a, p).trim_end_matches('/'), text(b, p).trim_end_matches('/'));
        a != b && (!both || (!a.is_empty() && !b.is_empty()))
    };
    (differ("/namespace", false) || differ("/server", true) || differ("/name", true)).then_some("/spec/destination")
}

#[cfg(test)]
mod tests {
    use super::{Stale, stale};
    use crate::argo::Settings;
    use crate::value::{Value, json};
    use chrono::DateTime;

    fn app(change: impl Fn(&mut Value)) -> Value {
        let spec = json!({"source": {"repoURL": "r", "path": "p", "targetRevision": "main", "kustomize": {}}, "destination": {"server": "https://x", "namespace": "n"}});
        let compared = json!({"source": {"repoURL": "r", "path": "p", "targetRevision": "main"}, "destination": {"server": "https://x", "namespace": "n"}});
        let mut app = json!({"metadata": {}, "spec": spec, "status": {"reconciledAt": "2026-05-01T10:00:00Z",
            "resources": [{"kind": "ConfigMap", "name": "a", "status": "Synced"}], "sync": {"status": "Synced", "comparedTo": compared}}});
        change(&mut app);
        app
    }

    fn word(app: &Value, at: &str) -> Option<Stale> {
        stale(app, &Settings::default(), DateTime::parse_from_rfc3339(at).unwrap(), None)
    }

    #[test]
    fn a_word_counts_for_three_intervals() {
        let fine = app(|_| {});
        assert_eq!(word(&fine, "2026-05-01T10:08:59Z"), None);
        assert!(matches!(word(&fine, "2026-05-01T10:09:01Z"), Some(Stale::Late(_, 540))));
        assert_eq!(word(&fine, "2026-05-01T09:55:00Z"), None, "looked at while the rest was read");
        assert!(matches!(word(&fine, "2026-05-01T09:00:00Z"), Some(Stale::Late(..))), "no clock is an hour ahead");
        assert_eq!(word(&app(|a| a["status"]["reconciledAt"] = Value::Null), "2026-05-01T10:00:00Z"), Some(Stale::Never));
    }

    #[test]
    fn where_nothing_makes_argo_cd_look_a_newer_write_overtakes_its_word() {
        let off = Settings::new(json!({"timeout.reconciliation": "0s"}).as_object().unwrap().clone());
        let time = |t| DateTime::parse_from_rfc3339(t).unwrap();
        let judged = |written| stale(&app(|_| {}), &off, time("2026-06-01T00:00:00Z"), written);
        assert_eq!(judged(Some(time("2026-05-01T09:59:59Z"))), None);
        assert!(matches!(judged(Some(time("2026-05-01T10:00:01Z"))), Some(Stale::Overtaken(_))));
    }

    #[test]
    fn what_was_compared_must_be_what_is_wished_for() {
        let now = "2026-05-01T10:00:00Z";
        for (change, want) in [
            (
                (|a: &mut Value| a["spec"]["source"]["targetRevision"] = json!("v2")) as fn(&mut Value),
                Some(Stale::OtherSpec("/spec/source")),
            ),
            (|a| a["spec"]["source"]["path"] = json!("q"), Some(Stale::OtherSpec("/spec/source"))),
            (|a| a["spec"]["destination"]["namespace"] = json!("m"), Some(Stale::OtherSpec("/spec/destination"))),
            (|a| a["spec"]["source"]["kustomize"] = json!({"namePrefix": "x"}), None),
            (|a| a["status"]["sync"]["comparedTo"] = Value::Null, None),
            (
                |a| {
                    a["spec"]["sources"] = json!([{"repoURL": "other"}]);
                    a["spec"]["source"] = Value::Null;
                },
                None,
            ),
            (|a| a["spec"]["destination"] = json!({"name": "prod", "namespace": "n"}), None),
            (|a| a["metadata"] = json!({"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}), Some(Stale::Skipped)),
            (|a| a["status"]["resources"] = json!([]), None),
            (
                |a| {
                    a["status"]["resources"] = json!([]);
                    a["status"]["sync"]["status"] = json!("OutOfSync");
                },
                Some(Stale::NoList),
            ),
        ] {
            let app = app(change);
            assert_eq!(word(&app, now), want, "{app}");
        }
    }
}
