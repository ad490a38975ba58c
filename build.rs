//! Lists the data files (kind rules, claims) for the library, so that a new one needs no change of an `.rs` file. Makes Rust functions of
//! the words for codes.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// The sections of a file of words, and the Rust type whose values each section describes.
const SECTIONS: &[(&str, &str)] = &[
    ("findings", "claims::Code"),
    ("facts", "usecase::switch::Code"),
    ("hints", "usecase::switch::Code"),
    ("steps", "usecase::switch::Step"),
    ("checks", "usecase::doctor::Code"),
    ("remedies", "usecase::doctor::Code"),
    ("holes", "bundle::text::Hole"),
];

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for (folder, file) in [("src/kinds/rules", "kind_rules.rs"), ("src/claims/catalogue", "claim_files.rs")] {
        std::fs::write(out.join(file), listing(&root.join(folder))?)?;
        println!("cargo::rerun-if-changed={folder}");
    }
    let languages: Result<String, Failure> = files(&root.join("src/render/words"))?.iter().map(|path| words(path)).collect();
    std::fs::write(out.join("words.rs"), languages?)?;
    println!("cargo::rerun-if-changed=src/render/words");
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

/// A language's module: one function for each section, from a code to its words. The compiler refuses a function that leaves a code out,
/// and one that names a code that does not exist.
fn words(path: &Path) -> Result<String, Failure> {
    let mut text = format!("pub(super) mod {} {{\n", stem(path));
    let mut sections = SECTIONS.iter();
    for (i, line) in std::fs::read_to_string(path)?.lines().enumerate() {
        let wrong = || format!("{}, line {}: not as the lines of this file are: {line}", path.display(), i + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_suffix(':').filter(|l| !l.starts_with(' ')) {
            let (_, code) = sections.next().filter(|(section, _)| *section == name).ok_or_else(wrong)?;
            if text.contains("match") {
                text.push_str("        }\n    }\n");
            }
            writeln!(
                text,
                "    pub fn {name}(code: crate::{code}) -> &'static str {{\n        use crate::{code} as Code;\n        match code {{"
            )?;
        } else {
            let (code, says) = line.strip_prefix("  ").and_then(|l| l.split_once(": ")).ok_or_else(wrong)?;
            if says.len() < 2 || !says.starts_with('"') || !says.ends_with('"') {
                return Err(wrong().into());
            }
            let variant: String = code.split(['-', '.']).map(capital).collect();
            writeln!(text, "            Code::{variant} => {says},")?;
        }
    }
    if let Some((missing, _)) = sections.next() {
        return Err(format!("{}: it has no section {missing}", path.display()).into());
    }
    text.push_str("        }\n    }\n}\n");
    Ok(text)
}

fn capital(word: &str) -> String {
    word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
}
