//! Where in a YAML text a field stands, for a message about its value. Must not know what the field means.
use saphyr_parser::{Event, Parser};

#[derive(PartialEq, Eq, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A collection that is still open: how many steps of the path lead to it, if it lies on it; and what comes next in it.
struct Open {
    steps: Option<usize>,
    next: Step,
    /// Whether the next scalar is a key.
    keys: bool,
    /// Whether the value that comes next lies on the path.
    on_path: bool,
}

/// The line, from 1, of the field at a path such as `spec.layers[0].role`, else of the nearest field above it that is there; none if not even
/// the first is. The text is one that `parse` takes.
pub fn line_of(text: &str, path: &str) -> Option<usize> {
    let path = steps(path);
    let (mut open, mut best): (Vec<Open>, Option<(usize, usize)>) = (Vec::new(), None);
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(Ok((event, span))) = parser.next_event() {
        let starts = match &event {
            Event::SequenceStart(..) => Some(false),
            Event::MappingStart(..) => Some(true),
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                None
            }
            Event::Scalar(..) | Event::Alias(_) => None,
            _ => continue,
        };
        if let (Some(map), Event::Scalar(key, ..)) = (open.last_mut().filter(|o| o.keys), &event) {
            // A key: its value is next.
            map.next = Step::Key(key.to_string());
            (map.keys, map.on_path) = (false, map.steps.is_some_and(|n| path.get(n) == Some(&map.next)));
            if let (true, Some(n)) = (map.on_path, map.steps) {
                best = best.max(Some((n + 1, span.start.line())));
            }
            continue;
        }
        let parent = open.last();
        let steps = match parent {
            _ if matches!(event, Event::SequenceEnd | Event::MappingEnd) => None,
            None => Some(0),
            Some(Open { steps: Some(n), next: Step::Index(i), .. }) if path.get(*n) == Some(&Step::Index(*i)) => {
                best = best.max(Some((n + 1, span.start.line())));
                Some(n + 1)
            }
            Some(o) => o.steps.filter(|_| o.on_path).map(|n| n + 1),
        };
        match starts {
            Some(true) => open.push(Open { steps, next: Step::Key(String::new()), keys: true, on_path: false }),
            Some(false) => open.push(Open { steps, next: Step::Index(0), keys: false, on_path: false }),
            // A value is whole: the next one follows.
            None => match open.last_mut() {
                Some(Open { next: Step::Index(i), .. }) => *i += 1,
                Some(map) => (map.keys, map.on_path) = (true, false),
                None => {}
            },
        }
    }
    best.map(|(_, line)| line)
}

fn steps(path: &str) -> Vec<Step> {
    let parts = path.split(['.', '[']).filter(|part| !part.is_empty());
    parts.map(|part| part.strip_suffix(']').and_then(|i| i.parse().ok()).map_or_else(|| Step::Key(part.to_owned()), Step::Index)).collect()
}

#[cfg(test)]
mod tests {
    use super::line_of;

    const TEXT: &str = "# mine\nspec:\n  layers:\n    - {name: core, role: protected}\n    - name: extras\n      tags: [a, b]\n      role: switched\n  probes: []\n  storage:\n    - x\n    -\n      y: 1\n";

    #[test]
    fn a_field_is_found_at_any_depth_and_in_both_styles() {
        for (path, line) in [
            ("spec", 2),
            ("spec.layers", 3),
            ("spec.layers[0].role", 4),
            ("spec.layers[1]", 5),
            ("spec.layers[1].tags[1]", 6),
            ("spec.layers[1].role", 7),
            ("spec.probes", 8),
            ("spec.storage[1].y", 12),
        ] {
            assert_eq!(line_of(TEXT, path), Some(line), "{path}");
        }
    }

    #[test]
    fn a_field_that_is_missing_is_said_to_be_where_it_should_stand() {
        assert_eq!(line_of(TEXT, "spec.layers[1].root"), Some(5));
        assert_eq!(line_of(TEXT, "spec.storage[7].y"), Some(9));
        assert_eq!(line_of(TEXT, "role"), None, "a field of that name elsewhere is not meant");
    }
}
