//! Argo CD's tracking marks: which method is in force, and which Application a mark names. Argo CD 3.6.0,
//! `util/argo/resource_tracking.go` (`GetAppName`, `ParseAppInstanceValue`, `UnstructuredToAppInstanceValue`), `common/common.go`
//! (names); 2.14.0 for the older default: there, without a setting, the method is the label.
use crate::argo::Settings;
use crate::model::{Object, Objects, meta};
use crate::value::Value;

/// Where Argo CD reads ownership.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// The annotation `argocd.argoproj.io/tracking-id` (the default since Argo CD 3.0).
    Annotation,
    /// A label, `app.kubernetes.io/instance` by default (the default before 3.0).
    Label,
}

/// The method in force, with its settings.
#[derive(Clone, Debug)]
pub struct Tracking {
    pub method: Method,
    pub label: String,
    /// `installationID`, if argocd-cm sets one.
    pub installation: Option<String>,
}

/// The annotation that names the Application and the object.
pub const ANNOTATION: &str = "argocd.argoproj.io/tracking-id";
/// The annotation that names the installation of Argo CD.
pub const INSTALLATION: &str = "argocd.argoproj.io/installation-id";

impl Tracking {
    /// Reads the settings. If they do not set a method, the marks on the objects that Applications list decide.
    pub fn find(settings: &Settings, objects: &dyn Objects, listed: impl IntoIterator<Item = usize>) -> Self {
        let label = settings.get("application.instanceLabelKey").unwrap_or("app.kubernetes.io/instance").to_owned();
        let method = match settings.get("application.resourceTrackingMethod") {
            Some("label") => Method::Label,
            Some(_) => Method::Annotation,
            None => {
                let (ids, labels) = listed.into_iter().filter_map(|at| objects.lean(at)).fold((0_usize, 0_usize), |(ids, labels), o| {
                    let id = meta::annotation(&o.value, ANNOTATION).is_some();
                    (ids + usize::from(id), labels + usize::from(!id && meta::label(&o.value, &label).is_some()))
                });
                if labels > ids { Method::Label } else { Method::Annotation }
            }
        };
        Self { method, label, installation: settings.get("installationID").map(str::to_owned) }
    }

    /// The instance name (`name` or `namespace_name`) that the object's mark gives, if the mark is about the object itself.
    pub fn instance<'a>(&self, object: &'a Object) -> Option<&'a str> {
        if self.method == Method::Label {
            return meta::label(&object.value, &self.label).filter(|app| !app.is_empty());
        }
        if let Some(id) = &self.installation
            && meta::annotation(&object.value, INSTALLATION) != Some(id)
        {
            return None;
        }
        let mut parts = meta::annotation(&object.value, ANNOTATION)?.splitn(3, ':');
        let (app, kind, place) = (parts.next()?, parts.next()?, parts.next()?);
        let ((group, kind), (namespace, name)) = (kind.split_once('/')?, place.split_once('/')?);
        let k = &object.key;
        // The mark of a cluster-scoped object has its Application's destination namespace.
        let same_namespace = k.namespace.is_empty() || k.namespace == namespace;
        (group == k.group && kind == k.kind && name == k.name && same_namespace && !app.is_empty()).then_some(app)
    }

    /// Whether the object has a mark of the method in force, whichever Application it names.
    pub fn has_mark(&self, object: &Value) -> bool {
        match self.method {
            Method::Annotation => meta::annotation(object, ANNOTATION).is_some(),
            Method::Label => meta::label(object, &self.label).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Method, Tracking};
    use crate::model::{Key, Object};
    use crate::value::json;

    #[test]
    fn a_mark_counts_if_it_is_about_the_object_itself() {
        let object = |group: &str, kind: &str, namespace: &str, id: &str, installation: &str| Object {
            key: Key::new(group, kind, namespace, "a"),
            plural: String::new(),
            uid: String::new(),
            file: String::new(),
            value: json!({"metadata": {"labels": {"i": "by-label"}, "annotations": {"argocd.argoproj.io/tracking-id": id, "argocd.argoproj.io/installation-id": installation}}}),
        };
        let tracking =
            |method, installation: Option<&str>| Tracking { method, label: "i".into(), installation: installation.map(str::to_owned) };
        let annotation = tracking(Method::Annotation, None);
        for (o, want) in [
            (object("apps", "Deployment", "n", "x:apps/Deployment:n/a", ""), Some("x")),
            (object("apps", "Deployment", "n", "team_x:apps/Deployment:n/a", ""), Some("team_x")),
            (object("apps", "Deployment", "n", "x:apps/Deployment:m/a", ""), None),
            (object("apps", "Deployment", "n", "x:apps/StatefulSet:n/a", ""), None),
            (object("apps", "Deployment", "n", "x:apps/Deployment:n/b", ""), None),
            (object("", "Namespace", "", "x:/Namespace:dest/a", ""), Some("x")),
            (object("apps", "Deployment", "n", "x", ""), None),
            (object("apps", "Deployment", "n", ":apps/Deployment:n/a", ""), None),
        ] {
            assert_eq!(annotation.instance(&o), want, "{}", o.value);
        }
        let own = object("apps", "Deployment", "n", "x:apps/Deployment:n/a", "blue");
        assert_eq!(tracking(Method::Annotation, Some("blue")).instance(&own), Some("x"));
        assert_eq!(tracking(Method::Annotation, Some("green")).instance(&own), None, "the mark of another installation");
        assert_eq!(tracking(Method::Label, Some("green")).instance(&own), Some("by-label"), "the label has no installation");
    }
}
