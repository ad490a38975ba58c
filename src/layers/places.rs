//! The placements of all objects of a snapshot, in a few bytes each.
use crate::layers::Context;
use crate::model::{By, PLATFORM, Placement, stem};
use indexmap::IndexSet;

/// The placement of one object. Texts are indexes into [`Words`].
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) layer: u32,
    pub(super) by: By,
    pub(super) app: u32,
    /// What is known of that Application and the object.
    pub(super) mark: &'static str,
    /// The object at the other end of the relation.
    pub(super) related: Option<u32>,
}

impl Place {
    /// There is no evidence.
    pub(super) const NOWHERE: Self = Self { layer: Words::PLATFORM, by: By::None, app: Words::NOTHING, mark: "", related: None };
}

/// Repeated texts, each stored once.
pub(super) struct Words(IndexSet<String>);

impl Words {
    const PLATFORM: u32 = 0;
    const NOTHING: u32 = 1;

    /// The index of a text.
    pub(super) fn of(&mut self, text: &str) -> u32 {
        let at = self.0.get_index_of(text).unwrap_or_else(|| self.0.insert_full(text.to_owned()).0);
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(super) fn text(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.0.get_index(at)).map_or("", String::as_str)
    }
}

/// The placements, in the order of the objects.
pub struct Places {
    pub(super) words: Words,
    pub(super) done: Vec<Option<Place>>,
}

impl Places {
    pub(super) fn new(count: usize) -> Self {
        Self { words: Words([PLATFORM, ""].map(str::to_owned).into()), done: vec![None; count] }
    }

    /// The placement of an object. The content of a derived object follows from the object that it names, which confirms its place.
    pub fn of(&self, context: &Context<'_>, at: usize, is_derived: bool) -> Placement {
        let place_of = |at: usize| self.done.get(at).copied().flatten().unwrap_or(Place::NOWHERE);
        let mut place = place_of(at);
        let related = place.related.and_then(|at| usize::try_from(at).ok());
        if is_derived && place.by == By::Reference && related.is_some_and(|owner| place_of(owner).by.is_confirmed()) {
            place.by = By::Relation;
        }
        let related = related.map(|at| {
            let key = context.objects.key(at);
            [&*stem(context.objects.plural(at), key.group), key.namespace, key.name].join("|")
        });
        Placement {
            layer: self.words.text(place.layer).to_owned(),
            by: place.by,
            app: self.words.text(place.app).to_owned(),
            mark: place.mark,
            related: related.unwrap_or_default(),
        }
    }
}
