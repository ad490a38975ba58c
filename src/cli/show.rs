//! `evid show`: shows a bundle as kubectl would show the cluster.
use crate::adapters::archive;
use crate::bundle::config::Config;
use crate::bundle::probe::Line;
use crate::bundle::rebuild;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, Global, ui};
use crate::compare;
use crate::kinds::{Rules, health};
use crate::model::Object;
use crate::render::table::columns;
use crate::render::{foreign, probes, yaml};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Show the objects of a bundle, put together again from their facets
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The bundle, by path or by name
    bundle: String,
    /// A kind, as `deployments`, `Deployment` or `deployments.apps`; `probes` for what health probes heard; without one, a summary
    kind: Option<String>,
    /// One object's (or probe's) name
    name: Option<String>,
    /// Only this namespace
    #[arg(short, long)]
    namespace: Option<String>,
    /// All namespaces (which is the default)
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// table, json, yaml or name
    #[arg(short, long, default_value = "table", value_parser = ["table", "json", "yaml", "name"])]
    output: String,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let path = archive::locate(&args.bundle, &global.archive)?;
    let reader = archive::open(&path)?;
    let files = archive::files(&reader).map_err(|d| Failure::new(d.to_string()).exit(Exit::Broken))?;
    if args.kind.as_deref() == Some("probes") {
        return heard(args, &lines(&files)?);
    }
    let config: Config = serde_json::from_slice(files.get("config.json").map_or(&[], Vec::as_slice))?;
    let rules = Rules::new(&config.rules()?)?;
    let (objects, defects) = rebuild::objects(&files, &rules);
    if let Some(defect) = defects.first() {
        return Err(Failure::new(format!("{}: {defect}", path.display())).exit(Exit::Broken));
    }
    let Some(kind) = &args.kind else { return summary(&objects, lines(&files)?.len()) };
    let wanted = |o: &&Object| {
        let named = o.key.kind.eq_ignore_ascii_case(kind) || o.plural == *kind || o.stem() == *kind || *kind == "all";
        let space = args.all_namespaces || args.namespace.as_ref().is_none_or(|n| *n == o.key.namespace);
        named && space && args.name.as_ref().is_none_or(|n| *n == o.key.name)
    };
    let found: Vec<&Object> = objects.iter().filter(wanted).collect();
    if found.is_empty() {
        return Err(nothing(args, kind));
    }
    let values = || if let ([one], true) = (found.as_slice(), args.name.is_some()) { one.value.clone() } else { list(&found) };
    match &*args.output {
        "json" => ui::json(&values())?,
        "yaml" => ui::data(yaml::to_text(&values()).as_bytes())?,
        "name" => ui::text(&found.iter().map(|o| foreign::clean(&format!("{}/{}", o.stem(), o.key.name)) + "\n").collect::<String>())?,
        _ => ui::data(table(&found, &rules).as_bytes())?,
    }
    Ok(Exit::Proven)
}

fn list(objects: &[&Object]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": objects.iter().map(|o| &o.value).collect::<Vec<_>>()})
}

fn nothing(args: &Args, kind: &str) -> Failure {
    let what = args.name.as_ref().map_or_else(|| kind.to_owned(), |n| format!("{kind} {n}"));
    let hint = format!("`evid show {}` lists what it holds", args.bundle);
    Failure::new(format!("{} holds no {what}", args.bundle)).hint(hint).exit(Exit::Refuted)
}

/// The probe lines of all layers.
fn lines(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Line>, Failure> {
    let all = files.iter().filter(|(name, _)| name.starts_with("probes/")).flat_map(|(_, bytes)| compare::lines(bytes));
    Ok(all.map(serde_json::from_slice).collect::<Result<_, _>>()?)
}

fn heard(args: &Args, lines: &[Line]) -> Done {
    let space = |l: &Line| args.namespace.as_ref().is_none_or(|n| l.target.as_ref().is_some_and(|t| t.namespace == *n));
    let wanted = |l: &&Line| args.name.as_ref().is_none_or(|n| *n == l.probe) && (args.all_namespaces || space(l));
    let found: Vec<&Line> = lines.iter().filter(wanted).collect();
    if found.is_empty() {
        return Err(nothing(args, "probes"));
    }
    let values = || serde_json::to_value(&found).map(|items| json!({ "items": items }));
    match &*args.output {
        "json" => ui::json(&values()?)?,
        "yaml" => ui::data(yaml::to_text(&values()?).as_bytes())?,
        "name" => {
            ui::text(&found.iter().map(|l| foreign::clean(&format!("{} {}", l.probe, probes::target(l))) + "\n").collect::<String>())?
        }
        _ => ui::data(probes::table(&found, ui::style()).as_bytes())?,
    }
    Ok(Exit::Proven)
}

fn summary(objects: &[Object], probes: usize) -> Done {
    let mut counts = BTreeMap::<String, usize>::new();
    objects.iter().for_each(|o| *counts.entry(o.stem()).or_default() += 1);
    if probes > 0 {
        counts.insert("probes".into(), probes);
    }
    let rows: Vec<Vec<String>> = counts.into_iter().map(|(k, n)| vec![k, n.to_string()]).collect();
    ui::data(columns(&["RESOURCE", "OBJECTS"], &rows, ui::style()).as_bytes())?;
    Ok(Exit::Proven)
}

fn table(objects: &[&Object], rules: &Rules) -> String {
    let rows: Vec<Vec<String>> = objects
        .iter()
        .map(|o| {
            let reader = rules.of(&o.key.group, &o.key.kind).rule.health.clone();
            let reading = reader.and_then(|r| health::read(&r, &o.value));
            let facts = reading
                .as_ref()
                .map(|r| r.facts.iter().map(|(k, v)| format!("{}={}", k.rsplit('/').next().unwrap_or(k), crate::render::words::short(v))));
            let created = o.value.pointer("/metadata/creationTimestamp").and_then(Value::as_str).unwrap_or("");
            vec![
                o.key.namespace.clone(),
                o.key.name.clone(),
                reading.as_ref().map_or("", |r| r.health.as_str()).to_owned(),
                facts.map(|f| f.collect::<Vec<_>>().join(" ")).unwrap_or_default(),
                created.to_owned(),
            ]
        })
        .collect();
    columns(&["NAMESPACE", "NAME", "HEALTH", "FACTS", "CREATED"], &rows, ui::style())
}
