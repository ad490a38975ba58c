//! `evid serve`: a read-only API server on loopback over a sealed bundle, for `kubectl` and what speaks like it. It serves what the bundle answers
//! for: a kind that was not seen whole is not served, so that no empty list stands for what nobody saw.
use crate::adapters::archive;
use crate::adapters::clock::SystemClock;
use crate::bundle::config::Config;
use crate::bundle::rebuild;
use crate::cli::loopback::Kubeconfig;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::kinds::Rules;
use crate::model::{Object, instant};
use crate::usecase::show::{Known, Named, Names, known};
use crate::usecase::verify;
use chrono::{DateTime, Utc};
use evid_demo::world::resource::{Resource, builtin};
use evid_demo::world::store::Store;
use evid_demo::{Options, Server};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Serve a bundle read-only on loopback, for kubectl and k9s
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:
  evid serve before
  kubectl --kubeconfig before.kubeconfig get pods -A -o wide")]
pub(super) struct Args {
    /// The bundle, by path or by name
    bundle: String,
    /// The port on loopback; 0: any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where its kubeconfig is written, a new file [default: NAME.kubeconfig]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    // From here on Ctrl-C is handled: the kubeconfig is removed with the server.
    let clock = SystemClock::listening();
    let path = archive::locate(&args.bundle, global.archive())?;
    let Served { store, version, moment, left_out } = store(&path)?;
    let kubeconfig = args.kubeconfig.clone().unwrap_or_else(|| format!("{}.kubeconfig", archive::name_of(&path)).into());
    let options = Options {
        version: json!({"major": "1", "minor": "", "gitVersion": version}),
        port: args.port,
        still: moment,
        ..Options::of(store)
    };
    let server = Server::start(options).map_err(|e| Failure::new(format!("the server can't be started: {e}")))?;
    let written = Kubeconfig::write(&kubeconfig, server.kubeconfig())?;
    ui::message(&format!("{} is served read-only at {}; Ctrl-C ends it", path.display(), server.url()));
    if !left_out.is_empty() {
        ui::message(&format!("not served, since the bundle does not hold all of them: {}", left_out.join(", ")));
    }
    written.until_stopped(&clock);
    Ok(Exit::Proven)
}

struct Served {
    store: Store,
    /// The version of its cluster.
    version: String,
    /// The end of the capture: what is old there is counted up to it.
    moment: Option<DateTime<Utc>>,
    left_out: Vec<String>,
}

/// The objects of a bundle in a store, and what is told with them.
fn store(path: &Path) -> Result<Served, Failure> {
    let reader = archive::open_whole(path)?;
    if let Some(defect) = verify::content(&reader, reader.sums()).defects.first() {
        return Err(Failure::new(format!("{}: {defect}", path.display())).exit(Exit::Broken));
    }
    let config: Config = serde_json::from_slice(&reader.entry("config.json").map_err(|d| Failure::new(d.to_string()).exit(Exit::Broken))?)?;
    let rules = Rules::new(&config.rules()?)?;
    let (objects, _) = rebuild::objects(&reader, &rules);
    let (manifest, coverage) = archive::about(&reader)?;
    let (mut resources, mut left_out) = (Vec::new(), Vec::new());
    for kind in Names::of(&objects, &coverage, &rules).iter().filter(|kind| coverage.asked(&kind.group, &kind.plural)) {
        match known(kind, None, &coverage, &rules) {
            Known::Asked => resources.push(resource(kind, &objects)),
            Known::NotStored | Known::NotAll(_) => left_out.push(kind.stem()),
        }
    }
    let mut store = Store::new(resources);
    // An object of a kind that is left out has no place there.
    objects.into_iter().for_each(|object| drop(store.import(object.value.into())));
    let moment = manifest.window.finished.as_deref().and_then(instant).map(|t| t.to_utc());
    Ok(Served { store, version: manifest.cluster.version.unwrap_or_default(), moment, left_out })
}

/// How a kind is served: as kubectl knows it, to be read only.
fn resource(kind: &Named, objects: &[Object]) -> Resource {
    let own = |r: &Resource| r.group == kind.group && r.plural == kind.plural;
    let first = objects.iter().find(|o| kind.is_of(o));
    let stated = first.and_then(|o| o.value.get("apiVersion")?.as_str()?.rsplit('/').next().map(str::to_owned));
    let known = builtin().into_iter().find(own).unwrap_or_else(|| Resource {
        group: kind.group.clone(),
        version: "v1".into(),
        plural: kind.plural.clone(),
        singular: kind.singular.clone(),
        kind: kind.kind.clone(),
        short_names: kind.short.clone(),
        namespaced: first.is_some_and(|o| !o.key.namespace.is_empty()),
        custom: true,
        ..Resource::default()
    });
    let version = stated.unwrap_or_else(|| known.version.clone());
    Resource { version, verbs: ["get", "list", "watch"].map(String::from).into(), subresources: Vec::new(), ..known }
}
