//! What a platform's own controllers rewrite, as `spec.expected` of `evid.yaml` declares it (law 14): which field of which objects, and
//! why. An entry excuses one changed field of an object that stays the same. No entry excuses a change of rights, of what runs, or of
//! which Application owns an object.
use crate::kinds::patterns::is_like;
use crate::value::tokens;
use serde::{Deserialize, Serialize};

/// The reason that `evid config expect` writes: a person replaces it.
pub const PLACEHOLDER: &str = "TODO: say why this may change";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expected {
    /// The kind, as `<plural>.<group>`.
    pub kind: String,
    /// Its namespace; absent: any, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name, or the beginning of names and a `*`; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The fields, as JSON pointers in which a `*` token stands for any one token.
    pub pointers: Vec<String>,
    /// Why they may change, in a person's words.
    pub because: String,
}

impl Expected {
    /// Whether a change of this field of this object is expected.
    pub fn excuses(&self, stem: &str, namespace: &str, name: &str, pointer: &str) -> bool {
        self.kind == stem
            && self.namespace.as_deref().is_none_or(|ns| ns == namespace)
            && self.name.as_deref().is_none_or(|n| is_like(n, name))
            && self.pointers.iter().any(|pattern| is_field(pattern, pointer))
            && never(stem, name, pointer).is_none()
    }

    /// What is wrong with the entry: the field, and what would be right.
    ///
    /// # Errors
    /// If it says too little, or would excuse what no entry may excuse.
    pub fn check(&self) -> Result<(), (String, String)> {
        let wrong = |field: &str, what: String| Err((field.to_owned(), what));
        let of_kind = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        if self.kind.is_empty() || !self.kind.chars().all(of_kind) {
            return wrong("kind", format!("`{}` is not `<plural>.<group>` as in `configmaps` or `deployments.apps`", self.kind));
        }
        if self.namespace.as_deref().is_some_and(|ns| ns.is_empty() || ns.contains('*')) {
            return wrong("namespace", "name one namespace, or leave it out".into());
        }
        let name = self.name.as_deref().unwrap_or("");
        if self.name.is_some() && (name.is_empty() || name.strip_suffix('*').unwrap_or(name).contains('*')) {
            return wrong("name", "it is a name, or the beginning of names and a `*` at its end".into());
        }
        if self.pointers.is_empty() {
            return wrong("pointers", "none is named: name the fields that may change".into());
        }
        for (i, pointer) in self.pointers.iter().enumerate() {
            if let Some(why) = never(&self.kind, name, pointer) {
                let object = if name.is_empty() { self.kind.clone() } else { format!("{} {name}", self.kind) };
                return wrong(&format!("pointers[{i}]"), format!("`{pointer}` of {object} is never expected to change: {why}"));
            }
        }
        let because = self.because.trim();
        if because.is_empty() || because.eq_ignore_ascii_case(PLACEHOLDER) {
            return wrong("because", "write why these fields may change: who changes them, and that it does no harm".into());
        }
        Ok(())
    }
}

/// Whether a pattern names exactly this field.
fn is_field(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (tokens(pattern), tokens(pointer));
    pattern.len() == pointer.len() && pattern.iter().zip(&pointer).all(|(p, t)| p == "*" || p == t)
}

/// Kinds of which no field may be excused, by `<plural>.<group>` or by `.<group>` alone, and why.
const KINDS: &[(&str, &str)] = &[
    ("applications.argoproj.io", "it says what the platform is"),
    ("applicationsets.argoproj.io", "it says what the platform is"),
    ("appprojects.argoproj.io", "it says what Argo CD may deploy"),
    ("secrets", "its content is a secret, and a secret that moves is for a person to see"),
    (".rbac.authorization.k8s.io", "it says who may do what"),
    (".admissionregistration.k8s.io", "it says what the API server lets in"),
    ("clusterpolicies.kyverno.io", "it says what the API server lets in"),
    ("policies.kyverno.io", "it says what the API server lets in"),
    ("policyexceptions.kyverno.io", "it says what the API server lets in"),
    (".policies.kyverno.io", "it says what the API server lets in"),
    (".templates.gatekeeper.sh", "it says what the API server lets in"),
    (".constraints.gatekeeper.sh", "it says what the API server lets in"),
    (".mutations.gatekeeper.sh", "it says what the API server lets in"),
    ("namespaces", "it says what is allowed within it"),
    ("customresourcedefinitions.apiextensions.k8s.io", "it says which kinds there are"),
    ("apiservices.apiregistration.k8s.io", "it says who answers for a part of the API"),
    ("pods", "it is what runs"),
    ("podtemplates", "it is what runs"),
    ("controllerrevisions.apps", "it says what runs"),
];

