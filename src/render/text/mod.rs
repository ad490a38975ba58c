//! The files of `evid export`: text in the shape of `argocd` and `kubectl`. Each begins with the bundle that it comes from. Foreign text
//! can begin no line of its own here, so nothing in a name or an answer reads as a heading. It must not know where files are written.
mod argocd;
mod index;
mod kubectl;
mod layout;
mod probes;

pub use index::{Entry, entries, index};

use crate::render::gaps;
use crate::render::text::layout::remark;
use crate::usecase::export::{Content, File};

pub fn file(file: &File<'_>) -> String {
    let manifest = &file.side.manifest;
    let window = &manifest.window;
    let time = window.finished.as_deref().or(window.started.as_deref()).unwrap_or("an unknown time");
    let from = format!(
        "evid {}: of bundle {}, sha256 {}, {} of {time}",
        manifest.tool.version,
        file.side.name,
        file.side.sha256,
        manifest.source.as_str()
    );
    let mut out = remark(&from);
    let unseen: Vec<_> = file.unseen.iter().map(|g| (*g).clone()).collect();
    gaps::lines(&unseen, 8).iter().for_each(|line| out.push_str(&remark(&format!("not all of it was seen: {}", line.trim()))));
    out + &match &file.content {
        Content::List(apps) => argocd::list(apps),
        Content::Lines { all, of, layer } => argocd::lines(all, of, layer),
        Content::Details { root, app } => argocd::details(root, *app),
        Content::Sync { root, app } => argocd::sync(root, *app),
        Content::Namespaces { shown, layer } => kubectl::namespaces(shown, layer, time),
        Content::Volumes { claims, volumes } => kubectl::volumes(claims, volumes, time),
        Content::Probes(lines) => probes::heard(lines),
    }
}
