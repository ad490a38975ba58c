//! Reads one file: finds out what it is by what it says, and notes what it states and what is missing in it. It must not know other
//! files, but for the headings of the moment's list of Applications.
use crate::argo::stated::{cell, is_row, line, resource, source_field};
use crate::argo::{GROUP, printed};
use crate::bundle::text::{Found, Heard, Hole, What};
use crate::model::Key;
use crate::usecase::import::sections::{Section, sections};
use crate::usecase::import::stated::Stated;
use crate::usecase::import::table::Columns;
use crate::usecase::import::trouble::is_trouble;
use crate::usecase::import::volumes;
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ARGO: &str = "argoproj.io/v1alpha1";

/// How many holes of one code are told one by one.
const MOST: u64 = 100;

pub(super) struct Reader<'s> {
    stated: &'s mut Stated,
    /// The namespace of Applications that are named without one.
    namespace: &'s str,
    pub what: What,
    holes: Vec<Found>,
    counts: BTreeMap<Hole, u64>,
    pub probes: Vec<Heard>,
    /// The objects that it speaks of.
    pub spoken: BTreeSet<Key>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(stated: &'s mut Stated, namespace: &'s str) -> Self {
        Self {
            stated,
            namespace,
            what: What::Nothing,
            holes: Vec::new(),
            counts: BTreeMap::new(),
            probes: Vec::new(),
            spoken: BTreeSet::new(),
        }
    }

    pub(super) fn hole(&mut self, code: Hole, line: Option<u64>, seen: &str) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= MOST {
            self.holes.push(Found { code, line, seen: seen.trim().to_owned() });
        }
    }

    /// Everything that is missing or wrong; of many holes of one code only how many more there are.
    pub(super) fn all_holes(&mut self) -> Vec<Found> {
        let more = self.counts.iter().filter(|(_, n)| **n > MOST);
        let more = more.map(|(code, n)| Found { code: *code, line: None, seen: format!("and {} more", n - MOST) });
        std::mem::take(&mut self.holes).into_iter().chain(more).collect()
    }

    /// Notes that an object is spoken of, and its fields.
    fn state(&mut self, api: &str, key: &Key, fields: Vec<(&str, Value)>, line: u64) {
        self.stated.object(api, key);
        self.spoken.insert(key.clone());
        for (pointer, value) in fields {
            if let Some(both) = self.stated.field(key, pointer, value) {
                self.hole(Hole::Contradicts, Some(line), &both);
            }
        }
    }

    /// Reads a file. `list` has the headings of the list of Applications of the same moment, for lines that grep took out of it.
    pub(super) fn read(&mut self, file: &str, text: &str, list: Option<&Columns>) {
        let lines: Vec<(u64, &str)> = (1..).zip(text.lines()).collect();
        let lines = self.remarks(lines);
        if lines.iter().all(|(_, line)| line.trim().is_empty()) {
            // A file of evid's own says itself that there is nothing.
            if !text.starts_with(EXPORTED) {
                self.hole(Hole::FileEmpty, None, "");
            }
            return;
        }
        let found = sections(&lines);
        if !found.is_empty() {
            return self.sections(&found);
        }
        let lines: Vec<_> = self.troubles(lines).into_iter().filter(|(_, line)| !line.trim().is_empty()).collect();
        let Some(((_, first), rest)) = lines.split_first() else { return };
        if let Some(columns) = Columns::read(first).filter(|c| c.has("SYNCPOLICY") || c.has("SYNC STATUS") || c.has("SYNC")) {
            self.what = What::Applications;
            self.applications(rest, &columns);
        } else if lines.iter().any(|(_, text)| labelled(text).is_some_and(|(label, _)| label == "Sync Status" || label == "Phase")) {
            self.what = What::Application;
            self.details(&lines);
        } else if let Some(columns) = Columns::read(first) {
            self.table(file, rest, &columns);
        } else {
            self.cut(file, &lines, list);
        }
    }

    /// Takes out evid's own words about a file, which say what was not seen.
    fn remarks<'t>(&mut self, lines: Vec<(u64, &'t str)>) -> Vec<(u64, &'t str)> {
        if !lines.first().is_some_and(|(_, line)| line.starts_with(EXPORTED)) {
            return lines;
        }
        let (own, rest): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, line)| line.starts_with("# "));
        for (line, text) in own {
            if let Some(what) = text.strip_prefix("# not all of it was seen: ") {
                self.hole(Hole::NotSeen, Some(line), what);
            } else if text == "# no probe was asked" {
                self.what = What::Probes;
                self.hole(Hole::NothingProbed, Some(line), "");
            } else if text.starts_with("# no Application of ") {
                self.what = What::Applications;
            } else if text.starts_with("# no Application ") || text.starts_with("# the Application ") {
                self.what = What::Application;
            } else if text.starts_with("# no namespace ") {
                self.what = What::Table;
            }
        }
        rest
    }

    /// Takes out the words of failed commands.
    fn troubles<'t>(&mut self, lines: Vec<(u64, &'t str)>) -> Vec<(u64, &'t str)> {
        let (bad, rest): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, line)| is_trouble(line));
        bad.iter().for_each(|(line, text)| self.hole(Hole::FailurePassedOver, Some(*line), text));
        rest
    }

    fn applications(&mut self, lines: &[(u64, &str)], columns: &Columns) {
        for (at, text) in lines {
            let of_kubectl = !columns.has("SYNCPOLICY");
            let cells = columns.cells(text).filter(|cells| of_kubectl || is_row(cells));
            let Some(cells) = cells else {
                self.hole(Hole::LineNotUnderstood, Some(*at), text);
                continue;
            };
            let of = |name: &str| cells.iter().find(|(column, _)| *column == name).map_or("", |(_, cell)| *cell);
            let (namespace, name) = of("NAME").split_once('/').unwrap_or((if of_kubectl { of("NAMESPACE") } else { "" }, of("NAME")));
            let key = self.application(namespace, name);
            let fields =
                cells.iter().filter(|(column, _)| !of_kubectl || *column != "NAMESPACE").flat_map(|(column, text)| cell(column, text));
            self.state(ARGO, &key, fields.collect(), *at);
        }
    }

    fn application(&self, namespace: &str, name: &str) -> Key {
        Key::new(GROUP, "Application", if namespace.is_empty() { self.namespace } else { namespace }, name)
    }

    /// `argocd app get`, and what `app sync` prints.
    fn details(&mut self, lines: &[(u64, &str)]) {
        let mut key = None;
        let mut columns: Option<Columns> = None;
        let (mut sources, mut resources) = (Vec::<Value>::new(), Vec::<Value>::new());
        let (mut fields, mut begun) = (Vec::new(), 0);
        for (at, text) in lines {
            if let Some(headings) = Columns::read(text) {
                // The same table may stand twice: what counts is the last.
                resources.clear();
                columns = Some(headings);
            } else if let Some((label, value)) = labelled(text) {
                columns = None;
                match (source_field(label), label) {
                    (Some(field), _) => {
                        if field == "repoURL" && (text.starts_with('-') || sources.is_empty()) {
                            sources.push(json!({}));
                        }
                        if let Some(source) = sources.last_mut().filter(|_| !value.is_empty()) {
                            source[field] = json!(value);
                        }
                    }
                    (None, "Name") => {
                        let (namespace, name) = value.split_once('/').unwrap_or(("", value));
                        key = Some(self.application(namespace, name));
                        // `app sync` tells the whole anew at its end.
                        (begun, sources) = (*at, Vec::new());
                    }
                    (None, _) => match line(label, value) {
                        Some(found) => fields.extend(found),
                        None => self.hole(Hole::LineNotUnderstood, Some(*at), text),
                    },
                }
            } else if let Some(headings) = &columns {
                match headings.cells(text) {
                    Some(cells) if headings.has("KIND") && !headings.has("TIMESTAMP") => resources.push(resource(&cells)),
                    Some(_) => {}
                    None => self.hole(Hole::LineNotUnderstood, Some(*at), text),
                }
            } else {
                self.hole(Hole::LineNotUnderstood, Some(*at), text);
            }
        }
        let Some(key) = key else { return self.hole(Hole::NotUnderstood, None, "no line `Name:`") };
        match &*sources {
            [] => {}
            [one] => fields.extend(OF_SOURCE.into_iter().filter_map(|(field, pointer)| Some((pointer, one.get(field)?.clone())))),
            _ => fields.push(("/spec/sources", json!(sources))),
        }
        if !resources.is_empty() {
            fields.push(("/status/resources", json!(resources)));
        }
        self.state(ARGO, &key, fields, begun);
    }

    fn table(&mut self, hint: &str, lines: &[(u64, &str)], columns: &Columns) {
        let Some(kind) = volumes::kind(columns, hint) else {
            return self.hole(Hole::NotUnderstood, None, &columns.names().join(" "));
        };
        self.what = if self.what == What::Volumes { What::Volumes } else { What::Table };
        for (at, text) in lines {
            match columns.cells(text).and_then(|cells| volumes::row(kind, &cells)) {
                Some((key, fields)) => self.state("v1", &key, fields, *at),
                None => self.hole(Hole::LineNotUnderstood, Some(*at), text),
            }
        }
    }

    /// Lines without headings, as grep leaves them, or one answer alone.
    fn cut(&mut self, file: &str, rows: &[(u64, &str)], list: Option<&Columns>) {
        let Some((at, first)) = rows.first().copied() else { return };
        let name = file.rsplit('/').next().unwrap_or(file);
        let wide = Columns::named(&printed::LIST);
        let narrow = Columns::named(printed::LIST.get(..8).unwrap_or_default());
        let fits = |columns: &Columns| rows.iter().any(|(_, text)| columns.cells(text).is_some_and(|cells| is_row(&cells)));
        let spaces = Columns::named(&["NAME", "STATUS", "AGE"]);
        if let Some(columns) = list.into_iter().chain([&wide, &narrow]).find(|c| fits(c)) {
            self.what = What::Applications;
            self.hole(Hole::HeadingCut, None, "");
            self.applications(rows, columns);
        } else if volumes::kind(&spaces, file).is_some() && rows.iter().any(|(_, text)| spaces.cells(text).is_some()) {
            self.hole(Hole::HeadingCut, None, "");
            self.table(file, rows, &spaces);
        } else if volumes::is_heading(name) && volumes::of_yaml(name, rows).iter().any(Result::is_ok) {
            self.what = What::Volumes;
            self.volumes(&Section { heading: name, line: at, body: rows.to_vec() });
        } else if status(first).is_some() || ["probe", "health", "ready"].iter().any(|word| name.contains(word)) {
            self.what = What::Probes;
            self.probe(&Section { heading: name, line: at, body: rows.to_vec() });
        } else {
            self.hole(Hole::NotUnderstood, Some(at), first);
        }
    }

    /// Claims and volumes, or probes, below headings.
    fn sections(&mut self, found: &[Section<'_>]) {
        let about_volumes = found.iter().any(|s| volumes::is_heading(s.heading));
        self.what = if about_volumes { What::Volumes } else { What::Probes };
        for section in found {
            if section.body.is_empty() {
                self.hole(Hole::HeadingEmpty, Some(section.line), section.heading);
            }
            if about_volumes {
                self.volumes(section);
            } else {
                self.probe(section);
            }
        }
        if !about_volumes && self.probes.iter().all(|p| !p.answered) {
            self.hole(Hole::NothingProbed, None, &format!("{} headings", self.probes.len()));
        }
    }

    fn volumes(&mut self, section: &Section<'_>) {
        let body: Vec<(u64, &str)> = section.body.iter().filter(|(_, text)| !text.starts_with("# ")).copied().collect();
        let body = self.troubles(body);
        let Some(((_, first), rest)) = body.split_first() else { return };
        if let Some(columns) = Columns::read(first) {
            return self.table(section.heading, rest, &columns);
        }
        for stated in volumes::of_yaml(section.heading, &body) {
            match stated {
                Ok((key, fields, at)) => self.state("v1", &key, fields, at),
                Err((at, text)) => self.hole(Hole::LineNotUnderstood, Some(at), &text),
            }
        }
    }

    fn probe(&mut self, section: &Section<'_>) {
        let body: Vec<_> = section.body.iter().filter(|(_, text)| !is_meter(text)).copied().collect();
        let body = self.troubles(body);
        let found = body.iter().find_map(|(_, text)| status(text));
        let answered = body.iter().any(|(_, text)| !text.starts_with(SILENCE));
        if !section.body.is_empty() && !answered {
            self.hole(Hole::NoAnswer, Some(section.line), section.heading);
        }
        if let Some((line, text)) = body.iter().find(|(_, text)| status(text).is_some_and(|n| n >= 400) || is_judged_wrong(text)) {
            self.hole(Hole::AnswerWrong, Some(*line), text);
        }
        self.probes.push(Heard { heading: section.heading.to_owned(), line: section.line, answered, status: found });
    }
}

