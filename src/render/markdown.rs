//! What a report says, as Markdown that fits a comment of a pull request. What is too much is counted, and is in the report. Foreign text is
//! text: it formats nothing, names nobody and links nowhere.
use crate::model::Verdict;
use crate::render::foreign;
use crate::render::view::{Card, Changed, Field, Subject, View};
use crate::render::words::{self, Page, fill};

/// The most bytes of the whole: no more characters than a comment on GitHub may have, with some to spare.
const MOST: usize = 65_000;
/// What is kept free for the ends of sections.
const SPARE: usize = 1_500;

/// The document, at most [`MOST`] bytes long.
pub fn text(view: &View) -> String {
    let t = words::page();
    let mut paper = Paper { out: String::new(), t, full: false };
    paper.paragraph(&format!("## {}: {}", escape(&view.title), verdict(view.verdict)));
    view.warnings.iter().for_each(|w| paper.paragraph(&format!("> **{}** {}", t.warning, escape(w))));
    view.lead.iter().for_each(|sentence| paper.paragraph(&escape(sentence)));
    paper.table(&[t.column_verdict, t.column_claim, t.column_says], &view.cards.iter().map(row).collect::<Vec<_>>());
    paper.paragraph(&format!("**{}**", t.heading_limits));
    paper.lines(&view.not_proven.iter().map(|l| format!("- {}", escape(l))).collect::<Vec<_>>());
    paper.table(&[t.column_layer, t.column_bundle, t.column_objects, t.column_digest], &layers(view));
    for group in &view.changes {
        let values = [("layer", &*group.layer), ("from", &group.from), ("to", &group.to)];
        let changes = group.kinds.iter().flat_map(|(kind, all)| all.iter().map(move |c| change(kind, c, t)));
        let more = Some(format!("- {}", escape(&group.more))).filter(|_| !group.more.is_empty());
        paper.folded(&format!("{} {}", fill(t.changes_in, &values), group.counts), &changes.chain(more).collect::<Vec<_>>());
    }
    let found =
        |c: &Card| c.found.iter().chain(&c.noted).map(|f| format!("- `{}`: {}", c.claim.replace('`', "'"), escape(f))).collect::<Vec<_>>();
    paper.folded(t.heading_findings, &view.cards.iter().flat_map(found).collect::<Vec<_>>());
    let bundle = |s: &Subject| {
        let facts = s.facts.iter().map(|(name, value)| format!("- {}: {}", escape(name), escape(value)));
        let gaps = s.gaps.iter().map(|g| format!("- {} {}", escape(t.gaps), escape(g)));
        let head = format!("- **{}** `{}`", escape(&s.name), s.sha256.replace('`', "'"));
        [head].into_iter().chain(facts.chain(gaps).map(|l| format!("  {l}"))).collect::<Vec<_>>()
    };
    paper.folded(t.heading_bundles, &view.subjects.iter().flat_map(bundle).collect::<Vec<_>>());
    let checks = view.checks.iter().map(|(says, command)| format!("{}\n\n{}\n", escape(says), fenced("sh", command)));
    paper.folded(t.heading_check, &[escape(t.check_about) + "\n"].into_iter().chain(checks).collect::<Vec<_>>());
    if paper.full {
        paper.line(t.no_room);
    }
    foreign::clean_lines(&paper.out)
}

/// A document that does not grow beyond its limit.
struct Paper {
    out: String,
    t: &'static Page,
    /// Whether there was no room for a whole part.
    full: bool,
}

impl Paper {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn fits(&self, text: &str) -> bool {
        self.out.len() + text.len() + SPARE < MOST
    }

    fn paragraph(&mut self, text: &str) {
        if self.fits(text) {
            self.line(text);
            self.blank();
        } else {
            self.full = true;
        }
    }

    /// As many of the lines as there is room for; gives how many there was none for.
    fn most(&mut self, lines: &[String]) -> usize {
        let end = lines.iter().position(|line| {
            let fits = self.fits(line);
            if fits {
                self.line(line);
            }
            !fits
        });
        end.map_or(0, |end| lines.len() - end)
    }

    fn lines(&mut self, lines: &[String]) {
        let left = self.most(lines);
        if left > 0 {
            self.blank();
            self.line(&escape(&words::count(left, self.t.one_more, self.t.many_more)));
        }
        self.blank();
    }

