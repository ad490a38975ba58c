//! The volumes of a bundle: what each is bound to, and where its data is.
use crate::claims::{VOLUME_PATHS, VOLUME_SERVERS};
use crate::compare::{CompareError, Instances, Side, Spot};
use crate::model::meta;
use crate::usecase::shown::objects::objects;
use crate::value::Value;

#[derive(PartialEq, Eq)]
pub struct Volume {
    pub name: String,
    pub layer: String,
    /// The claim that it is bound to or reserved for, as `namespace/name`; empty without one.
    pub claim: String,
    /// Its phase; empty if that was not seen.
    pub phase: String,
    /// Its reclaim policy; the API's default is Retain.
    pub policy: String,
    /// Where its data is: `server:path`, a path, or a driver and its handle; empty if it says none of them.
    pub place: String,
}

/// The volumes of a bundle, by name.
pub(super) fn read(instances: &Instances, side: &Side, index: usize) -> Result<Vec<Volume>, CompareError> {
    let all = objects(instances, side, index, "persistentvolumes")?;
    let one = |spot: &Spot, volume: &Value| {
        let text = |pointer: &str| meta::text(volume, pointer).to_owned();
        let claim = [text("/spec/claimRef/namespace"), text("/spec/claimRef/name")].join("/");
        Volume {
            name: spot.name.to_string(),
            layer: instances.layer(spot).to_owned(),
            claim: if claim == "/" { String::new() } else { claim },
            phase: text("/status/phase"),
            policy: Some(text("/spec/persistentVolumeReclaimPolicy")).filter(|p| !p.is_empty()).unwrap_or_else(|| "Retain".into()),
            place: place(volume),
        }
    };
    Ok(all.iter().map(|(spot, volume)| one(spot, volume)).collect())
}

fn place(volume: &Value) -> String {
    let first = |pointers: &[&str]| pointers.iter().map(|p| meta::text(volume, p)).find(|t| !t.is_empty()).unwrap_or_default().to_owned();
    let (server, path) = (first(&VOLUME_SERVERS), first(&VOLUME_PATHS));
    let driver = [meta::text(volume, "/spec/csi/driver"), meta::text(volume, "/spec/csi/volumeHandle")].join(" ");
    match (&*server, &*path) {
        ("", "") => driver.trim().to_owned(),
        ("", path) => path.to_owned(),
        (server, path) => format!("{server}:{path}"),
    }
}
