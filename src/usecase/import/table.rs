//! Tables of columns that are aligned with blanks, as Go's tabwriter and kubectl print them. It must not know what is in the columns.

/// Where each column begins, in characters, and its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns(Vec<(usize, String)>);

impl Columns {
    /// Reads a line of headings: capital letters, two or more blanks (or a tab) between the headings.
    pub(super) fn read(line: &str) -> Option<Self> {
        let is_heading = |c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '\t' | '-' | '/' | '(' | ')');
        if line.trim().is_empty() || !line.chars().all(is_heading) {
            return None;
        }
        let cells = cells(line);
        (cells.len() > 1).then_some(Self(cells))
    }

    /// These headings, for lines that stand without them.
    pub(super) fn named(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (0, (*name).to_owned())).collect())
    }

    pub(super) fn has(&self, heading: &str) -> bool {
        self.0.iter().any(|(_, h)| h == heading)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(_, h)| &**h).collect()
    }

    /// The cells of a line, each with its heading: cut where the headings begin, else where blanks are if there are as many parts as
    /// columns. None if the line fits neither.
    pub(super) fn cells<'t>(&'t self, line: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
        self.aligned(line).or_else(|| {
            let parts = cells(line);
            let at = |text: &str| line.find(text).and_then(|i| line.get(i..i + text.len()));
            (parts.len() == self.0.len())
                .then(|| self.0.iter().zip(&parts).map(|((_, h), (_, part))| (&**h, at(part).unwrap_or(""))).collect())
        })
    }

    fn aligned<'t>(&'t self, line: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
        let places: Vec<usize> = line.char_indices().map(|(i, _)| i).chain([line.len()]).collect();
        let place = |at: usize| places.get(at).copied().unwrap_or(line.len());
        let ends = self.0.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
        let mut out = Vec::new();
        for ((from, heading), to) in self.0.iter().zip(ends) {
            let raw = line.get(place(*from)..to.map_or(line.len(), place))?;
            let cell = raw.trim();
            // A column ends with a blank, unless the line ends there; two blanks within it are the edge of another layout.
            let cut = to.is_some_and(|to| place(to) < line.len() && !raw.ends_with([' ', '\t']));
            if cut || to.is_some() && (cell.contains("  ") || cell.contains('\t')) || to == Some(0) {
                return None;
            }
            out.push((&**heading, cell));
        }
        Some(out)
    }
}

/// The parts of a line between tabs, or two or more blanks, and where each begins, in characters.
fn cells(line: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let (mut part, mut from, mut blanks) = (String::new(), 0, 2);
    for (at, c) in line.chars().enumerate() {
        if c == '\t' || c == ' ' {
            blanks += if c == '\t' { 2 } else { 1 };
            continue;
        }
        if blanks >= 2 {
            if !part.is_empty() {
                out.push((from, std::mem::take(&mut part)));
            }
            from = at;
        } else if blanks == 1 {
            part.push(' ');
        }
        part.push(c);
        blanks = 0;
    }
    if !part.is_empty() {
        out.push((from, part));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn cells_are_cut_where_the_headings_begin_so_that_an_empty_one_stays_empty() {
        let columns = Columns::read("NAME     NAMESPACE  ACCESS MODES  AGE").unwrap_or(Columns(vec![]));
        assert_eq!(columns.names(), ["NAME", "NAMESPACE", "ACCESS MODES", "AGE"]);
        let of = |line| columns.cells(line).map(|cells| cells.into_iter().map(|(_, cell)| cell).collect::<Vec<_>>());
        assert_eq!(of("feast                RWO           3d"), Some(vec!["feast", "", "RWO", "3d"]));
        assert_eq!(of("feast    dev"), Some(vec!["feast", "dev", "", ""]));
        assert_eq!(of("a-longer-name  dev  RWO  3d"), Some(vec!["a-longer-name", "dev", "RWO", "3d"]));
        assert_eq!(of("a-longer-name  dev  3d"), None, "nobody knows which cell is missing");
    }

    #[test]
    fn prose_and_json_are_no_headings() {
        for line in ["", "OK", "NAME", "Name  Age", "{\"A\":  1}", "A SENTENCE IN CAPITALS"] {
            assert_eq!(Columns::read(line), None, "{line}");
        }
        assert_eq!(Columns::read("NAME\tPORT(S)\tUP-TO-DATE").map(|c| c.names().len()), Some(3));
    }
}
