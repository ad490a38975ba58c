//! Lists the data files (kind rules, claims) for the library, so that a new one needs no change of an `.rs` file. Makes Rust functions of
//! the words for codes, and lists the sentences of each language.
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// What the keys of a section are.
#[derive(Clone, Copy)]
enum Keys {
    /// The codes of this type: a function from a code to its words.
    Codes(&'static str),
    /// Names that data files give: a function from a name to its words, empty for one that has none.
    Names,
    /// What the code asks for by name: a struct of texts, `Page` for the section `page`.
    Fields,
}

/// The sections of a file of words, in their order.
const SECTIONS: &[(&str, Keys)] = &[
    ("findings", Keys::Codes("claims::Code")),
    ("facts", Keys::Codes("usecase::switch::Code")),
    ("hints", Keys::Codes("usecase::switch::Code")),
    ("steps", Keys::Codes("usecase::switch::Step")),
    ("checks", Keys::Codes("usecase::doctor::Code")),
    ("remedies", Keys::Codes("usecase::doctor::Code")),
    ("holes", Keys::Codes("bundle::text::Hole")),
    ("verdicts", Keys::Codes("model::Verdict")),
    ("changes", Keys::Codes("compare::ChangeKind")),
    ("claims", Keys::Names),
    ("inapplicable", Keys::Names),
    ("refutes", Keys::Names),
    ("phrases", Keys::Fields),
    ("page", Keys::Fields),
];

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for (folder, file) in [("src/kinds/rules", "kind_rules.rs"), ("src/claims/catalogue", "claim_files.rs")] {
        std::fs::write(out.join(file), listing(&root.join(folder))?)?;
        println!("cargo::rerun-if-changed={folder}");
    }
    let paths = files(&root.join("src/render/words"))?;
    let mut text = languages(&paths.iter().map(|path| stem(path)).collect::<Vec<_>>())?;
    for (i, path) in paths.iter().enumerate() {
        let (module, structs) = words(path)?;
        // The first language says which texts there are; another one that lacks or adds one does not compile.
        text.push_str(if i == 0 { &structs } else { "" });
        text.push_str(&module);
    }
    std::fs::write(out.join("words.rs"), text)?;
    println!("cargo::rerun-if-changed=src/render/words");
    // What is written where it arises is English: each other language has a file of it.
    let others = paths.iter().map(|path| stem(path)).filter(|stem| stem != "en");
    std::fs::write(out.join("sentences.rs"), others.map(|stem| sentences(&root, &stem)).collect::<Result<String, _>>()?)?;
    println!("cargo::rerun-if-changed=src/render/sentences");
    Ok(())
}

/// The data files of a folder, sorted by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// One `(stem, text)` pair a file.
fn listing(folder: &Path) -> Result<String, Failure> {
    let mut text = String::from("&[\n");
    for path in files(folder)? {
        writeln!(text, "    ({:?}, include_str!({:?})),", stem(&path), path.display().to_string())?;
    }
    text.push_str("]\n");
    Ok(text)
}

/// The languages there are, and a function for each section that asks the chosen one.
fn languages(stems: &[String]) -> Result<String, Failure> {
    let mut text =
        String::from("/// A language in which evid speaks.\n#[derive(Clone, Copy, PartialEq, Eq, Debug)]\npub enum Language {\n");
    stems.iter().try_for_each(|stem| writeln!(text, "    /// `{stem}`\n    {},", capital(stem)))?;
    text.push_str("}\nimpl Language {\n    /// All, by their two letters.\n    pub const ALL: &[(&str, Language)] = &[");
    stems.iter().try_for_each(|stem| write!(text, "({stem:?}, Language::{}), ", capital(stem)))?;
    text.push_str("];\n}\n");
    for (name, keys) in SECTIONS {
        let (argument, passed, result, item) = match keys {
            Keys::Codes(code) => (format!("code: crate::{code}"), "(code)", "&'static str".to_owned(), (*name).to_owned()),
            Keys::Names => ("name: &str".to_owned(), "(name)", "&'static str".to_owned(), (*name).to_owned()),
            Keys::Fields => (String::new(), "", format!("&'static {}", capital(name)), name.to_uppercase()),
        };
        writeln!(
            text,
            "/// The words of section `{name}`, in the chosen language.\npub fn {name}({argument}) -> {result} {{\n    match language() {{"
        )?;
        let reference = if matches!(keys, Keys::Fields) { "&" } else { "" };
        stems.iter().try_for_each(|stem| writeln!(text, "        Language::{} => {reference}{stem}::{item}{passed},", capital(stem)))?;
        text.push_str("    }\n}\n");
    }
    Ok(text)
}

