//! `evid attach`: a run that verifies, packed for a submission; one that does not is refused.
use crate::adapters::run_folder::RunFolder;
use crate::adapters::{archive, folder, fresh, keyfile, report_file, submission};
use crate::cli::exit::Exit;
use crate::cli::export::bundles;
use crate::cli::failure::Failure;
use crate::cli::{Done, Global, export, key, ui, verify};
use crate::render::view::{Inputs, view};
use crate::render::{foreign, instructions, markdown};
use crate::report::read::read;
use crate::usecase::folder::{MANIFEST, SIGNER};
use crate::usecase::prove::judge;
use crate::usecase::shown::shown;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pack a run that verifies for a submission: a zip, a folder, or a part of a zip that is there
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid attach proof/20260131T143000Z --to submission.zip
  evid attach proof/20260131T143000Z --to submission.zip --export   with the text folders
  evid attach proof/20260131T143000Z --into homework.zip            beside what is in it")]
#[command(group = clap::ArgGroup::new("where").required(true))]
pub(super) struct Args {
    /// The folder of a run
    run: PathBuf,
    /// The zip or the folder to write; one that is there is not replaced
    #[arg(long, value_name = "FILE.zip|DIR", group = "where")]
    to: Option<PathBuf>,
    /// A zip that is there: the evidence goes into its folder `evid/`, all else in it stays as it is
    #[arg(long, value_name = "FILE.zip", group = "where")]
    into: Option<PathBuf>,
    /// The text folders docs/audit and docs/proof too, as `evid export` writes them
    #[arg(long)]
    export: bool,
    /// A public key (PEM) that you trust, of who signed the run; your own by default
    #[arg(long, value_name = "PUB")]
    key: Vec<PathBuf>,
    /// Sign the list with this private key (PEM) instead of your own
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let signing = key::signing(args.sign.as_deref())?;
    let mut keys = vec![signing.verifying_key()];
    for path in &args.key {
        keys.extend(keyfile::load_verifying_keys(path)?);
    }
    if let Some(there) = args.to.as_ref().filter(|to| to.exists()) {
        return Err(Failure::new(format!("{}: exists", there.display())).hint("name another, or `--into` a zip that is there"));
    }
    let said = |text: &str| {
        ui::message(text.trim_end());
        Ok(())
    };
    let (verified, _) = verify::check(&[args.run.display().to_string()], &keys, true, global, Some(said))?;
    if verified != Exit::Proven {
        let hint = "mend what is named above; `--key PUB` names the key of somebody else's run, if you trust it";
        return Err(Failure::new(format!("{} does not verify, so it is not attached", args.run.display())).hint(hint).exit(verified));
    }
    let stage = tempfile::tempdir().map_err(|e| Failure::new(format!("no temporary folder: {e}")))?;
    for (name, bytes) in submission::held(&args.run)?.into_iter().chain(texts(args, global)?).filter(|(name, _)| name != SIGNER) {
        let path = stage.path().join(&name);
        fresh::create(&path, &bytes, 0o644).map_err(|e| Failure::new(format!("{name}: {e}")))?;
    }
    if args.export {
        export::write(stage.path(), &archive::sides(&bundles(&args.run.display().to_string(), global)?)?)?;
    }
    folder::seal(stage.path(), &signing)?;
    let mut files = submission::held(stage.path())?;
    for own in [MANIFEST, "MANIFEST.json", "MANIFEST.sigstore.json"] {
        files.insert(own.to_owned(), std::fs::read(stage.path().join(own))?);
    }
    let to = place(args, &files)?;
    ui::data(format!("{}\n", to.display()).as_bytes())?;
    ui::message(&format!("{} files; next: evid verify {} --key {}", files.len(), to.display(), key::public(args.sign.as_deref())));
    Ok(Exit::Proven)
}

/// What the run itself does not have: how it is checked, and the report for a pull request.
fn texts(args: &Args, global: &Global) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let run = RunFolder::new(args.run.clone());
    let state = run.state().map_err(|e| Failure::new(e.to_string()).hint("`evid attach` takes the folder of a run"))?;
    let paths: Vec<PathBuf> = run.reference().into_iter().chain(bundles(&args.run.display().to_string(), global)?).collect();
    let sides = archive::sides(&paths)?;
    let outcome = judge(&state, &sides)?;
    let reading = read(&outcome.predicate).map_err(Failure::new)?;
    let (shown, name) = (shown(&sides)?, sides.iter().map(|s| &*s.name).collect::<Vec<_>>().join("--"));
    let file = format!("{name}.report.json");
    let (envelope, _) = report_file::read(&run.path().join(&file))?;
    let signers: Vec<String> = envelope.signatures.into_iter().map(|s| s.keyid).collect();
    let inputs = Inputs { report: &reading, file: Some(&file), signers: &signers, judged: true, shown: Some(&shown), run: Some(&state) };
    let view = view(&inputs);
    Ok(BTreeMap::from([
        ("VERIFY.md".to_owned(), instructions::text(&view, MANIFEST).into_bytes()),
        (format!("{}.md", foreign::clean(&name)), markdown::text(&view).into_bytes()),
    ]))
}

/// Writes the files where they are wanted.
fn place(args: &Args, files: &BTreeMap<String, Vec<u8>>) -> Result<PathBuf, Failure> {
    if let Some(into) = &args.into {
        submission::pack(into, Some(into), "evid/", files)?;
        return Ok(into.clone());
    }
    let to = args.to.clone().unwrap_or_default();
    if to.extension().is_some_and(|e| e == "zip") {
        submission::pack(&to, None, "", files)?;
    } else {
        for (name, bytes) in files {
            fresh::create(&to.join(name), bytes, 0o644).map_err(|e| Failure::new(format!("{}: {e}", Path::new(name).display())))?;
        }
    }
    Ok(to)
}