/// ConfigMaps of which no field may be excused, and why.
const MAPS: &[(&str, &str)] = &[
    ("argocd-cm", "it holds Argo CD's settings"),
    ("argocd-cmd-params-cm", "it holds Argo CD's settings"),
    ("argocd-rbac-cm", "it says who may do what in Argo CD"),
    ("argocd-tls-certs-cm", "it says whom Argo CD trusts"),
    ("argocd-ssh-known-hosts-cm", "it says whom Argo CD trusts"),
    ("argocd-gpg-keys-cm", "it says whom Argo CD trusts"),
    ("aws-auth", "it says who may do what"),
    ("extension-apiserver-authentication", "it says whom the API server trusts"),
];

/// Fields that may not be excused for any kind, with everything below them, and why.
const FIELDS: &[(&str, &str)] = &[
    ("/metadata/uid", "it says which object it is"),
    ("/metadata/name", "it says which object it is"),
    ("/metadata/namespace", "it says which object it is"),
    ("/metadata/ownerReferences", "it says whose the object is"),
    ("/metadata/labels/app.kubernetes.io~1instance", "it says whose the object is"),
    ("/metadata/finalizers", "it says what holds the object back when it is deleted"),
    ("/metadata/deletionTimestamp", "the object is being deleted"),
    ("/metadata/deletionGracePeriodSeconds", "the object is being deleted"),
    ("/spec/template", "it says what runs"),
    ("/spec/jobTemplate", "it says what runs"),
    ("/spec/volumeClaimTemplates", "it says what is stored"),
];

/// Kinds whose specification may not be excused, and why.
const SPECS: &[(&str, &str)] = &[
    ("persistentvolumes", "it says where data lies"),
    ("persistentvolumeclaims", "it says where data lies"),
    ("nodes", "it says which pods may run there"),
];

