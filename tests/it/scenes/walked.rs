//! Every command that evid proposes on the way through its main tasks, typed as it stands: each can be run, and none is a wrong word.
use super::said::Said;
use super::stage::Stage;
use std::collections::BTreeSet;

/// Words that begin what a person types on this way; the rest evid proposes.
const BEGIN: &[&str] = &[
    "evid config init",
    "evid config explain",
    "evid doctor",
    "evid capture first",
    "evid switch status",
    "evid switch off --dry-run",
    "evid prove core-only LOSSES",
    "evid switch status",
    "evid capture second",
    "evid diff first second",
    "evid prove optional-on",
    "evid list",
    "evid show latest",
    "evid show first applications",
];

/// Types them all.
pub fn way(stage: &Stage) {
    // A fresh folder has no description.
    let own = std::fs::read(stage.path("evid.yaml")).unwrap();
    std::fs::remove_file(stage.path("evid.yaml")).unwrap();
    stage.later(move |stage| std::fs::write(stage.path("evid.yaml"), &own).unwrap());
    let mut typed = BTreeSet::new();
    for command in BEGIN {
        let command = command.replace(
            "LOSSES",
            "--allow-loss PersistentVolume/feast-registry-dev --allow-loss PersistentVolumeClaim/feast-dev/feast-registry",
        );
        typed.remove(&command);
        walk(stage, &command, "the beginning", &mut typed);
    }
    assert!(typed.len() > BEGIN.len() + 4, "evid proposes something: {typed:#?}");
}

/// Types a command, and what it proposes, at once, as a person would.
fn walk(stage: &Stage, command: &str, proposed_by: &str, typed: &mut BTreeSet<String>) {
    if !typed.insert(command.to_owned()) {
        return;
    }
    let mut words = split(command);
    if ["switch off", "switch on", "switch repair", "prove "].iter().any(|writes| command.contains(writes))
        && !command.contains("--dry-run")
    {
        words.push("--yes".into());
    }
    let words: Vec<&str> = words.iter().skip(1).map(|w| &**w).collect();
    let said = stage.evid(&words);
    // A plan that is refused says the words to add; and what an earlier proposal did already is not done again.
    let refused = said.err.contains("these words let it go") || said.err.contains("already");
    assert!(said.code != 2 || refused, "`{command}`, proposed by {proposed_by}, can't be run:\n{}\n{}", said.out, said.err);
    for next in proposals(&said) {
        walk(stage, &next, &format!("`{command}`"), typed);
    }
}

/// The commands in a text: in backticks, and those that end a line that begins with a word for them. Those that a person must fill in first,
/// and those that end only with Ctrl-C, are left out.
fn proposals(said: &Said) -> Vec<String> {
    let text = format!("{}\n{}", said.out, said.err);
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let lines = text.lines().filter_map(|line| ["next:", "look", "try", "check"].iter().find_map(|word| line.trim().strip_prefix(word)));
    let commands = quoted.chain(lines).map(str::trim).filter(|c| c.starts_with("evid "));
    let whole = |c: &&str| !c.starts_with("evid demo") && !split(c).iter().any(|w| blank(w.rsplit('/').next().unwrap_or(w)));
    commands.filter(whole).map(str::to_owned).collect()
}

/// Whether a word stands for one that a person knows: `FILE`, `DIR`, `…`.
fn blank(word: &str) -> bool {
    word.contains('…')
        || (word.len() > 1
            && word.chars().all(|c| c.is_ascii_uppercase() || "-|[]".contains(c))
            && word.chars().any(|c| c.is_ascii_uppercase()))
}

/// Splits as a shell does, as far as evid quotes.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in command.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
