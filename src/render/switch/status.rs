//! `evid switch status`: as text, as JSON.
use crate::argo::{Form, Mode};
use crate::canon::redact::hidden;
use crate::render::foreign::clean_lines;
use crate::render::switch::{allowing, block, facts, facts_json, gaps, gaps_json, key_json};
use crate::render::told::told;
use crate::usecase::switch::status::{Line, Next, Position, Status};
use crate::value::{Value, json};

fn mode(mode: Mode) -> String {
    match mode {
        Mode::Automated { prune, self_heal } => {
            let parts = [(prune, "prune"), (self_heal, "self-heal")].iter().filter(|(on, _)| *on).map(|(_, w)| *w).collect::<Vec<_>>();
            if parts.is_empty() { "automated".into() } else { format!("automated ({})", parts.join(", ")) }
        }
        Mode::Manual(Form::NoPolicy) => "manual (no syncPolicy)".into(),
        Mode::Manual(Form::NoAutomated) => "manual".into(),
        Mode::Manual(Form::Disabled) => "manual (automated.enabled: false; only since Argo CD 3.1)".into(),
    }
}

fn position(layer: &str, p: Position) -> String {
    match p {
        Position::NoRoot => format!("{layer} has no root"),
        Position::Off => format!("{layer} is off"),
        Position::GoingOff => format!("{layer} is going off"),
        Position::On => format!("{layer} is on"),
    }
}

fn command(s: &Status) -> String {
    match s.next {
        Next::On => "evid switch on".into(),
        Next::OnFromFile => "evid switch on -f ROOT.yaml".into(),
        Next::Off => format!("evid switch off --dry-run{}", allowing(&s.at_risk)),
        Next::Repair => "evid switch repair --dry-run".into(),
        Next::Wait => "evid switch status".into(),
    }
}

pub fn status(s: &Status) -> String {
    let mut out = position(&s.layer, s.position) + "\n";
    out.push_str(&match s.mode {
        Some(m) => format!("  root      {}, {}, says {}\n", s.root, mode(m), s.root_says),
        None => format!("  root      {}\n", s.root),
    });
    if let Some(m) = &s.manager {
        let heals = match (m.self_heals, m.ignores) {
            (false, _) => "does not heal it",
            (true, true) => "heals it, and ignores its syncPolicy",
            (true, false) => "heals it: a change of its syncPolicy is put back",
        };
        out.push_str(&match m.lists {
            true => format!("  manager   {}, {heals}\n", m.app),
            false => format!("  manager   {}, {heals}, does not list it\n", m.app),
        });
    }
    out.extend(s.owners.iter().map(|o| format!("  owner     {o}\n")));
    let alike = |l: &Line| s.apps.iter().filter(|a| a.key.name == l.key.name).count() > 1;
    let name = |l: &Line| if alike(l) { l.key.place() } else { l.key.name.clone() };
    out.push_str(&block("\napplications", s.apps.iter().map(|l| line(l, &name(l))).collect()));
    for (title, all) in [
        ("\nrunning", &s.running),
        ("\nstuck", &s.stuck),
        ("\norphans", &s.orphans),
        ("\nat risk when switched off", &s.at_risk),
        ("\nnotes", &s.notes),
    ] {
        out.push_str(&block(title, facts(all)));
    }
    out.push_str(&block("\nnot seen", gaps(&s.unseen)));
    out.push_str(&format!("\nnext: `{}`\n", command(s)));
    clean_lines(&out)
}

fn line(l: &Line, name: &str) -> String {
    let says =
        format!("{}/{}", if l.sync.is_empty() { "unknown" } else { &l.sync }, if l.health.is_empty() { "unknown" } else { &l.health });
    let mut marks = vec![if l.mode.is_manual() { "manual".to_owned() } else { "automated".to_owned() }];
    if l.deleting {
        marks.push(told("deleting"));
    }
    if !l.cascades {
        marks.push(told("no resources finalizer"));
    }
    marks.extend(l.operation.iter().map(|o| told(&format!("operation {}", hidden(o)))));
    let below = told(&format!("below {}", l.parent));
    format!("  {}{:<24} {says:<22} {}  {below}\n", "  ".repeat(l.depth - 1), name, marks.join(", "))
}

pub fn status_json(s: &Status) -> Value {
    let apps: Vec<Value> = s
        .apps
        .iter()
        .map(|l| {
            json!({"object": key_json(&l.key), "parent": l.parent, "depth": l.depth, "manual": l.mode.is_manual(), "sync": l.sync,
                "health": l.health, "cascades": l.cascades, "deleting": l.deleting, "operation": l.operation.as_deref().map(hidden)})
        })
        .collect();
    json!({
        "layer": s.layer, "position": s.position.as_str(), "root": key_json(&s.root), "uid": s.uid, "mode": s.mode.map(mode),
        "manual": s.mode.map(Mode::is_manual), "rootSays": s.root_says, "owners": s.owners,
        "manager": s.manager.as_ref().map(|m| json!({"app": key_json(&m.app), "lists": m.lists, "selfHeals": m.self_heals, "ignores": m.ignores})),
        "applications": apps, "running": facts_json(&s.running), "stuck": facts_json(&s.stuck), "orphans": facts_json(&s.orphans),
        "atRisk": facts_json(&s.at_risk), "notes": facts_json(&s.notes), "unseen": gaps_json(&s.unseen), "next": command(s),
    })
}
