//! Import: reads text that people and scripts kept (`argocd app list`, `kubectl get`, YAML cut by grep, answers of curl) for what it is
//! worth. What comes out are objects with the fields that were stated and no others, and a hole for whatever is missing, wrong or
//! contradictory. It does no I/O and must not know how a bundle is sealed.
mod moments;
mod plain;
mod reader;
mod rederived;
mod sections;
mod stated;
mod table;
mod trouble;
mod volumes;

pub use rederived::rederived;

use crate::bundle::text::{Found, Heard, Hole, Line, What};
use crate::canon::redact::Redactor;
use crate::canon::sha256_hex;
use crate::kinds::Rules;
use crate::model::{Gap, Layer, Reason, Role, Source, group_of, meta};
use crate::usecase::capture::{Collected, List};
use crate::usecase::import::moments::{is_after, is_before, said as time_said, split, time};
use crate::usecase::import::plain::plain;
use crate::usecase::import::reader::Reader;
use crate::usecase::import::stated::Stated;
use crate::usecase::import::table::Columns;
use crate::value::Value;
use chrono::NaiveDateTime;
use std::collections::{BTreeMap, BTreeSet};

/// A file as it was found: its path below the folder, with `/`, and its bytes, or why it can't be read.
pub struct Given {
    pub path: String,
    pub bytes: Result<Vec<u8>, String>,
}

/// What the reader of a folder knows of the platform.
pub struct Platform {
    /// The namespace of Applications that are named without one.
    pub namespace: String,
    /// The root of the first protected layer.
    pub core: String,
    pub switched: String,
}

impl Platform {
    pub fn of(layers: &[Layer]) -> Self {
        let first = |role| layers.iter().find(|l| l.role == role);
        let root = |role| first(role).map(|l| l.root.clone()).unwrap_or_default();
        let namespace = first(Role::Switched).and_then(|l| l.root_namespace.clone()).unwrap_or_else(|| "argocd".into());
        Self { namespace, core: root(Role::Protected), switched: root(Role::Switched) }
    }
}

pub struct Moment {
    folder: String,
    /// Whether it is what was kept before an action.
    is_before: bool,
    /// When the texts say that they were written, RFC 3339 UTC.
    pub said: Option<String>,
    /// The files, sorted by path.
    pub lines: Vec<Line>,
    objects: Vec<Value>,
}

/// Reads the files of a folder. The moments are in the order of their times, as far as these are known; there is one at least.
pub fn read(given: &[Given], platform: &Platform, redactor: &Redactor) -> Vec<Moment> {
    let mut groups: BTreeMap<(Option<NaiveDateTime>, &str, bool), Vec<&Given>> = BTreeMap::new();
    // What a person wrote about it is no part of it.
    for file in given.iter().filter(|g| !g.path.to_lowercase().ends_with(".md")) {
        let folder = split(&file.path).0;
        groups.entry((time(folder), folder, !is_before(&file.path))).or_default().push(file);
    }
    let mut out: Vec<Moment> = groups
        .into_iter()
        .map(|((at, folder, after), files)| {
            let mut moment = Moment::read(&files, &platform.namespace, redactor);
            (moment.folder, moment.is_before) = (folder.to_owned(), !after);
            if at.is_none() && moment.said.is_none() && !files.iter().any(|f| time(&f.path).is_some()) {
                moment.hole(folder, Hole::NoTime, "");
            }
            moment
        })
        .collect();
    gather(&mut out);
    missing(&mut out, given, platform);
    apart(&mut out);
    out.iter_mut().for_each(|moment| moment.lines.sort_by(|a, b| a.file.cmp(&b.file)));
    out
}

impl Moment {
    fn read(files: &[&Given], namespace: &str, redactor: &Redactor) -> Self {
        let texts: Vec<(String, Option<u64>)> = files.iter().map(|given| given.bytes.as_deref().map(plain).unwrap_or_default()).collect();
        let named = files.iter().zip(&texts).map(|(given, (text, _))| {
            let text = given.bytes.as_ref().map(|_| &**text).map_err(|why| &**why);
            (&*given.path, text)
        });
        let (stated, said) = read_texts(&named.collect::<Vec<_>>(), namespace);
        let mut lines = Vec::new();
        for ((given, (text, broken)), mut said) in files.iter().zip(&texts).zip(said) {
            said.holes.extend(broken.map(|line| Found { code: Hole::NotUtf8, line: Some(line), seen: String::new() }));
            lines.push(line(given, text, said, redactor));
        }
        let time = texts.iter().find_map(|(text, _)| time_said(text));
        Self { folder: String::new(), is_before: false, said: time, lines, objects: stated.objects() }
    }

