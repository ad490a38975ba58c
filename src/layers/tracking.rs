//! Argo CD's tracking marks: which method is in force, and which Application a mark names.
use crate::model::Object;
use crate::model::Objects;
use serde_json::Value;

/// Where ownership is read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// The annotation `argocd.argoproj.io/tracking-id` (the default since Argo CD 3.0).
    Annotation,
    /// A label, `app.kubernetes.io/instance` by default (the default before 3.0).
    Label,
}

/// The method in force and its settings.
#[derive(Clone, Debug)]
pub struct Tracking {
    /// Annotation or label.
    pub method: Method,
    /// The label's name.
    pub label: String,
    /// `installationID`, where argocd-cm sets one.
    pub installation: Option<String>,
}

pub(super) const ANNOTATION: &str = "argocd.argoproj.io/tracking-id";
pub(super) const INSTALLATION: &str = "argocd.argoproj.io/installation-id";

impl Tracking {
    /// Reads argocd-cm; where it does not say, what the objects that Applications list carry decides.
    pub fn find(objects: &dyn Objects, listed: impl IntoIterator<Item = usize>) -> Self {
        let settings = objects.of_kind("", "ConfigMap").find(|at| objects.key(*at).name == "argocd-cm").and_then(|at| objects.lean(at));
        let setting = |name: &str| settings.as_ref().and_then(|o| o.value.get("data")?.get(name)?.as_str()).filter(|s| !s.is_empty());
        let label = setting("application.instanceLabelKey").unwrap_or("app.kubernetes.io/instance").to_owned();
        let method = match setting("application.resourceTrackingMethod") {
            Some("label") => Method::Label,
            Some(_) => Method::Annotation,
            None => {
                let (ids, labels) = listed.into_iter().filter_map(|at| objects.lean(at)).fold((0_usize, 0_usize), |(ids, labels), o| {
                    let id = meta(&o.value, "annotations", ANNOTATION).is_some();
                    (ids + usize::from(id), labels + usize::from(!id && meta(&o.value, "labels", &label).is_some()))
                });
                if labels > ids { Method::Label } else { Method::Annotation }
            }
        };
        Self { method, label, installation: setting("installationID").map(str::to_owned) }
    }

    /// The instance name (`name` or `namespace_name`) that the object's mark gives, if the mark is about the object itself.
    pub fn instance<'a>(&self, object: &'a Object) -> Option<&'a str> {
        if let Some(id) = &self.installation
            && meta(&object.value, "annotations", INSTALLATION) != Some(id)
        {
            return None;
        }
        if self.method == Method::Label {
            return meta(&object.value, "labels", &self.label);
        }
        let mut parts = meta(&object.value, "annotations", ANNOTATION)?.splitn(3, ':');
        let (app, kind, place) = (parts.next()?, parts.next()?, parts.next()?);
        let ((group, kind), (namespace, name)) = (kind.split_once('/')?, place.split_once('/')?);
        let k = &object.key;
        // A cluster-scoped object carries its Application's destination namespace.
        let same_namespace = k.namespace.is_empty() || k.namespace == namespace;
        (group == k.group && kind == k.kind && name == k.name && same_namespace && !app.is_empty()).then_some(app)
    }

    /// Whether the object carries a mark of the method in force, whatever it names.
    pub fn has_mark(&self, object: &Value) -> bool {
        match self.method {
            Method::Annotation => meta(object, "annotations", ANNOTATION).is_some(),
            Method::Label => meta(object, "labels", &self.label).is_some(),
        }
    }
}

fn meta<'a>(object: &'a Value, map: &str, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get(map)?.get(name)?.as_str()
}
