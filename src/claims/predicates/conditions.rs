//! What custom resources say of themselves: one that said it is ready before and says now that it is not has not come through. Argo CD knows the
//! health of few kinds, and calls the others healthy.
use crate::claims::evidence::APPLICATIONS;
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance, Spot};
use crate::kinds::built_in::is_custom;
use crate::model::{meta, unstem};
use crate::value::{Value, json};

/// The conditions with which a custom resource says that it does its work.
const WELL: &[&str] = &["Ready", "Available", "Healthy"];

/// The kinds whose health evid reads.
const KNOWN: &[&str] = &["rollouts.argoproj.io", APPLICATIONS];

/// The custom resources of a layer that no longer say that they are well, with this effect if they say that they are not; a doubt if they
/// do not know.
pub(super) fn lost(e: &Evidence<'_>, layer: &str, (a, b): (usize, usize), effect: Effect) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let speaks = |s: &Spot| is_custom(unstem(&s.stem).1) && !e.ends(s) && !KNOWN.contains(&&*s.stem);
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, _)| speaks(s)) {
        let (Some(Some(x)), Some(Some(y))) = (all.get(a), all.get(b)) else { continue };
        let was = said(e, spot, x, a)?;
        if x.derived || y.derived || was.iter().all(Option::is_none) {
            continue;
        }
        let is = said(e, spot, y, b)?;
        for (name, (before, after)) in WELL.iter().zip(was.iter().zip(&is)) {
            let effect = match (before.as_deref(), after.as_deref()) {
                (Some("True"), Some("False")) => effect,
                (Some("True"), Some("Unknown")) => Effect::Doubts,
                _ => continue,
            };
            let say = |status: &Option<String>| status.as_ref().map(|status| json!({(*name): (status.clone())}));
            let finding = Finding::new(effect, Code::Unhealthy, b).about(e.key(spot)).at("/status/conditions", say(before), say(after));
            findings.push(finding.in_file(&e.file("noise", spot, y, b)?));
        }
    }
    Ok(findings)
}

/// The status of each of these conditions, if the object has it.
fn said(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<Vec<Option<String>>, CompareError> {
    let object = e.whole(spot, at, side)?;
    let status = |name: &&str| {
        let of_type = |c: &&Value| meta::text(c, "/type") == *name;
        meta::list(&object, "/status/conditions").find(of_type).map(|c| meta::text(c, "/status").to_owned())
    };
    Ok(WELL.iter().map(status).collect())
}
