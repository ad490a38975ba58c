//! `evid diff`: verdicts, changes, and a signed report in the evidence folder.
use crate::adapters::archive::Check;
use crate::adapters::{archive, folder, report_file};
use crate::claims::Expect;
use crate::cli::form::{Form, Given};
use crate::cli::progress::during;
use crate::cli::signer::SignArgs;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::render::report;
use crate::render::view::Inputs;
use crate::report::read::read;
use crate::usecase::diff::diff;
use crate::usecase::shown::shown;
use std::path::{Path, PathBuf};

/// Compare two or three bundles, judge the claims, and leave a signed report in the evidence folder
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The bundle before, by path or by name
    before: String,
    /// The bundle after
    after: String,
    /// The bundle after that: a round trip
    third: Option<String>,
    /// What the bundles should show; else the positions of the switch decide
    #[arg(long, value_parser = ["core-only", "optional-on", "unchanged"])]
    expect: Option<String>,
    /// In which form; several, as `html,junit`, with `--out-dir`
    #[arg(short, long, default_value = "table", value_enum, value_delimiter = ',')]
    output: Vec<Form>,
    /// Write each form into a file of this folder, named after the bundles
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Do not check the content of the bundles first, only the digests of what is compared; the report says so
    #[arg(long)]
    unchecked: bool,
    /// Leave no report
    #[arg(long, conflicts_with_all = ["sign", "sign_with"])]
    no_sign: bool,
    #[command(flatten)]
    signing: SignArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let names = [Some(&args.before), Some(&args.after), args.third.as_ref()];
    let paths: Vec<PathBuf> = names.into_iter().flatten().map(|n| archive::locate(n, global.archive())).collect::<Result<_, _>>()?;
    let check = if args.unchecked { Check::Digests } else { Check::Content };
    let sides = during("checking the bundles", || archive::sides(&paths, check))?;
    let expect = args.expect.as_deref().and_then(Expect::parse);
    let outcome = during("comparing the bundles", || diff(&sides, expect))?;
    let reading = read(&outcome.predicate).map_err(Failure::new)?;
    let name = report_file::name(&sides);
    let to = place(args, global, &paths);
    if let Some(run) = to.filter(|dir| folder::signature(dir).is_file()) {
        let hint = "`--archive DIR` names another folder, `--no-sign` leaves no report";
        return Err(Failure::new(format!("{}: is the folder of a run, and its list has no other report", run.display())).hint(hint));
    }
    let signing = to.map(|_| args.signing.signer()).transpose()?;
    let signers: Vec<String> = signing.iter().map(|signer| signer.public().keyid()).collect();
    let file = signing.as_ref().map(|_| format!("{name}{}", report_file::REPORT));
    let shown = if args.output.iter().any(|form| form.shows_bundles()) { Some(shown(&sides)?) } else { None };
    let inputs = Inputs { report: &reading, file: file.as_deref(), signers: &signers, judged: true, shown: shown.as_ref(), run: None };
    let table = |style| report::text(&reading, style);
    Given { predicate: &outcome.predicate, inputs, table: &table }.give(&args.output, args.out_dir.as_deref(), &name)?;
    if let (Some(to), Some(signing)) = (to, &signing) {
        let path = report_file::write(to, &name, report_file::REPORT, &outcome.statement(&sides), &**signing)
            .map_err(|e| Failure::from(e).hint("`--no-sign` leaves no report, `--archive DIR` leaves it elsewhere"))?;
        if args.output != [Form::Json] {
            let next = format!("evid verify {} --key {} --rederive", path.display(), args.signing.public());
            ui::message(&format!("\nsigned report {}", path.display()));
            ui::message(&format!("next: {next}"));
        }
    } else if !args.no_sign {
        let archive = global.archive().display();
        ui::message(&format!("no report was left: these bundles do not lie in {archive} itself; `--archive DIR` says where one goes"));
    }
    Ok(Exit::from(outcome.total))
}

/// Where the report goes: into the evidence folder, if the bundles are its own or somebody asks for it. In another's folder nothing is written,
/// and no key is made for it.
fn place<'a>(args: &Args, global: &'a Global, paths: &[PathBuf]) -> Option<&'a Path> {
    let archive = global.archive();
    let own = |path: &PathBuf| path.parent().is_some_and(|dir| dir.canonicalize().ok() == archive.canonicalize().ok());
    let asked = global.archive.is_some() || args.signing.is_named();
    (!args.no_sign && (asked || paths.iter().all(own))).then_some(archive)
}
