//! `evid capture`: one bundle.
use crate::adapters::archive::ENDING;
use crate::adapters::spool::FileSpool;
use crate::adapters::zipfile::Sealed;
use crate::adapters::{archive, config, dump, keyfile};
use crate::bundle::config::Secrets;
use crate::bundle::manifest::{LayerLine, Manifest};
use crate::bundle::probe::{Is, Line};
use crate::canon::redact::Redactor;
#[cfg(feature = "kube")]
use crate::cli::live;
#[cfg(feature = "kube")]
use crate::cli::live::Connection;
use crate::cli::progress::during;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::kinds::Rules;
use crate::model::{Gap, Objects as _, Role, Snapshot};
use crate::render::gaps::lines;
use crate::render::told::told;
use crate::usecase::capture;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::{Beside, Captured, Collected};
#[cfg(feature = "kube")]
use crate::usecase::probes;
use crate::value::json;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Capture the platform's state into one sealed bundle, ./evidence/NAME.evid.zip
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Name of the bundle; the UTC time by default
    name: Option<String>,
    /// Read a folder of `kubectl get -o json|yaml`, must-gather or `kubectl cluster-info dump` answers instead of a live cluster
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// When the dump was taken (RFC 3339), where it does not say so itself
    #[arg(long, value_name = "TIME", requires = "from")]
    at: Option<String>,
    /// Text that a reviewer gave, sealed into the bundle
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// How Secrets are kept: `metadata`, or `digests` (their content is read, and a keyed token of each value kept)
    #[arg(long, value_parser = ["metadata", "digests"])]
    secrets: Option<String>,
    /// Replace an existing bundle
    #[arg(long)]
    force: bool,
    /// What stdout has of the bundle: name (its path), or json
    #[arg(short, long, default_value = "name", value_parser = ["name", "json"])]
    output: String,
    #[cfg(feature = "kube")]
    #[command(flatten)]
    live: live::LiveArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let name = match &args.name {
        Some(name) => name.strip_suffix(ENDING).unwrap_or(name).to_owned(),
        None => chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string(),
    };
    if !archive::is_portable(&name) {
        let hint = "letters, digits, `.`, `_` and `-`, which every system takes; `--archive DIR` says where";
        return Err(Failure::new(format!("`{name}` is no name for a bundle")).hint(hint));
    }
    #[cfg(feature = "kube")]
    if args.from.is_some() && args.live.cluster.hub().is_some() {
        return Err(Failure::new(
            "`--from` and `--argocd-context` do not go together: a dump does not say which of its answers came from a hub",
        )
        .hint("capture the clusters live, or leave `--argocd-context` out"));
    }
    let path = global.archive().join(format!("{name}{ENDING}"));
    if path.exists() && !args.force {
        return Err(Failure::new(format!("{} exists", path.display())).hint("choose another name, or replace it with `--force`"));
    }
    let mut config = config::load(global.config.as_deref())?;
    match args.secrets.as_deref() {
        Some("digests") => config.secrets = Secrets::Digests,
        Some(_) => config.secrets = Secrets::Metadata,
        None => {}
    }
    let (layers, rules) = (config.layers()?, Rules::new(&config.rules()?)?);
    #[cfg(feature = "kube")]
    if args.live.dry_run {
        return live::dry_run(&args.live, &rules, &config);
    }
    let (redactor, spool) = (redactor()?, spool()?);
    let intake = Intake { redactor: &redactor, rules: &rules, layers: &layers, config: &config, spool: &spool };
    let is_new = !global.archive().exists();
    let origin = Origin::of(args)?;
    if args.from.is_none() {
        // Before minutes of questions, not after.
        writable(global.archive())?;
    }
    let captured = capture::run(
        |intake| origin.collect(args, intake),
        &intake,
        |snapshot| {
            let probes = probe(&origin, snapshot, &intake)?;
            writable(global.archive())?;
            Ok(Beside { probes, nonce: args.nonce.clone(), ..Beside::default() })
        },
        |files| Ok(during(&format!("sealing {}", path.display()), || archive::seal(&path, args.force, |put| files(put)))?),
    );
    // A folder that was made for nothing goes again; only an empty one can.
    let captured = captured.inspect_err(|_: &Failure| {
        if is_new {
            drop(std::fs::remove_dir(global.archive()))
        }
    })?;
    if captured.snapshot.started.is_none() {
        ui::message("note: the dump does not say when it was taken; `--at TIME` says it, and order can be judged");
    }
    let exit = summary(&captured);
    let Captured { sealed: (sealed, manifest), snapshot, .. } = &captured;
    if args.output == "json" {
        let (path, gaps) = (sealed.path.display().to_string(), snapshot.gaps.len());
        ui::json(&json!({"path": path, "sha256": sealed.sha256, "objects": snapshot.objects.len(), "gaps": gaps, "manifest": manifest}))?;
    } else {
        ui::data(format!("{}\n", sealed.path.display()).as_bytes())?;
    }
    Ok(exit)
}

