//! Storage: of a volume and its claim, the one that moved or is wrong is named; going is not being; pinned volumes share no place.
use crate::samples::{collected, drafted_with, object, side_of};
use crate::support::json;
use evid::bundle::config::{Config, Pin};
use evid::claims::Judged;
use evid::usecase::capture::Collected;
use evid::usecase::diff::diff;
use evid::value::Value;

const VOLUME: &str = "triton-model-repo-prod";
const CLAIM: &str = "triton-model-repo";

fn volume(c: &mut Collected) -> &mut Value {
    object(c, "persistentvolumes", "", VOLUME)
}

fn claim(c: &mut Collected) -> &mut Value {
    object(c, "persistentvolumeclaims", "mlops-prod", CLAIM)
}

/// `storage.retained` over these two.
fn judged(before: Collected, after: Collected, pins: &[Pin]) -> Judged {
    let config = Config { storage: pins.to_vec(), ..Config::default() };
    let sides: Vec<_> =
        [before, after].into_iter().enumerate().map(|(i, c)| side_of(&i.to_string(), drafted_with(c, config.clone()))).collect();
    diff(&sides, None).unwrap().judged.into_iter().find(|j| j.id == "storage.retained").unwrap()
}

/// What is said after a change of the later bundle: each `code Kind name pointer`.
fn said(change: impl Fn(&mut Collected)) -> (&'static str, Vec<String>) {
    let mut after = collected("off");
    change(&mut after);
    told(&judged(collected("before"), after, &[]))
}

fn told(judged: &Judged) -> (&'static str, Vec<String>) {
    let finding = |f: &evid::claims::Finding| {
        let key = f.object.clone().unwrap();
        format!("{} {} {} {}", f.code, key.kind, key.name, f.pointer)
    };
    (judged.verdict.as_str(), judged.findings.iter().map(finding).collect())
}

#[test]
fn the_one_that_moved_or_is_wrong_is_named() {
    let (of_volume, of_claim) = (
        |code: &str, p: &str| format!("{code} PersistentVolume {VOLUME} {p}"),
        |code: &str, p: &str| format!("{code} PersistentVolumeClaim {CLAIM} {p}"),
    );
    let (phase, going) = ("/status/phase", "/metadata/deletionTimestamp");
    assert_eq!(said(|_| {}), ("proven", vec![]));
    let refuted = |change: fn(&mut Collected), findings: Vec<String>| assert_eq!(said(change), ("refuted", findings));
    refuted(|c| volume(c)["metadata"]["uid"] = json!("other"), vec![of_volume("replaced", "/metadata/uid")]);
    refuted(|c| volume(c)["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z"), vec![of_volume("deleting", going)]);
    refuted(|c| claim(c)["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z"), vec![of_claim("deleting", going)]);
    refuted(|c| claim(c)["status"]["phase"] = json!("Lost"), vec![of_claim("not-bound", phase)]);
    refuted(|c| volume(c)["status"]["phase"] = json!("Released"), vec![of_volume("not-bound", phase)]);
    refuted(|c| claim(c)["spec"]["volumeName"] = json!("other"), vec![of_claim("other-volume", "/spec/volumeName")]);
    refuted(|c| volume(c)["spec"]["claimRef"]["uid"] = json!("other"), vec![of_volume("other-claim", "/spec/claimRef/uid")]);
    // The claim was made anew and the volume was handed to it: the claim moved, the volume did not.
    refuted(
        |c| {
            claim(c)["metadata"]["uid"] = json!("other");
            volume(c)["spec"]["claimRef"]["uid"] = json!("other");
        },
        vec![of_claim("replaced", "/metadata/uid")],
    );
    refuted(
        |c| crate::samples::items(c, "persistentvolumeclaims").retain(|o| o["metadata"]["name"] != CLAIM),
        vec![of_claim("no-claim", "")],
    );
    let unknown = said(|c| drop(claim(c).as_object_mut().unwrap().remove("status")));
    assert_eq!(unknown, ("inconclusive", vec![of_claim("not-bound", phase)]));
}

