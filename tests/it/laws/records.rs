//! What a storage system keeps of a volume goes with the volume, stays with one that is kept, and is never lost unseen.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, answered, app, entry, lists, new, owned_by};
use crate::samples::items;
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

const DRIVER: &str = "driver.longhorn.io";
const CLAIM_UID: &str = "5fb9bff9-f167-4080-97a4-406747523689";

/// A claim with the volume that a provisioner made for it; where an Application is named, it manages the claim. Returns the volume's name.
fn provisioned(one: &mut Collected, namespace: &str, by: Option<&str>) -> String {
    let volume_name = format!("pvc-{CLAIM_UID}");
    let mut claim = new("v1", "PersistentVolumeClaim", namespace, "cache");
    claim["metadata"]["uid"] = json!(CLAIM_UID);
    claim["spec"] = json!({"volumeName": volume_name, "accessModes": ["ReadWriteOnce"]});
    claim["status"] = json!({"phase": "Bound"});
    if let Some(by) = by {
        claim["metadata"]["annotations"] =
            json!({"argocd.argoproj.io/tracking-id": format!("{by}:/PersistentVolumeClaim:{namespace}/cache")});
        lists(app(one, by), entry("", "PersistentVolumeClaim", namespace, "cache"));
    }
    items(one, "persistentvolumeclaims").push(claim);
    let mut volume = new("v1", "PersistentVolume", "", &volume_name);
    volume["metadata"]["annotations"] = json!({"pv.kubernetes.io/provisioned-by": DRIVER});
    volume["spec"] = json!({
        "claimRef": {"namespace": namespace, "name": "cache", "uid": CLAIM_UID},
        "csi": {"driver": DRIVER, "volumeHandle": volume_name},
        "persistentVolumeReclaimPolicy": "Delete",
    });
    volume["status"] = json!({"phase": "Bound"});
    items(one, "persistentvolumes").push(volume);
    volume_name
}

/// The storage system's record of a volume, and what belongs to the record; or no more of either.
fn records(one: &mut Collected, volume: Option<&str>) {
    let (mut volumes, mut engines) = (Vec::new(), Vec::new());
    if let Some(name) = volume {
        let mut record = new("longhorn.io/v1beta2", "Volume", "monitoring", name);
        record["spec"] = json!({"numberOfReplicas": 2});
        let mut engine = new("longhorn.io/v1beta2", "Engine", "monitoring", &format!("{name}-e-0"));
        let owner = record["metadata"]["uid"].clone();
        owned_by(&mut engine, "longhorn.io/v1beta2", "Volume", name, &owner);
        (volumes, engines) = (vec![record], vec![engine]);
    }
    answered(one, "longhorn.io", "volumes", volumes);
    answered(one, "longhorn.io", "engines", engines);
}

/// The record of a system that has no rule.
fn unknown(one: &mut Collected, volume: Option<&str>) {
    let record = |name: &str| new("acme.example.org/v1", "Disk", "monitoring", &format!("disk-{name}"));
    answered(one, "acme.example.org", "disks", volume.map(record).into_iter().collect::<Vec<Value>>());
}

pub const CASES: &[Case] = &[
    (
        "a record of a volume goes with its volume",
        OFF,
        |all| {
            let name = provisioned(&mut all[0], "feast-dev", Some("feast-dev"));
            records(&mut all[0], Some(&name));
            records(&mut all[1], None);
        },
        &[("changes.confined", PROVEN), ("baseline.unchanged", PROVEN), ("optional.absent", PROVEN)],
    ),
    (
        "a record of a volume stays with a volume that is kept",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let name = provisioned(one, "feast-dev", None);
                records(one, Some(&name));
            }
        },
        &[("changes.confined", PROVEN), ("optional.absent", PROVEN)],
    ),
    (
        "a record that goes while its volume stays is lost",
        OFF,
        |all| {
            for one in all.iter_mut() {
                provisioned(one, "feast-dev", None);
            }
            records(&mut all[0], Some(&format!("pvc-{CLAIM_UID}")));
            records(&mut all[1], None);
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "a record of a protected layer's volume is that layer's",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let name = provisioned(one, "mlops-prod", Some("fastapi-prod"));
                records(one, Some(&name));
                let list = one.lists.iter_mut().find(|l| l.group == "longhorn.io" && l.resource.as_deref() == Some("volumes"));
                list.unwrap().items[0]["spec"]["numberOfReplicas"] = json!(2 - i);
            }
        },
        &[("core.unchanged", REFUTED), ("baseline.unchanged", PROVEN)],
    ),
    (
        "a record stays behind without its volume",
        OFF,
        |all| {
            let name = provisioned(&mut all[0], "feast-dev", Some("feast-dev"));
            for one in all.iter_mut() {
                records(one, Some(&name));
            }
        },
        &[("optional.absent", "refuted|inconclusive")],
    ),
    (
        "two volumes with one handle take no record out of its layer",
        OFF,
        |all| {
            for one in all.iter_mut() {
                provisioned(one, "mlops-prod", Some("fastapi-prod"));
            }
            let name = format!("pvc-{CLAIM_UID}");
            let mut forged = new("v1", "PersistentVolume", "", "forged");
            forged["spec"] = json!({"csi": {"driver": DRIVER, "volumeHandle": name}});
            items(&mut all[0], "persistentvolumes").push(forged);
            records(&mut all[0], Some(&name));
            records(&mut all[1], None);
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "what bears the uid of a claim in its name goes with the claim's volume, of whatever system",
        OFF,
        |all| {
            let name = provisioned(&mut all[0], "feast-dev", Some("feast-dev"));
            unknown(&mut all[0], Some(&name));
            unknown(&mut all[1], None);
        },
        &[("changes.confined", PROVEN), ("baseline.unchanged", PROVEN)],
    ),
    (
        "law 14: the volume of a run's claim comes with the run",
        OFF,
        |all| {
            for one in all.iter_mut() {
                answered(one, "tekton.dev", "pipelineruns", vec![]);
            }
            provisioned(&mut all[1], "mlops-prod", None);
            let mut run = new("tekton.dev/v1", "PipelineRun", "mlops-prod", "build");
            run["metadata"]["labels"] = json!({"triggers.tekton.dev/triggers-eventid": "1"});
            let owner = run["metadata"]["uid"].clone();
            let claim = items(&mut all[1], "persistentvolumeclaims").last_mut().unwrap();
            owned_by(claim, "tekton.dev/v1", "PipelineRun", "build", &owner);
            answered(&mut all[1], "tekton.dev", "pipelineruns", vec![run]);
        },
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "a volume that an Application of the layer manages and that stays is no record",
        OFF,
        |all| {
            let volume =
                items(&mut all[0], "persistentvolumes").iter().find(|v| v["metadata"]["name"] == "feast-registry-dev").unwrap().clone();
            items(&mut all[1], "persistentvolumes").retain(|v| v["metadata"]["name"] != "feast-registry-dev");
            items(&mut all[1], "persistentvolumes").push(volume);
        },
        &[("optional.absent", REFUTED)],
    ),
];
