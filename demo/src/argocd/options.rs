//! What the sync options of an object say, and what asks a person before it goes: `Prune=confirm`, `Delete=confirm`. Writes nothing.
//! As `controller/state.go`, `controller/appcontroller.go` and `IsDeletionConfirmed` (types.go) of Argo CD 3.2.11. (3.5 also reads these
//! options of the whole Application, and counts both for both.)
use crate::world::objects::{moment, text};
use serde_json::Value;

const APPROVED: &str = "argocd.argoproj.io/deletion-approved";

/// Whether `argocd.argoproj.io/sync-options` of an object says something.
pub fn option(object: &Value, said: &str) -> bool {
    text(&object["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]).split(',').any(|o| o.trim() == said)
}

/// Whether a prune of an object waits for a person.
pub fn prune(object: &Value) -> bool {
    option(object, "Prune=confirm")
}

/// What `requiresDeletionConfirmation` says of an object.
pub fn delete(object: &Value) -> bool {
    option(object, "Delete=confirm")
}

/// Whether a person has approved since a time.
pub fn approved(app: &Value, since: &Value) -> bool {
    let said = moment(&app["metadata"]["annotations"][APPROVED]);
    said.is_some_and(|said| moment(since).is_some_and(|since| said >= since))
}
