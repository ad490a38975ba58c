//! Why an Application hangs in Deleting. Pure: each cause names the object on which it rests; leaves come first.
use crate::argo::{app, managed};
use crate::model::{Object, instant, meta};
use crate::usecase::switch::decide::preflight::unconfirmed;
use crate::usecase::switch::decide::silence;
use crate::usecase::switch::{Code, Fact, Scan, View};
use crate::value::Value;
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeSet;

/// Seconds after which Argo CD should have begun with what was asked of it.
const SILENT: i64 = 15;
/// Seconds that a deletion may take without a word.
const USUAL: i64 = 60;

/// The causes, the deepest first; `unknown-cause` where nothing speaks.
pub fn causes(view: &View, scan: &Scan, app: &Object, now: DateTime<Utc>) -> Vec<Fact> {
    let mut seen = BTreeSet::new();
    let mut causes = below(view, scan, app, now, &mut seen);
    if causes.is_empty() {
        causes.push(Fact::new(Code::UnknownCause, &app.key, meta::finalizers(&app.value).join(" ")));
    }
    causes
}

fn below<'a>(view: &'a View, scan: &Scan, app: &'a Object, now: DateTime<Utc>, seen: &mut BTreeSet<&'a str>) -> Vec<Fact> {
    if !seen.insert(&app.uid) {
        return vec![];
    }
    let mut causes = Vec::new();
    let is_child = |o: &&Object| o.key.is_argo("Application") && view.marked(o).as_ref() == Some(&app.key);
    for child in view.applications().filter(is_child).filter(|c| meta::deleting(&c.value).is_some()) {
        causes.extend(below(view, scan, child, now, seen));
        causes.push(Fact::new(Code::ChildDeleting, &child.key, meta::finalizers(&child.value).join(" ")));
    }
    causes.extend(held(view, scan, app));
    causes.extend(own(view, scan, app, now));
    causes
}

/// Objects that are being deleted and that a finalizer of somebody else holds.
fn held(view: &View, scan: &Scan, app: &Object) -> Vec<Fact> {
    let mine =
        |o: &&Object| !o.key.is_argo("Application") && meta::deleting(&o.value).is_some() && view.marked(o).as_ref() == Some(&app.key);
    let held = scan.objects.iter().filter(mine).map(|o| Fact::new(Code::Held, &o.key, foreign(&o.value).join(" ")));
    held.filter(|f| !f.detail.is_empty()).collect()
}

/// Finalizers that are neither Argo CD's nor the garbage collector's.
pub fn foreign(object: &Value) -> Vec<&str> {
    let known = |f: &str| app::is_argos(f) || matches!(f, "foregroundDeletion" | "orphan");
    meta::finalizers(object).into_iter().filter(|f| !known(f)).collect()
}

fn own(view: &View, scan: &Scan, app: &Object, now: DateTime<Utc>) -> Vec<Fact> {
    let value = &app.value;
    let mut causes = Vec::new();
    let mut add = |code, detail: &str| causes.push(Fact::new(code, &app.key, detail));
    if app::is_operating(value) {
        add(Code::OperationSet, app::message(value));
    }
    let error = app::condition(value, "DeletionError").map(|(_, message)| message);
    let no_project = view.has_project(app::project(value)) == Some(false);
    if no_project {
        add(Code::NoProject, app::project(value));
    }
    match error {
        Some(message) if message.contains("cluster") && !no_project => add(Code::ClusterUnreachable, message),
        Some(message) if !no_project => add(Code::DeletionError, message),
        _ => {}
    }
    let hooks: Vec<&str> =
        meta::finalizers(value).into_iter().filter(|f| f.starts_with("pre-delete-") || f.starts_with("post-delete-")).collect();
    if !hooks.is_empty() {
        add(Code::HookFinalizer, &hooks.join(" "));
    }
    if app::is_skipped(value) {
        add(Code::SkipReconcile, "");
    }
    let foreign = foreign(value);
    if !foreign.is_empty() {
        add(Code::ForeignFinalizer, &foreign.join(" "));
    }
    causes.extend(unconfirmed(app));
    if causes.is_empty() && is_silent(view, scan, app, now) {
        causes.push(Fact::new(Code::ControllerSilent, &app.key, ""));
    }
    causes
}

/// Whether a deletion just takes its time: it is young, and nothing but deletions below it is seen.
pub fn is_usual(app: &Object, causes: &[Fact], now: DateTime<Utc>) -> bool {
    let waits = |f: &Fact| matches!(f.code, Code::ChildDeleting | Code::UnknownCause);
    causes.iter().all(waits) && !for_seconds(meta::deleting(&app.value).and_then(instant), USUAL, now)
}

/// Operations that Argo CD does not begin, or for which it has no manifests.
pub fn silent(app: &Object, now: DateTime<Utc>) -> Option<Fact> {
    let code = silence::sign(&app.value).filter(|_| for_seconds(silence::since(&app.value), SILENT, now))?;
    Some(Fact::new(code, &app.key, ""))
}

/// Whether Argo CD has not begun with its deletion: each object that it lists is there and is not being deleted.
fn is_silent(view: &View, scan: &Scan, app: &Object, now: DateTime<Utc>) -> bool {
    let mut objects = managed(&app.value).map(|key| view.get(&key).or_else(|| scan.get(&key))).peekable();
    let untouched = |object: Option<&Object>| object.is_some_and(|o| meta::deleting(&o.value).is_none());
    let listed = objects.peek().is_some();
    listed && for_seconds(meta::deleting(&app.value).and_then(instant), SILENT, now) && objects.all(untouched)
}

fn for_seconds(since: Option<DateTime<FixedOffset>>, seconds: i64, now: DateTime<Utc>) -> bool {
    since.is_some_and(|t| now.signed_duration_since(t).num_seconds() >= seconds)
}
