//! The changes of a report as text: by layer, and in each by the pair of bundles between which they happened, so that what came back is
//! listed like what went.
use crate::compare::{ChangeKind, FieldChange};
use crate::render::findings::of_key;
use crate::render::table::Style;
use crate::render::words::{self, fill, phrases};
use crate::render::{foreign, values};
use crate::report::read::Changed;
use crate::value::Value;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// A layer, a pair of bundles, and the changes in that layer between them.
pub(super) type Group<'a> = (&'a str, (&'a str, &'a str), Vec<&'a Changed>);

/// The changes by layer, and in each by pair of bundles.
pub(super) fn by_layer(changes: &[Changed]) -> Vec<Group<'_>> {
    let mut groups: IndexMap<(&str, (&str, &str)), Vec<&Changed>> = IndexMap::new();
    changes.iter().for_each(|c| groups.entry((&c.layer, (&c.from, &c.to))).or_default().push(c));
    groups.sort_by_key(|(layer, _), _| *layer);
    groups.into_iter().map(|((layer, pair), all)| (layer, pair, all)).collect()
}

/// All changes; of each group the first `style.most`.
pub fn list(changes: &[Changed], style: Style) -> String {
    let mut out = String::new();
    for (layer, (from, to), group) in by_layer(changes) {
        let values = [("layer", layer), ("from", from), ("to", to), ("n", &group.len().to_string()), ("counts", &counts(&group))];
        out.push_str(&format!("\n{}\n", fill(phrases().changes_in, &values)));
        group.iter().take(style.most).for_each(|c| out.push_str(&one(c, style)));
        if group.len() > style.most {
            out.push_str(&format!("  {}\n", fill(phrases().changes_more, &[("n", &(group.len() - style.most).to_string())])));
        }
    }
    out
}

/// `30 removed, 1 modified`.
pub(super) fn counts(changes: &[&Changed]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    changes.iter().for_each(|c| *counts.entry(word(c)).or_default() += 1);
    counts.iter().map(|(word, n)| fill(phrases().counted, &[("n", &n.to_string()), ("word", word)])).collect::<Vec<_>>().join(", ")
}

/// How an object changed, in words.
pub(super) fn word(change: &Changed) -> &'static str {
    match change.kind {
        ChangeKind::Modified if change.recreated => phrases().recreated_different,
        kind => words::changes(kind),
    }
}

fn one(change: &Changed, style: Style) -> String {
    let mut out = format!("  {} {}\n", word(change), of_key(&change.object));
    change.fields.iter().take(style.most).for_each(|f| out.push_str(&field(f)));
    if change.fields.len() > style.most {
        out.push_str(&format!("      {}\n", fill(phrases().fields_more, &[("n", &(change.fields.len() - style.most).to_string())])));
    }
    out
}

/// A field with both values; of a text, the lines that changed.
fn field(field: &FieldChange) -> String {
    let expected = if field.expected { phrases().expected } else { "" };
    let place = format!("      {}{expected}", foreign::clean(&field.pointer));
    if let (Some(Value::String(a)), Some(Value::String(b))) = (&field.before, &field.after)
        && (a.contains('\n') || b.contains('\n'))
    {
        let lines: String = values::lines(a, b).iter().map(|l| format!("        {l}\n")).collect();
        return format!("{place}\n{lines}");
    }
    let says = says(field);
    if says.is_empty() { format!("{place}\n") } else { format!("{place}: {says}\n") }
}

/// Both values of a field in one line; empty where there is none.
pub(super) fn says(field: &FieldChange) -> String {
    match (&field.before, &field.after) {
        (Some(a), Some(b)) => values::both(a, b),
        (Some(a), None) => fill(phrases().field_gone, &[("value", &values::short(a))]),
        (None, Some(b)) => fill(phrases().field_new, &[("value", &values::short(b))]),
        (None, None) => String::new(),
    }
}
