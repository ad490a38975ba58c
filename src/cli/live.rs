//! The live part of a capture: the questions to a cluster, its probes, progress on a terminal, and hints if it can't be asked.
use crate::adapters::clock::SystemClock;
use crate::adapters::kube::Cluster;
use crate::adapters::kube::reach::Apps;
use crate::argo::Here;
use crate::bundle::config::Config;
use crate::canon::redact::Redactor;
use crate::cli::cluster::{ClusterArgs, here};
use crate::cli::{Done, Exit, Failure, progress, ui};
use crate::kinds::Rules;
use crate::model::{Layer, Object};
use crate::usecase::capture::live::{self, Live, Scope};
use crate::usecase::cluster::{Clusters, LiveError, discover};
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

/// The clusters that are asked, and the ways to them.
pub(super) struct Connection {
    pub(super) clusters: Clusters<Cluster>,
    pub(super) clock: SystemClock,
    apps: Apps,
    progress: Box<dyn Fn(Progress) + Sync>,
}

impl Connection {
    /// Sends nothing yet.
    pub(super) fn new(clusters: Clusters<Cluster>) -> Self {
        let apps = Apps::of(&clusters.spoke);
        let line = progress::Progress::new();
        let progress = move |progress| match progress {
            Progress::Asked { done, total, objects } => line.say(&format!("{done}/{total} questions, {objects} objects")),
            Progress::Probing(probes) => line.say(&format!("{probes} probes")),
            Progress::Done => line.clear(),
        };
        Self { clusters, clock: SystemClock::listening(), apps, progress: Box::new(progress) }
    }

    /// The platform that it is asked about.
    pub(super) fn session<'a>(&'a self, config: &'a Config, layers: &'a [Layer], rules: &'a Rules, redactor: &'a Redactor) -> Session<'a> {
        let Self { clusters, clock, apps, progress } = self;
        let (server, hub) = (clusters.spoke.server(), clusters.hub.as_ref().map(Cluster::server));
        Session { api: clusters, server, hub, reach: apps, clock, config, layers, rules, redactor, progress: &**progress }
    }
}

/// Prints the first requests that a capture would send.
pub(super) fn dry_run(args: &LiveArgs, rules: &Rules, config: &Config) -> Done {
    let clusters = args.cluster.connect()?;
    let clock = SystemClock::listening();
    let scope = args.scope(config);
    let live = Live { api: &clusters, clock: &clock, rules, scope: &scope, progress: &|_, _, _| {} };
    let paths = live::questions(&live).map_err(|e| failure(e, &clusters))?;
    ui::text(&paths.iter().map(|p| format!("GET {p}\n")).collect::<String>())?;
    let server = clusters.spoke.server();
    let asked = clusters.hub.as_ref().map(|hub| format!("{server}, of Argo CD's own kinds to {}", hub.server()));
    let asked = asked.unwrap_or_else(|| server.to_owned());
    ui::message(&format!("{} questions to {asked}; nothing was asked but discovery", paths.len()));
    Ok(Exit::Proven)
}

/// How Argo CD is set up there, and the server's address. Prints what was not answered.
/// Fails if Applications were refused and none was seen.
pub(super) fn platform(args: &ClusterArgs) -> Result<(String, Vec<Object>, Here), Failure> {
    let clusters = args.connect()?;
    let (kinds, _) = discover(&clusters).map_err(|e| failure(e, &clusters))?;
    let (argo, server) = (clusters.hub.as_ref().unwrap_or(&clusters.spoke), clusters.spoke.server());
    let also = ["persistentvolumes", "persistentvolumeclaims", "namespaces"];
    let seen = live::platform(&clusters, &Rules::new(&[])?, &[], &kinds, argo.namespace(), &also);
    let applications = seen.gaps.iter().find(|g| g.resource == "applications" || g.resource == "*");
    match applications {
        Some(gap) if seen.argo("Application").next().is_none() => {
            Err(Failure::new(format!("{}: Applications can't be seen: {}", argo.server(), gap.detail))
                .hint("`evid doctor` looks step by step, `evid doctor --rbac` prints the rights that evid needs"))
        }
        _ => {
            let said = seen.gaps.iter().map(|g| format!("note: {} were not all seen: {}", g.resource, g.detail));
            said.for_each(|note| ui::message(&note));
            Ok((server.to_owned(), seen.objects, here(&clusters, &Config::default())))
        }
    }
}

/// Why a cluster could not be asked, with a hint on the next step.
pub(super) fn failure(error: LiveError, clusters: &Clusters<Cluster>) -> Failure {
    let (of, cluster) = match (&error, &clusters.hub) {
        (LiveError::Hub(of), Some(hub)) => (&**of, hub),
        (of, _) => (of, &clusters.spoke),
    };
    let hint = match of {
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
        LiveError::SameCluster { .. } => "leave `--argocd-context` out where Argo CD runs in the cluster to which it deploys".into(),
        LiveError::Refused { .. } | LiveError::Hub(_) | LiveError::Unreadable { .. } => {
            format!("is {} a Kubernetes API server?", cluster.server())
        }
    };
    Failure::from(error).hint(hint)
}
