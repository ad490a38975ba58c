//! The objects of a bundle, in the output that is wanted. Of a kind without objects it says which of three answers it is: nobody knows the
//! kind, it was asked for and there is none, or it was not asked for.
use crate::adapters::archive;
use crate::adapters::zipfile::BundleReader;
use crate::bundle::config::Config;
use crate::bundle::coverage::Coverage;
use crate::bundle::rebuild;
use crate::cli::show::args::{Args, Output};
use crate::cli::show::probes;
use crate::cli::{Done, Exit, Failure, ui};
use crate::kinds::printed::{self, Column};
use crate::kinds::{Rules, health};
use crate::model::{Object, meta};
use crate::render::objects::{Row, table, tree};
use crate::render::table::columns;
use crate::render::told::told;
use crate::render::{foreign, gaps};
use crate::usecase::show::{Known, Named, Names, Selector, Wanted, known, layer_of};
use crate::value::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

struct Bundle {
    objects: Vec<Object>,
    rules: Rules,
    coverage: Coverage,
    moment: Option<String>,
}

pub(super) fn run(args: &Args, path: &Path, reader: &BundleReader, files: &BTreeMap<String, Vec<u8>>) -> Done {
    let config: Config = serde_json::from_slice(files.get("config.json").map_or(&[], Vec::as_slice))?;
    let rules = Rules::new(&config.rules()?)?;
    let (objects, defects) = rebuild::objects(files, &rules);
    if let Some(defect) = defects.first() {
        return Err(Failure::new(format!("{}: {defect}", path.display())).exit(Exit::Broken));
    }
    let (manifest, coverage) = archive::about(reader)?;
    if let Some(layer) = args.layer.as_ref().filter(|l| manifest.layers.iter().all(|m| m.name != **l)) {
        let there: Vec<&str> = manifest.layers.iter().map(|l| &*l.name).collect();
        return Err(Failure::new(format!("no layer is called `{layer}`")).hint(format!("there are {}", there.join(", "))));
    }
    let bundle = Bundle { objects, rules, coverage, moment: manifest.window.finished };
    let names = Names::of(&bundle.objects, &bundle.coverage, &bundle.rules);
    let labels =
        args.selector.as_deref().map(Selector::parse).transpose().map_err(|e| Failure::new(e).hint("as in `-l app=feast,tier!=web`"))?;
    let (mut found, mut exit) = (Vec::new(), Exit::Proven);
    let asked = asked(&args.resources)?;
    for (kinds, wanted_names) in &asked {
        let kinds = kinds.as_deref().map(|text| named(text, &names, &bundle)).transpose()?;
        let (namespace, layer) = (args.namespace(), args.layer.as_deref());
        let wanted = Wanted { kinds, names: wanted_names, namespace, layer, labels: labels.as_ref() };
        let new: Vec<&Object> = bundle.objects.iter().filter(|o| wanted.takes(o)).collect();
        exit = exit.at_best(lacking(args, &wanted, &new, &bundle));
        found.extend(new);
    }
    match &args.output {
        Output::Table if args.resources.is_empty() => summary(&found, probes::lines(files)?.len())?,
        Output::Table | Output::Wide | Output::Forms(_) => ui::data(tables(&found, &bundle, args.output == Output::Wide).as_bytes())?,
        Output::Name => {
            ui::text(&found.iter().map(|o| foreign::clean(&format!("{}/{}", o.stem(), o.key.name)) + "\n").collect::<String>())?
        }
        Output::Value(format) => format.print(&value(&found, &asked))?,
    }
    if let ([app], Output::Table, [(_, names)]) = (&*found, &args.output, &*asked)
        && app.key.is_argo("Application")
        && !names.is_empty()
    {
        let by_key = bundle.objects.iter().map(|o| (&o.key, o)).collect();
        ui::text(&format!("\n{}\n{}", told("lists"), tree(app, &by_key)))?;
    }
    Ok(exit)
}

/// What is asked for: kinds (none for all) and names; several of them as KIND/NAME.
type Asked = Vec<(Option<String>, Vec<String>)>;

fn asked(resources: &[String]) -> Result<Asked, Failure> {
    let Some((kinds, names)) = resources.split_first() else { return Ok(vec![(None, Vec::new())]) };
    if !kinds.contains('/') {
        return Ok(vec![(Some(kinds.clone()).filter(|k| k != "all"), names.to_vec())]);
    }
    let pair = |text: &String| {
        let (kind, name) = text.split_once('/').ok_or_else(|| Failure::new(format!("`{text}` is not KIND/NAME, as the others are")))?;
        Ok((Some(kind.to_owned()), vec![name.to_owned()]))
    };
    resources.iter().map(pair).collect()
}

fn named<'n>(text: &str, names: &'n Names, bundle: &Bundle) -> Result<Vec<&'n Named>, Failure> {
    let Bundle { rules, coverage, .. } = bundle;
    let gaps = coverage.gaps();
    let served = |k: &Named| coverage.asked(&k.group, &k.plural) || gaps.iter().any(|g| g.group == k.group && g.resource == k.plural);
    let mut all = Vec::new();
    for part in text.split(',') {
        let found = names.find(part);
        if found.is_empty() {
            let hint = "neither Kubernetes, nor evid's rules, nor a CustomResourceDefinition of the bundle names it";
            return Err(Failure::new(format!("no kind is called `{part}`")).hint(hint));
        }
        // Metrics have the names of pods and nodes.
        let kept = found.iter().any(|k| rules.keeps(&k.group, &k.plural));
        // Another group's kind of this name, which this cluster does not serve, is not meant.
        let some_served = found.iter().any(|k| served(k));
        all.extend(found.into_iter().filter(|k| (!kept || rules.keeps(&k.group, &k.plural)) && (!some_served || served(k))));
    }
    Ok(all)
}

