//! One self-contained page: the verdicts, their findings, the bundles with their digests, and how to check all of it. It has no script
//! and loads nothing; every captured text is escaped.
use crate::claims::Judged;
use crate::model::Verdict;
use crate::render::table::Style;
use crate::render::{changes, findings, words};
use crate::report::read::{Bundle, Reading};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #e3e6ea;vertical-align:top}\
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f5f6f8;padding:.8rem;overflow-x:auto}\
.proven{color:#116329}.refuted{color:#a40e26;font-weight:600}.inconclusive{color:#7d4e00}.not_applicable{color:#6b727a}\
td.digest{word-break:break-all}";

/// What a page shows besides the verdicts.
pub struct Page<'a> {
    pub title: &'a str,
    /// One line below it: when, which cluster, for whom.
    pub about: &'a str,
    /// The report.
    pub report: &'a Reading,
    /// Files beside the page, each with a description.
    pub files: &'a [(String, &'static str)],
    /// Commands that check it.
    pub commands: &'a [String],
}

pub fn page(page: &Page<'_>) -> String {
    let names: Vec<&str> = page.report.bundles.iter().map(|b| &*b.name).collect();
    let verdicts: String = page.report.judged.iter().map(|j| row(j, &names)).collect();
    let bundles: String = page.report.bundles.iter().map(bundle).collect();
    let changes = changes::list(&page.report.changes, Style { width: u16::MAX, colour: false, most: 200 });
    let files: String = page
        .files
        .iter()
        .map(|(name, what)| format!("<tr><td><a href=\"{0}\"><code>{0}</code></a></td><td>{1}</td></tr>", escape(name), escape(what)))
        .collect();
    let limits: String = words::NOT_PROVEN.iter().map(|l| format!("<li>{}</li>", escape(l))).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}: {total}</h1>\n<p>{about}</p>\n\
         <h2>Verdicts</h2>\n<table>\n<tr><th>Verdict</th><th>Claim</th><th>What it says, or why not</th></tr>\n{verdicts}</table>\n\
         <h2>Bundles</h2>\n<table>\n<tr><th>Bundle</th><th>Captured</th><th>SHA-256</th><th>Layers</th></tr>\n{bundles}</table>\n\
         <h2>Changes</h2>\n<pre>{changes}</pre>\n<h2>Files</h2>\n<table>\n{files}</table>\n<h2>Check it yourself</h2>\n<pre>{commands}</pre>\n\
         <h2>Not proven by this evidence</h2>\n<ul>{limits}</ul>\n</body>\n</html>\n",
        title = escape(page.title),
        total = verdict(page.report.total),
        changes = escape(changes.trim_start()),
        about = escape(page.about),
        commands = escape(&page.commands.join("\n")),
    )
}

fn verdict(verdict: Verdict) -> String {
    format!("<span class=\"{}\">{}</span>", verdict.as_str(), words::of_verdict(verdict))
}

fn row(judged: &Judged, names: &[&str]) -> String {
    let reasons: Vec<String> = findings::reasons(judged, names).iter().map(|r| escape(r)).collect();
    let says = if reasons.is_empty() { escape(&findings::of_claim(judged)) } else { reasons.join("<br>") };
    format!("<tr><td>{}</td><td><code>{}</code></td><td>{says}</td></tr>\n", verdict(judged.verdict), escape(&judged.id))
}

fn bundle(bundle: &Bundle) -> String {
    let when = [&bundle.window.started, &bundle.window.finished].map(|t| t.as_deref().unwrap_or("unknown")).join(" – ");
    let layers = bundle.layers.iter().map(|l| format!("{} ({} objects) <code>{}</code>", escape(&l.name), l.objects, escape(&l.digest)));
    format!(
        "<tr><td>{}</td><td>{}</td><td class=\"digest\"><code>{}</code></td><td class=\"digest\">{}</td></tr>\n",
        escape(&bundle.name),
        escape(&when),
        escape(&bundle.sha256),
        layers.collect::<Vec<_>>().join("<br>"),
    )
}

fn escape(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c });
    let mut out = String::with_capacity(text.len());
    for c in clean {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Page, page};
    use crate::report::read::read;
    use serde_json::json;

    #[test]
    fn captured_text_is_never_markup() {
        let hostile = "<script>alert(1)</script>\u{1b}[2J\"'&";
        let change = json!({"object": {"group": "", "kind": hostile, "namespace": "", "name": "x"}, "layer": hostile, "change": "added",
            "recreated": false, "from": "a", "to": hostile, "fields": []});
        let report = json!({"bundles": [], "verdict": "proven", "verdicts": [], "changes": [change]});
        let text = page(&Page {
            title: hostile,
            about: hostile,
            report: &read(&report).unwrap(),
            files: &[(hostile.to_owned(), "a file")],
            commands: &[hostile.to_owned()],
        });
        assert!(!text.contains("<script") && !text.contains('\u{1b}'));
        assert!(text.contains("&lt;script&gt;") && text.contains("class=\"proven\""));
    }
}
