//! Rights, before the first write: a run that may make the root manual and nothing else would leave it so. Asks by access reviews, which
//! change nothing; a server that does not answer them refuses by itself later.
use crate::model::Key;
use crate::usecase::rights::{self, Right, Scope};
use crate::usecase::switch::{Code, Fact, Run, Stop, Target, View};
use std::collections::BTreeSet;

/// Refused where the user lacks one of these verbs on Applications, in a namespace that has one of the layer; or may not delete one of what
/// is deleted beside them.
pub fn permitted<'a>(run: &Run<'_>, view: &View, verbs: &[&str], deleted: impl Iterator<Item = &'a Target>) -> Result<(), Stop> {
    let root = view.root_key();
    let spaces: BTreeSet<&str> = view.members().into_iter().map(|app| &*app.key.namespace).chain([&*root.namespace]).collect();
    let of_apps = |r: &Right| r.scope == Scope::Applications && r.resource == "applications" && verbs.contains(&r.verb);
    let rights: Vec<Right> = rights::of_switch().into_iter().filter(of_apps).collect();
    let mut wanted: BTreeSet<(&str, &str, Right)> = BTreeSet::new();
    for namespace in spaces {
        wanted.extend(rights.iter().map(|right| ("Application", namespace, right.clone())));
    }
    wanted.extend(deleted.map(|d| (&*d.kind.kind, &*d.key.namespace, Right::delete(&d.kind))));
    let lacks = |(_, namespace, right): &(&str, &str, Right)| rights::ask(run.api, right, Some(namespace)) == Ok(false);
    let missing = wanted.iter().filter(|w| lacks(w));
    let missing: Vec<Fact> = missing
        .map(|(kind, namespace, right)| Fact::new(Code::NoRight, &Key::new(&right.group, kind, namespace, "*"), right.shown()))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Stop::Refused(missing)) }
}
