//! The kinds that Kubernetes' own API server can list, from `built_in.yaml`: names, scopes, and which minor version serves a kind at
//! which API version. Law 1 uses it if a source has no discovery. Knows no cluster and no bundle.
use crate::canon::yaml::Embedded;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltIn {
    /// API group; empty for the core group.
    pub group: String,
    pub kind: String,
    pub plural: String,
    /// Whether its objects have no namespace.
    #[serde(default)]
    pub cluster: bool,
    #[serde(default)]
    pub short: Vec<String>,
    served: BTreeMap<String, String>,
}

/// The whole file.
#[derive(Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Groups that have nothing to list.
    pub without_lists: Vec<String>,
    /// Groups whose lists are computed when asked, and never stored.
    pub computed: Vec<String>,
    pub kinds: Vec<BuiltIn>,
}

/// Whether a group belongs to CustomResourceDefinitions and not to Kubernetes. Many of those end in `.k8s.io` too, such as
/// `snapshot.storage.k8s.io`.
pub fn is_custom(group: &str) -> bool {
    group.contains('.') && !table().has_group(group)
}

pub fn table() -> &'static Table {
    static TABLE: Embedded<Table> = Embedded::new(include_str!("built_in.yaml"));
    TABLE.get()
}

impl Table {
    pub fn find(&self, group: &str, plural: &str) -> Option<&BuiltIn> {
        self.kinds.iter().find(|k| k.group == group && k.plural == plural)
    }

    pub fn has_group(&self, group: &str) -> bool {
        self.without_lists.iter().any(|g| g == group) || self.kinds.iter().any(|k| k.group == group)
    }

    /// The earliest minor version that has this API version.
    pub fn since(&self, group: &str, version: &str) -> Option<u32> {
        self.kinds.iter().filter(|k| k.group == group).filter_map(|k| Some(range(k.served.get(version)?)?.0)).min()
    }
}

impl BuiltIn {
    /// Whether a server of this minor version (or a later one) lists the kind at this API version.
    pub fn is_served(&self, version: &str, minor: u32) -> bool {
        self.served.get(version).and_then(|r| range(r)).is_some_and(|(from, to)| from <= minor && to.is_none_or(|to| minor <= to))
    }

    /// Whether a server of this minor version lists the kind by default: it does if the version is stable.
    pub fn is_served_by_default(&self, minor: u32) -> bool {
        self.served.keys().any(|version| is_stable(version) && self.is_served(version, minor))
    }

    pub fn is_stable(&self) -> bool {
        self.served.keys().any(|version| is_stable(version))
    }
}

fn is_stable(version: &str) -> bool {
    !version.contains("alpha") && !version.contains("beta")
}

/// `1.27` or `1.27-1.30`.
fn range(text: &str) -> Option<(u32, Option<u32>)> {
    match text.split_once('-') {
        Some((from, to)) => Some((minor(from)?, Some(minor(to)?))),
        None => Some((minor(text)?, None)),
    }
}

/// The minor version of `v1.36.3`, `1.29`, `v1.30.4-gke.1`.
pub fn minor(version: &str) -> Option<u32> {
    let digits = version.trim_start_matches('v').strip_prefix("1.")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{is_custom, minor, range, table};

    #[test]
    fn the_table_is_whole_and_every_version_in_it_can_be_read() {
        assert!(table().kinds.len() > 60);
        for kind in &table().kinds {
            assert!(kind.served.values().all(|r| range(r).is_some()), "{kind:?}");
            assert_eq!(table().kinds.iter().filter(|k| k.group == kind.group && k.plural == kind.plural).count(), 1, "{kind:?}");
        }
    }

    #[test]
    fn a_kind_is_served_from_its_version_on_where_its_api_version_is() {
        let policies = table().find("admissionregistration.k8s.io", "validatingadmissionpolicies").unwrap();
        assert_eq!([29, 30, 36].map(|m| policies.is_served("v1", m)), [false, true, true]);
        assert_eq!([27, 28, 33, 34].map(|m| policies.is_served("v1beta1", m)), [false, true, true, false]);
        assert!(!policies.is_served_by_default(29) && policies.is_served_by_default(37));
        assert_eq!(table().since("resource.k8s.io", "v1"), Some(34));
        assert!(table().has_group("authentication.k8s.io") && !table().has_group("example.com"));
        assert_eq!(["apps", "events.k8s.io", "sparkoperator.k8s.io", "example.com"].map(is_custom), [false, false, true, true]);
    }

    #[test]
    fn a_version_is_read_as_distributions_write_it() {
        assert_eq!(
            ["v1.36.3", "1.24", "v1.29.4-gke.1", "v1.31+", "v2.0", ""].map(minor),
            [Some(36), Some(24), Some(29), Some(31), None, None]
        );
    }
}