/// A language's module, and the structs of its sections of fields. The compiler refuses a function that leaves a code out, and one that
/// names a code that does not exist.
fn words(path: &Path) -> Result<(String, String), Failure> {
    let (mut text, mut structs) = (format!("pub(super) mod {} {{\n", stem(path)), String::new());
    let (mut sections, mut open) = (SECTIONS.iter(), None);
    for (i, line) in std::fs::read_to_string(path)?.lines().enumerate() {
        let wrong = || format!("{}, line {}: not as the lines of this file are: {line}", path.display(), i + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_suffix(':').filter(|l| !l.starts_with(' ')) {
            let (_, keys) = sections.next().filter(|(section, _)| *section == name).ok_or_else(wrong)?;
            close(open, &mut text, &mut structs);
            open = Some(*keys);
            match keys {
                Keys::Codes(code) => writeln!(
                    text,
                    "    pub fn {name}(code: crate::{code}) -> &'static str {{\n        use crate::{code} as Code;\n        match code {{"
                )?,
                Keys::Names => writeln!(text, "    pub fn {name}(name: &str) -> &'static str {{\n        match name {{")?,
                Keys::Fields => {
                    let name = capital(name);
                    writeln!(text, "    pub const {}: super::{name} = super::{name} {{", name.to_uppercase())?;
                    writeln!(structs, "/// The texts of a section of the words.\npub struct {name} {{")?;
                }
            }
            continue;
        }
        let (key, says) = line.strip_prefix("  ").and_then(|l| l.split_once(": ")).ok_or_else(wrong)?;
        if says.len() < 2 || !says.starts_with('"') || !says.ends_with('"') {
            return Err(wrong().into());
        }
        match open.ok_or_else(wrong)? {
            Keys::Codes(_) => {
                let variant: String = key.split(['-', '.']).map(capital).collect();
                writeln!(text, "            Code::{variant} => {says},")?;
            }
            Keys::Names => writeln!(text, "            \"{key}\" => {says},")?,
            Keys::Fields => {
                let field = key.replace('-', "_");
                writeln!(text, "        {field}: {says},")?;
                writeln!(structs, "    /// `{key}`\n    pub {field}: &'static str,")?;
            }
        }
    }
    if let Some((missing, _)) = sections.next() {
        return Err(format!("{}: it has no section {missing}", path.display()).into());
    }
    close(open, &mut text, &mut structs);
    text.push_str("}\n");
    Ok((text, structs))
}

/// The sentences of a language, as pairs: the English one, and what it is here.
fn sentences(root: &Path, stem: &str) -> Result<String, Failure> {
    let path = root.join("src/render/sentences").join(format!("{stem}.yaml"));
    let (mut text, mut known) = (format!("const {}: &[(&str, &str)] = &[\n", stem.to_uppercase()), BTreeSet::new());
    let file = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    for (i, line) in file.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let pair = line.split_once("\": \"").filter(|_| line.starts_with('"') && line.ends_with('"') && line.len() > 5);
        let Some((english, other)) = pair.filter(|(english, _)| known.insert((*english).to_owned())) else {
            return Err(format!("{}, line {}: not one more sentence of two texts in quotes: {line}", path.display(), i + 1).into());
        };
        writeln!(text, "    ({english}\", \"{other}),")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// Ends a section.
fn close(keys: Option<Keys>, text: &mut String, structs: &mut String) {
    match keys {
        None => {}
        Some(Keys::Codes(_)) => text.push_str("        }\n    }\n"),
        Some(Keys::Names) => text.push_str("            _ => \"\",\n        }\n    }\n"),
        Some(Keys::Fields) => {
            text.push_str("    };\n");
            structs.push_str("}\n");
        }
    }
}

fn capital(word: &str) -> String {
    word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
}
