//! `evid doctor`: what would keep evid from seeing the platform, and what to do about it; `--rbac`: the rights that evid needs.
use crate::adapters::clock::SystemClock;
use crate::adapters::kube::{Access, Cluster, Origin};
use crate::adapters::{config, doctor, keyfile};
use crate::bundle::config::Config;
use crate::cli::cluster::{ClusterArgs, connected, here};
use crate::cli::progress::Progress;
use crate::cli::{Done, Exit, Failure, Global, live, ui};
use crate::kinds::Rules;
use crate::model::Layer;
use crate::render;
use crate::render::told::told;
use crate::usecase::capture::live::platform;
use crate::usecase::cluster::discover;
use crate::usecase::doctor as usecase;
use crate::usecase::doctor::{Code, Doctor, Examined, Grant, Level, Line, complete, complete_with_hub};
use crate::usecase::rights::{Purpose, Right};
use std::path::Path;

/// Check what evid needs: the cluster and the way to it, Argo CD, the layers, rights, keys, folders
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// text or json
    #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
    /// Send no reviews: neither who you are nor what you may do is asked
    #[arg(long)]
    no_access_review: bool,
    /// Print the roles that evid needs and their bindings, for `kubectl apply`, instead: of all verbs, or of those named (as in
    /// `--rbac=capture,prove`); with --context or --kubeconfig the cluster's kinds one by one, with --as for whom
    #[arg(
        long,
        value_name = "VERB",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "capture,prove,probes,switch",
        value_parser = ["capture", "prove", "probes", "switch"]
    )]
    rbac: Vec<String>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    if !args.rbac.is_empty() {
        return rbac(args);
    }
    let (line, read) = configuration(global.config.as_deref());
    let mut lines = vec![line];
    let (config, layers, rules) = match read {
        Some((config, layers, rules)) => (config, Some(layers), rules),
        None => (Config::default(), None, Rules::new(&[])?),
    };
    let (examined, failure) = match examine(args, &config, layers.as_deref(), &rules) {
        Ok(examined) => (examined, None),
        Err(failure) => {
            let line = Line::problem(Code::KubeconfigUnusable).with("why", failure.text());
            (Examined { lines: vec![line], ..Examined::default() }, Some(failure))
        }
    };
    let Examined { lines: found, missing, missing_on_hub } = examined;
    lines.extend(found);
    lines.extend(match keyfile::default_dir(|name| std::env::var_os(name)) {
        Ok(dir) => doctor::keys(&dir),
        Err(e) => vec![Line::problem(Code::KeysUnusable).with("what", "keys").with("why", e)],
    });
    lines.push(doctor::folder(global.archive()));
    show(&args.output, &lines, &missing, &missing_on_hub)?;
    match failure {
        // A line has said why.
        Some(_) => Ok(Exit::Usage),
        None if count(&lines, Level::Problem) > 0 => Ok(Exit::Inconclusive),
        None => Ok(Exit::Proven),
    }
}

