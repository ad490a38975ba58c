//! The changes from one bundle to another, and which of them are uncertain: something that they depend on was not seen. Judges nothing.
use crate::claims::Evidence;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::written::name_writers;
use crate::compare::{Change, ChangeKind, CompareError, FieldChange, changes};
use crate::kinds::rule::Relation;
use crate::model::Source;
use crate::value::Value;

impl Evidence<'_> {
    /// The changes from one bundle to another. If one side lacks an object and did not see all of its kind, the change is uncertain. It
    /// is uncertain too if the object is state only because not all of its controller's kind was seen.
    pub fn between(&self, a: usize, b: usize) -> Result<Vec<Change>, CompareError> {
        let mut found = changes(self.sides, &self.instances, self.rules, a, b)?;
        if self.is_text(a) || self.is_text(b) {
            found.retain_mut(|change| self.both_state(change, a, b));
        }
        let key = |i: usize| self.sides.get(i).map(|s| &s.manifest.redaction_key);
        if key(a) != key(b) {
            // Tokens of two keys can't be compared.
            for change in found.iter_mut().filter(|c| c.kind == ChangeKind::Modified) {
                set_aside(change, |f| without_tokens(&f.before) == without_tokens(&f.after));
            }
            // So a departure can't be compared with an earlier one.
            found.iter_mut().filter(|c| c.kind == ChangeKind::Departs).for_each(|c| c.uncertain = true);
        }
        for change in &mut found {
            let namespace = change.spot.namespace.clone();
            let hides = |stem: &str, i: usize| self.unseen(stem, &namespace, i);
            let agreements = ["horizontalpodautoscalers.autoscaling", APPLICATIONS];
            if change.fields.iter().any(|f| f.owned) && agreements.iter().any(|s| hides(s, a) || hides(s, b)) {
                // The owner of the field was seen on one side only.
                set_aside(change, |f| f.owned);
            }
            let kind = self.rules.of(&change.key.group, &change.key.kind);
            if !self.gaps(b).is_empty() && change.fields.iter().any(|f| kind.refers(&f.pointer)) {
                // What it refers to may be there, unseen.
                set_aside(change, |f| kind.refers(&f.pointer));
            }
            let (lacks, has) = match change.kind {
                ChangeKind::Added => (a, b),
                ChangeKind::Removed => (b, a),
                ChangeKind::Modified | ChangeKind::Replaced | ChangeKind::Departs | ChangeKind::Torn => continue,
            };
            let owner = change.controller.as_ref().map(|(group, kind)| self.stem_of(group, kind));
            let is_hidden = |stem: &String| hides(stem, has) || hides(stem, lacks);
            change.uncertain |= hides(&change.spot.stem, lacks) || owner.as_ref().is_some_and(is_hidden);
            // What a kind has no definition of, it has no object of.
            let may_hide = |stem: &String| [has, lacks].iter().any(|side| hides(stem, *side) && !self.is_undefined(stem, *side));
            let hidden: Vec<&Relation> =
                kind.relations().filter(|r| !r.to.is_empty() && may_hide(&self.stem_of(&r.group, &r.to))).collect();
            // A kind that the object does not speak of hides nothing of it.
            if let Some(at) = self.instances.at(&change.spot, has).filter(|_| !change.uncertain && !hidden.is_empty()) {
                let object = self.whole(&change.spot, at, has)?;
                change.uncertain = hidden.iter().any(|relation| relation.may_hold(&object));
            }
        }
        for change in found.iter_mut().filter(|c| !c.fields.is_empty()) {
            name_writers(self, change, a, b)?;
        }
        Ok(found)
    }

    /// Whether a bundle was made from text.
    pub(super) fn is_text(&self, side: usize) -> bool {
        self.sides.get(side).is_some_and(|s| s.manifest.source == Source::Text)
    }

    /// Whether a change is one although a text tells of it, which shows some columns of some objects: a field that both bundles speak of
    /// differs, or two texts speak of objects of a kind, and only one of this one. Even then it is uncertain.
    fn both_state(&self, change: &mut Change, a: usize, b: usize) -> bool {
        change.uncertain = true;
        change.fields.retain(|f| f.before.is_some() && f.after.is_some());
        let speaks = |i: usize| {
            self.is_text(i)
                && self.instances.all.iter().any(|(s, all)| s.stem == change.spot.stem && all.get(i).is_some_and(Option::is_some))
        };
        match change.kind {
            ChangeKind::Modified => !change.fields.is_empty(),
            ChangeKind::Added | ChangeKind::Removed => speaks(a) && speaks(b),
            ChangeKind::Replaced | ChangeKind::Departs | ChangeKind::Torn => false,
        }
    }
}

/// Removes the matching fields from a change. If all match, they stay, and the change becomes uncertain.
fn set_aside(change: &mut Change, doubtful: impl Fn(&FieldChange) -> bool) {
    let (aside, plain): (Vec<_>, Vec<_>) = change.fields.drain(..).partition(doubtful);
    change.uncertain |= plain.is_empty();
    change.fields = if plain.is_empty() { aside } else { plain };
}

/// A value's text with every redaction token replaced by one word.
fn without_tokens(value: &Option<Value>) -> Option<String> {
    let text = crate::canon::json::to_text(value.as_ref()?);
    let mut parts = text.split(crate::canon::redact::MARK);
    let first = parts.next().unwrap_or_default().to_owned();
    Some(parts.fold(first, |all, part| format!("{all}{}{}", crate::canon::redact::MARK, part.get(32..).unwrap_or(part))))
}