/// Why a change of this field of this object is never excused; none if an entry may excuse it. Give a real field here, without a `*`: ask
/// for each field that a pattern matches.
pub fn never(stem: &str, name: &str, pointer: &str) -> Option<&'static str> {
    let why = |table: &[(&str, &'static str)], is: &dyn Fn(&str) -> bool| table.iter().find(|(of, _)| is(of)).map(|(_, why)| *why);
    let path = tokens(pointer);
    let within = |field: &str| path.starts_with(&tokens(field));
    let of_kind = |kind: &str| stem == kind || (kind.starts_with('.') && stem.ends_with(kind));
    let of_map = |map: &str| stem == "configmaps" && (map == name || (name.ends_with('*') && name.len() > 1 && is_like(name, map)));
    let named = path.iter().filter(|t| *t != "*").count();
    let short = named < 2 || !pointer.starts_with('/') || pointer == "/metadata/annotations" || pointer == "/metadata/labels";
    why(KINDS, &of_kind)
        .or_else(|| why(MAPS, &of_map))
        .or_else(|| why(FIELDS, &within))
        .or_else(|| why(SPECS, &|kind| stem == kind && within("/spec")))
        .or_else(|| within_argo(&path).then_some("Argo CD reads it"))
        .or_else(|| short.then_some("it is too wide: name the field itself"))
}

/// Whether a field is an annotation or a label of Argo CD.
fn within_argo(path: &[String]) -> bool {
    let [first, second, third, ..] = path else { return false };
    first == "metadata" && (second == "annotations" || second == "labels") && third.starts_with("argocd.argoproj.io/")
}

#[cfg(test)]
mod tests {
    use super::{Expected, PLACEHOLDER, never};

    fn entry(kind: &str, name: Option<&str>, pointer: &str) -> Expected {
        let because = "the operator counts its runs here".into();
        Expected { kind: kind.into(), namespace: Some("a".into()), name: name.map(str::to_owned), pointers: vec![pointer.into()], because }
    }

    #[test]
    fn an_entry_excuses_exactly_the_fields_that_it_names() {
        let one = entry("configmaps", Some("state-*"), "/data/*");
        assert!(!entry("configmaps", None, "/data/runs").excuses("configmaps", "b", "x", "/data/runs"));
        for (pattern, pointer, want) in [
            ("/data/runs", "/data/runs", true),
            ("/data/runs", "/data/runs/0", false),
            ("/data/runs", "/data", false),
            ("/data/runs", "/data/other", false),
            ("/spec/list/*/seen", "/spec/list/3/seen", true),
            ("/spec/*/image", "/spec/template/image", false),
            ("/metadata/annotations/*", "/metadata/annotations/x", true),
            ("/metadata/annotations/*", "/metadata/annotations/argocd.argoproj.io~1tracking-id", false),
        ] {
            let entry = Expected { pointers: vec![pattern.into()], ..one.clone() };
            assert_eq!(entry.excuses("configmaps", "a", "state-1", pointer), want, "{pattern} {pointer}");
            assert!(!entry.excuses("configmaps", "a", "other", pointer) && !entry.excuses("services", "a", "state-1", pointer));
        }
        assert!(!entry("configmaps", None, "/data/url").excuses("configmaps", "a", "argocd-cm", "/data/url"));
    }

    #[test]
    fn what_no_entry_may_excuse_is_refused_with_the_reason() {
        for (kind, name, pointer, word) in [
            ("applications.argoproj.io", None, "/spec/source/path", "what the platform is"),
            ("configmaps", Some("argocd-cm"), "/data/url", "Argo CD's settings"),
            ("configmaps", Some("argocd-*"), "/data/url", "Argo CD's settings"),
            ("secrets", None, "/data/password", "secret"),
            ("clusterroles.rbac.authorization.k8s.io", None, "/rules/0/verbs", "who may do what"),
            ("mutatingwebhookconfigurations.admissionregistration.k8s.io", None, "/webhooks/0/clientConfig/caBundle", "lets in"),
            ("persistentvolumes", None, "/spec/nfs/server", "where data lies"),
            ("persistentvolumeclaims", None, "/spec/volumeName", "where data lies"),
            ("namespaces", None, "/metadata/labels/x", "within it"),
            ("deployments.apps", None, "/spec/template/spec/containers/0/image", "what runs"),
            ("cronjobs.batch", None, "/spec/jobTemplate/spec/suspend", "what runs"),
            ("configmaps", None, "", "too wide"),
            ("configmaps", None, "/data", "too wide"),
            ("configmaps", None, "/data/*", "too wide"),
            ("configmaps", None, "/*/runs", "too wide"),
            ("configmaps", None, "data/runs/x", "too wide"),
            ("configmaps", None, "/metadata/labels", "too wide"),
            ("configmaps", None, "/metadata/ownerReferences/0/uid", "whose"),
            ("configmaps", None, "/metadata/finalizers/0", "holds"),
        ] {
            let (field, what) = entry(kind, name, pointer).check().unwrap_err();
            assert!(field == "pointers[0]" && what.contains(word), "{kind} {pointer}: {what}");
            assert!(never(kind, name.unwrap_or(""), pointer).is_some());
        }
    }

    #[test]
    fn an_entry_says_which_objects_and_why() {
        let good = || entry("deployments.apps", Some("web-*"), "/spec/replicas");
        assert_eq!(good().check(), Ok(()));
        let name = |n: &str| Expected { name: Some(n.into()), ..good() };
        for (field, bad) in [
            ("kind", Expected { kind: "Deployment".into(), ..good() }),
            ("namespace", Expected { namespace: Some("*".into()), ..good() }),
            ("name", name("")),
            ("name", name("*x")),
            ("name", name("x**")),
            ("pointers", Expected { pointers: vec![], ..good() }),
            ("because", Expected { because: "  ".into(), ..good() }),
            ("because", Expected { because: PLACEHOLDER.into(), ..good() }),
        ] {
            assert_eq!(bad.check().unwrap_err().0, field, "{bad:?}");
        }
    }
}
