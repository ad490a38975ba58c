//! `evid demo`: the whole round trip, or a platform to try evid on, without a cluster.
use crate::adapters::clock::SystemClock;
use crate::adapters::{config, fresh};
use crate::bundle::config::Config;
use crate::bundle::probe::Span;
use crate::cli::cluster::ClusterArgs;
use crate::cli::loopback::Kubeconfig;
use crate::cli::signer::SignArgs;
use crate::cli::switch::OffArgs;
use crate::cli::{Done, Exit, Failure, Global, prove, ui};
use crate::render::told::told;
use crate::usecase::cluster::port::Clock as _;
use crate::usecase::prove::Goal;
use evid_demo::faults::mishaps::MISHAPS;
use evid_demo::seed::LOSSES;
use evid_demo::{Served, Server, platform};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// See the whole loop in seconds, on a platform in this process: no cluster is needed
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Something that goes wrong on the platform; `evid demo faults` names them
    #[arg(long, global = true, value_name = "NAME", value_parser = fault)]
    fault: Vec<String>,
    /// Seconds of the platform in each second
    #[arg(long, global = true, value_name = "N", default_value_t = 20.0, value_parser = crate::cli::cluster::pace)]
    pace: f64,
    /// Where the folder of the run goes
    #[arg(long, value_name = "DIR", default_value = "evidence")]
    out: PathBuf,
    /// table, or json (the report's predicate)
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Leave the platform up, for kubectl and evid, until Ctrl-C
    Serve {
        /// The port on loopback; 0: any that is free
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Where its kubeconfig is written
        #[arg(long, value_name = "FILE", default_value = "demo.kubeconfig")]
        kubeconfig: PathBuf,
        /// Run Argo CD in a cluster of its own: a hub, context `evid-demo-hub`
        #[arg(long)]
        hub: bool,
    },
    /// Name what can go wrong with `--fault`
    Faults,
}

fn fault(name: &str) -> Result<String, String> {
    let known: Vec<&str> = MISHAPS.iter().map(|m| m.name).collect();
    if known.contains(&name) { Ok(name.to_owned()) } else { Err(format!("there is no such fault; there are {}", known.join(", "))) }
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    match &args.verb {
        None => show(args, global),
        Some(Verb::Serve { port, kubeconfig, hub }) => serve(args, *port, kubeconfig, *hub),
        Some(Verb::Faults) => {
            let lines: String = MISHAPS.iter().map(|m| format!("{:<20} {}\n", m.name, told(m.about))).collect();
            ui::data(lines.as_bytes())?;
            Ok(Exit::Proven)
        }
    }
}

fn start(args: &Args, port: u16) -> Result<Server, Failure> {
    let options = options(args)?;
    platform::platform(&options, SystemClock::listening().now()).and_then(|p| p.serve(port)).map_err(failed)
}

fn start_both(args: &Args, port: u16) -> Result<Served, Failure> {
    if !args.fault.is_empty() {
        return Err(Failure::new("`--fault` and `--hub` do not go together: what goes wrong is in one cluster"));
    }
    Served::start(&options(args)?, SystemClock::listening().now(), port).map_err(failed)
}

fn failed(error: std::io::Error) -> Failure {
    Failure::new(format!("the demo platform can't be started: {error}"))
}

fn options(args: &Args) -> Result<platform::Options, Failure> {
    // Every demo is a cluster of its own: its evidence is not comparable with that of another demo.
    let mut salt = vec![0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| Failure::new(format!("the system gives no random numbers: {e}")))?;
    Ok(platform::Options { pace: args.pace, mishaps: args.fault.clone(), salt, ..platform::Options::default() })
}

/// The platform's description: its own, unless another is given; its probe intervals are divided by the pace.
fn description(global: &Global) -> Result<Config, Failure> {
    const OWN: &str = include_str!("../../samples/platform/evid.yaml");
    let mut config = match &global.config {
        Some(path) => config::load(Some(path))?,
        None => config::parse(OWN, "samples/platform/evid.yaml")?,
    };
    config.probes.iter_mut().flatten().for_each(|p| p.interval = Span::millis(50));
    Ok(config)
}

/// The round trip on the demo platform.
fn show(args: &Args, global: &Global) -> Done {
    let server = start(args, 0)?;
    let folder = tempfile::tempdir().map_err(|e| Failure::new(format!("no temporary folder: {e}")))?;
    let kubeconfig = folder.path().join("kubeconfig");
    fresh::create(&kubeconfig, server.kubeconfig().as_bytes(), 0o600)
        .map_err(|e| Failure::new(format!("{}: {e}", kubeconfig.display())))?;
    ui::message(&format!("a demo platform is up at {} (in this process, gone with it)", server.url()));
    for name in &args.fault {
        let about = MISHAPS.iter().find(|m| m.name == name).map_or("", |m| m.about);
        ui::message(&format!("fault {name}: {about}"));
    }
    let asked = prove::Args {
        goal: Some(Goal::RoundTrip),
        out: args.out.clone(),
        resume: None,
        nonce: None,
        reference: None,
        yes: true,
        restore: false,
        interval: Duration::from_secs(5).div_f64(args.pace),
        signing: SignArgs::default(),
        output: args.output.clone(),
        export: false,
        // What it loses is made up.
        off: OffArgs { strategy: "prune".into(), terminate: false, allow_loss: LOSSES.map(str::to_owned).to_vec() },
        file: None,
        timeout: Duration::from_secs(240),
        pace: args.pace,
        cluster: ClusterArgs {
            kubeconfig: Some(kubeconfig),
            context: None,
            argocd_context: None,
            request_timeout: Duration::from_secs(30),
            impersonate: None,
            groups: vec![],
        },
    };
    let done = prove::prove(&asked, &description(global)?, global, false);
    let faults: String = args.fault.iter().map(|name| format!(" --fault {name}")).collect();
    ui::message(&format!(
        "more  this platform is gone now: `evid demo serve{faults}` leaves one up for kubectl and evid; `evid demo faults` names what can go wrong"
    ));
    done
}

/// What is served: the platform in one cluster, or in two.
enum Up {
    One(Server),
    Both(Served),
}

/// Serves the platform until Ctrl-C. The kubeconfig is a new file, and only what was written there is removed in the end.
fn serve(args: &Args, port: u16, kubeconfig: &Path, hub: bool) -> Done {
    // From here on Ctrl-C is handled: the kubeconfig is removed with the server.
    let clock = SystemClock::listening();
    let up = if hub { Up::Both(start_both(args, port)?) } else { Up::One(start(args, port)?) };
    let (url, own, flag) = match &up {
        Up::One(server) => (server.url(), server.kubeconfig(), ""),
        Up::Both(both) => (both.spoke.url(), both.kubeconfig(), " --argocd-context evid-demo-hub"),
    };
    let written = Kubeconfig::write(kubeconfig, own)?;
    ui::message(&format!("a demo platform is up at {url}; Ctrl-C ends it"));
    let pace = if args.pace == 1.0 { String::new() } else { format!(" --pace {}", args.pace) };
    let losses: String = LOSSES.iter().map(|lost| format!(" --allow-loss {lost}")).collect();
    ui::message("try, in another terminal, once that line is typed there:");
    for command in [
        format!("kubectl get applications -n argocd{}", flag.replace("--argocd-", "--")),
        format!("evid switch status{flag}"),
        format!("evid capture before{flag}"),
        format!("evid prove round-trip{flag}{pace}{losses}"),
    ] {
        ui::message(&format!("  {command}"));
    }
    written.until_stopped(&clock);
    Ok(Exit::Proven)
}
