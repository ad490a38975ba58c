//! Whether what Applications say of themselves can be relied on: not where one changed while the rest was read, and not where no
//! controller has looked at any of them for long. Such a doubt touches what rests on an Application's own word, nothing else.
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Finding;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::predicates::quality::instant;
use crate::compare::CompareError;
use crate::compare::Spot;
use crate::model::Key;
use chrono::DateTime;
use chrono::Duration;
use chrono::FixedOffset;
use serde_json::Value;
use serde_json::json;

/// The doubts about a layer's Applications in one bundle.
pub(super) fn doubts(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = moved(e, layer, side);
    findings.extend(not_reconciling(e, side)?);
    Ok(findings)
}

/// Applications of the layer (its root too) that changed while the rest was read.
fn moved(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    let root = e.root(layer);
    let lines = e.sides.get(side).into_iter().flat_map(|s| &s.coverage.unsettled);
    let of_layer = lines.filter(|u| {
        let spot = Spot { stem: APPLICATIONS.into(), namespace: u.namespace.clone(), name: u.name.clone() };
        // What nobody places could be the layer's.
        root.as_ref() == Some(&spot) || e.instances.layer(&spot) == layer || !e.instances.all.contains_key(&spot)
    });
    of_layer
        .map(|u| {
            let finding = Finding::new(Effect::Doubts, "unsettled", side).about(Key::new(&u.group, &u.kind, &u.namespace, &u.name));
            finding.at(u.moved.first().map_or("", |p| p), None, Some(json!(u.moved))).in_file("coverage.json")
        })
        .collect()
}

/// No Application reconciled within three intervals: a controller that does not run leaves every status as it was.
fn not_reconciling(e: &Evidence<'_>, side: usize) -> Result<Option<Finding>, CompareError> {
    let Some(window) = e.sides.get(side).map(|s| &s.manifest.window) else { return Ok(None) };
    let Some(asked) = window.started.as_deref().and_then(instant) else { return Ok(None) };
    let Some(limit) = limit(e, side)? else { return Ok(None) };
    let mut newest: Option<(DateTime<FixedOffset>, &Spot)> = None;
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == APPLICATIONS) {
        let Some(at) = all.get(side).and_then(Option::as_ref) else { continue };
        let line = e.line("health", spot, at, side)?;
        let time = line.get("facts").and_then(|f| f.get("/status/reconciledAt")?.as_str()).and_then(instant);
        newest = newest.max(time.map(|t| (t, spot)));
    }
    let late = newest.filter(|(time, _)| asked.signed_duration_since(*time) > limit);
    Ok(late.map(|(time, spot)| {
        let values =
            (Some(json!(format!("within {}s", limit.num_seconds()))), Some(json!(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))));
        Finding::new(Effect::Doubts, "not-reconciling", side).about(e.key(spot)).at("/status/reconciledAt", values.0, values.1)
    }))
}

/// Three times the interval at which Argo CD looks at each Application; none where it is told not to.
fn limit(e: &Evidence<'_>, side: usize) -> Result<Option<Duration>, CompareError> {
    let mut settings = Value::Null;
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == "configmaps" && s.name == "argocd-cm") {
        let Some(at) = all.get(side).and_then(Option::as_ref) else { continue };
        settings = e.state(spot, at, side)?;
    }
    Ok(longest_silence(|key| settings.get("data")?.get(key)?.as_str()))
}

/// How long a running Argo CD leaves an Application alone at most: three times its interval, by the settings of `argocd-cm`; none where
/// it is told not to look by itself.
pub fn longest_silence<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    /// Argo CD's own defaults, in seconds.
    const INTERVAL: i64 = 120;
    const JITTER: i64 = 60;
    let says = |key: &str| setting(key).and_then(seconds);
    let interval = says("timeout.reconciliation").unwrap_or(INTERVAL);
    let jitter = says("timeout.reconciliation.jitter").unwrap_or(JITTER);
    (interval > 0).then(|| Duration::seconds((interval + jitter) * 3))
}

/// Whole seconds of a Go duration such as `180s`, `3m`, `1h30m`.
fn seconds(text: &str) -> Option<i64> {
    let mut total = 0;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total += std::mem::take(&mut number).parse::<i64>().ok()? * unit;
    }
    match &*number {
        "" => Some(total),
        "0" => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_those_of_go() {
        for (text, want) in
            [("180s", Some(180)), ("3m", Some(180)), ("1h30m", Some(5400)), ("0", Some(0)), ("0s", Some(0)), ("5", None), ("soon", None)]
        {
            assert_eq!(seconds(text), want, "{text}");
        }
    }
}
