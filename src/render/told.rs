//! The sentences that are written where they arise, in the chosen language. In the code they are English: an error means the same and is
//! stored the same whoever reads it, and only where it leaves for a person is it said in another language. `sentences/` has each sentence as
//! the code writes it, with its blanks, and what it is in the other language. Foreign text is in none, so it stays. It must not know who says
//! what.
use crate::render::words::{Language, filled, language};
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/sentences.rs"));

/// A sentence with its blanks, and what it is in another language.
struct Sentence {
    /// What it says itself, around its blanks.
    pieces: Vec<String>,
    /// What its blanks are called.
    names: Vec<String>,
    other: &'static str,
}

/// A text in the chosen language: as a whole, else line by line, else the parts before and after a colon. What nobody translated stays.
pub fn told(text: &str) -> String {
    told_in(language(), text)
}

/// … in this language.
pub fn told_in(language: Language, text: &str) -> String {
    static KOREAN: LazyLock<Vec<Sentence>> = LazyLock::new(|| read(KO));
    match language {
        Language::En => text.to_owned(),
        Language::Ko => of(text, &KOREAN, true),
    }
}

fn read(pairs: &[(&str, &'static str)]) -> Vec<Sentence> {
    let one = |(english, other): &(&str, &'static str)| {
        let (pieces, names) = blanks(english);
        Sentence { pieces, names, other }
    };
    pairs.iter().map(one).collect()
}

/// … where it stands. Only what stands alone may be a single word: else it could be the name of something.
fn of(text: &str, known: &[Sentence], alone: bool) -> String {
    let bare = text.trim();
    if bare.is_empty() {
        return text.to_owned();
    }
    if bare.len() < text.len() {
        let (before, after) = text.split_once(bare).unwrap_or_default();
        return format!("{before}{}{after}", of(bare, known, alone));
    }
    // What stands before a message is none of its words.
    let titled = |title: &&str| text.strip_prefix(*title).and_then(|rest| rest.strip_prefix(": "));
    if let Some((title, rest)) =
        ["error", "hint", "note", "next", "claims", "tip", "Usage"].iter().find_map(|title| Some((title, titled(title)?)))
    {
        return format!("{}: {}", of(title, known, true), of(rest, known, true));
    }
    if let Some(whole) = whole(text, known, alone) {
        return whole;
    }
    let part = |mark: &str, alone: bool| {
        let (one, rest) = text.split_once(mark)?;
        Some([of(one, known, alone), of(rest, known, true)].join(mark))
    };
    part("\n", true).or_else(|| part(": ", false)).unwrap_or_else(|| text.to_owned())
}

/// A text that is one sentence. Of several that could have made it, the one that says most of it itself.
fn whole(text: &str, known: &[Sentence], alone: bool) -> Option<String> {
    /// A sentence that says less than this could be the beginning or the end of any other, if it took more than a word.
    const SHORT: usize = 10;
    let alike = known.iter().filter_map(|sentence| {
        let said: usize = sentence.pieces.iter().map(String::len).sum();
        let values = values(text, &sentence.pieces)?;
        // Lines of their own stand at the end of a sentence that announces them.
        let fits = |(value, before): (&&str, &String)| match value.contains('\n') {
            true => before.trim_end_matches(' ').ends_with([':', '\n']),
            false => said >= SHORT || !value.contains(' '),
        };
        let fits = values.iter().zip(&sentence.pieces).all(fits) && (alone || !values.is_empty() || text.contains(' '));
        fits.then_some((said, sentence, values))
    });
    let (_, sentence, values) = alike.max_by_key(|(said, ..)| *said)?;
    let values: Vec<String> = values.into_iter().map(|value| of(value, known, false)).collect();
    let pairs: Vec<(&str, &str)> = sentence.names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
    Some(filled(sentence.other, &pairs))
}

/// What a sentence says itself, around its blanks, and what they are called: by their name, else by their place.
fn blanks(sentence: &str) -> (Vec<String>, Vec<String>) {
    let (mut pieces, mut names, mut rest, mut nameless) = (vec![String::new()], Vec::new(), sentence, 0..);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        pieces.iter_mut().last().into_iter().for_each(|piece| piece.push_str(before));
        let mut chars = after.chars();
        let (brace, next) = (chars.next(), chars.next());
        if brace == next || brace == Some('}') {
            pieces.iter_mut().last().into_iter().for_each(|piece| piece.extend(brace));
            rest = after.get(if brace == next { 2 } else { 1 }..).unwrap_or_default();
            continue;
        }
        let (inside, after) = after.split_once('}').unwrap_or((after, ""));
        let name = inside.trim_start_matches('{').split(':').next().unwrap_or_default();
        names.push(if name.is_empty() { nameless.next().unwrap_or(0).to_string() } else { name.to_owned() });
        pieces.push(String::new());
        rest = after;
    }
    pieces.iter_mut().last().into_iter().for_each(|piece| piece.push_str(rest));
    (pieces, names)
}

/// What stands in the blanks between the pieces, if the text is made of them.
fn values<'t>(text: &'t str, pieces: &[String]) -> Option<Vec<&'t str>> {
    fn between<'t>(text: &'t str, pieces: &[String]) -> Option<Vec<&'t str>> {
        let (next, later) = pieces.split_first()?;
        if later.is_empty() {
            return text.strip_suffix(next.as_str()).map(|value| vec![value]);
        }
        let split = |(at, _): (usize, &str)| {
            let (value, rest) = (text.get(..at)?, text.get(at + next.len()..)?);
            Some([vec![value], between(rest, later)?].concat())
        };
        // Of two blanks with nothing between them, the first has all.
        let mut places = text.match_indices(next.as_str());
        if next.is_empty() { places.collect::<Vec<_>>().into_iter().rev().find_map(split) } else { places.find_map(split) }
    }
    let (first, rest) = pieces.split_first()?;
    if rest.is_empty() { (text == first).then(Vec::new) } else { between(text.strip_prefix(first.as_str())?, rest) }
}

#[cfg(test)]
mod tests {
    use super::{of, read};

    const KNOWN: &[(&str, &str)] = &[
        ("no bundle {name}: neither {path} nor {}", "{0}, {path}: {name} 없음"),
        ("can't be read", "읽을 수 없음"),
        ("{} of {} files", "파일 {1}개 중 {0}개"),
        ("error", "오류"),
        ("{{a}} is {name:?}", "{name} a"),
        ("a whole of {} files", "전체 {0}개"),
    ];

    #[test]
    fn a_sentence_is_known_by_what_it_says_around_its_blanks() {
        for (english, other) in [
            ("no bundle x: neither a/x nor b", "b, a/x: x 없음"),
            ("error: evid.yaml: can't be read", "오류: evid.yaml: 읽을 수 없음"),
            ("error: no bundle x: neither can't be read nor b", "오류: b, 읽을 수 없음: x 없음"),
            ("  3 of 4 files\n  error: x\n", "  파일 4개 중 3개\n  오류: x\n"),
            ("a whole of 3 files", "전체 3개"),
            ("error of files", "error of files"),
            ("x: error", "x: 오류"),
            ("3 of error files", "파일 error개 중 3개"),
            ("x: error\n  3 of 4 files", "x: 오류\n  파일 4개 중 3개"),
            ("{a} is \"b\"", "\"b\" a"),
            ("No such file or directory (os error 2)", "No such file or directory (os error 2)"),
        ] {
            assert_eq!(of(english, &read(KNOWN), true), other);
        }
    }
}
