//! A finding, on which a verdict rests: an object, a pointer, the values, the file.
use crate::claims::Code;
use crate::compare::{Change, FieldChange, Writer};
use crate::model::{Gap, Key, words};
use crate::value::Value;

words! {
    /// What a finding does to its claim.
    #[derive(PartialOrd, Ord, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    Effect {
        /// It refutes the claim.
        Counters = "counters",
        /// It leaves the claim open.
        Doubts = "doubts",
        /// It only informs.
        Notes = "notes",
    }
}

/// One finding. Its code is from a closed list, so that no free text is signed.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What it does to the claim.
    pub effect: Effect,
    /// What was found.
    pub code: Code,
    /// The object, if it is about one.
    pub object: Option<Key>,
    /// JSON pointer within the object, or empty.
    pub pointer: String,
    /// The value before (or wanted).
    pub before: Option<Value>,
    /// The value after (or seen).
    pub after: Option<Value>,
    /// Index of the bundle that shows it.
    pub bundle: usize,
    /// The entry of that bundle, or empty.
    pub file: String,
    /// Who wrote the field at the pointer last, if the bundle says so.
    pub writer: Option<Writer>,
}

impl Finding {
    /// A finding without object.
    pub fn new(effect: Effect, code: Code, bundle: usize) -> Self {
        Self { effect, code, object: None, pointer: String::new(), before: None, after: None, bundle, file: String::new(), writer: None }
    }

    /// … about an object.
    pub fn about(mut self, key: Key) -> Self {
        self.object = Some(key);
        self
    }

    /// … at a pointer, with both values.
    pub fn at(mut self, pointer: &str, before: Option<Value>, after: Option<Value>) -> Self {
        self.pointer = pointer.to_owned();
        self.before = before;
        self.after = after;
        self
    }

    /// … shown by an entry of its bundle.
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = file.to_owned();
        self
    }

    /// A gap that leaves the claim open. The object's kind holds `<plural>.<group>`.
    pub fn gap(gap: &Gap, bundle: usize) -> Self {
        let key = Key::new(&gap.group, &crate::model::stem(&gap.resource, &gap.group), gap.namespace.as_deref().unwrap_or(""), "*");
        Self::new(Effect::Doubts, gap.reason.into(), bundle).about(key).in_file("coverage.json")
    }

    /// The findings of a change: one for each field, or one for the object.
    pub fn of_change(change: &Change, effect: Effect) -> Vec<Self> {
        let base = || Self::new(effect, change.kind.into(), change.shown_by()).about(change.key.clone()).in_file(&change.file);
        if change.fields.is_empty() {
            return vec![base()];
        }
        let one = |f: &FieldChange| Self { writer: f.writer.clone(), ..base().at(&f.pointer, f.before.clone(), f.after.clone()) };
        change.fields.iter().map(one).collect()
    }

    /// The same, but a field that the configuration expects to change is only noted (law 14).
    pub fn of_change_unless_expected(change: &Change, effect: Effect) -> Vec<Self> {
        let mut found = Self::of_change(change, effect);
        for (finding, _) in found.iter_mut().zip(&change.fields).filter(|(_, field)| field.expected) {
            (finding.effect, finding.code) = (Effect::Notes, Code::ExpectedChange);
        }
        found
    }
}
