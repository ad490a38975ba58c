//! Which losses a person allows, by the words that were given: `KIND/NAMESPACE/NAME` or `KIND/NAME`, the kind as kubectl takes it. Pure.
use crate::model::Key;
use crate::usecase::switch::{Code, Fact, Scan};

/// Whether one of these words names the object.
pub fn allows(words: &[String], scan: &Scan, key: &Key) -> bool {
    words.iter().any(|word| names(word, scan, key))
}

/// The words that name none of these losses: a name that is written wrongly allows nothing, and whoever wrote it should know.
pub fn idle(words: &[String], scan: &Scan, losses: &[&Fact], root: &Key) -> Vec<Fact> {
    let idle = words.iter().filter(|word| !losses.iter().any(|lost| names(word, scan, &lost.object)));
    idle.map(|word| Fact::new(Code::AllowsNothing, root, &**word)).collect()
}

fn names(word: &str, scan: &Scan, key: &Key) -> bool {
    let called = |kind: &str| kind.eq_ignore_ascii_case(&key.kind) || scan.kind(key).is_some_and(|k| k.is_called(kind));
    word.split_once('/').is_some_and(|(kind, place)| place == key.written() && called(kind))
}
