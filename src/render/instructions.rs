//! `VERIFY.md`: how the files of a folder are checked, with evid and without. Its commands are those of the page. Must not know where it goes.
use crate::render::view::View;
use crate::render::words;

pub fn text(view: &View) -> String {
    let t = words::page();
    let mut out = format!("# {}\n\n", t.verify_title);
    out.push_str(&format!("**{}**: {}\n\n", words::verdicts(view.verdict), view.title));
    view.warnings.iter().for_each(|warning| out.push_str(&format!("**{}** {warning}\n\n", t.warning)));
    view.lead.iter().for_each(|sentence| out.push_str(&format!("- {sentence}\n")));
    out.push_str(&format!("\n{}\n", t.check_about));
    for (about, commands) in &view.checks {
        out.push_str(&format!("\n{about}\n\n```sh\n{commands}\n```\n"));
    }
    out.push_str(&format!("\n## {}\n\n", t.heading_limits));
    view.not_proven.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
    out
}
