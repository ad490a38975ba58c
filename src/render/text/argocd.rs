//! Applications as `argocd app list`, `app get` and `app sync` print them. It must not know which Applications are wanted.
use crate::argo::printed;
use crate::model::Object;
use crate::render::foreign;
use crate::render::text::layout::{aligned, remark};
use std::collections::BTreeSet;

pub(super) fn list(apps: &[&Object]) -> String {
    rows(apps).concat()
}

/// Its lines about some Applications, as grep leaves them: as wide as in the whole list, and without the heading.
pub(super) fn lines(all: &[&Object], of: &BTreeSet<&str>, layer: &str) -> String {
    let lines = rows(all);
    let kept: String =
        all.iter().zip(lines.iter().skip(1)).filter(|(app, _)| of.contains(&*app.key.name)).map(|(_, line)| &**line).collect();
    if kept.is_empty() { remark(&format!("no Application of layer {layer} is listed")) } else { kept }
}

fn rows(apps: &[&Object]) -> Vec<String> {
    let heading = printed::LIST.map(str::to_owned).to_vec();
    aligned(&[heading].into_iter().chain(apps.iter().map(|o| printed::row(&o.value))).collect::<Vec<_>>())
}

/// A root in detail.
pub(super) fn details(root: &str, app: Option<&Object>) -> String {
    let Some(app) = app else { return absent(root) };
    let mut out = labelled(printed::summary(&app.value));
    for (heading, rows) in
        [(&printed::CONDITIONS[..], printed::condition_rows(&app.value)), (&printed::RESOURCES[..], printed::resource_rows(&app.value))]
    {
        out.push_str(&table(heading, rows));
    }
    out
}

pub(super) fn sync(root: &str, app: Option<&Object>) -> String {
    let Some(app) = app else { return absent(root) };
    let operation = printed::operation(&app.value);
    if operation.is_empty() {
        return remark(&format!("the Application {root} tells of no operation"));
    }
    let mut out = table(&printed::SYNCED, printed::synced_rows(&app.value)).trim_start().to_owned();
    for part in [printed::summary(&app.value), operation] {
        out.push_str(&format!("\n{}", labelled(part)));
    }
    out + &table(&printed::RESOURCES, printed::resource_rows(&app.value))
}

fn absent(root: &str) -> String {
    remark(&format!("no Application {root} was seen"))
}

/// A blank line and a table; nothing if it has no rows.
fn table(heading: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heading = heading.iter().map(|h| (*h).to_owned()).collect();
    format!("\n{}", aligned(&[heading].into_iter().chain(rows).collect::<Vec<_>>()).concat())
}

fn labelled(lines: Vec<(&str, String)>) -> String {
    lines.into_iter().map(|(label, value)| format!("{label:<20}{}", foreign::clean(&value)).trim_end().to_owned() + "\n").collect()
}
