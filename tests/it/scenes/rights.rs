//! The roles that the doctor prints, given to a ServiceAccount: each verb reaches its end with them, and with nothing more.
use super::stage::Stage;
use evid::value::Value;

const USER: &str = "system:serviceaccount:evid:runner";

/// Applies what `evid doctor --rbac` prints, and proves a round trip as that account.
pub fn roles(stage: &Stage) {
    let printed = stage.evid(&["doctor", "--rbac", "--as", USER]).ended(0);
    let documents = evid::canon::yaml::parse(&printed.out).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for document in documents {
        let stem = format!("{}s.rbac.authorization.k8s.io", text(&document["kind"]).to_lowercase());
        let (namespace, name) = (text(&document["metadata"]["namespace"]), text(&document["metadata"]["name"]));
        stage.ground.create(&stem, &namespace, &document.clone().into());
        stage.later(move |s| s.ground.delete(&stem, &namespace, &name));
    }
    stage.evid(&["capture", "mine", "--as", USER]).ended(0);
    stage.prove(&["round-trip", "--config", "probes.yaml", "--as", USER]).ended(0);
    stage.off(&["--as", USER]).ended(0);
    stage.evid(&["switch", "on", "--yes", "--as", USER]).ended(0);
}
