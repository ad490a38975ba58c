//! Which cluster answers: the uid of its Namespace `kube-system`, which no two clusters share and which lasts as long as the cluster.
use crate::model::meta;
use crate::usecase::cluster::port::{Api, Ask, NoReply};

/// The uid; none where the Namespace may not be read.
///
/// # Errors
/// If the cluster does not answer.
pub fn uid(api: &dyn Api) -> Result<Option<String>, NoReply> {
    let reply = api.send(&Ask::get("/api/v1/namespaces/kube-system"))?;
    let space = (reply.status == 200).then(|| reply.json().ok()).flatten();
    Ok(space.map(|space| meta::uid(&space).to_owned()).filter(|uid| !uid.is_empty()))
}
