//! Commands that take a secret at a place of their own, in lists of arguments and in the lines of scripts. Which ones, and where, is data.
use super::data::COMMANDS;
use super::forms;
use super::literal::{is_literal, looks_random};
use super::names::{self, Sense};
use super::spans::Spans;
use super::words::words;
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

/// How many words on a subcommand is looked for.
const NEAR: usize = 8;

struct Command {
    /// The program and its subcommands.
    words: Vec<&'static str>,
    places: Vec<Place>,
}

struct Place {
    at: At,
    /// The secret begins behind this.
    after: &'static str,
}

enum At {
    /// After this flag; whether it is written against its value.
    Flag(&'static str, bool),
    /// The nth plain word behind the command.
    Word(usize),
    /// The last plain word.
    Last,
    /// The plain word behind one whose name says that it is secret.
    Named,
    /// Each plain word that has the sign.
    Each,
    /// After this flag of one letter, which stands last among several.
    Among(char),
}

struct Table {
    named: BTreeMap<&'static str, Vec<Command>>,
    /// By the beginning of their names.
    begun: Vec<Command>,
    /// The names, and the beginnings of names, of all programs, each with whether it is a beginning.
    programs: Option<AhoCorasick>,
    is_begun: Vec<bool>,
}

impl Table {
    /// Where programs stand in a text, each with the sign that ends its name, by where they begin.
    fn programs(&self, text: &str) -> Vec<Range<usize>> {
        let (bytes, mut out) = (text.as_bytes(), Vec::new());
        for hit in self.programs.iter().flat_map(|programs| programs.find_overlapping_iter(text)) {
            let rest = text.get(hit.end()..).unwrap_or_default();
            let goes_on = self.is_begun.get(hit.pattern().as_usize()).is_some_and(|is| *is);
            let rest = if goes_on { rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_.-".contains(c)) } else { rest };
            let next = rest.chars().next();
            let is_alone = !hit.start().checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| forms::word(*b));
            if is_alone && next.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',')) {
                out.push(hit.start()..text.len() - rest.len() + next.map_or(0, char::len_utf8));
            }
        }
        out.sort_by_key(|range| range.start);
        out
    }

    fn begun(&self, program: &str) -> impl Iterator<Item = &Command> {
        self.begun.iter().filter(move |c| c.words.first().is_some_and(|w| program.starts_with(w.trim_end_matches('*'))))
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let (mut named, mut begun) = (BTreeMap::<&str, Vec<Command>>::new(), Vec::new());
        let mut programs = BTreeMap::new();
        for (line, places) in COMMANDS.get() {
            let words: Vec<&str> = line.split(' ').collect();
            let Some(program) = words.first().copied() else { continue };
            let command = Command { places: places.iter().map(|p| place(p)).collect(), words };
            programs.insert(program.trim_end_matches('*'), program.ends_with('*'));
            if program.ends_with('*') {
                begun.push(command);
            } else {
                named.entry(program).or_default().push(command);
            }
        }
        Table { named, begun, programs: AhoCorasick::new(programs.keys()).ok(), is_begun: programs.into_values().collect() }
    })
}

fn place(text: &'static str) -> Place {
    let (at, after) = text.split_once(' ').unwrap_or((text, ""));
    let at = match at.parse() {
        Ok(n) => At::Word(n),
        Err(_) if at == "last" => At::Last,
        Err(_) if at == "named" => At::Named,
        Err(_) if at == "each" => At::Each,
        Err(_) if at.starts_with("-*") => At::Among(at.chars().next_back().unwrap_or_default()),
        Err(_) => At::Flag(at.strip_suffix('+').unwrap_or(at), at.ends_with('+')),
    };
    Place { at, after }
}

/// Whether this word names a program that takes secrets at places of its own.
pub(super) fn is_program(word: &str) -> bool {
    let (table, program) = (table(), word.rsplit('/').next().unwrap_or_default());
    table.named.contains_key(program) || table.begun(program).next().is_some()
}

