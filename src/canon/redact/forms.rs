//! The forms of `tokens.yaml`: where a text holds one. One pass finds their texts, and what stands around each is looked at once. Not one
//! regular expression: of a hundred counted repetitions that would be a machine that no cache holds. Knows nothing of names.
use super::data::TOKENS;
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;

enum Part {
    Text(Vec<&'static str>),
    /// So many of these signs.
    Signs(Signs, usize, usize),
}

/// A set of ASCII signs.
type Signs = [bool; 128];

struct Form {
    /// Sets that stand before the first text.
    before: Vec<Part>,
    after: Vec<Part>,
    /// Begins, or ends, where a word does.
    starts_word: bool,
    ends_word: bool,
}

struct Forms {
    forms: Vec<Form>,
    /// The first text of each form, and whose it is.
    finder: AhoCorasick,
    of: Vec<usize>,
    shortest: usize,
}

/// The forms in a text, in any order.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let (mut out, mut done) = (Vec::new(), 0);
    let Some(all) = all() else { return out };
    for hit in all.finder.find_overlapping_iter(text).map(|hit| (hit.pattern().as_usize(), hit.start(), hit.end())) {
        let form = all.of.get(hit.0).and_then(|i| all.forms.get(*i));
        // What begins in one that is found is a part of it.
        if let Some(range) = form.filter(|_| hit.1 >= done).and_then(|form| form.around(text.as_bytes(), hit.1, hit.2)) {
            done = range.end;
            out.push(range);
        }
    }
    out
}

/// The length of the shortest text that has one.
pub(super) fn shortest() -> usize {
    all().map_or(0, |all| all.shortest)
}

fn all() -> Option<&'static Forms> {
    static FORMS: OnceLock<Option<Forms>> = OnceLock::new();
    FORMS.get_or_init(read).as_ref()
}

/// Nothing where a form is not as the file says that forms are.
fn read() -> Option<Forms> {
    let sets: BTreeMap<&str, Signs> = TOKENS.get().sets.iter().map(|(name, signs)| (name.as_str(), set(signs))).collect();
    let (mut forms, mut texts, mut of, mut firsts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for form in TOKENS.get().forms.values().flatten() {
        let parts: Option<Vec<Part>> = form.split(' ').map(|part| self::part(&sets, part)).collect();
        let mut before = parts?;
        let at = before.iter().position(|part| matches!(part, Part::Text(_)))?;
        let after = before.split_off(at + 1);
        let Some(Part::Text(first)) = before.pop() else { return None };
        let is_word = |signs: &Signs| !(0..128_u8).any(|b| signs[usize::from(b)] && !word(b));
        let starts_word = !before.is_empty() || first.iter().all(|t| t.starts_with(|c: char| c.is_ascii_alphanumeric()));
        let ends_word = matches!(after.last(), Some(Part::Signs(signs, least, most)) if least == most && is_word(signs));
        of.extend(first.iter().map(|_| forms.len()));
        firsts.push(first.iter().map(|t| t.len()).min().unwrap_or(0));
        texts.extend(first);
        forms.push(Form { before, after, starts_word, ends_word });
    }
    let least = |part: &Part| match part {
        Part::Text(texts) => texts.iter().map(|t| t.len()).min().unwrap_or(0),
        Part::Signs(_, least, _) => *least,
    };
    let own = |(form, first): (&Form, &usize)| form.before.iter().chain(&form.after).map(least).sum::<usize>() + first;
    let shortest = forms.iter().zip(&firsts).map(own).min().unwrap_or(0);
    Some(Forms { forms, finder: AhoCorasick::new(texts).ok()?, of, shortest })
}

/// `a|b`, `set{n}`, `set{n,}` or `set{n,m}`.
fn part(sets: &BTreeMap<&str, Signs>, part: &'static str) -> Option<Part> {
    let counted = part.strip_suffix('}').and_then(|p| p.split_once('{')).filter(|(name, _)| !name.is_empty());
    let Some((name, count)) = counted else { return Some(Part::Text(part.split('|').collect())) };
    let (least, most) = count.split_once(',').unwrap_or((count, count));
    Some(Part::Signs(*sets.get(name)?, least.parse().ok()?, if most.is_empty() { usize::MAX } else { most.parse().ok()? }))
}

/// Signs, and ranges of them; a `-` that stands last is itself.
fn set(signs: &str) -> Signs {
    let (bytes, mut out, mut i) = (signs.as_bytes(), [false; 128], 0);
    let mut add = |range: RangeInclusive<u8>| range.for_each(|b| out[usize::from(b & 127)] = true);
    while let Some(&from) = bytes.get(i) {
        match (bytes.get(i + 1), bytes.get(i + 2)) {
            (Some(b'-'), Some(&to)) => {
                add(from..=to);
                i += 3;
            }
            _ => {
                add(from..=from);
                i += 1;
            }
        }
    }
    out
}

/// Whether a byte is of a word, as `\w` without Unicode.
pub(super) fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Form {
    /// All of the form whose first text stands here.
    fn around(&self, text: &[u8], from: usize, to: usize) -> Option<Range<usize>> {
        let (mut start, mut end) = (from, to);
        for part in self.before.iter().rev() {
            let Part::Signs(signs, least, most) = part else { return None };
            let len = text.get(..start)?.iter().rev().take(*most).take_while(|b| has(signs, **b)).count();
            start = (len >= *least).then(|| start - len)?;
        }
        for part in &self.after {
            let rest = text.get(end..)?;
            end += match part {
                Part::Text(texts) => texts.iter().find(|t| rest.starts_with(t.as_bytes()))?.len(),
                Part::Signs(signs, least, most) => {
                    Some(rest.iter().take(*most).take_while(|b| has(signs, **b)).count()).filter(|n| n >= least)?
                }
            };
        }
        let alone = |at: Option<usize>| !at.and_then(|i| text.get(i)).is_some_and(|b| word(*b));
        ((!self.starts_word || alone(start.checked_sub(1))) && (!self.ends_word || alone(Some(end)))).then_some(start..end)
    }
}

fn has(signs: &Signs, byte: u8) -> bool {
    signs.get(usize::from(byte)).is_some_and(|is| *is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_as_the_file_says_that_forms_are() {
        assert!(read().is_some());
    }

    #[test]
    fn a_form_is_found_as_a_whole_and_only_where_it_stands_alone() {
        let hex = "0123456789abcdef0123456789abcdef";
        assert_eq!(find(&format!("x dapi{hex} y")), vec![2..38]);
        assert!(find(&format!("x dapi{hex}00 y")).is_empty() && find(&format!("xdapi{hex}")).is_empty());
        assert_eq!(find("a=123456789:AAabcdefghijklmnopqrstuvwxyz0123456-x"), vec![2..49]);
        assert_eq!(find("sk-sk-sk-sk-sk-sk-sk-sk-sk-"), vec![0..27]);
    }
}
