//! `evid export`: the text folders that people keep, written from bundles or from a run.
use crate::adapters::archive::Check;
use crate::adapters::run_folder::RunFolder;
use crate::adapters::{archive, fresh, text_folder};
use crate::canon::sha256_hex;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::compare::Side;
use crate::render::text;
use crate::usecase::export::{ExportError, files, points};
use crate::usecase::prove::State;
use std::path::{Path, PathBuf};

/// Write the text folders docs/audit and docs/proof from bundles, in the shape of argocd and kubectl
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid export .                              an audit of the latest bundle
  evid export . --from proof/20260131T143000Z   the audits and proofs of a run
  evid export out --from before --from off   audits of both, and what switching off left")]
pub(super) struct Args {
    /// Where the folders go: DIR/docs/audit/<UTC time of the capture>, and so on
    dir: PathBuf,
    /// A bundle, by path or by name, or the folder of a run; several in their order. The latest bundle by default
    #[arg(long, value_name = "BUNDLE|RUN")]
    from: Vec<String>,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let latest = ["latest".to_owned()];
    let named = if args.from.is_empty() { &latest[..] } else { &args.from };
    let paths: Vec<Vec<PathBuf>> = named.iter().map(|name| bundles(name, global)).collect::<Result<_, _>>()?;
    let written = write(&args.dir, &archive::sides(&paths.concat(), Check::Content)?)?;
    tell(written, &args.dir);
    Ok(Exit::Proven)
}

/// The bundles of a run, in their order; else the one that is named.
fn bundles(name: &str, global: &Global) -> Result<Vec<PathBuf>, Failure> {
    let dir = Path::new(name);
    if !dir.is_dir() {
        return Ok(vec![archive::locate(name, global.archive())?]);
    }
    let folder = RunFolder::new(dir.to_owned());
    let state = folder.state().map_err(|e| Failure::new(e.to_string()).hint("`--from` wants a bundle, or the folder of a run"))?;
    points_of(&folder, &state)
}

/// The bundles of a run's points, in their order; at least one.
fn points_of(folder: &RunFolder, state: &State) -> Result<Vec<PathBuf>, Failure> {
    let found: Vec<PathBuf> = state.points().into_iter().map(|point| folder.bundle(point)).collect();
    if found.is_empty() {
        let name = folder.path().display();
        let hint = format!("`evid prove --resume {name}` goes on with it");
        return Err(Failure::new(format!("{name}: this run has no bundle yet")).hint(hint));
    }
    Ok(found)
}

/// The bundles that a run is judged by: the reference where there is one, then those of its points.
pub(super) fn judged(folder: &RunFolder, state: &State) -> Result<Vec<PathBuf>, Failure> {
    Ok(folder.reference().into_iter().chain(points_of(folder, state)?).collect())
}

/// Says how many files of text were written, and where.
pub(super) fn tell(written: usize, dir: &Path) {
    let (docs, index) = (dir.join("docs"), dir.join("INDEX.md"));
    ui::message(&format!("wrote {written} files of text below {}, listed in {}", docs.display(), index.display()));
}

/// Writes the folders of these bundles and their index, below a folder; gives the number of files.
pub(super) fn write(dir: &Path, sides: &[Side]) -> Result<usize, Failure> {
    let (points, layers) = points(sides).map_err(failure)?;
    let files = files(&points, &layers);
    let texts: Vec<(String, Vec<u8>)> = files.iter().map(|f| (f.path.clone(), text::file(f).into_bytes())).collect();
    let path = dir.join("INDEX.md");
    let before = text_folder::read(&path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut entries = match before.as_deref().map(text::entries) {
        None => Default::default(),
        Some(Some(entries)) => entries,
        Some(None) => {
            let hint = "evid adds to an index that it wrote itself, and to no other; name another folder";
            return Err(Failure::new(format!("{}: there is another file of this name", path.display())).hint(hint));
        }
    };
    text_folder::write(dir, &texts).map_err(|e| Failure::from(e).hint("name another folder, or move what is there"))?;
    for (file, (name, bytes)) in files.iter().zip(&texts) {
        let bundle = file.side.name.clone();
        entries.insert(name.clone(), text::Entry { sha256: sha256_hex(bytes), bundle, bundle_sha256: file.side.sha256.clone() });
    }
    let wrong = |e| Failure::new(format!("{}: can't be written: {e}", path.display()));
    fresh::replace(&path, text::index(&entries).as_bytes(), 0o644).map_err(wrong)?;
    if sides.len() > 1 && !files.iter().any(|f| f.path.starts_with("docs/proof/")) {
        ui::message("note: the switch is seen to move between none of these bundles, so there is no docs/proof");
    }
    Ok(texts.len())
}

fn failure(error: ExportError) -> Failure {
    let hint = match &error {
        ExportError::NoTime { .. } => "capture the dump again with `--at TIME`",
        ExportError::OfText { .. } => "the folder that it was imported from is that text",
        _ => return error.into(),
    };
    Failure::from(error).hint(hint)
}
