//! Which names objects may have, as `k8s.io/apimachinery` v0.34 asks it (`pkg/util/validation/validation.go`, `pkg/api/validation/path/name.go`):
//! most kinds a DNS subdomain, some a label, those of access control whatever a path can hold. Knows no store.
use crate::world::resource::Resource;

/// Why an object of this kind can't have this name.
pub(super) fn refused(resource: &Resource, name: &str) -> Option<String> {
    let why = match (&*resource.group, &*resource.kind) {
        ("rbac.authorization.k8s.io", _) => segment(name),
        ("", "Namespace") => label(name).then_some(()).ok_or(LABEL),
        ("", "Service") => (label(name) && name.starts_with(|c: char| c.is_ascii_lowercase())).then_some(()).ok_or(SERVICE),
        _ => (name.len() <= 253 && name.split('.').all(part)).then_some(()).ok_or(SUBDOMAIN),
    };
    why.err().map(|why| format!("Invalid value: {name:?}: {why}"))
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SERVICE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";

fn segment(name: &str) -> Result<(), &'static str> {
    match name {
        "." | ".." => Err("may not be '.' or '..'"),
        _ if name.contains(['/', '%']) => Err("may not contain '/' or '%'"),
        _ => Ok(()),
    }
}

fn label(name: &str) -> bool {
    name.len() <= 63 && part(name)
}

/// Between two dots.
fn part(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::refused;
    use crate::world::resource::builtin;

    #[test]
    fn a_name_is_refused_where_kubernetes_refuses_it() {
        let is = |plural: &str, name: &str| refused(builtin().iter().find(|r| r.plural == plural).unwrap(), name).is_none();
        assert!(is("configmaps", "a.b-1") && is("clusterroles", "system:a") && is("services", "a1") && is("namespaces", "1a"));
        for name in ["", "A", "a_b", "-a", "a.", "a..b", "../x", "a\nb", "<b>", &"a".repeat(254)] {
            assert!(!is("configmaps", name), "{name:?}");
        }
        assert!(!is("services", "1a") && !is("namespaces", "a.b") && !is("clusterroles", "..") && !is("clusterroles", "a/b"));
    }
}
