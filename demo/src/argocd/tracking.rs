//! Whose an object is, and the mark that says so, by the method of `argocd-cm`. Knows no store but for owners that only Argo CD sees.
//! As `util/argo/resource_tracking.go` of Argo CD 3.2.11, and `pkg/cache/references.go` of its gitops-engine.
use super::settings::{Method, Settings};
use crate::seed::git::{TRACKING, manager};
use crate::world::objects::{group, items, name, namespace, remove, text};
use crate::world::store::Store;
use serde_json::Value;

impl Settings {
    /// The Application that manages an object: its mark says so, and the object is nobody's child. By label that is all there is; an id
    /// must name the object itself.
    pub fn manager<'a>(&self, object: &'a Value) -> Option<&'a str> {
        match self.method {
            Method::Label => self.named(object).filter(|_| object["metadata"]["ownerReferences"].is_null()),
            _ => manager(object),
        }
    }

    /// The Application that a mark names, wherever the mark came from.
    pub fn named<'a>(&self, object: &'a Value) -> Option<&'a str> {
        match self.method {
            Method::Label => object["metadata"]["labels"][&self.label].as_str().filter(|l| !l.is_empty()),
            _ => object["metadata"]["annotations"][TRACKING].as_str()?.split_once(':').map(|(app, _)| app),
        }
    }

    /// Whether a manifest has the marks that an Application would give it.
    pub fn is_marked(&self, app: &str, manifest: &Value) -> bool {
        let label = || manifest["metadata"]["labels"][&self.label] == self.label_of(app);
        let id = manager(manifest) == Some(app);
        let is_crd = manifest["kind"] == "CustomResourceDefinition";
        is_crd
            || match self.method {
                Method::Annotation => id,
                Method::Label => label() && manifest["metadata"]["annotations"][TRACKING].is_null(),
                Method::AnnotationAndLabel => id && label(),
            }
    }

    /// Puts an Application's marks on an object, in place of those of another method.
    pub fn mark(&self, app: &str, destination: &str, object: &mut Value) {
        if self.method == Method::Label {
            remove(&mut object["metadata"]["annotations"], TRACKING);
        } else if manager(object) != Some(app) {
            let place = if namespace(object).is_empty() { destination } else { namespace(object) };
            let id = format!("{app}:{}/{}:{place}/{}", group(object), text(&object["kind"]), name(object));
            object["metadata"]["annotations"][TRACKING] = id.into();
        }
        if self.method != Method::Annotation {
            object["metadata"]["labels"][&self.label] = self.label_of(app).into();
        }
        if object["metadata"]["annotations"].as_object().is_none_or(serde_json::Map::is_empty) {
            remove(&mut object["metadata"], "annotations");
        }
    }

    /// Where the label is all there is, a long name stays long, and the API server refuses it.
    fn label_of<'a>(&self, app: &'a str) -> &'a str {
        let fits = if self.method == Method::Label { app } else { app.get(..63).unwrap_or(app) };
        fits.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())
    }
}

/// Whether Argo CD counts an object as somebody's child though it has no owner: Endpoints of their Service; a claim of its StatefulSet, for
/// as long as that is there.
pub fn is_inferred_child(store: &Store, object: &Value) -> bool {
    let of = |set: &Value| {
        let made = |template: &Value| {
            let ordinal = name(object).strip_prefix(&format!("{}-{}-", name(template), name(set)));
            ordinal.is_some_and(|o| !o.is_empty() && o.bytes().all(|b| b.is_ascii_digit()))
        };
        items(&set["spec"]["volumeClaimTemplates"]).any(made)
    };
    match text(&object["kind"]) {
        "Endpoints" => object["metadata"]["ownerReferences"].is_null(),
        "PersistentVolumeClaim" => store.list("statefulsets.apps", Some(namespace(object))).any(of),
        _ => false,
    }
}
