//! The changes as a tree: layer and pair of bundles, kind, object, field; of each field both values side by side, and who wrote it.
use crate::compare::FieldChange;
use crate::render::changes::{by_layer, counts, says, word};
use crate::render::view::said::{Changed, Field, Group, Row};
use crate::render::words::{count, page};
use crate::render::{findings, foreign, yaml};
use crate::report::read::Changed as Change;
use crate::value::Value;
use indexmap::IndexMap;
use similar::{DiffOp, TextDiff};

/// How many fields of an object, and how many lines of a field, are shown.
const FIELDS: usize = 40;
const LINES: usize = 40;
/// How many objects, fields and lines are shown in all: a page is to open at once.
const ROOM: Room = Room { objects: 5000, fields: 3000, lines: 4000 };
/// The longest line that is shown.
const WIDTH: usize = 400;
/// Longer texts are not laid side by side: finding all lines that differ takes too long.
const LONGEST: usize = 4000;

struct Room {
    objects: usize,
    fields: usize,
    lines: usize,
}

impl Room {
    /// Takes so many of one of them, as far as there is room for them; gives how many that are.
    fn take(left: &mut usize, wanted: usize) -> usize {
        let taken = wanted.min(*left);
        *left -= taken;
        taken
    }
}

pub(super) fn groups(changes: &[Change]) -> Vec<Group> {
    let mut room = ROOM;
    let group = |(layer, (from, to), all): (&str, (&str, &str), Vec<&Change>)| {
        let mut kinds: IndexMap<String, Vec<Changed>> = IndexMap::new();
        let shown = Room::take(&mut room.objects, all.len());
        for change in all.iter().take(shown) {
            kinds.entry(foreign::clean(&change.object.kind)).or_default().push(changed(change, &mut room));
        }
        let kinds = kinds.into_iter().collect();
        let [layer, from, to] = [layer, from, to].map(foreign::clean);
        Group { layer, from, to, n: all.len(), counts: counts(&all), kinds, more: more(all.len() - shown) }
    };
    by_layer(changes).into_iter().map(group).collect()
}

fn changed(change: &Change, room: &mut Room) -> Changed {
    let shown = Room::take(&mut room.fields, change.fields.len().min(FIELDS));
    Changed {
        object: foreign::clean(&change.object.written()),
        word: word(change),
        fields: change.fields.iter().take(shown).map(|f| field(f, room)).collect(),
        more: more(change.fields.len() - shown),
    }
}

fn more(left: usize) -> String {
    if left > 0 { count(left, page().one_more, page().many_more) } else { String::new() }
}

fn field(field: &FieldChange, room: &mut Room) -> Field {
    let mut rows = rows(&lines(field.before.as_ref()), &lines(field.after.as_ref()));
    // A short value stands whole in the line already.
    rows.truncate(if rows.len() > 1 { usize::MAX } else { 0 });
    let shown = Room::take(&mut room.lines, rows.len().min(LINES));
    let left = rows.len() - shown;
    rows.truncate(shown);
    Field {
        pointer: foreign::clean(&field.pointer),
        expected: field.expected,
        writer: field.writer.as_ref().map(findings::of_writer).unwrap_or_default(),
        says: says(field),
        rows,
        more: more(left),
    }
}

/// The lines of a value: of a text its own, of anything else those of its YAML.
fn lines(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.to_string(),
        Some(other) => yaml::to_text(other),
    }
}

/// The lines that differ, with two lines around them.
fn rows(before: &str, after: &str) -> Vec<Row> {
    if before.lines().count().max(after.lines().count()) > LONGEST {
        return Vec::new();
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let diff = TextDiff::from_slices(&a, &b);
    let shown = |line: Option<&&str>| {
        line.map(|l| {
            let cut: String = l.chars().take(WIDTH).collect();
            foreign::clean(&if cut.len() < l.len() { format!("{cut}…") } else { cut })
        })
    };
    let mut out = Vec::new();
    for op in diff.grouped_ops(2).into_iter().flatten() {
        let (old, new) = (op.old_range(), op.new_range());
        let differs = !matches!(op, DiffOp::Equal { .. });
        for i in 0..old.len().max(new.len()) {
            let line = |all: &[&str], range: &std::ops::Range<usize>| shown(all.get(range.start + i).filter(|_| i < range.len()));
            out.push(Row { before: line(&a, &old), after: line(&b, &new), differs });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{ROOM, field, rows};
    use crate::compare::FieldChange;
    use crate::value::json;

    #[test]
    fn lines_that_differ_stand_side_by_side_with_what_is_around_them() {
        let text = |row: &super::Row| format!("{}|{}", row.before.clone().unwrap_or_default(), row.after.clone().unwrap_or_default());
        let found: Vec<String> = rows("a\nb\nc\nd\n", "a\nb\nx\ny\nd\n").iter().map(text).collect();
        assert_eq!(found, ["a|a", "b|b", "c|x", "|y", "d|d"]);
    }

    #[test]
    fn a_short_value_stands_in_one_line_and_a_hidden_sign_nowhere() {
        let short = field(&FieldChange::new("/spec/replicas", Some(json!(1)), Some(json!(2))), &mut { ROOM });
        assert_eq!((short.says.as_str(), short.rows.len()), ("from 1 to 2", 0));
        let long = field(&FieldChange::new("/data/x", Some(json!("a\nb\u{202e}\n")), Some(json!("a\nc\n"))), &mut { ROOM });
        assert_eq!(long.rows.iter().filter_map(|r| r.before.as_deref()).collect::<Vec<_>>(), ["a", "b\u{fffd}"]);
    }
}
