//! `evid show`: a bundle as kubectl would show the cluster, or all that a report holds.
mod objects;
mod probes;
mod report;

use crate::adapters::archive;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, Global};
use std::path::PathBuf;

/// Show the objects of a bundle as kubectl would show the cluster, or all that a report says
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid show latest                              what the latest bundle holds
  evid show before pods -n mlops-prod -o wide   pods of one namespace, with their nodes' addresses, health and layer
  evid show before app root-optional            an Application, and the tree of what it lists
  evid show before all --layer core -o name     every object of a layer
  evid show before--off                         the report over two bundles: verdicts, changes, notes, gaps")]
pub(super) struct Args {
    /// A bundle or a report, by path or by name; `latest` and `~1` are the latest bundle and the one before
    subject: String,
    /// Kinds, as `pods`, `deploy,svc`, `Deployment` or `deployments.apps`, and names; or KIND/NAME; `all` for every object, `probes` for
    /// what health probes heard; without any, a summary
    resources: Vec<String>,
    /// Only this namespace
    #[arg(short, long)]
    namespace: Option<String>,
    /// All namespaces (which is the default)
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Only objects with these labels, as kubectl takes them
    #[arg(short = 'l', long, value_name = "LABELS")]
    selector: Option<String>,
    /// Only objects of this layer
    #[arg(long)]
    layer: Option<String>,
    /// table, wide, json, yaml, name or jsonpath=TEMPLATE
    #[arg(short, long, default_value = "table", value_parser = output)]
    output: Output,
}

/// A form of output.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Output {
    Table,
    Wide,
    Json,
    Yaml,
    Name,
    JsonPath(String),
}

fn output(text: &str) -> Result<Output, String> {
    Ok(match text {
        "table" => Output::Table,
        "wide" => Output::Wide,
        "json" => Output::Json,
        "yaml" => Output::Yaml,
        "name" => Output::Name,
        _ => Output::JsonPath(
            text.strip_prefix("jsonpath=").ok_or("table, wide, json, yaml, name or jsonpath=TEMPLATE is wanted")?.to_owned(),
        ),
    })
}

impl Args {
    /// The namespace that is wanted; none for all.
    fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref().filter(|_| !self.all_namespaces)
    }
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    if let Some(path) = named_report(args, global) {
        return report::run(&path, args);
    }
    let path = archive::locate(&args.subject, &global.archive)?;
    let reader = archive::open(&path)?;
    let files = archive::files(&reader).map_err(|d| Failure::new(d.to_string()).exit(Exit::Broken))?;
    if args.resources.first().is_some_and(|r| r == "probes") {
        return probes::run(args, &files);
    }
    objects::run(args, &path, &reader, &files)
}

/// The report that the caller means: a file that is no bundle, or a report's name in the evidence folder.
fn named_report(args: &Args, global: &Global) -> Option<PathBuf> {
    let given = PathBuf::from(&args.subject);
    if given.is_file() {
        return (!archive::is_zip(&given) && !args.subject.ends_with(archive::ENDING)).then_some(given);
    }
    let name = args.subject.strip_suffix(".report.json").unwrap_or(&args.subject);
    Some(global.archive.join(format!("{name}.report.json"))).filter(|p| p.is_file())
}
