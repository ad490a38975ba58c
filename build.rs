//! Lists the data files (kind rules, claims) for the library, so that adding one touches no `.rs` file.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for (folder, file) in [("src/kinds/rules", "kind_rules.rs"), ("src/claims/catalogue", "claim_files.rs")] {
        std::fs::write(out.join(file), listing(&root.join(folder))?)?;
        println!("cargo::rerun-if-changed={folder}");
    }
    Ok(())
}

/// One `(stem, text)` pair a file, sorted by name.
fn listing(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    let mut text = String::from("&[\n");
    for path in files {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(text, "    ({stem:?}, include_str!({:?})),", path.display().to_string())?;
    }
    text.push_str("]\n");
    Ok(text)
}
