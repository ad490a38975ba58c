//! Patterns of names as Argo CD's settings have them: `*` is any text, `?` one character. Knows no setting.

pub fn glob(pattern: &str, text: &str) -> bool {
    let mut chars = pattern.chars();
    match chars.next() {
        None => text.is_empty(),
        Some('*') => text.char_indices().map(|(i, _)| i).chain([text.len()]).any(|i| glob(chars.as_str(), &text[i..])),
        Some(wanted) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|c| (wanted == '?' || wanted == c) && glob(chars.as_str(), rest.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        assert!(glob("feast-*", "feast-dev") && glob("*", "") && glob("a?c*", "abcd") && glob("x", "x"));
        assert!(!glob("feast-*", "feast") && !glob("x", "xy") && !glob("a?", "a"));
    }
}