    /// Whether evid understands anything of it; that a file is empty, or that a command failed, is something too.
    pub fn is_understood(&self) -> bool {
        let tells = |found: &Found| matches!(found.code, Hole::FileEmpty | Hole::FailurePassedOver);
        self.lines.iter().any(|line| line.read != What::Nothing || line.holes.iter().any(tells))
    }

    /// What it is called: its folder, and `before` if it is what was kept before an action.
    pub fn name(&self) -> String {
        let parts = [&*self.folder, if self.is_before { "before" } else { "" }];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// Notes something about a file that has no line yet, or about the folder.
    fn hole(&mut self, file: &str, code: Hole, seen: &str) {
        let found = Found { code, line: None, seen: seen.to_owned() };
        match self.lines.iter_mut().find(|line| line.file == file) {
            Some(line) => line.holes.push(found),
            None => self.lines.push(Line { file: file.to_owned(), holes: vec![found], ..Line::default() }),
        }
    }

    /// The lists of a capture: one for each kind, none of which answers a question.
    pub fn collected(&self, rules: &Rules, at: Option<&str>) -> Collected {
        let mut kinds: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
        for object in &self.objects {
            let (group, kind) = (group_of(meta::text(object, "/apiVersion")).to_owned(), meta::text(object, "/kind"));
            kinds.entry((group.clone(), rules.plural(&group, kind))).or_default().push(object.clone());
        }
        let list = |((group, resource), items)| List::beside(self.name(), group, Some(resource), items);
        let time = at.map(str::to_owned).or_else(|| self.said.clone());
        Collected {
            gaps: vec![Gap::of("", "*", None, Reason::Stated, "a text shows some columns of some objects, and no cluster was asked")],
            started: time.clone(),
            finished: time,
            ..Collected::of(Source::Text, kinds.into_iter().map(list).collect())
        }
    }
}

struct Said {
    what: What,
    probes: Vec<Heard>,
    /// How many objects it speaks of.
    spoken: usize,
    holes: Vec<Found>,
}

/// Reads the files of a moment, each with its text or why it can't be read: what they state together, and what each says.
fn read_texts(texts: &[(&str, Result<&str, &str>)], namespace: &str) -> (Stated, Vec<Said>) {
    let headings = |text: &str| text.lines().filter_map(Columns::read).find(|c| c.has("SYNCPOLICY"));
    let lists: Vec<Option<Columns>> = texts.iter().map(|(_, text)| text.ok().and_then(headings)).collect();
    let list = lists.iter().flatten().next();
    let mut stated = Stated::default();
    let mut out: Vec<(usize, Said)> = Vec::new();
    // The whole list first: what else is said of an Application is held against it.
    let (whole, rest): (Vec<_>, Vec<_>) = texts.iter().zip(&lists).enumerate().partition(|(_, (_, list))| list.is_some());
    for (i, ((path, text), _)) in whole.into_iter().chain(rest) {
        let mut reader = Reader::new(&mut stated, namespace);
        match text {
            Err(why) => reader.hole(Hole::FileUnreadable, None, why),
            Ok(text) => reader.read(path, text, list),
        }
        let holes = reader.all_holes();
        out.push((i, Said { what: reader.what, probes: reader.probes, spoken: reader.spoken.len(), holes }));
    }
    out.sort_by_key(|(i, _)| *i);
    (stated, out.into_iter().map(|(_, said)| said).collect())
}

/// The line of a file, redacted.
fn line(given: &Given, text: &str, said: Said, redactor: &Redactor) -> Line {
    let Said { what, mut probes, spoken, mut holes } = said;
    let kept = redactor.text(text).into_owned();
    holes.iter_mut().for_each(|hole| hole.seen = quoted(&hole.seen, text, &kept, redactor));
    probes.iter_mut().for_each(|probe| probe.heading = quoted(&probe.heading, text, &kept, redactor));
    holes.sort_by_key(|hole| hole.line);
    let bytes = given.bytes.as_deref().unwrap_or_default();
    Line {
        file: given.path.clone(),
        read: what,
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: (given.bytes.is_ok() && kept == text).then(|| sha256_hex(bytes)),
        objects: u64::try_from(spoken).unwrap_or(u64::MAX),
        probes,
        holes,
        text: kept,
    }
}

/// The beginning of what was seen, redacted. A piece of the text that is not in the redacted text was redacted there for what stands around
/// it, and alone it may not be known for a secret.
fn quoted(seen: &str, text: &str, kept: &str, redactor: &Redactor) -> String {
    const MOST: usize = 200;
    let safe = redactor.text(seen);
    let alone = text.contains(seen) && !kept.contains(seen) && safe == seen;
    if alone { "redacted".into() } else { safe.chars().take(MOST).collect() }
}

/// A folder in which evid understands nothing shows no moment: its files stand with those of the last moment that there is.
fn gather(moments: &mut Vec<Moment>) {
    let (mut shown, rest): (Vec<_>, Vec<_>) = std::mem::take(moments).into_iter().partition(Moment::is_understood);
    match shown.last_mut() {
        Some(last) => {
            let of_file = |line: &Line| line.holes.iter().all(|found| found.code != Hole::NoTime);
            last.lines.extend(rest.into_iter().flat_map(|moment| moment.lines).filter(of_file));
        }
        None => shown = rest,
    }
    *moments = shown;
}

/// Notes the files that a folder of a known shape lacks.
fn missing(moments: &mut [Moment], given: &[Given], platform: &Platform) {
    let (core, switched) = (format!("{}.txt", platform.core), format!("{}.txt", platform.switched));
    // What the folder is called, a file that only this kind of folder has, and the others.
    let shapes: [(&str, &str, &[&str]); 3] = [
        ("audit", "*_runtime_probes.txt", &["argocd_app_list.txt", "pvc_pv_sanity.txt", "namespaces_*.txt", &core, &switched]),
        ("_only", "*_health_probes.txt", &["argocd_app_list_before.txt", "argocd_app_list_after.txt", "*_apps_after.txt", &core]),
        ("_on", "*_sync.txt", &["argocd_app_list_after.txt", "*_apps_after.txt", &switched]),
    ];
    let after: BTreeSet<String> = moments.iter().filter(|moment| !moment.is_before).map(|moment| moment.folder.clone()).collect();
    for moment in moments.iter_mut().filter(|moment| !moment.is_before || !after.contains(&moment.folder)) {
        let folder = moment.folder.clone();
        let there: Vec<&str> = given.iter().map(|g| split(&g.path)).filter(|(dir, _)| *dir == folder).map(|(_, name)| name).collect();
        let called = |name: &str| folder.split('/').any(|part| part == name || name.starts_with('_') && part.ends_with(name));
        let has = |pattern: &str| there.iter().any(|name| fits(name, pattern));
        let shape = shapes.iter().find(|(_, own, _)| has(own)).or_else(|| shapes.iter().find(|(name, ..)| called(name)));
        let wanted = shape.into_iter().flat_map(|(_, own, others)| [own].into_iter().chain(*others));
        // A layer that the platform does not have has no root.
        for pattern in wanted.filter(|pattern| **pattern != ".txt" && !has(pattern)) {
            let file = if folder.is_empty() { (*pattern).to_owned() } else { format!("{folder}/{pattern}") };
            moment.hole(&file, Hole::FileMissing, "");
        }
    }
}

fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, end)) => name.len() > start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

