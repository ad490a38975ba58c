//! The live part of a capture: the questions to a cluster, its probes, progress on a terminal, and hints if it can't be asked.
use crate::adapters::clock::SystemClock;
use crate::adapters::kube::Cluster;
use crate::adapters::kube::reach::Apps;
use crate::bundle::config::{Config, Secrets};
use crate::bundle::probe::Line;
use crate::canon::redact::Redactor;
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::{Done, ui};
use crate::kinds::Rules;
use crate::model::{Layer, Object, Objects};
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::{Live, Scope};
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::{Collected, live};
use crate::usecase::cluster::port::{Clock as _, stamp};
use crate::usecase::cluster::{LiveError, discover};
use crate::usecase::probes;
use crate::usecase::probes::{Places, Planned, Resolved, World};

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

/// The scope that a configuration gives.
pub(super) fn scope(config: &Config) -> Scope {
    Scope { leave_out: config.leave_out.clone(), content: config.secrets == Secrets::Digests, ..Scope::default() }
}

/// The cluster that is asked, and the platform's configuration.
pub(super) struct Session<'a> {
    pub(super) cluster: Cluster,
    pub(super) clock: SystemClock,
    pub(super) config: &'a Config,
    pub(super) layers: &'a [Layer],
    pub(super) rules: &'a Rules,
    pub(super) redactor: &'a Redactor,
}

impl Session<'_> {
    /// Asks the cluster everything.
    pub(super) fn collect(&self, scope: &Scope, intake: &Intake<'_>) -> Result<Collected<PackedList>, Failure> {
        let progress = Progress::new();
        let told = |done: usize, total: usize, objects: u64| progress.say(&format!("{done}/{total} questions, {objects} objects"));
        let live = Live { api: &self.cluster, clock: &self.clock, rules: self.rules, scope, progress: &told };
        let collected = live::collect(&live, intake);
        progress.clear();
        let collected = collected.map_err(|e| failure(e, &self.cluster))?;
        Ok(Collected { server: Some(self.cluster.server().to_owned()), ..collected })
    }

    /// The layer of each pod.
    pub(super) fn places(&self, objects: &dyn Objects) -> Places {
        Places::new(objects, self.rules, self.layers, self.config)
    }

    /// The probes of the configuration.
    pub(super) fn planned(&self) -> Result<Vec<Planned>, Failure> {
        probes::plan(self.config, self.redactor).map_err(Failure::new)
    }

    /// Finds the present targets of these probes.
    pub(super) fn resolve(&self, planned: &[Planned], places: &Places) -> Vec<Resolved> {
        let is_of = |layer: &str, namespace: &str, pod: &str| places.is_of(layer, namespace, pod);
        probes::resolve(&self.cluster, planned, self.redactor, &is_of)
    }

    /// Asks every probe for all its samples; returns the answers and the time of the last one.
    pub(super) fn probe(&self, places: &Places) -> Result<(Vec<Line>, String), Failure> {
        let resolved = self.resolve(&self.planned()?, places);
        let progress = Progress::new();
        progress.say(&format!("{} probes", resolved.len()));
        let apps = Apps::new(self.cluster.login(), self.cluster.handle());
        let lines = probes::run(World { reach: &apps, clock: &self.clock, redactor: self.redactor }, &resolved);
        progress.clear();
        if self.clock.stopped() {
            return Err(failure(LiveError::Stopped, &self.cluster));
        }
        Ok((lines, stamp(self.clock.now())))
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
