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

/// The API group of Argo CD's own kinds.
pub const GROUP: &str = "argoproj.io";
