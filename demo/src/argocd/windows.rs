//! Sync windows of an AppProject: when operations may run. Writes nothing. Every schedule is read as UTC.
//! As `SyncWindows` in `pkg/apis/application/v1alpha1/types.go` of Argo CD 3.2.11.
use super::glob::glob;
use crate::world::objects::{items, text};
use crate::world::schedule::Schedule;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::Value;

/// Whether the windows of its project keep an Application from being synced now.
pub fn blocks(project: &Value, app: &Value, manual: bool, now: DateTime<Utc>) -> bool {
    let of = |w: &&Value| meets(w, app);
    let (open, shut): (Vec<&Value>, Vec<&Value>) = items(&project["spec"]["syncWindows"]).filter(of).partition(|w| is_active(w, now));
    let denies: Vec<&Value> = open.iter().copied().filter(|w| w["kind"] == "deny").collect();
    let allows: Vec<&Value> = shut.into_iter().filter(|w| w["kind"] == "allow").collect();
    let by_hand = |windows: &[&Value]| manual && windows.iter().all(|w| w["manualSync"] == true);
    if !denies.is_empty() {
        return !by_hand(&denies);
    }
    let allowed = open.iter().any(|w| w["kind"] == "allow");
    !allowed && !allows.is_empty() && !by_hand(&allows)
}

/// Whether a window is about an Application: any of what it names, or with `andOperator` all of it.
fn meets(window: &Value, app: &Value) -> bool {
    let (spec, name) = (&app["spec"], text(&app["metadata"]["name"]));
    let server = [text(&spec["destination"]["name"]), text(&spec["destination"]["server"])];
    let any = |key: &str, of: &[&str]| items(&window[key]).any(|p| of.iter().any(|t| !t.is_empty() && glob(text(p), t)));
    let said = |key: &str| items(&window[key]).next().is_some();
    let parts = [
        (said("applications"), any("applications", &[name])),
        (said("clusters"), any("clusters", &server)),
        (said("namespaces"), any("namespaces", &[text(&spec["destination"]["namespace"])])),
    ];
    let mut named = parts.iter().filter(|(said, _)| *said).peekable();
    let is_one = named.peek().is_some();
    if window["andOperator"] == true { is_one && named.all(|(_, meets)| *meets) } else { named.any(|(_, meets)| *meets) }
}

/// Whether a window began so lately that it lasts. One whose text can't be read is never open.
fn is_active(window: &Value, now: DateTime<Utc>) -> bool {
    let (Some(schedule), Some(lasts)) = (Schedule::parse(text(&window["schedule"])), lasting(text(&window["duration"]))) else {
        return false;
    };
    let minute = TimeDelta::minutes(1);
    let Ok(last) = now.duration_trunc(minute) else { return false };
    let mut begun = if last == now { last - minute } else { last };
    while begun > now - lasts {
        if schedule.names(begun) {
            return true;
        }
        begun -= minute;
    }
    false
}

/// A duration as Go writes it: `1h30m`.
fn lasting(text: &str) -> Option<TimeDelta> {
    let (mut sum, mut number) = (TimeDelta::zero(), String::new());
    for c in text.chars() {
        let unit: fn(i64) -> TimeDelta = match c {
            'h' => TimeDelta::hours,
            'm' => TimeDelta::minutes,
            's' => TimeDelta::seconds,
            _ => {
                number.push(c);
                continue;
            }
        };
        sum += unit(std::mem::take(&mut number).parse().ok()?);
    }
    number.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn blocked(windows: Value, manual: bool) -> bool {
        let app = json!({"metadata": {"name": "feast-dev"}, "spec": {"destination": {"namespace": "feast-dev", "server": "https://kubernetes.default.svc"}}});
        blocks(&json!({"spec": {"syncWindows": windows}}), &app, manual, "2030-01-02T03:04:05Z".parse().unwrap())
    }

    /// From three o'clock for an hour: open; from four o'clock: shut.
    fn window(kind: &str, open: bool, manual: bool) -> Value {
        let schedule = if open { "0 3 * * *" } else { "0 4 * * *" };
        json!({"kind": kind, "schedule": schedule, "duration": "1h", "applications": ["feast-*"], "manualSync": manual})
    }

    #[test]
    fn a_deny_window_forbids_while_it_lasts_and_an_allow_window_while_it_does_not() {
        for (windows, automated, by_hand) in [
            (json!([]), false, false),
            (json!([window("deny", true, false)]), true, true),
            (json!([window("deny", true, true)]), true, false),
            (json!([window("deny", true, true), window("deny", true, false)]), true, true),
            (json!([window("deny", false, false)]), false, false),
            (json!([window("allow", true, false)]), false, false),
            (json!([window("allow", false, false)]), true, true),
            (json!([window("allow", false, true)]), true, false),
            (json!([window("allow", false, false), window("allow", true, false)]), false, false),
            (json!([window("allow", true, false), window("deny", true, false)]), true, true),
        ] {
            assert_eq!((blocked(windows.clone(), false), blocked(windows.clone(), true)), (automated, by_hand), "{windows}");
        }
    }

    #[test]
    fn a_window_is_about_what_it_names() {
        let of = |more: Value| {
            let mut window = json!({"kind": "deny", "schedule": "0 3 * * *", "duration": "1h"});
            json_patch::merge(&mut window, &more);
            blocked(json!([window]), false)
        };
        assert!(of(json!({"namespaces": ["feast-dev"]})) && of(json!({"clusters": ["*"]})));
        assert!(!of(json!({})) && !of(json!({"applications": ["mlflow-*"]})));
        assert!(of(json!({"applications": ["other"], "namespaces": ["feast-*"]})));
        assert!(!of(json!({"applications": ["other"], "namespaces": ["feast-*"], "andOperator": true})));
        assert!(of(json!({"applications": ["feast-dev"], "namespaces": ["feast-*"], "andOperator": true})));
    }
}