fn show(output: &str, lines: &[Line], missing: &[Right], on_hub: &[Right]) -> Result<(), Failure> {
    if output == "json" {
        let role = |name, rights: &[Right]| (!rights.is_empty()).then(|| usecase::role(name, rights));
        let json = render::doctor::json(lines, role("evid-missing", missing), role("evid-missing-hub", on_hub));
        ui::data(format!("{json:#}\n").as_bytes())?;
    } else {
        let roles = render::rbac::missing(missing, on_hub);
        let gap = if roles.is_empty() { "" } else { "\n" };
        ui::data(format!("{}{gap}{roles}", ui::fitted(&render::doctor::text(lines, ui::style().colour))).as_bytes())?;
    }
    let (problems, notes) = (count(lines, Level::Problem), count(lines, Level::Note));
    let problems = told(&if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") });
    let notes = told(&if notes == 1 { "1 note".to_owned() } else { format!("{notes} notes") });
    ui::message(&format!("{problems}, {notes}"));
    Ok(())
}

fn count(lines: &[Line], level: Level) -> usize {
    lines.iter().filter(|l| l.level == level).count()
}

/// The configuration in force; an invalid one becomes a line, and no value is guessed.
fn configuration(named: Option<&Path>) -> (Line, Option<(Config, Vec<Layer>, Rules)>) {
    let read = || {
        let config = config::load(named)?;
        let (layers, rules) = (config.layers()?, Rules::new(&config.rules()?)?);
        Ok::<_, Failure>((config, layers, rules))
    };
    match read() {
        Ok(read) => {
            let file = config::in_force(named).map(|p| Line::ok(Code::ConfigFile).with("file", p.display()));
            (file.unwrap_or_else(|| Line::ok(Code::ConfigDefaults)), Some(read))
        }
        Err(failure) => (Line::problem(Code::ConfigUnusable).with("why", failure.text()), None),
    }
}

/// Asks the clusters; first shows where the connections come from.
fn examine(args: &Args, config: &Config, layers: Option<&[Layer]>, rules: &Rules) -> Result<Examined, Failure> {
    let origins = args.cluster.origins()?;
    let clusters = args.cluster.connect()?;
    let progress = Progress::new();
    progress.say(&format!("asking {}", clusters.spoke.server()));
    let (clock, review, here) = (SystemClock::listening(), !args.no_access_review, here(&clusters, config));
    let (hub, home) = (clusters.hub.as_ref().map(Cluster::server), clusters.hub.as_ref().unwrap_or(&clusters.spoke).namespace());
    let mut examined = usecase::examine(&Doctor { api: &clusters, clock: &clock, rules, layers, here: &here, hub, home, review });
    progress.clear();
    examined.lines.splice(0..0, origins.iter().flat_map(|origin| of_origin(origin, args.cluster.impersonate.as_deref())));
    Ok(examined)
}

fn of_origin(origin: &Origin, impersonated: Option<&str>) -> Vec<Line> {
    let mut lines = vec![
        Line::ok(Code::KubeconfigChosen)
            .with("file", &origin.file)
            .with("context", &origin.context)
            .with("server", &origin.server)
            .with("user", &origin.user)
            .with("login", &origin.login),
    ];
    lines.extend(impersonated.map(|user| Line::note(Code::KubeconfigImpersonates).with("user", user)));
    if origin.server.starts_with("http:") {
        lines.push(Line::note(Code::KubeconfigPlain).with("server", &origin.server));
    } else if origin.insecure {
        lines.push(Line::note(Code::KubeconfigInsecure).with("server", &origin.server));
    }
    lines
}

/// Prints the roles: for all kinds, or for the kinds of the named cluster. Where Applications are is asked as the person who prints, not as
/// whom the roles are for: that one may not list them yet.
fn rbac(args: &Args) -> Done {
    let (mut listed, mut both) = (None, None);
    let (mut control, mut applications) = (None, Vec::new());
    let own = Access { impersonate: None, groups: vec![], ..args.cluster.access() };
    let hub = args.cluster.hub().map(|hub| Access { impersonate: None, groups: vec![], ..hub });
    let asked = connected(&own, hub.as_ref());
    let asked = asked.and_then(|clusters| Ok((discover(&clusters).map_err(|e| live::failure(e, &clusters))?, clusters)));
    match asked {
        Ok(((kinds, gaps), clusters)) => {
            let home = clusters.hub.as_ref().unwrap_or(&clusters.spoke).namespace();
            let seen = platform(&clusters, &Rules::new(&[])?, &[], &kinds, home, &[]);
            applications = seen.argo("Application").map(|app| app.key.namespace.clone()).chain(seen.control.clone()).collect();
            control = seen.control;
            if args.cluster.is_named() {
                gaps.iter().for_each(|g| ui::message(&format!("note: {}: not in the role", g.detail)));
                listed = Some(complete(Some(&kinds)));
            }
            both = clusters.hub.is_some().then(|| complete_with_hub(&kinds));
        }
        Err(why) if args.cluster.is_named() => return Err(why),
        Err(_) => {}
    }
    if applications.is_empty() {
        ui::message("note: no cluster said where Applications are; the switch needs a RoleBinding in each of their namespaces");
    }
    let control = control.as_deref().unwrap_or("argocd");
    applications.push(control.to_owned());
    applications.sort();
    applications.dedup();
    let verbs: Vec<Purpose> = Purpose::ALL.iter().copied().filter(|p| args.rbac.iter().any(|v| v == p.as_str())).collect();
    let grant = Grant { user: args.cluster.impersonate.as_deref(), control, applications: &applications };
    let text = match &both {
        Some([own, of_hub]) => render::rbac::with_hub(&verbs, own, of_hub, &grant),
        None => render::rbac::documents(&verbs, &complete(None), listed.as_deref(), &grant),
    };
    ui::data(text.as_bytes())?;
    Ok(Exit::Proven)
}
