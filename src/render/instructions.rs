//! `VERIFY.md`: how the files of a folder are checked, with evid and without. Its commands are those of the page. Must not know where it goes.
use crate::render::view::View;
use crate::render::words;
use crate::render::words::fill;

/// The text, in Markdown. `list` is the name of the folder's signed list.
pub fn text(view: &View, list: &str) -> String {
    let t = words::page();
    let mut out = format!("# {}\n\n", t.verify_title);
    view.lead.iter().for_each(|sentence| out.push_str(&format!("- {sentence}\n")));
    out.push_str(&format!("\n{}\n", t.check_about));
    out.push_str(&format!("\n{}\n\n```sh\nevid verify . --key ../signing.pub --rederive\n```\n", t.verify_evid));
    for (about, commands) in &view.checks {
        out.push_str(&format!("\n{about}\n\n```sh\n{commands}\n```\n"));
    }
    out.push_str(&format!("\n{}\n\n", fill(t.verify_signature, &[("list", list)])));
    out.push_str(&format!("## {}\n\n", t.heading_limits));
    view.not_proven.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
    out
}
