//! `INDEX.md` of an exported folder: every file with its own digest and that of its bundle. An index that is there is read back, so that a
//! later export adds to it. It must not know where files are.
use std::collections::BTreeMap;

const HEADING: &str = "# Exported by evid\n";
const TABLE: &str = "| file | sha256 | bundle | sha256 of the bundle |\n|---|---|---|---|\n";

/// What the index says of one file: its digest, the name of its bundle, and the digest of that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub sha256: String,
    pub bundle: String,
    pub bundle_sha256: String,
}

pub fn index(entries: &BTreeMap<String, Entry>) -> String {
    let rows: String = entries
        .iter()
        .map(|(path, e)| format!("| {} | {} | {} | {} |\n", cell(path), e.sha256, cell(&e.bundle), e.bundle_sha256))
        .collect();
    format!(
        "{HEADING}\nText for people, written from sealed bundles; it proves nothing by itself. `sha256sum` gives the digests below, and `evid verify`\n\
         examines the bundles. Times in the names of folders are UTC.\n\n{TABLE}{rows}"
    )
}

/// The entries of an index that evid wrote; none if it did not write it.
pub fn entries(text: &str) -> Option<BTreeMap<String, Entry>> {
    let (_, rows) = text.strip_prefix(HEADING)?.split_once(TABLE)?;
    let entry = |row: &str| {
        let cells: Vec<&str> = row.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [path, sha256, bundle, bundle_sha256] = cells[..] else { return None };
        let [sha256, bundle, bundle_sha256] = [sha256, bundle, bundle_sha256].map(str::to_owned);
        Some((path.to_owned(), Entry { sha256, bundle, bundle_sha256 }))
    };
    let found: Option<BTreeMap<String, Entry>> = rows.lines().map(entry).collect();
    found.filter(|entries| index(entries) == text)
}

/// A cell of a Markdown table: only signs that mean nothing there.
fn cell(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "/._-".contains(c) { c } else { '\u{fffd}' };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, entries, index};
    use std::collections::BTreeMap;

    #[test]
    fn an_index_is_read_back_and_another_page_is_not() {
        let entry = |bundle: &str| Entry { sha256: "aa".into(), bundle: bundle.into(), bundle_sha256: "bb".into() };
        let all = BTreeMap::from([("docs/a.txt".to_owned(), entry("before")), ("docs/b.txt".to_owned(), entry("off"))]);
        assert_eq!(entries(&index(&all)), Some(all));
        for page in ["", "# Index\n", &(index(&BTreeMap::new()) + "more\n")] {
            assert_eq!(entries(page), None, "{page}");
        }
    }

    #[test]
    fn no_name_of_a_bundle_means_something_in_markdown() {
        let hostile = Entry { sha256: "aa".into(), bundle: "<img src=x>|`a`\n[x](y)".into(), bundle_sha256: "bb".into() };
        let page = index(&BTreeMap::from([("docs/a.txt".to_owned(), hostile)]));
        let row = page.lines().last().unwrap_or_default();
        assert!(!row.contains(['<', '`', '[', '\u{1b}']) && row.matches('|').count() == 5, "{row}");
    }
}
