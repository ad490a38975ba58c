//! Prose in lines that fit a terminal. It must not know what it says.
use unicode_width::UnicodeWidthStr as _;

/// How far what goes on in another line is indented, beyond its first line.
const INDENT: usize = 4;

/// The lines, each at most this wide: broken at spaces, and never within backticks, where a command stands that people copy.
pub fn wrapped(text: &str, width: usize) -> String {
    text.split_inclusive('\n').map(|line| if wide(line) > width { broken(line, width) } else { line.to_owned() }).collect()
}

fn broken(line: &str, width: usize) -> String {
    let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
    let indent = " ".repeat((body.len() - body.trim_start().len() + INDENT).min(width / 2));
    let (mut out, mut at) = (String::new(), 0);
    for word in words(body) {
        let long = wide(word.trim_end());
        if at > 0 && at + long > width && !out.trim().is_empty() {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&indent);
            at = indent.len();
        }
        out.push_str(word);
        at += wide(word);
    }
    out.truncate(out.trim_end().len());
    out + end
}

/// Words with the spaces behind them; what stands between backticks is one.
fn words(text: &str) -> Vec<&str> {
    let (mut out, mut start, mut quoted, mut spaces) = (Vec::new(), 0, false, false);
    for (i, c) in text.char_indices() {
        if spaces && c != ' ' {
            out.extend(text.get(start..i));
            start = i;
        }
        quoted ^= c == '`';
        spaces = c == ' ' && !quoted;
    }
    out.extend(text.get(start..));
    out
}

/// The columns that a text takes; colours take none.
fn wide(text: &str) -> usize {
    let mut parts = text.trim_end_matches('\n').split("\u{1b}[");
    let first = parts.next().map_or(0, |part| part.width());
    first + parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.width())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_lines_are_broken_at_spaces_and_commands_stay_whole() {
        let text = "ok  short\n  problem  argo  — the root is stuck in deletion; `evid switch repair --dry-run` says why\n";
        let fits =
            "ok  short\n  problem  argo  — the root is\n      stuck in deletion;\n      `evid switch repair --dry-run`\n      says why\n";
        assert_eq!(wrapped(text, 34), fits);
        assert_eq!(wrapped(text, 200), text);
        let coloured = "\u{1b}[32mok     \u{1b}[0m  kind";
        assert_eq!(wrapped(coloured, 13), coloured);
        assert_eq!(wrapped("한국어 문장은 두 칸씩 차지합니다", 20), "한국어 문장은 두\n    칸씩 차지합니다");
        let long = "x".repeat(50);
        assert_eq!(wrapped(&long, 20), long, "what has no space stays whole");
    }
}