    fn table(&mut self, heads: &[&str], rows: &[String]) {
        self.line(&format!("| {} |", heads.join(" | ")));
        self.line(&format!("|{}", " --- |".repeat(heads.len())));
        self.lines(rows);
    }

    fn folded(&mut self, summary: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        if !self.fits(summary) {
            self.full = true;
            return;
        }
        self.line(&format!("<details><summary>{}</summary>\n", escape(summary)));
        self.lines(lines);
        self.line("</details>\n");
    }
}

fn verdict(verdict: Verdict) -> String {
    let sign = match verdict {
        Verdict::Proven => "✅",
        Verdict::Refuted => "❌",
        Verdict::Inconclusive => "❔",
        Verdict::NotApplicable => "➖",
    };
    format!("{sign} {}", words::verdicts(verdict))
}

fn row(card: &Card) -> String {
    let says = words::first(&card.found).unwrap_or_else(|| card.says.clone());
    format!("| {} | {} | {} |", verdict(card.verdict), escape(&card.claim), escape(&says))
}

/// A row for each layer where its digest is equal in all bundles, else one for each bundle.
fn layers(view: &View) -> Vec<String> {
    let mut out = Vec::new();
    for layer in &view.layers {
        let same = layer.equal == Some(true);
        for (bundle, objects, digest) in layer.rows.iter().take(if same { 1 } else { usize::MAX }) {
            let bundle = if same { &layer.says } else { bundle };
            out.push(format!(
                "| {} | {} | {} | `{}` |",
                escape(&layer.name),
                escape(bundle),
                escape(objects),
                digest.replace(['`', '|'], "'")
            ));
        }
    }
    out
}

fn change(kind: &str, change: &Changed, t: &Page) -> String {
    let mut out = format!("- {} {} {}", change.word, escape(kind), escape(&change.object));
    for f in &change.fields {
        out.push_str(&field(f, t));
    }
    if !change.more.is_empty() {
        out.push_str(&format!("\n  - {}", escape(&change.more)));
    }
    out
}

fn field(field: &Field, t: &Page) -> String {
    let expected = if field.expected { format!(" ({})", t.field_expected) } else { String::new() };
    let writer = if field.writer.is_empty() { String::new() } else { format!(", {}", escape(&field.writer)) };
    if field.rows.is_empty() {
        return format!("\n  - {}{expected}: {}{writer}", escape(&field.pointer), escape(&field.says));
    }
    let mut lines = Vec::new();
    for row in &field.rows {
        match (&row.before, &row.after) {
            (Some(same), Some(_)) if !row.differs => lines.push(format!("  {same}")),
            (before, after) => {
                lines.extend(before.as_ref().map(|b| format!("- {b}")));
                lines.extend(after.as_ref().map(|a| format!("+ {a}")));
            }
        }
    }
    lines.extend(Some(field.more.clone()).filter(|m| !m.is_empty()));
    let block = fenced("diff", &lines.join("\n")).replace('\n', "\n    ");
    format!("\n  - {}{expected}{writer}\n\n    {block}\n", escape(&field.pointer))
}

/// A block of code whose fence is longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}")
}

/// Text that means itself: what begins a mark, a mention, a reference to an issue or an address is taken apart by a backslash or, where that
/// does not help, by an empty comment.
fn escape(text: &str) -> String {
    const APART: &str = "<!-- -->";
    let clean = foreign::clean(text);
    let mut out = String::with_capacity(clean.len());
    for (i, c) in clean.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            '@' | '#' => out.extend([&*c.to_string(), APART]),
            // `http://` and `www.` become links by themselves.
            ':' if clean.get(i..).is_some_and(|rest| rest.starts_with("://")) => out.extend([":", APART]),
            '.' if clean.get(i.saturating_sub(3)..i).is_some_and(|before| before.eq_ignore_ascii_case("www")) => out.extend([APART, "."]),
            // At the beginning of a line these make a list or a rule.
            '-' | '+' | '=' if i == 0 => out.extend(['\\', c]),
            '.' | ')' if i > 0 && clean.bytes().take(i).all(|b| b.is_ascii_digit()) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