#[test]
fn a_volume_on_a_node_stays_on_that_node() {
    let on_node = |node: &str, name: &str| {
        let mut c = collected(name);
        let spec = volume(&mut c)["spec"].as_object_mut().unwrap();
        spec.remove("nfs");
        spec.insert("local", json!({"path": "/data"}));
        let wanted = json!([{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]);
        spec.insert("nodeAffinity", json!({"required": {"nodeSelectorTerms": wanted}}));
        c
    };
    assert_eq!(judged(on_node("a", "before"), on_node("a", "off"), &[]).verdict.as_str(), "proven");
    let (verdict, findings) = told(&judged(on_node("a", "before"), on_node("b", "off"), &[]));
    assert_eq!((verdict, findings), ("refuted", vec![format!("moved PersistentVolume {VOLUME} /spec/nodeAffinity")]));
}

#[test]
fn only_what_is_to_be_retained_and_is_bound_is_watched() {
    let of = |change: fn(&mut Value)| {
        let both = ["before", "off"].map(|name| {
            let mut c = collected(name);
            change(volume(&mut c));
            c
        });
        let [before, after] = both;
        judged(before, after, &[]).verdict.as_str()
    };
    // Two Feast volumes are the switched layer's, so none is left to watch.
    assert_eq!(of(|v| v["spec"]["persistentVolumeReclaimPolicy"] = json!("Delete")), "not_applicable");
    assert_eq!(of(|v| v["status"]["phase"] = json!("Released")), "not_applicable");
}

#[test]
fn pinned_volumes_lie_where_they_are_pinned_and_share_no_place() {
    let pin = |volume: &str, claim: &str, path: Option<&str>| Pin {
        persistent_volume: volume.into(),
        claim: claim.into(),
        server: Some("nfs.mlops.example".into()).filter(|_| path.is_some()),
        path: path.map(str::to_owned),
    };
    let prod = pin(VOLUME, "mlops-prod/triton-model-repo", Some("/exports/models/prod"));
    let with_dev = |source: &Value| {
        ["before", "off"].map(|name| {
            let mut c = collected(name);
            let (mut volume, mut claim) = (volume(&mut c).clone(), claim(&mut c).clone());
            volume["metadata"]["name"] = json!("dev");
            volume["metadata"]["uid"] = json!("dev-volume");
            volume["spec"]["claimRef"] =
                json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": "mlops-prod", "name": "dev", "uid": "dev-claim"});
            volume["spec"].as_object_mut().unwrap().remove("nfs");
            volume["spec"].as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
            claim["metadata"]["name"] = json!("dev");
            claim["metadata"]["uid"] = json!("dev-claim");
            claim["spec"]["volumeName"] = json!("dev");
            crate::samples::items(&mut c, "persistentvolumes").push(volume);
            crate::samples::items(&mut c, "persistentvolumeclaims").push(claim);
            c
        })
    };
    let lying = |source: &Value, pins: &[Pin]| {
        let [before, after] = with_dev(source);
        told(&judged(before, after, pins))
    };
    let told = |path: &str, pins: &[Pin]| lying(&json!({"nfs": {"server": "NFS.mlops.example.", "path": path}}), pins);
    let dev = pin("dev", "mlops-prod/dev", None);
    assert_eq!(told("/exports/models/dev", &[prod.clone(), dev.clone()]), ("proven", vec![]));
    let shared = "shared-place PersistentVolume dev /spec".to_owned();
    assert_eq!(told("/exports//models/prod/", &[prod.clone(), dev.clone()]), ("refuted", vec![shared.clone(); 2]));
    assert_eq!(told("/exports/x/../models/prod", &[prod.clone(), dev.clone()]), ("refuted", vec![shared.clone(); 2]));
    let folder = |name: &str| {
        let attributes = json!({"server": "nfs.mlops.example", "share": "/exports/models", "subdir": name});
        json!({"csi": {"driver": "nfs.csi.k8s.io", "volumeHandle": name, "volumeAttributes": attributes}})
    };
    assert_eq!(lying(&folder("dev"), &[prod.clone(), dev.clone()]), ("proven", vec![]));
    assert_eq!(lying(&folder("prod"), &[prod.clone(), dev.clone()]), ("refuted", vec![shared; 2]));
    let elsewhere = pin(VOLUME, "mlops-prod/other", Some("/exports/models/other"));
    let (verdict, findings) = told("/exports/models/dev", &[elsewhere]);
    assert_eq!(verdict, "refuted");
    for finding in [
        format!("not-as-pinned PersistentVolume {VOLUME} /spec/nfs/path"),
        format!("other-claim PersistentVolume {VOLUME} /spec/claimRef"),
        "no-claim PersistentVolumeClaim other ".to_owned(),
    ] {
        assert!(findings.contains(&finding), "{finding}: {findings:?}");
    }
}
