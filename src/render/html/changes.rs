//! What changed as a tree, and what went and came back.
use crate::render::view::{Changed, Fate, Field, Group, View, Went};
use crate::render::words::{Page, count, fill};
use maud::{Markup, html};

/// A group with no more changes than this stands open.
const OPEN: usize = 12;

pub(super) fn went(went: &Went, t: &Page) -> Markup {
    html! {
        p { (t.went_about) }
        @if !went.fates.is_empty() { h3 { (fill(t.went_fates, &[("layer", &went.layer)])) } (fates(&went.fates, t)) }
        @if !went.kept.is_empty() { h3 { (t.went_kept) } (fates(&went.kept, t)) }
    }
}

fn fates(fates: &[Fate], t: &Page) -> Markup {
    html! { @for fate in fates {
        details open[fate.n <= OPEN] {
            summary { (fate.says) ": " b { (count(fate.n, t.object_one, t.object_many)) } }
            dl { @for (kind, names) in &fate.kinds { div { dt { (kind) } dd { (names.join(", ")) } } } }
        }
    } }
}

pub(super) fn changes(view: &View, t: &Page) -> Markup {
    html! {
        @if view.changes.is_empty() { p { (t.no_changes) } }
        @for group in &view.changes { (one_group(group, t)) }
        @if !view.expected.is_empty() {
            h3 { (t.expected) }
            ul { @for entry in &view.expected { li { (entry) } } }
        }
    }
}

fn one_group(group: &Group, t: &Page) -> Markup {
    let values = [("layer", &*group.layer), ("from", &group.from), ("to", &group.to)];
    html! {
        details.group open[group.n <= OPEN] {
            summary { b { (fill(t.changes_in, &values)) } " " (group.counts) }
            @for (kind, all) in &group.kinds {
                details open[all.len() <= OPEN] {
                    summary { (kind) " (" (all.len()) ")" }
                    @let (plain, told): (Vec<&Changed>, Vec<&Changed>) = all.iter().partition(|c| c.fields.is_empty());
                    @if !plain.is_empty() {
                        ul { @for change in plain { li { span.word { (change.word) } " " code { (change.object) } } } }
                    }
                    @for change in told { (one(change, t)) }
                }
            }
            @if !group.more.is_empty() { p { (group.more) } }
        }
    }
}

fn one(change: &Changed, t: &Page) -> Markup {
    html! {
        div.change {
            p { span.word { (change.word) } " " code { (change.object) } }
            @for field in &change.fields { (one_field(field, t)) }
            @if !change.more.is_empty() { p { (change.more) } }
        }
    }
}

fn one_field(field: &Field, t: &Page) -> Markup {
    html! {
        div.field {
            p {
                code { (field.pointer) }
                @if field.expected { " " span.badge.plain { (t.field_expected) } }
                @if field.rows.is_empty() { " " (field.says) }
                @if !field.writer.is_empty() { " " span.writer { (field.writer) } }
            }
            @if !field.rows.is_empty() {
                table.sides {
                    thead { tr { th scope="col" { (t.column_before) } th scope="col" { (t.column_after) } } }
                    tbody { @for row in &field.rows {
                        tr.differs[row.differs] {
                            td.none[row.before.is_none()] { @if let Some(line) = &row.before { @if row.differs { del { (line) } } @else { (line) } } }
                            td.none[row.after.is_none()] { @if let Some(line) = &row.after { @if row.differs { ins { (line) } } @else { (line) } } }
                        }
                    } }
                }
            }
            @if !field.more.is_empty() { p { (field.more) } }
        }
    }
}
