//! Text below headings, as scripts write it: `### fastapi-dev /health`, then what a command printed. It must not know what a section is
//! about.

/// A heading, and the lines below it up to the next one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section<'t> {
    pub heading: &'t str,
    /// The line of the heading, from 1.
    pub line: u64,
    /// The lines below it, each with its number; blank ones are left out.
    pub body: Vec<(u64, &'t str)>,
}

/// The sections; none if no line is a heading. Lines before the first heading are in no section.
pub(super) fn sections<'t>(lines: &[(u64, &'t str)]) -> Vec<Section<'t>> {
    let mut out: Vec<Section<'t>> = Vec::new();
    for (line, text) in lines {
        if let Some(heading) = heading(text) {
            out.push(Section { heading, line: *line, body: Vec::new() });
        } else if let Some(last) = out.last_mut().filter(|_| !text.trim().is_empty()) {
            last.body.push((*line, text));
        }
    }
    out
}

/// A heading: two or more equal signs of a few, a blank, and words.
fn heading(line: &str) -> Option<&str> {
    let sign = line.chars().next().filter(|c| "#=->*".contains(*c))?;
    let rest = line.trim_start_matches(sign);
    let words = rest.strip_prefix([' ', '\t'])?.trim().trim_end_matches(sign).trim();
    (line.len() - rest.len() > 1 && !words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::{heading, sections};

    #[test]
    fn headings_have_many_forms_and_a_body_is_none() {
        for line in ["### fastapi-dev /health", "== fastapi-dev /health ==", "--- fastapi-dev /health ---", ">>> fastapi-dev /health"] {
            assert_eq!(heading(line), Some("fastapi-dev /health"), "{line}");
        }
        for line in ["---", "-----BEGIN CERTIFICATE-----", "# a remark", "#", "", "== ==", "--host 0.0.0.0", "- a", "text ### x"] {
            assert_eq!(heading(line), None, "{line}");
        }
    }

    #[test]
    fn blank_lines_are_no_answer() {
        let lines: Vec<(u64, &str)> = (1..).zip(["before", "### a", "", "  ", "### b", "OK", ""]).collect();
        let found = sections(&lines);
        assert_eq!(found.iter().map(|s| (s.heading, s.line, s.body.len())).collect::<Vec<_>>(), [("a", 2, 0), ("b", 5, 1)]);
    }
}