/// Makes the evidence folder, and checks that a bundle can be written there.
pub(super) fn writable(archive: &Path) -> Result<(), Failure> {
    let tried = std::fs::create_dir_all(archive).and_then(|()| tempfile::tempfile_in(archive));
    let hint = "check the folder and its permissions, or name another with `--archive DIR`";
    tried.map(drop).map_err(|e| Failure::new(format!("{}: no bundle can be written there: {e}", archive.display())).hint(hint))
}

/// Where objects come from.
enum Origin<'a> {
    Dump(&'a Path),
    #[cfg(feature = "kube")]
    Cluster(Box<Connection>),
}

impl<'a> Origin<'a> {
    fn of(args: &'a Args) -> Result<Self, Failure> {
        match &args.from {
            Some(dir) => Ok(Self::Dump(dir)),
            #[cfg(feature = "kube")]
            None => Ok(Self::Cluster(Box::new(Connection::new(args.live.cluster.connect()?)))),
            #[cfg(not(feature = "kube"))]
            None => Err(Failure::new("this evid was built without a cluster client").hint("`--from DIR` reads a dump")),
        }
    }

    fn collect(&self, args: &Args, intake: &Intake<'_>) -> Result<Collected<PackedList>, Failure> {
        match self {
            Self::Dump(dir) => during(&format!("reading {}", dir.display()), || {
                let read = dump::read_through(dir, |item, list| intake.take(item, list))?;
                Ok(dated(read, args.at.as_deref())?.without(&intake.config.leave_out))
            }),
            #[cfg(feature = "kube")]
            Self::Cluster(connection) => {
                let Intake { config, layers, rules, redactor, .. } = *intake;
                let collected = connection.session(config, layers, rules, redactor).collect(&args.live.scope(config), intake);
                collected.map_err(|e| live::failure(e, &connection.clusters))
            }
        }
    }
}

/// Asks the probes of a live cluster; the capture's window ends with the last answer.
fn probe(origin: &Origin<'_>, snapshot: &mut Snapshot<PackedObjects<'_>>, intake: &Intake<'_>) -> Result<Vec<Line>, Failure> {
    #[cfg(feature = "kube")]
    if let Origin::Cluster(connection) = origin {
        let Intake { config, layers, rules, redactor, .. } = *intake;
        let session = connection.session(config, layers, rules, redactor);
        let planned = probes::plan(config, redactor);
        let asked = session.probe(&planned, &session.places(&snapshot.objects));
        let (lines, finished) = asked.map_err(|e| live::failure(e, &connection.clusters))?;
        snapshot.finished = Some(finished);
        return Ok(lines);
    }
    let _ = (origin, snapshot, intake);
    Ok(Vec::new())
}

/// If a dump does not say when it was taken, the given time counts.
fn dated<I>(mut collected: Collected<I>, at: Option<&str>) -> Result<Collected<I>, Failure> {
    if let Some(at) = at {
        let time = time(at, "as in 2026-11-24T08:00:00Z")?;
        collected.started.get_or_insert_with(|| time.clone());
        collected.finished.get_or_insert(time);
    }
    Ok(collected)
}

