//! The settings of one Argo CD: ConfigMap `argocd-cm` in its own namespace (law 12). Argo CD 3.6.0, `util/settings/settings.go` (keys,
//! `appendResourceOverridesFromSplitKeys`, `convertToOverrideKey`),
//! `cmd/argocd-application-controller/commands/argocd_application_controller.go` (intervals).
use crate::argo::agreement::Agreement;
use crate::canon::yaml;
use crate::model::{Key, Objects};
use crate::value::{Map, Value};
use chrono::Duration;

/// The content of `argocd-cm`; empty if it was not seen.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    data: Map,
}

/// The ConfigMaps of Argo CD that say how it is set up.
pub const SETTINGS: [&str; 2] = ["argocd-cm", "argocd-cmd-params-cm"];

/// For how many intervals an Application may go without a reconciliation before its status no longer counts (law 7).
pub const LONGEST: i64 = 3;

impl Settings {
    /// The settings of the Argo CD that lives in a namespace.
    pub fn of(objects: &dyn Objects, control: &str) -> Self {
        let map = objects.find(Key::new("", "ConfigMap", control, "argocd-cm").parts()).and_then(|at| objects.lean(at));
        map.map_or_else(Self::default, |map| Self::new(map.value.get("data").and_then(Value::as_object).cloned().unwrap_or_default()))
    }

    pub fn new(data: Map) -> Self {
        Self { data }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.data.get(key)?.as_str().filter(|s| !s.is_empty())
    }

    /// What it tells Argo CD to ignore in the objects of all Applications.
    pub fn ignored(&self) -> Vec<Agreement> {
        let split = self.data.iter().filter_map(|(key, text)| {
            let kind = key.strip_prefix("resource.customizations.ignoreDifferences.")?;
            Some((kind.replacen('_', "/", 1), parsed(text.as_str()?)?))
        });
        let whole = self.get("resource.customizations").and_then(parsed);
        let whole = whole.as_ref().and_then(Value::as_object).into_iter().flatten();
        let whole = whole.filter_map(|(kind, says)| {
            let ignores = says.get("ignoreDifferences")?;
            Some((kind.to_string(), ignores.as_str().map_or_else(|| Some(ignores.clone()), parsed)?))
        });
        let one = |(kind, says): (String, Value)| {
            let (group, kind) = if kind == "all" { ("*", "*") } else { kind.split_once('/').unwrap_or(("", &kind)) };
            Agreement::for_all(group, kind, &says)
        };
        split.chain(whole).map(one).collect()
    }

    /// How long this Argo CD leaves an Application alone at most before its word no longer counts; none where it is told not to look by
    /// itself.
    pub fn longest_silence(&self) -> Option<Duration> {
        longest_silence(|key| self.get(key))
    }
}

/// Three times the sum of reconciliation interval and jitter. The defaults are 120 s and 60 s since 3.0; before, they were 180 s without
/// jitter: the same sum.
pub fn longest_silence<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    const INTERVAL: i64 = 120;
    const JITTER: i64 = 60;
    let says = |key: &str| setting(key).and_then(seconds);
    let interval = says("timeout.reconciliation").unwrap_or(INTERVAL);
    let jitter = says("timeout.reconciliation.jitter").unwrap_or(JITTER);
    (interval > 0).then(|| Duration::seconds((interval + jitter) * LONGEST))
}

fn parsed(text: &str) -> Option<Value> {
    yaml::parse(text).ok()?.into_iter().next()
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
    use super::{Settings, seconds};
    use crate::value::json;

    fn settings(data: crate::value::Value) -> Settings {
        Settings::new(data.as_object().unwrap().clone())
    }

    #[test]
    fn durations_are_those_of_go() {
        for (text, want) in
            [("180s", Some(180)), ("3m", Some(180)), ("1h30m", Some(5400)), ("0", Some(0)), ("0s", Some(0)), ("5", None), ("soon", None)]
        {
            assert_eq!(seconds(text), want, "{text}");
        }
    }

    #[test]
    fn an_application_may_be_left_alone_for_three_intervals() {
        for (data, want) in [
            (json!({}), Some(540)),
            (json!({"timeout.reconciliation": "60s"}), Some(360)),
            (json!({"timeout.reconciliation": "10m", "timeout.reconciliation.jitter": "0s"}), Some(1800)),
            (json!({"timeout.reconciliation": "0s"}), None),
        ] {
            assert_eq!(settings(data.clone()).longest_silence().map(|d| d.num_seconds()), want, "{data}");
        }
    }

    #[test]
    fn what_is_ignored_for_all_stands_in_two_forms() {
        let s = settings(json!({
            "resource.customizations.ignoreDifferences.apps_Deployment": "jsonPointers:\n- /spec/replicas\n",
            "resource.customizations.ignoreDifferences.all": "managedFieldsManagers: [x]\n",
            "resource.customizations": "admissionregistration.k8s.io/MutatingWebhookConfiguration:\n  ignoreDifferences: |\n    jsonPointers:\n    - /webhooks/0/clientConfig/caBundle\n"}));
        let found = s.ignored();
        assert_eq!(found.len(), 3);
        assert!(found.iter().any(|a| a.is_about("apps", "Deployment", "n", "a") && a.pointers == ["/spec/replicas"]));
        assert!(found.iter().any(|a| a.is_any_kind() && a.by_expression));
        assert!(found.iter().any(|a| a.pointers == ["/webhooks/0/clientConfig/caBundle"]));
    }
}
