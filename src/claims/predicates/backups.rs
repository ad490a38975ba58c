//! Backups, and runs that restore one, are made by the clock, and taken when they are old. Each product has kinds of its own for them, and not every
//! one names an owner (K8up 2.15, restic/kubernetes/snapshots.go: one object for each snapshot that a repository holds). So it is with reports, which
//! who scans or measures writes anew.
use crate::claims::Evidence;
use crate::claims::predicates::transient::newcomers;
use crate::compare::{Change, ChangeKind, CompareError};
use crate::kinds::built_in::is_custom;
use crate::value::Value;

/// How the names of such kinds end.
const KINDS: &[&str] = &["Backup", "BackupRun", "BackupJob", "BackupSession", "Snapshot", "Restore", "RestoreSession", "RestoreJob"];

/// How the names of the kinds of reports end.
const REPORTS: &[&str] = &["Report", "Summary", "ScanResult", "CheckResult", "Recommendation", "Usage", "Heartbeat"];

/// Whether a report was added, removed or written anew that no Application manages, of a kind that no rule knows.
pub(super) fn is_report(e: &Evidence<'_>, change: &Change) -> bool {
    is_one_of(e, change, REPORTS)
}

/// Whether an object that no Application manages is of a kind that ends so, and that has no rule of its own.
fn is_one_of(e: &Evidence<'_>, change: &Change, kinds: &[&str]) -> bool {
    is_custom(&change.key.group)
        && kinds.iter().any(|word| change.key.kind.ends_with(word))
        && e.rules.of(&change.key.group, &change.key.kind).rule.kind.is_empty()
        && !e.is_managed(&change.spot)
}

/// What the names of labels and annotations hold that say that the clock made it, or that it ends by itself.
const MARKS: &[&str] = &["schedul", "cron", "autobackup", "retention", "retain", "expir", "ttl"];

/// Whether a backup was added or removed that no Application manages: somebody or the clock made it. One that went must say so of itself, or another
/// one must have come in its place. Kinds that have a rule of their own are as that rule says.
pub(super) fn is_by_the_clock(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    if !is_one_of(e, change, KINDS) {
        return Ok(false);
    }
    if change.kind == ChangeKind::Added {
        return Ok(true);
    }
    let Some(object) = e.object(&change.spot, change.sides.0)? else { return Ok(false) };
    let names = ["/metadata/labels", "/metadata/annotations"].into_iter().filter_map(|p| object.pointer(p).and_then(Value::as_object));
    let says = names.flat_map(|map| map.keys()).any(|name| MARKS.iter().any(|mark| name.to_lowercase().contains(mark)));
    Ok(says || newcomers(e, change).next().is_some())
}
