//! What the platform begins with, held by digests, so that nothing changes it unseen. One that is meant to change is copied from the
//! failure.
use evid_demo::seed::SIMULATED;
use serde_json::Value;
use sha2::{Digest, Sha256};

fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_seed_is_the_recorded_one() {
    let seed = evid_demo::seed::seed("2030-01-02T03:04:05Z".parse().unwrap(), b"a").unwrap();
    let manifests: Vec<Value> = seed.git.rendered.values().flat_map(|r| r.manifests.iter().cloned()).collect();
    assert_eq!(digest(&seed.objects.into()), "7fe8b8a906e497f0a5a3acb37ee2298f45e9d3b68dde05fdb00ab82420fca9a1");
    assert_eq!(digest(&manifests.into()), "959195e4f16bc03e88819808aab0a41c86965d69c1ea0a44f7f4bad0bc221438");
    // What it adds to the recorded version says that it is simulated.
    let mut version = seed.version.clone();
    let git = version["gitVersion"].as_str().and_then(|git| git.strip_suffix(SIMULATED)).unwrap().to_owned();
    version["gitVersion"] = git.into();
    assert_eq!(digest(&version), "513b0bd3e2ef361448fe069b8f3be3488c9f87a2c807e634fa6fe91634ffa375");
}