/// Which of the words hold a secret, and from which byte on. In a list each word is known to be one argument.
pub(super) fn secrets(words: &[&str], is_list: bool) -> Vec<(usize, usize)> {
    let (table, mut out, mut done) = (table(), Vec::new(), BTreeSet::new());
    for (i, word) in words.iter().enumerate() {
        let program = word.rsplit('/').next().unwrap_or_default();
        for command in table.named.get(program).into_iter().flatten().chain(table.begun(program)) {
            // The first of its kind takes all that follows.
            if done.contains(&command.words) {
                continue;
            }
            let Some(from) = behind(words, i + 1, command.words.get(1..).unwrap_or_default()) else { continue };
            done.insert(command.words.clone());
            command.places.iter().for_each(|place| place.find(words, from, is_list, &mut out));
        }
    }
    out.retain(|(i, from)| words.get(*i).and_then(|w| w.get(*from..)).is_some_and(is_secret));
    out
}

/// Where the words behind these subcommands begin.
fn behind(words: &[&str], from: usize, subcommands: &[&str]) -> Option<usize> {
    let mut at = from;
    for wanted in subcommands {
        let near = words.get(at..)?.iter().take(NEAR);
        if let Some(letter) = wanted.strip_prefix('-').filter(|letter| !letter.starts_with('-')) {
            let given = |w: &&str| w.strip_prefix('-').is_some_and(|flags| !flags.starts_with('-') && flags.contains(letter));
            words.get(from..)?.iter().take(NEAR).find(|w| given(w))?;
        } else {
            at += near.enumerate().find(|(_, w)| *w == wanted)?.0 + 1;
        }
    }
    Some(at)
}

impl Place {
    fn find(&self, words: &[&str], from: usize, is_list: bool, out: &mut Vec<(usize, usize)>) {
        let value = |i: usize, start: usize| {
            let rest = words.get(i)?.get(start..)?;
            Some((i, start + if self.after.is_empty() { 0 } else { rest.find(self.after)? + self.after.len() }))
        };
        let mut plain = words.iter().enumerate().skip(from).filter(|(_, w)| !w.starts_with('-'));
        match self.at {
            At::Word(n) => out.extend(plain.nth(n.saturating_sub(1)).and_then(|(i, _)| value(i, 0))),
            At::Named => {
                let is_random = |i: usize| words.get(i + 1).is_some_and(|w| looks_random(w));
                let mut named =
                    plain.filter(|(i, w)| names::sense(w) == Sense::Secret || names::sense(w) == Sense::Likely && is_random(*i));
                out.extend(named.next().and_then(|(i, _)| value(i + 1, 0)));
            }
            At::Each => out.extend(plain.filter_map(|(i, _)| value(i, 0))),
            At::Among(letter) => {
                let is = |w: &str| {
                    w.strip_prefix('-').is_some_and(|f| f.len() > 1 && f.ends_with(letter) && f.bytes().all(|b| b.is_ascii_alphabetic()))
                };
                let flags = words.iter().enumerate().skip(from).filter(|(_, w)| is(w));
                out.extend(flags.filter_map(|(i, _)| value(i + 1, 0)));
            }
            At::Last => out.extend(plain.next_back().and_then(|(i, _)| value(i, 0))),
            At::Flag(flag, against) => {
                for (i, word) in words.iter().enumerate().skip(from) {
                    let Some(rest) = word.strip_prefix(flag) else { continue };
                    let next = words.get(i + 1).is_some_and(|w| !w.starts_with('-') || w.contains(self.after) && !self.after.is_empty());
                    if rest.is_empty() && next && (is_list || !against) {
                        out.extend(value(i + 1, 0));
                    } else if rest.starts_with('=') {
                        out.extend(value(i, flag.len() + 1));
                    } else if against && !rest.is_empty() && !word.starts_with("--") {
                        out.extend(value(i, flag.len()));
                    }
                }
            }
        }
    }
}

/// A literal, and no option or address.
fn is_secret(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '\\']);
    is_literal(value)
        && value.contains(char::is_alphanumeric)
        && !value.starts_with("--")
        && !value.starts_with("//")
        && !value.contains("://")
}