/// The value of `--at`, in UTC.
pub(super) fn time(at: &str, hint: &str) -> Result<String, Failure> {
    let time = chrono::DateTime::parse_from_rfc3339(at);
    let time = time.map_err(|e| Failure::new(format!("--at {at}: {e}")).hint(hint))?;
    Ok(time.with_timezone(&chrono::Utc).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// The redactor with the user's key. The key is made on first use.
pub(super) fn redactor() -> Result<Redactor, Failure> {
    let dir = keyfile::default_dir(|name| std::env::var_os(name))?;
    let (key, created) = keyfile::load_or_create_redaction_key(&dir)?;
    if created {
        ui::message(&format!(
            "made a redaction key in {}: equal secrets give equal tokens under it; keep it, and keep it secret",
            dir.display()
        ));
    }
    Ok(Redactor::new(&key))
}

pub(super) fn spool() -> Result<FileSpool, Failure> {
    FileSpool::new().map_err(|e| no_spool(&e))
}

/// There is no place where captured objects could wait.
pub(super) fn no_spool(error: &dyn Display) -> Failure {
    Failure::new(format!("no temporary file can be made: {error}")).hint("TMPDIR says where")
}

/// Prints what was sealed and what was not answered. A capture is incomplete if it has gaps, if a probe did not get the right answer, if
/// the platform changed meanwhile, or if a layer is not there.
pub(super) fn summary(captured: &Captured<'_, (Sealed, Manifest)>) -> Exit {
    let Captured { sealed: (sealed, manifest), snapshot, probes } = captured;
    ui::message(&format!("sealed {} ({} objects, {} bytes)", sealed.path.display(), snapshot.objects.len(), sealed.size));
    ui::message(&format!("sha256 {}", sealed.sha256));
    for layer in &manifest.layers {
        ui::message(&format!("  {:<12} {:>6} objects  {}", layer.name, layer.objects, layer.digest));
    }
    for app in &snapshot.unsettled {
        ui::message(&format!("unsettled: {} moved while the rest was read ({})", app.key, app.pointers.join(" ")));
    }
    let declared: Vec<&Line> = probes.iter().filter(|l| l.is() != Is::Absent).collect();
    let wrong: Vec<&&Line> = declared.iter().filter(|l| l.is() != Is::Right).collect();
    // What is switched off does not answer; no claim is about it.
    let switched = |l: &Line| manifest.layers.iter().any(|layer| layer.name == l.layer && layer.role == Role::Switched.as_str());
    if !declared.is_empty() {
        ui::message(&format!("probes: {} of {} answered rightly", declared.len() - wrong.len(), declared.len()));
    }
    for line in &wrong {
        let why = if switched(line) { ", and its layer can be off" } else { "" };
        ui::message(&format!("  {}: {}{}", line.probe, told(line.is().as_str()), told(why)));
    }
    let complete = gaps(&snapshot.gaps);
    let strange = absent(manifest, &snapshot.gaps);
    if !strange.is_empty() {
        strange.iter().for_each(|what| ui::message(what));
        ui::message("hint: nothing can be proven of such a layer; `evid config init` describes the platform that is there");
    }
    if wrong.iter().all(|line| switched(line)) && snapshot.unsettled.is_empty() && strange.is_empty() {
        complete
    } else {
        Exit::Inconclusive
    }
}

/// The layers of which there is nothing on the platform. Where Applications were not seen whole, a gap says so, and nobody knows.
fn absent(manifest: &Manifest, gaps: &[Gap]) -> Vec<String> {
    let unseen = |g: &Gap| g.resource == "*" || (g.group == "argoproj.io" && g.resource == "applications");
    let layers = manifest.layers.iter().filter(|l| l.role != "platform" && !gaps.iter().any(unseen));
    let without = |l: &LayerLine| match (l.root.is_none(), l.role == "protected" && l.objects == 0) {
        (true, true) => Some("has no root and no object"),
        (true, false) => Some("has no root"),
        (false, true) => Some("has no object"),
        (false, false) => None,
    };
    layers.filter_map(|l| Some(format!("layer {} ({}) {} on this platform", l.name, l.role, without(l)?))).collect()
}

/// Prints what was not answered; a capture with gaps is incomplete.
fn gaps(gaps: &[Gap]) -> Exit {
    if gaps.is_empty() {
        return Exit::Proven;
    }
    ui::message(&format!("{} gaps, all in coverage.json:", gaps.len()));
    lines(gaps, ui::most(8)).iter().for_each(|line| ui::message(&format!("  {line}")));
    Exit::Inconclusive
}