/// Says what was not found, and why.
fn lacking(args: &Args, wanted: &Wanted<'_>, found: &[&Object], bundle: &Bundle) -> Exit {
    let such = wanted.labels.is_some() || wanted.layer.is_some();
    let mut exit = Exit::Proven;
    for kind in wanted.kinds.iter().flatten() {
        let any = found.iter().any(|o| kind.is_of(o));
        match known(kind, wanted.namespace, &bundle.coverage, &bundle.rules) {
            // A name may be of several kinds.
            Known::Asked if any || !wanted.names.is_empty() => {}
            Known::Asked => ui::message(&none(&kind.stem(), such, wanted.namespace, &args.subject)),
            Known::NotStored => ui::message(&format!("{} are never stored in a bundle", kind.stem())),
            Known::NotAll(list) => {
                let what = if any { "these may not be all" } else { "what there is was not seen" };
                ui::message(&format!("{}: {what}", kind.stem()));
                gaps::lines(&list, 8).iter().for_each(|line| ui::message(&format!("  {line}")));
                exit = exit.at_best(if any { Exit::Proven } else { Exit::Inconclusive });
            }
        }
    }
    for name in wanted.names.iter().filter(|name| found.iter().all(|o| o.key.name != **name)) {
        let place = wanted.namespace.map(|ns| told(&format!("in namespace {ns}"))).unwrap_or_default();
        ui::message(format!("error: {} holds no {name} of that kind {place}", args.subject).trim_end());
        exit = if exit == Exit::Inconclusive { exit } else { exit.at_best(Exit::Refuted) };
    }
    exit
}

fn none(kind: &str, such: bool, namespace: Option<&str>, bundle: &str) -> String {
    match (such, namespace) {
        (false, None) => format!("no {kind}: {bundle} asked for them, and got none"),
        (true, None) => format!("no such {kind}: {bundle} asked for them, and got none"),
        (false, Some(namespace)) => format!("no {kind} in namespace {namespace}: {bundle} asked for them, and got none"),
        (true, Some(namespace)) => format!("no such {kind} in namespace {namespace}: {bundle} asked for them, and got none"),
    }
}

/// One object that was named, else a list.
fn value(objects: &[&Object], asked: &Asked) -> Value {
    match (objects, &**asked) {
        ([one], [(_, names)]) if names.len() == 1 => one.value.clone(),
        _ => json!({"apiVersion": "v1", "kind": "List", "items": objects.iter().map(|o| &o.value).collect::<Vec<_>>()}),
    }
}

fn summary(objects: &[&Object], probes: usize) -> Result<(), Failure> {
    let mut counts = BTreeMap::<String, usize>::new();
    objects.iter().for_each(|o| *counts.entry(o.stem()).or_default() += 1);
    if probes > 0 {
        counts.insert("probes".into(), probes);
    }
    let rows: Vec<Vec<String>> = counts.into_iter().map(|(k, n)| vec![k, n.to_string()]).collect();
    Ok(ui::data(columns(&["RESOURCE", "OBJECTS"].map(told), &rows, ui::style()).as_bytes())?)
}

/// A table for each kind, each with the kind above it if there are several.
fn tables(objects: &[&Object], bundle: &Bundle, wide: bool) -> String {
    let mut kinds: BTreeMap<String, Vec<Row<'_>>> = BTreeMap::new();
    for object in objects {
        let reader = bundle.rules.of(&object.key.group, &object.key.kind).rule.health.as_ref();
        let health = reader.and_then(|r| health::read(r, &object.value)).map_or("", |r| r.health.as_str());
        kinds.entry(object.stem()).or_default().push(Row { object, layer: layer_of(object), health });
    }
    let several = kinds.len() > 1;
    let one = |(i, (stem, rows)): (usize, (&String, &Vec<Row<'_>>))| {
        let heading = if several { format!("{}{}\n", if i > 0 { "\n" } else { "" }, foreign::clean(stem)) } else { String::new() };
        heading + &table(rows, &columns_of(rows, stem, bundle), bundle.moment.as_deref(), wide, ui::style())
    };
    kinds.iter().enumerate().map(one).collect()
}

/// The columns of a kind: evid's, else those of its definition.
fn columns_of(rows: &[Row<'_>], stem: &str, bundle: &Bundle) -> Vec<Column> {
    if let Some(own) = printed::table().get(stem).filter(|p| !p.columns.is_empty()) {
        return own.columns.clone();
    }
    let version = rows.first().map_or("", |r| meta::text(&r.object.value, "/apiVersion"));
    let version = version.rsplit('/').next().unwrap_or(version);
    let definition = bundle.objects.iter().find(|o| o.key.kind == "CustomResourceDefinition" && o.key.name == stem);
    definition.map(|d| printed::of_definition(&d.value, version)).unwrap_or_default()
}
