//! `evid capture`: one bundle.
use crate::adapters::archive;
use crate::adapters::archive::ENDING;
use crate::adapters::config;
use crate::adapters::dump;
use crate::adapters::keyfile;
use crate::adapters::spool::FileSpool;
use crate::canon::redact::Redactor;
use crate::cli::Done;
use crate::cli::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
#[cfg(feature = "kube")]
use crate::cli::live;
use crate::cli::ui;
use crate::kinds::Rules;
use crate::model::Gap;
use crate::model::Objects as _;
use crate::usecase::capture::Collected;
use crate::usecase::capture::each_file;
use crate::usecase::capture::snapshot;
use crate::usecase::door::Door;
use crate::usecase::shelf::Shelf;
use std::collections::BTreeMap;
use std::path::PathBuf;

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
    /// Replace an existing bundle
    #[arg(long)]
    force: bool,
    #[cfg(feature = "kube")]
    #[command(flatten)]
    live: live::LiveArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let name = match &args.name {
        Some(name) => name.strip_suffix(ENDING).unwrap_or(name).to_owned(),
        None => chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string(),
    };
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        return Err(
            Failure::new(format!("`{name}` is no name for a bundle")).hint("a plain file name without folders; `--archive DIR` says where")
        );
    }
    let path = global.archive.join(format!("{name}{ENDING}"));
    if path.exists() && !args.force {
        return Err(Failure::new(format!("{} exists", path.display())).hint("choose another name, or replace it with `--force`"));
    }
    let config = config::load(global.config.as_deref())?;
    let (layers, rules) = (config.layers()?, Rules::new(&config.rules()?)?);
    #[cfg(feature = "kube")]
    if args.live.dry_run {
        return live::dry_run(&args.live, &rules);
    }
    let dir = keyfile::default_dir(|name| std::env::var_os(name))?;
    let (key, created) = keyfile::load_or_create_redaction_key(&dir)?;
    if created {
        ui::message(&format!(
            "made a redaction key in {}: equal secrets give equal tokens under it; keep it, and keep it secret",
            dir.display()
        ));
    }
    let redactor = Redactor::new(&key);
    let spool = FileSpool::new().map_err(|e| Failure::new(format!("no temporary file can be made: {e}")).hint("TMPDIR says where"))?;
    let door = Door { redactor: &redactor, rules: &rules, spool: &spool };
    let mut collected = collect(args, &door)?;
    if let Some(at) = &args.at {
        let time = chrono::DateTime::parse_from_rfc3339(at)
            .map_err(|e| Failure::new(format!("--at {at}: {e}")).hint("as in 2026-11-24T08:00:00Z"))?;
        let time = time.with_timezone(&chrono::Utc).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        collected.started.get_or_insert_with(|| time.clone());
        collected.finished.get_or_insert(time);
    }
    let snapshot = snapshot(collected, &door)?;
    std::fs::create_dir_all(&global.archive).map_err(|e| Failure::new(format!("{}: can't be made: {e}", global.archive.display())))?;
    let (sealed, manifest) =
        archive::seal(&path, args.force, |put| each_file(&snapshot, &redactor, &rules, &layers, &config, args.nonce.clone(), put))?;
    ui::message(&format!("sealed {} ({} objects, {} bytes)", sealed.path.display(), snapshot.objects.len(), sealed.size));
    ui::message(&format!("sha256 {}", sealed.sha256));
    for layer in &manifest.layers {
        ui::message(&format!("  {:<12} {:>6} objects  {}", layer.name, layer.objects, layer.digest));
    }
    if snapshot.started.is_none() {
        ui::message("note: the dump does not say when it was taken; `--at TIME` says it, and order can be judged");
    }
    Ok(gaps(&snapshot.gaps))
}

/// What the dump, or the cluster, says.
fn collect(args: &Args, door: &Door<'_>) -> Result<Collected<Shelf>, Failure> {
    match &args.from {
        Some(dir) => Ok(Collected::from(dump::read(dir)?).through(door)),
        #[cfg(feature = "kube")]
        None => live::collect(&args.live, door),
        #[cfg(not(feature = "kube"))]
        None => Err(Failure::new("this evid was built without a cluster client").hint("`--from DIR` reads a dump")),
    }
}

/// Says what was not answered; a capture with gaps is incomplete.
fn gaps(gaps: &[Gap]) -> Exit {
    const MOST: usize = 8;
    if gaps.is_empty() {
        return Exit::Proven;
    }
    let mut by_reason: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
    gaps.iter().for_each(|g| by_reason.entry(g.reason.as_str()).or_default().push(g));
    ui::message(&format!("{} gaps, all in coverage.json:", gaps.len()));
    for (reason, gaps) in by_reason {
        let mut names: Vec<String> = gaps.iter().map(|g| crate::model::stem(&g.resource, &g.group)).collect();
        names.dedup();
        let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
        names.truncate(MOST);
        ui::message(&format!("  {reason}: {}{more}", names.join(" ")));
        if let Some(detail) = gaps.first().map(|g| &g.detail).filter(|d| !d.is_empty()) {
            ui::message(&format!("    {detail}"));
        }
    }
    Exit::Inconclusive
}
