//! The live part of a capture: the questions to a cluster, its probes, progress on a terminal, and hints if it can't be asked.
use crate::adapters::clock::SystemClock;
use crate::adapters::kube::Cluster;
use crate::adapters::kube::reach::Apps;
use crate::bundle::config::Config;
use crate::canon::redact::Redactor;
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, progress, ui};
use crate::kinds::Rules;
use crate::model::{Layer, Object};
use crate::usecase::capture::live;
use crate::usecase::capture::live::{Live, Scope};
use crate::usecase::cluster::{LiveError, discover};
use crate::usecase::session::{Progress, Session, scope};

/// What to ask a cluster.
#[derive(clap::Args, Debug)]
pub(super) struct LiveArgs {
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    /// Only these namespaces (and what has no namespace); the others become gaps
    #[arg(short, long, value_name = "NAME", value_delimiter = ',', conflicts_with = "all_namespaces", help_heading = "Cluster")]
    namespace: Vec<String>,
    /// All namespaces; the default
    #[arg(short = 'A', long, help_heading = "Cluster")]
    all_namespaces: bool,
    /// Only these kinds, as kubectl spells them
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = "Cluster")]
    kinds: Vec<String>,
    /// Objects a page
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Cluster")]
    chunk_size: u32,
    /// Send no SelfSubjectRulesReview: what may be listed is found by trying
    #[arg(long, help_heading = "Cluster")]
    no_access_review: bool,
    /// Print what would be asked, and ask only for discovery
    #[arg(long, conflicts_with = "from", help_heading = "Cluster")]
    pub(super) dry_run: bool,
}

impl LiveArgs {
    /// The scope of the capture.
    pub(super) fn scope(&self, config: &Config) -> Scope {
        Scope {
            namespaces: self.namespace.clone(),
            kinds: self.kinds.clone(),
            chunk: self.chunk_size,
            review: !self.no_access_review,
            ..scope(config)
        }
    }
}

/// A cluster that is asked, and the ways to it.
pub(super) struct Connection {
    pub(super) cluster: Cluster,
    pub(super) clock: SystemClock,
    apps: Apps,
    progress: Box<dyn Fn(Progress) + Sync>,
}

impl Connection {
    /// Sends nothing yet.
    pub(super) fn new(cluster: Cluster) -> Self {
        let apps = Apps::new(cluster.login(), cluster.handle());
        let line = progress::Progress::new();
        let progress = move |progress| match progress {
            Progress::Asked { done, total, objects } => line.say(&format!("{done}/{total} questions, {objects} objects")),
            Progress::Probing(probes) => line.say(&format!("{probes} probes")),
            Progress::Done => line.clear(),
        };
        Self { cluster, clock: SystemClock::new(), apps, progress: Box::new(progress) }
    }

    /// The platform that it is asked about.
    pub(super) fn session<'a>(&'a self, config: &'a Config, layers: &'a [Layer], rules: &'a Rules, redactor: &'a Redactor) -> Session<'a> {
        let Self { cluster, clock, apps, progress } = self;
        Session { api: cluster, server: cluster.server(), reach: apps, clock, config, layers, rules, redactor, progress: &**progress }
    }
}

/// Prints the first requests that a capture would send.
pub(super) fn dry_run(args: &LiveArgs, rules: &Rules, config: &Config) -> Done {
    let cluster = args.cluster.connect()?;
    let clock = args.cluster.clock();
    let scope = args.scope(config);
    let live = Live { api: &cluster, clock: &clock, rules, scope: &scope, progress: &|_, _, _| {} };
    let paths = live::questions(&live).map_err(|e| failure(e, &cluster))?;
    ui::text(&paths.iter().map(|p| format!("GET {p}\n")).collect::<String>())?;
    ui::message(&format!("{} questions to {}; nothing was asked but discovery", paths.len(), cluster.server()));
    Ok(Exit::Proven)
}

/// How Argo CD is set up there, and the server's address. Prints what was not answered.
/// Fails if Applications were refused and none was seen.
pub(super) fn platform(args: &ClusterArgs) -> Result<(String, Vec<Object>), Failure> {
    let cluster = args.connect()?;
    let (kinds, _) = discover(&cluster).map_err(|e| failure(e, &cluster))?;
    let seen = live::platform(
        &cluster,
        &Rules::new(&[])?,
        &[],
        &kinds,
        cluster.namespace(),
        &["persistentvolumes", "persistentvolumeclaims", "namespaces"],
    );
    let applications = seen.gaps.iter().find(|g| g.resource == "applications" || g.resource == "*");
    match applications {
        Some(gap) if seen.argo("Application").next().is_none() => {
            Err(Failure::new(format!("{}: Applications can't be seen: {}", cluster.server(), gap.detail))
                .hint("`evid doctor` looks step by step, `evid doctor --rbac` prints the rights that evid needs"))
        }
        _ => {
            let said = seen.gaps.iter().map(|g| format!("note: {} were not all seen: {}", g.resource, g.detail));
            said.for_each(|note| ui::message(&note));
            Ok((cluster.server().to_owned(), seen.objects))
        }
    }
}

/// Why a cluster could not be asked, with a hint on the next step.
pub(super) fn failure(error: LiveError, cluster: &Cluster) -> Failure {
    let hint = match &error {
        LiveError::Unauthorized { .. } => {
            "log in again (the token or certificate of the kubeconfig's user may have expired), or name another `--context`".into()
        }
        LiveError::Unreachable { .. } => {
            format!("is {} right, and reachable from here? `evid doctor` looks step by step", cluster.server())
        }
        LiveError::UnknownKind { .. } => {
            "`kubectl api-resources --verbs=list` names the kinds; `evid capture --dry-run` prints the questions".into()
        }
        LiveError::Stopped => "run it again".into(),
        LiveError::Refused { status: 429 | 500.., .. } => "the server is busy, starting or ill: run it again in a while".into(),
        LiveError::Refused { .. } | LiveError::Unreadable { .. } => format!("is {} a Kubernetes API server?", cluster.server()),
    };
    Failure::from(error).hint(hint)
}