/// How a file of evid's own export begins.
const EXPORTED: &str = "# evid ";

/// Label and value of a line like `Sync Policy:        Manual`; a source's first line begins with `- `.
fn labelled(text: &str) -> Option<(&str, &str)> {
    let (label, value) = text.split_once(':')?;
    let label = label.trim_start_matches(['-', ' ']);
    let is_label = !label.is_empty()
        && label.starts_with(|c: char| c.is_ascii_uppercase())
        && label.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    (is_label && (value.is_empty() || value.starts_with([' ', '\t']))).then_some((label, value.trim()))
}

/// What is stated of the only source of an Application, and where it stands in it.
const OF_SOURCE: [(&str, &str); 3] =
    [("repoURL", "/spec/source/repoURL"), ("path", "/spec/source/path"), ("targetRevision", "/spec/source/targetRevision")];

/// How evid's own export says that there was no answer.
const SILENCE: &str = "no answer at ";

/// Whether evid's own export says that an answer was not the right one: `HTTP 200 at … in 3 ms (wrong)`.
fn is_judged_wrong(text: &str) -> bool {
    let is_sample = text.starts_with("exit ") || status(text).is_some();
    let word = text.rsplit_once(" ms (").map(|(_, word)| word.trim_end_matches(')').split(',').next().unwrap_or(word));
    is_sample && word.is_some_and(|word| word != "right")
}

/// Whether a line is of curl's progress meter, which is no answer.
fn is_meter(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("% Total ") || text.starts_with("Dload ") || text.contains("--:--:--")
}

/// The status in `HTTP/1.1 200 OK`, or `HTTP 200`.
fn status(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    words.next().filter(|w| *w == "HTTP" || w.starts_with("HTTP/"))?;
    words.next()?.parse().ok().filter(|n| (100..600).contains(n))
}