/// Adds the secrets of the commands in a text: each line, or part of one up to a pipe or a semicolon, is cut into words once, and a word
/// with blanks, which may be a script, once more.
pub(super) fn find(text: &str, out: &mut Spans) {
    let (mut at, mut within, mut scripts) = (0, 0, Vec::new().into_iter().peekable());
    let (mut open, mut open_within) = ([true; 2], [true; 2]);
    for found in table().programs(text) {
        while scripts.next_if(|script: &Range<usize>| script.end <= found.start).is_some() {}
        let script = scripts.peek().filter(|script| script.start <= found.start);
        if found.start < at && (script.is_none() || found.start < within) {
            continue;
        }
        let text = script.and_then(|script| text.get(..script.end)).unwrap_or(text);
        let (ranges, end) = words(text, found.start, if script.is_some() { &mut open_within } else { &mut open });
        within = end.max(found.end);
        if script.is_none() {
            (at, within, open_within) = (within, 0, [true; 2]);
            let is_script = |range: &&Range<usize>| text.get((*range).clone()).is_some_and(|word| word.contains(' '));
            scripts = ranges.iter().filter(is_script).cloned().collect::<Vec<_>>().into_iter().peekable();
        }
        let list: Vec<&str> = ranges.iter().map(|r| text.get(r.clone()).unwrap_or_default()).collect();
        for (i, from) in secrets(&list, false) {
            let Some(range) = ranges.get(i).map(|r| r.start + from..r.end) else { continue };
            let value = text.get(range.clone()).unwrap_or_default();
            let bare = value.trim_start_matches(['"', '\'']);
            let start = range.end - bare.len();
            out.add(start..start + bare.trim_end_matches(['"', '\'', '\\']).len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::found;
    use super::*;
    use proptest::prelude::*;

    fn secrets_of(text: &str) -> Vec<String> {
        found(text, find)
    }

    #[test]
    fn a_secret_stands_where_the_data_say() {
        assert!(table().programs.is_some());
        for text in [
            "mysql -u root -pzq1 db",
            "/usr/bin/mysqldump -p'zq1' db > x",
            "sh -c \"mysql -u root -pzq1\"",
            "redis-cli -h x -a zq1 ping",
            "mc alias set m http://x:9000 user zq1 && mc mb m/a",
            "mc --insecure alias set m http://x:9000 user 'zq1'",
            "az login --service-principal -u id -p zq1 --tenant t",
            "kubectl create secret generic s --from-literal=a=zq1",
            "kubectl -n x create secret generic s --from-literal a=zq1",
            "htpasswd -nbB admin zq1",
            "openssl enc -aes-256-cbc -pass pass:zq1 -in x",
            "smbclient //h/s -U user%zq1",
            "lftp -u bot,zq1 sftp://x",
            "curl -s -u \"bot:zq1\" https://x | jq .",
            "curl -ubot:zq1 https://x",
            "docker login \\\n  -u u \\\n  -p zq1 reg",
            "args:\n- mysql\n- -u\n- root\n- -pzq1\n",
            "command: [\"redis-cli\", \"-a\", \"zq1\"]",
            "x=$(ldapsearch -x -w zq1)",
            "vault login zq1",
        ] {
            assert_eq!(secrets_of(text), ["zq1"], "{text}");
        }
    }

    proptest! {
        #[test]
        fn programs_are_found_as_an_expression_finds_them(
            parts in prop::collection::vec(prop_oneof![
                prop::sample::select(vec!["mysql", "mysqldump", "az", "redis-cli", "mount.cifs", "mount", "7z", "7za", "kadmin.local", "ssh-keygen", "http", "mc", "mcli"])
                    .prop_map(str::to_owned),
                "[ a./,\"'\n:_-]{1,2}",
            ], 0..8),
        ) {
            let mut names: Vec<String> = COMMANDS.get().keys().filter_map(|line| line.split(' ').next()).map(regex::escape).collect();
            names.iter_mut().filter(|name| name.ends_with('*')).for_each(|name| *name = name.replace(r"\*", r"[\w.-]*"));
            let expression = regex::Regex::new(&format!(r#"(?-u:\b)(?:{})(?:[\s"',]|$)"#, names.join("|"))).unwrap();
            let text = parts.concat();
            let mut found = table().programs(&text);
            found.dedup_by(|later, kept| later.start < kept.end);
            prop_assert_eq!(found, expression.find_iter(&text).map(|m| m.range()).collect::<Vec<_>>(), "{}", text);
        }
    }

    #[test]
    fn what_is_no_secret_of_a_command_stays() {
        for text in [
            "mysql -u root -p mydb",
            "mkdir -p /a/b; docker run -p 80:80 x",
            "redis-cli -h x -a $PASS",
            "curl -u \"$USER:$PASS\" https://x",
            "curl -s https://x -o y",
            "mc alias set m http://x user ${KEY}",
            "ssh-keygen -t ed25519",
            "az login --identity",
            "image: mysql:8\nports: [1]",
        ] {
            assert!(secrets_of(text).is_empty(), "{text}");
        }
    }
}