/// Notes an *after* whose *before* is of another hour, or nowhere.
fn apart(moments: &mut [Moment]) {
    // What a text says is in UTC, what a path says in nobody knows which zone: each is held against its like.
    let said = |moment: &Moment| moment.said.as_deref().and_then(crate::model::instant).map(|t| t.naive_utc());
    let mut found = Vec::new();
    for (i, moment) in moments.iter().enumerate() {
        for after in moment.lines.iter().filter(|line| is_after(&line.file) && line.bytes > 0) {
            let (folder, name) = split(&after.file);
            let twin = |line: &Line| line.bytes > 0 && is_before(&line.file) && family(split(&line.file).1) == family(name);
            let all = || moments.iter().flat_map(|m| m.lines.iter().map(move |line| (m, line))).filter(|(_, line)| twin(line));
            let beside = |dir: &str| split(dir).0 == split(folder).0 || dir.starts_with(folder) || folder.starts_with(dir);
            let before =
                all().find(|(_, line)| split(&line.file).0 == folder).or_else(|| all().rfind(|(_, line)| beside(split(&line.file).0)));
            match before {
                Some((other, line)) => {
                    let times = [(said(other), said(moment)), (time(&line.file), time(&after.file))];
                    let known = times.into_iter().find_map(|(a, b)| Some((a?, b?)));
                    if let Some((a, b)) = known.filter(|(a, b)| (*b - *a).num_minutes().abs() >= 60) {
                        found.push((i, after.file.clone(), Hole::HoursApart, format!("{} {a}, {b}", line.file)));
                    }
                }
                // Only a folder of what goes has a *before* of its own.
                None if family(name).starts_with("argocd_app_list") && folder.split('/').any(|part| part.ends_with("_only")) => {
                    found.push((i, after.file.clone(), Hole::NoBefore, String::new()));
                }
                None => {}
            }
        }
    }
    for (i, file, code, seen) in found {
        moments.get_mut(i).into_iter().for_each(|moment| moment.hole(&file, code, &seen));
    }
}

/// What a *before* and its *after* have in common: the name up to a time, or up to that word.
fn family(name: &str) -> String {
    let words = name.to_lowercase();
    let kept =
        words.split(['_', '-', '.']).take_while(|w| !matches!(*w, "before" | "after") && !w.starts_with(|c: char| c.is_ascii_digit()));
    kept.collect::<Vec<_>>().join("_")
}
