//! What state the switch is in, who manages it, what hangs below it, what is at risk, and what to do next. Reads only.
use crate::argo::{Mode, app};
use crate::kinds::health::application_is_unsettled;
use crate::model::{Gap, Key, Object, codes, meta};
use crate::usecase::switch::act::inventory::{inventory, volumes};
use crate::usecase::switch::decide::leftovers::{Known, leftovers};
use crate::usecase::switch::decide::removal::removal;
use crate::usecase::switch::decide::view::Manager;
use crate::usecase::switch::decide::{diagnosis, preflight};
use crate::usecase::switch::{Code, Fact, Run, Stop, Strategy, View};

codes! {
    /// Where the switch stands: whether the Applications below the root live, or are all being deleted.
    Position {
        NoRoot = "no-root",
        Off = "off",
        GoingOff = "going-off",
        On = "on",
    }
}

/// The next command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    On,
    /// `switch on -f FILE`: the root is not there.
    OnFromFile,
    Off,
    Repair,
    /// `switch status` again in a moment.
    Wait,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub key: Key,
    /// The Application or ApplicationSet that made it.
    pub parent: String,
    /// 1 for a child, 2 for a grandchild.
    pub depth: usize,
    pub mode: Mode,
    pub sync: String,
    pub health: String,
    /// It takes its objects along when it is deleted.
    pub cascades: bool,
    pub deleting: bool,
    /// The phase of its operation, and what it says, where one is under way.
    pub operation: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Status {
    pub layer: String,
    pub root: Key,
    /// The root's uid; empty where it is not there.
    pub uid: String,
    pub mode: Option<Mode>,
    /// `status.sync.status` and `status.health.status` of the root: no evidence about the children.
    pub root_says: String,
    pub manager: Option<Manager>,
    /// Kinds and names of the root's owners.
    pub owners: Vec<String>,
    pub position: Position,
    pub apps: Vec<Line>,
    pub running: Vec<Fact>,
    /// What hangs, and the causes.
    pub stuck: Vec<Fact>,
    /// What a gone Application left.
    pub orphans: Vec<Fact>,
    /// What an OFF would lose, or why it would be refused.
    pub at_risk: Vec<Fact>,
    pub notes: Vec<Fact>,
    pub unseen: Vec<Gap>,
    pub next: Next,
}

/// Reads it.
///
/// # Errors
/// Where no layer is switched, or the cluster does not answer.
pub fn status(run: &mut Run<'_>) -> Result<Status, Stop> {
    let (view, scan) = inventory(run)?;
    let mut notes = Vec::new();
    let volumes = volumes(run, &mut notes)?;
    let removal = removal(&view, &scan, Strategy::Prune, &volumes);
    let left = leftovers(&view, &scan, &Known::of(&view, &removal).dead(&view));
    let (direct, lost): (Vec<Fact>, Vec<Fact>) = left.orphans.into_iter().partition(|f| f.detail == view.root_key().place());
    let members = view.members();
    let position = position(&view, &members);
    let mut at_risk = removal.losses.clone();
    at_risk.extend(removal.refusals.iter().cloned());
    if view.root().is_some() {
        at_risk.extend(preflight::members(&view, &scan));
        at_risk.extend(preflight::generated(&view, &removal));
    }
    notes.extend(view.notes.iter().cloned());
    notes.extend(left.notes);
    notes.extend(preflight::strangers(&view));
    notes.extend(removal.kept.iter().cloned());
    notes.extend(direct.into_iter().filter(|f| !f.object.is_argo("Application")).map(|f| Fact::new(Code::Direct, &f.object, "")));
    let mut stuck: Vec<Fact> = Vec::new();
    for object in view.family().filter(|o| meta::deleting(&o.value).is_some()) {
        let causes = diagnosis::causes(&view, &scan, object, run.clock.now());
        // Nobody deletes the root on purpose.
        if object.key == view.root_key() || !diagnosis::is_usual(object, &causes, run.clock.now()) {
            stuck.extend(causes);
        }
    }
    stuck.extend(view.family().filter_map(|o| diagnosis::silent(o, run.clock.now())));
    stuck.sort();
    stuck.dedup();
    let running = view.family().filter(|o| app::is_operating(&o.value));
    let root = view.root();
    let mut apps: Vec<Line> = members.iter().map(|o| line(&view, o)).collect();
    apps.sort_by(|a, b| (a.depth, &a.key).cmp(&(b.depth, &b.key)));
    Ok(Status {
        layer: view.layer.name.clone(),
        root: view.root_key(),
        uid: root.map(|r| r.uid.clone()).unwrap_or_default(),
        mode: root.map(|r| Mode::of(&r.value)),
        root_says: root.map(|r| [app::sync(&r.value), app::health(&r.value)].join("/")).unwrap_or_default(),
        manager: view.manager(),
        owners: root.into_iter().flat_map(|r| meta::owners(&r.value)).map(|o| format!("{} {}", o.kind, o.name)).collect(),
        position,
        next: next(&view, position, &members),
        apps,
        running: running.map(|o| Fact::new(Code::Operating, &o.key, app::message(&o.value))).collect(),
        stuck,
        orphans: lost,
        at_risk,
        notes,
        unseen: scan.gaps,
    })
}

fn position(view: &View, members: &[&Object]) -> Position {
    match (view.root(), members.iter().any(|m| meta::deleting(&m.value).is_none())) {
        (None, _) => Position::NoRoot,
        (_, true) => Position::On,
        _ if members.is_empty() => Position::Off,
        _ => Position::GoingOff,
    }
}

fn next(view: &View, position: Position, members: &[&Object]) -> Next {
    let Some(root) = view.root() else { return Next::OnFromFile };
    if meta::deleting(&root.value).is_some() {
        return Next::Repair;
    }
    let well = |o: &&Object| !application_is_unsettled(&o.value) && app::sync(&o.value) == "Synced" && app::health(&o.value) == "Healthy";
    match position {
        Position::GoingOff => Next::Wait,
        Position::On if Mode::of(&root.value).is_on() && members.iter().all(well) => Next::Off,
        _ => Next::On,
    }
}

fn line(view: &View, object: &Object) -> Line {
    let value = &object.value;
    let mut depth = 0;
    let mut at = Some(object);
    let mut parent = String::new();
    while let Some(o) = at.filter(|_| depth < 16) {
        let set = meta::owners(&o.value).find(|o| o.kind == "ApplicationSet").map(|o| format!("{} {}", o.kind, o.name));
        let above = view.marked(o);
        if depth == 0 {
            parent = set.or_else(|| above.as_ref().map(Key::place)).unwrap_or_default();
        }
        depth += 1;
        at = above.filter(|k| *k != view.root_key()).and_then(|k| view.get(&k));
    }
    Line {
        key: object.key.clone(),
        parent,
        depth,
        mode: Mode::of(value),
        sync: app::sync(value).to_owned(),
        health: app::health(value).to_owned(),
        cascades: app::cascades(value),
        deleting: meta::deleting(value).is_some(),
        operation: app::is_operating(value).then(|| [app::phase(value), app::message(value)].join(" ").trim().to_owned()),
    }
}
