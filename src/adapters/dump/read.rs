//! The stages of reading a dump: find the files, parse them on all processors, name the questions, apply what stderr says.
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::folders::Folders;
use crate::adapters::dump::name::{Place, Tree};
use crate::adapters::dump::resolve::{Resolved, resolve};
use crate::adapters::dump::stderr::Said;
use crate::adapters::dump::walk::{Found, walk};
use crate::adapters::dump::{DumpError, Problem, attest, content, open, stderr};
use crate::canon::{each, threads};
use crate::model::{Gap, Reason, Source};
use crate::usecase::capture::Collected;
use crate::value::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Reads a folder.
///
/// # Errors
/// Where it is no folder, or nothing in it is an answer of a cluster.
pub fn read(dir: &Path) -> Result<Collected, DumpError> {
    read_through(dir, |item, list: &mut Vec<Value>| list.push(item))
}

/// Reads a folder, and passes each object on with what is made of those before it in its answer, so that of what is read hardly more than
/// the text of some files is in memory.
///
/// # Errors
/// As [`read`].
pub fn read_through<I: Default + Send>(dir: &Path, take: impl Fn(Value, &mut I) + Sync) -> Result<Collected<I>, DumpError> {
    let mut files = walk(dir)?;
    let mut contents = each(&files.answers, threads(), |_, found| content::read(found, &take));
    let places: Vec<Place> = files.answers.iter().map(|f| Place::of(&f.file)).collect();
    let errors: Vec<Place> = files.stderr.iter().map(|f| Place::of(&f.file)).collect();

    let seen = || contents.iter().flat_map(|c| &c.answers).map(|a| &a.seen);
    let all = Catalogue::new(seen().flat_map(|seen| seen.of_kind("CustomResourceDefinition")));
    let existing = attest::namespaces(seen());
    let held = places.iter().zip(contents.iter().map(|c| c.answers.as_slice()));
    let folders = Folders::of(held.chain(errors.iter().map(|p| (p, [].as_slice()))), &existing);

    let mut problems = std::mem::take(&mut files.problems);
    let mut said = Vec::new();
    for (found, place) in files.stderr.iter().zip(&errors) {
        match open::text(found) {
            Ok(text) => said.extend(stderr::gaps(&found.file, &text, place, &folders, &all)),
            Err(what) => problems.push(Problem::new(&found.file, None, what)),
        }
    }
    let stems: BTreeSet<String> = places.iter().map(Place::path).collect();
    let silent = |p: &&Place| {
        !stems.contains(&p.path()) && p.resource(&all).is_some() && !said.iter().any(|s: &Said| !s.of_discovery && s.stem == p.path())
    };
    let unanswered: Vec<&Place> = errors.iter().filter(silent).collect();
    problems.extend(unanswered.iter().map(|p| Problem::new(&p.path(), None, "there is a file of stderr but no answer".into())));

    let mut lists = Vec::new();
    let mut events = None;
    let mut understood = false;
    for ((found, place), content) in files.answers.iter().zip(&places).zip(&mut contents) {
        let file = found.file.as_str();
        if content.empty && !said.iter().any(|s| !s.of_discovery && s.stem == place.path()) {
            problems.push(Problem::new(file, None, "is empty".into()));
        }
        let refusals = content.refusals.iter();
        said.extend(refusals.map(|(line, what)| stderr::message(&format!("{file}: line {line}"), what, place, &folders, &all)));
        problems.append(&mut content.problems);
        events = events.max(content.events);
        let alone = content.answers.len() == 1;
        for answer in std::mem::take(&mut content.answers) {
            match resolve(file, place, answer, alone, &all, &folders) {
                Resolved::List(list) => lists.push(*list),
                Resolved::Events => understood = true,
                Resolved::Nameless => {
                    let what = "is an empty list, and its name does not say of what; name such files PLURAL.GROUP.json";
                    problems.push(Problem::new(file, None, what.into()));
                }
            }
        }
    }
    if lists.is_empty() && !understood {
        let first = problems.into_iter().map(|p| p.detail).chain(said.into_iter().map(|s| s.gap.detail)).next();
        return Err(DumpError::Nothing { path: dir.to_owned(), first });
    }

    let keeps_stderr = !files.stderr.is_empty();
    let mut gaps: Vec<Gap> = problems.into_iter().map(|p| unreadable(p, &folders, &all)).collect();
    gaps.extend(attest::attest(&mut lists, &said, keeps_stderr));
    // kubectl reports a group that is down beside every answer; that is one gap.
    let mut down = BTreeSet::new();
    gaps.extend(said.into_iter().filter(|s| !s.of_discovery || down.insert(s.gap.group.clone())).map(|s| s.gap));
    let spaces = attest::spaces(&lists, &gaps);
    gaps.extend(attest::not_asked(&lists, &gaps, &spaces));
    gaps.extend(attest::gathered(lists.iter().map(|n| &n.list).filter(|l| matches!(Place::of(&l.file).tree, Tree::Gathered(_)))));
    gaps.sort();
    gaps.dedup();
    Ok(Collected {
        gaps,
        started: files.started.as_ref().and_then(time),
        finished: files.finished.as_ref().and_then(time),
        version: files.version.as_ref().and_then(version),
        highest: events,
        ..Collected::of(Source::Dump, lists.into_iter().map(|n| n.list).collect())
    })
}

fn unreadable(problem: Problem, folders: &Folders, all: &Catalogue) -> Gap {
    let (group, resource, namespace) = folders.question(&Place::of(&problem.file), all);
    Gap::of(group, resource, namespace, Reason::Unreadable, problem.detail)
}

/// What `kubectl version -o json` or `/version` said; a note that can't be read says nothing.
fn version(note: &Found) -> Option<String> {
    let said = content::value(note.form, &open::text(note).ok()?)?;
    said.pointer("/serverVersion/gitVersion").or_else(|| said.get("gitVersion"))?.as_str().map(str::to_owned)
}

fn time(note: &Found) -> Option<String> {
    let text = open::text(note).ok()?;
    chrono::DateTime::parse_from_rfc3339(text.trim()).ok().map(|_| text.trim().to_owned())
}
