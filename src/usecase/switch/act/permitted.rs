//! Rights, before the first write: a run that may make the root manual and nothing else would leave it so. Asks by access reviews, which
//! change nothing; a server that does not answer them refuses by itself later.
use crate::model::Key;
use crate::usecase::rights;
use crate::usecase::rights::{Right, Scope};
use crate::usecase::switch::{Code, Fact, Run, Stop, View};
use std::collections::BTreeSet;

/// Refused where the user lacks one of these verbs on Applications, in a namespace that has one of the layer.
pub fn permitted(run: &Run<'_>, view: &View, verbs: &[&str]) -> Result<(), Stop> {
    let root = view.root_key();
    let spaces: BTreeSet<&str> = view.members().into_iter().map(|app| &*app.key.namespace).chain([&*root.namespace]).collect();
    let rights: Vec<Right> =
        rights::of_switch().into_iter().filter(|r| r.scope == Scope::Applications && verbs.contains(&r.verb)).collect();
    let mut missing = Vec::new();
    for namespace in spaces {
        for right in &rights {
            if rights::ask(run.api, right, Some(namespace)) == Ok(false) {
                missing.push(Fact::new(Code::NoRight, &Key::new("argoproj.io", "Application", namespace, "*"), right.shown()));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Stop::Refused(missing)) }
}
