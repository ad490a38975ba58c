//! `evid attach`: a run that verifies, packed for a submission; one that does not is refused.
use crate::adapters::archive::Check;
use crate::adapters::run_folder::RunFolder;
use crate::adapters::{archive, folder, fresh, keyfile, report_file, submission};
use crate::cli::signer::SignArgs;
use crate::cli::verify::Depth;
use crate::cli::{Done, Exit, Failure, Global, export, ui, verify};
use crate::compare::Side;
use crate::render::view::{Inputs, view};
use crate::render::{foreign, html, instructions, markdown};
use crate::report::read::read;
use crate::usecase::folder::{OWN, STAMP};
use crate::usecase::prove::{State, judge};
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
    #[command(flatten)]
    signing: SignArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let signing = args.signing.signer()?;
    let mut keys = vec![signing.public()];
    for path in &args.key {
        keys.extend(keyfile::load_verifying_keys(path)?);
    }
    if let Some(there) = args.to.as_ref().filter(|to| to.exists()) {
        return Err(Failure::new(format!("{}: exists", there.display())).hint("name another, or `--into` a zip that is there"));
    }
    let within = |path: &Path| path.parent().and_then(|dir| if dir == Path::new("") { Path::new(".") } else { dir }.canonicalize().ok());
    let target = args.to.as_deref().or(args.into.as_deref()).and_then(within);
    if target.is_some_and(|dir| args.run.canonicalize().is_ok_and(|run| dir.starts_with(run))) {
        return Err(Failure::new("that lies in the run's own folder, which would no longer verify").hint("name a place outside of it"));
    }
    if let Some(base) = args.into.as_ref().filter(|base| !submission::is(base)) {
        return Err(Failure::new(format!("{}: is no zip, or a sealed bundle", base.display())).hint("`--to` makes a new zip"));
    }
    // What is verified is a copy, and it is what is packed: nobody changes it in between.
    let stage = tempfile::tempdir().map_err(|e| Failure::new(format!("no temporary folder: {e}")))?;
    for (name, bytes) in submission::held(&args.run)?.into_iter().chain(lists(&args.run)) {
        fresh::create(&stage.path().join(&name), &bytes, 0o644).map_err(|e| Failure::new(format!("{name}: {e}")))?;
    }
    let (copy, run) = (stage.path().display().to_string(), args.run.display().to_string());
    let (verified, answers) = verify::check(std::slice::from_ref(&copy), &verify::Trust::of(&keys), Depth::Rederived, global, None)?;
    for answer in &answers {
        let says = answer["says"].as_array().into_iter().flatten().filter_map(|s| s.as_str()).collect::<Vec<_>>().join("\n  ");
        ui::message(&format!("{}\n  {says}", answer["file"].as_str().unwrap_or_default()).replace(&copy, &run));
    }
    if verified != Exit::Proven {
        let hint = "mend what is named above; `--key PUB` names the key of somebody else's run, if you trust it";
        return Err(Failure::new(format!("{run} does not verify, so it is not attached")).hint(hint).exit(verified));
    }
    let is_stamped = stage.path().join(STAMP).exists();
    folder::unseal(stage.path())?;
    let copied = RunFolder::new(stage.path().to_owned());
    let state =
        copied.state().map_err(|e| Failure::new(e.to_string().replace(&copy, &run)).hint("`evid attach` takes the folder of a run"))?;
    let sides = archive::sides(&export::judged(&copied, &state)?, Check::Content)?;
    for (name, bytes) in texts(&copied, &state, &sides)? {
        fresh::replace(&stage.path().join(&name), &bytes, 0o644).map_err(|e| Failure::new(format!("{name}: {e}")))?;
    }
    if args.export {
        // The bundle that the run was only held against is none of its points.
        export::write(stage.path(), sides.get(usize::from(copied.reference().is_some())..).unwrap_or_default())?;
    }
    folder::seal(stage.path(), &*signing)?;
    let mut files = submission::held(stage.path())?;
    files.extend(lists(stage.path()));
    let to = place(args, &files)?;
    ui::data(format!("{}\n", to.display()).as_bytes())?;
    if is_stamped {
        ui::message("the run's list had a timestamp; the submission has a list of its own, which is not stamped");
    }
    ui::message(&format!("{} files; next: evid verify {} --key {}", files.len(), to.display(), args.signing.public()));
    Ok(Exit::Proven)
}

fn lists(dir: &Path) -> Vec<(String, Vec<u8>)> {
    OWN.iter().filter_map(|name| Some(((*name).to_owned(), std::fs::read(dir.join(name)).ok()?))).collect()
}

/// How it is checked, the report for a pull request, and its page, in the chosen language.
fn texts(run: &RunFolder, state: &State, sides: &[Side]) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let outcome = judge(state, sides)?;
    let reading = read(&outcome.predicate).map_err(Failure::new)?;
    let (shown, name) = (shown(sides)?, report_file::name(sides));
    let file = format!("{name}{}", report_file::REPORT);
    let (envelope, _) = report_file::read(&run.path().join(&file))?;
    let signers: Vec<String> = envelope.signatures.into_iter().map(|s| s.keyid).collect();
    let inputs = Inputs { report: &reading, file: Some(&file), signers: &signers, judged: true, shown: Some(&shown), run: Some(state) };
    let view = view(&inputs);
    Ok(BTreeMap::from([
        ("VERIFY.md".to_owned(), instructions::text(&view).into_bytes()),
        (format!("{}.md", foreign::clean(&name)), markdown::text(&view).into_bytes()),
        // The run's page may be in another language.
        ("index.html".to_owned(), html::page(&view).into_bytes()),
    ]))
}

fn place(args: &Args, files: &BTreeMap<String, Vec<u8>>) -> Result<PathBuf, Failure> {
    if let Some(into) = &args.into {
        submission::pack(into, Some(into), &format!("{}/", submission::BESIDE), files)?;
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
