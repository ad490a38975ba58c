//! Names of Services and accounts that are written as one text. Knows no object.

/// The Service and, where it says so, the namespace that a name of the cluster's DNS means: `name`, `name.namespace`, `name.namespace.svc` and
/// what follows (kubernetes/dns, docs/specification.md 1.1.0, section 2.3).
pub(super) fn service(host: &str) -> Option<(&str, Option<&str>)> {
    let mut parts = host.split('.');
    let (name, namespace, third) = (parts.next().filter(|name| !name.is_empty())?, parts.next(), parts.next());
    third.is_none_or(|word| word == "svc").then_some((name, namespace))
}

/// The namespace, and the account unless all of them are meant, that a subject names by a text (kubernetes 1.36,
/// staging/src/k8s.io/apiserver/pkg/authentication/serviceaccount/util.go).
pub(super) fn account<'s>(kind: &str, name: &'s str) -> Option<(&'s str, Option<&'s str>)> {
    match kind {
        "Group" => Some((name.strip_prefix("system:serviceaccounts:")?, None)),
        "User" => name.strip_prefix("system:serviceaccount:")?.split_once(':').map(|(space, name)| (space, Some(name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{account, service};

    #[test]
    fn a_service_is_found_by_each_of_its_names_in_dns_and_by_no_other() {
        for host in ["notes.extras", "notes.extras.svc", "notes.extras.svc.cluster.local"] {
            assert_eq!(service(host), Some(("notes", Some("extras"))), "{host}");
        }
        assert_eq!(service("notes"), Some(("notes", None)));
        assert_eq!(service("api.example.com"), None);
        assert_eq!(service(""), None);
    }

    #[test]
    fn a_subject_names_all_accounts_of_a_namespace_or_one() {
        assert_eq!(account("Group", "system:serviceaccounts:extras"), Some(("extras", None)));
        assert_eq!(account("User", "system:serviceaccount:extras:notes"), Some(("extras", Some("notes"))));
        for (kind, name) in [("Group", "system:serviceaccounts"), ("Group", "admins"), ("User", "alice"), ("ServiceAccount", "notes")] {
            assert_eq!(account(kind, name), None, "{kind} {name}");
        }
    }
}
