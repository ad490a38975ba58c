//! What happens on any platform, and must refute nothing and leave nothing open.
use super::stage::{APPS, Stage};
use serde_json::{Value, json};

pub fn refreshes(stage: &Stage) {
    stage.begin();
    stage.refresh();
    stage.settled();
    stage.capture("after").ended(0);
    stage.verdicts(&["begin", "after"]).all_well();
}

/// A CronJob fires, and every controller has looked at everything once more.
pub fn cron_job(stage: &Stage) {
    stage.begin();
    let fired =
        |s: &Stage| -> Vec<Value> { s.ground.list("cronjobs.batch").iter().map(|c| c["status"]["lastScheduleTime"].clone()).collect() };
    let looked = |s: &Stage| -> Vec<Value> { s.ground.list(APPS).iter().map(|a| a["status"]["reconciledAt"].clone()).collect() };
    let (before, looks) = (fired(stage), looked(stage));
    stage.until("a CronJob fires", |s| fired(s) != before);
    stage.until("every Application is looked at", |s| looked(s).iter().zip(&looks).all(|(now, then)| now != then));
    stage.settled();
    stage.capture("after").ended(0);
    stage.verdicts(&["begin", "after"]).all_well();
}

pub fn put_back(stage: &Stage) {
    stage.begin();
    let touch = |policy: &str, value: Value| json!({"spec": {"persistentVolumeReclaimPolicy": policy}, "metadata": {"annotations": {"touched": value}}});
    stage.ground.patch("persistentvolumes", "", "triton-model-repo-prod", &touch("Delete", "yes".into()));
    stage.ground.patch("persistentvolumes", "", "triton-model-repo-prod", &touch("Retain", Value::Null));
    stage.capture("after").ended(0);
    stage.verdicts(&["begin", "after"]).all_well();
}
