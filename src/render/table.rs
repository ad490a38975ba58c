//! Plain tables for a terminal, aligned by display width. It must not know what is in them.
use crate::render::foreign;
use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr as _;

#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: u16,
    pub colour: bool,
    /// How many changes and findings to list in full.
    pub most: usize,
}

/// A text with blanks behind it, up to this many columns of the terminal.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A plain table of columns, aligned by display width.
pub fn columns<S: AsRef<str>>(header: &[S], rows: &[Vec<String>], style: Style) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(style.width);
    table.set_header(header.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
    for row in rows {
        table.add_row(row.iter().map(|cell| foreign::clean(cell)).collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|l| l.trim_end().to_owned() + "\n").collect()
}
