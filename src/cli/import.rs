//! `evid import`: text that people kept becomes bundles of origin *text*, with what is missing in it.
use crate::adapters::archive::ENDING;
use crate::adapters::{archive, config, text_folder};
use crate::bundle::names::TEXT;
use crate::canon::json;
use crate::cli::capture::{redactor, spool, time, writable};
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::kinds::Rules;
use crate::render::imported;
use crate::usecase::capture::{self, Beside, Intake};
use crate::usecase::import::{Moment, Platform, read};
use crate::value::json;
use std::path::PathBuf;

/// Read folders of text (argocd app list, kubectl get, answers of probes) into bundles that state and prove nothing, and name every hole
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid import docs/audit/20250131_143000 audit     one moment: ./evidence/audit.evid.zip
  evid import docs/proof/core_only/20250131_150000 off
                                                   the after is `off`; what was kept before is `off.before`
  evid import docs                                 every moment below docs; the last one is `docs`")]
pub(super) struct Args {
    /// The folder, with all that is below it
    dir: PathBuf,
    /// Name of the bundle of the last moment; the folder's name by default. Earlier moments are NAME.<their folder>
    name: Option<String>,
    /// When the text was written (RFC 3339), where it does not say so itself: the names of folders have no time zone
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Replace existing bundles
    #[arg(long)]
    force: bool,
    /// table or json
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let shown = args.dir.display();
    let given = text_folder::texts(&args.dir).map_err(|e| Failure::from(e).hint("name the folder that holds the text files"))?;
    if given.is_empty() {
        return Err(Failure::new(format!("{shown} holds no file")).hint("name the folder that holds the text files"));
    }
    let at = args.at.as_deref().map(|at| time(at, "as in 2025-01-31T14:30:00+09:00")).transpose()?;
    let config = config::load(global.config.as_deref())?;
    let (layers, rules, redactor) = (config.layers()?, Rules::new(&config.rules()?)?, redactor()?);
    let moments = read(&given, &Platform::of(&layers), &redactor);
    if !moments.iter().any(Moment::is_understood) {
        let hint = "it reads `argocd app list` and `app get`, `kubectl get` of namespaces, claims and volumes, and answers below headings";
        return Err(Failure::new(format!("{shown} states nothing that evid reads")).hint(hint));
    }
    let names = names(&moments, args)?;
    let paths: Vec<PathBuf> = names.iter().map(|name| global.archive().join(format!("{name}{ENDING}"))).collect();
    if let Some(path) = paths.iter().find(|path| path.exists() && !args.force) {
        return Err(Failure::new(format!("{} exists", path.display())).hint("choose another name, or replace it with `--force`"));
    }
    writable(global.archive())?;
    let mut documents = Vec::new();
    for ((moment, path), name) in moments.iter().zip(&paths).zip(&names) {
        let spool = spool()?;
        let intake = Intake { redactor: &redactor, rules: &rules, layers: &layers, config: &config, spool: &spool };
        let captured = capture::run(
            |intake| Ok::<_, Failure>(moment.collected(&rules, at.as_deref()).through(intake)),
            &intake,
            |_| Ok(Beside { files: vec![(TEXT.into(), json::lines(&moment.lines)?)], ..Beside::default() }),
            |files| Ok(archive::seal(path, args.force, |put| files(put))?),
        )?;
        let sealed = &captured.sealed.0;
        if args.output == "json" {
            documents.push(json!({"name": name, "path": path.display().to_string(), "sha256": sealed.sha256, "moment": moment.name(),
                "window": captured.sealed.1.window, "files": moment.lines.iter().map(imported::json).collect::<Vec<_>>()}));
        } else {
            ui::text(&imported::text(name, &moment.name(), &moment.lines))?;
        }
        ui::message(&format!("sealed {} ({} bytes), of text\nsha256 {}", path.display(), sealed.size, sealed.sha256));
    }
    if args.output == "json" {
        ui::json(&json!({ "bundles": documents }))?;
    }
    ui::message("text states and proves nothing: no claim over these bundles is better than inconclusive (`stated`)");
    Ok(Exit::Inconclusive)
}

/// A name for the bundle of each moment: the last has the name that was given, an earlier one that and its folder's.
fn names(moments: &[Moment], args: &Args) -> Result<Vec<String>, Failure> {
    let own = || args.dir.canonicalize().ok().and_then(|dir| dir.file_name().map(|name| portable(&name.to_string_lossy())));
    let name = match &args.name {
        Some(name) => name.strip_suffix(ENDING).unwrap_or(name).to_owned(),
        None => own().unwrap_or_default(),
    };
    let of = |(i, moment): (usize, &Moment)| match moments.len() - i {
        1 => name.clone(),
        _ if moment.name().is_empty() => format!("{name}.top"),
        _ => format!("{name}.{}", portable(&moment.name())),
    };
    let names: Vec<String> = moments.iter().enumerate().map(of).collect();
    let twice = |name: &String| names.iter().filter(|n| n.eq_ignore_ascii_case(name)).count() > 1;
    match names.iter().find(|name| !archive::is_portable(name) || twice(name)) {
        None => Ok(names),
        Some(wrong) => {
            let hint = "letters, digits, `.`, `_` and `-`, one name for each moment: give NAME, or import a folder further down";
            Err(Failure::new(format!("`{wrong}` is no name for a bundle")).hint(hint))
        }
    }
}

/// A text with only signs that a bundle's name may have.
fn portable(text: &str) -> String {
    let sign = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    text.trim_matches(|c: char| !c.is_ascii_alphanumeric()).chars().map(sign).collect()
}
