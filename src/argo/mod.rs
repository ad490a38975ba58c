//! The only module that knows Argo CD. It decides as Argo CD's source does; each file names the source file and the version that it
//! follows. Pure: all input comes as values. It must not know bundles, claims, or what evid does with an answer.
mod agreement;
pub mod app;
mod control;
mod current;
mod destination;
mod entry;
mod hook;
mod keep;
pub mod printed;
pub mod set;
mod settings;
pub mod stated;
mod tracking;
mod tree;

pub use agreement::{Agreement, glob};
pub use app::{Form, Mode, SKIP_RECONCILE};
pub use control::control_namespace;
pub use current::{Stale, stale};
pub use destination::Here;
pub use entry::{Entry, key_of_entry, listed, managed, resources};
pub use hook::is_hook;
pub use keep::{HELM_POLICY, Kept, SYNC_OPTIONS, Strategy, has_option, kept, kept_either_way};
pub use settings::{SETTINGS, Settings, longest_silence};
pub use tracking::{ANNOTATION, INSTALLATION, Method, Tracking};
pub use tree::{Apps, Listed};

use crate::model::KeyRef;

/// The API group of Argo CD's own kinds.
pub const GROUP: &str = "argoproj.io";

/// Argo CD's own kinds, with their plurals: their objects are in the cluster in which Argo CD runs, wherever it deploys to. Its sister
/// projects have kinds of the same group.
const KINDS: [(&str, &str); 3] = [("Application", "applications"), ("ApplicationSet", "applicationsets"), ("AppProject", "appprojects")];

pub fn is_own_kind(group: &str, kind: &str) -> bool {
    group == GROUP && KINDS.iter().any(|(own, _)| *own == kind)
}

/// Whether an object is in the cluster in which Argo CD runs: one of its own kind, or one of its two ConfigMaps in one of these namespaces.
pub fn is_beside(key: KeyRef<'_>, settings: &[String]) -> bool {
    let is_map = key.group.is_empty() && key.kind == "ConfigMap" && SETTINGS.contains(&key.name);
    is_own_kind(key.group, key.kind) || (is_map && settings.iter().any(|namespace| namespace == key.namespace))
}

/// Whether a resource (by its plural) is one of Argo CD's own.
pub fn is_own_resource(group: &str, plural: &str) -> bool {
    group == GROUP && KINDS.iter().any(|(_, own)| *own == plural)
}
