//! Lines and columns of exported text. Every cell passes the filter for foreign text. It must not know what is in them.
use crate::render::foreign;

/// The beginning of a line that is evid's own word about the file.
const REMARK: &str = "# ";

/// A line of evid's own word about a file; it also stands where there is nothing, so that no file is empty.
pub(super) fn remark(text: &str) -> String {
    format!("{REMARK}{}\n", foreign::clean(text))
}

/// Columns as wide as their widest cell and two blanks, as Go's tabwriter makes them; one line a row.
pub(super) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let clean: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| foreign::clean(cell)).collect()).collect();
    let wide = |i: usize| clean.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0) + 2;
    let widths: Vec<usize> = (0..clean.first().map_or(0, Vec::len)).map(wide).collect();
    let line = |row: &Vec<String>| {
        let cells: String = row.iter().zip(&widths).map(|(cell, wide)| format!("{cell:<wide$}")).collect();
        cells.trim_end().to_owned() + "\n"
    };
    clean.iter().map(line).collect()
}
