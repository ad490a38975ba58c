//! Which cluster answers, and its version. Its identity is the uid of its Namespace `kube-system`, which no two clusters share and which
//! lasts as long as the cluster.
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

/// The uid of the hub; none where there is none, or the Namespace may not be read.
///
/// # Errors
/// If the hub does not answer.
pub fn uid_of_hub(api: &dyn Api) -> Result<Option<String>, NoReply> {
    api.sides().map_or(Ok(None), |sides| uid(sides.hub))
}

/// The version that the API server gives itself, such as `v1.33.1`, if it tells.
pub fn version(api: &dyn Api) -> Option<String> {
    let reply = api.send(&Ask::get("/version")).ok().filter(|r| r.status == 200)?;
    reply.json().ok()?.get("gitVersion")?.as_str().map(str::to_owned)
}
