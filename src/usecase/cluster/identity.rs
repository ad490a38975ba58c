//! Which cluster answers: the uid of its Namespace `kube-system`, which no two clusters share and which lasts as long as the cluster.
use crate::model::meta;
use crate::usecase::cluster::port::{Api, Ask, NoReply};

/// The uid; none where the Namespace may not be read.
///
/// # Errors
/// If the cluster does not answer.
pub fn uid(api: &dyn Api) -> Result<Option<String>, NoReply> {
    let read = |path: &str| Ok(Some(api.send(&Ask::get(path))?).filter(|r| r.status == 200).and_then(|r| r.json().ok()));
    let space = match read("/api/v1/namespaces/kube-system")? {
        // Who may list it need not be allowed to read it by name.
        None => read("/api/v1/namespaces?fieldSelector=metadata.name%3Dkube-system")?.and_then(|l| l.pointer("/items/0").cloned()),
        space => space,
    };
    Ok(space.map(|space| meta::uid(&space).to_owned()).filter(|uid| !uid.is_empty()))
}
