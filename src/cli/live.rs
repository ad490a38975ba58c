//! The live half of `evid capture`: what is asked of a cluster, progress on a terminal, hints where it can't be asked.
use crate::adapters::kube::Cluster;
use crate::cli::Done;
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::ui;
use crate::kinds::Rules;
use crate::usecase::capture::Collected;
use crate::usecase::door::Door;
use crate::usecase::live;
use crate::usecase::live::Live;
use crate::usecase::live::LiveError;
use crate::usecase::live::Scope;
use crate::usecase::shelf::Shelf;

/// What is asked of a cluster.
#[derive(clap::Args, Debug)]
pub(super) struct LiveArgs {
    #[command(flatten)]
    cluster: ClusterArgs,
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
    fn scope(&self) -> Scope {
        Scope {
            namespaces: self.namespace.clone(),
            kinds: self.kinds.clone(),
            chunk: self.chunk_size,
            review: !self.no_access_review,
            ..Scope::default()
        }
    }
}

/// Asks the cluster everything.
pub(super) fn collect(args: &LiveArgs, door: &Door<'_>) -> Result<Collected<Shelf>, Failure> {
    let cluster = args.cluster.connect()?;
    let progress = ui::Progress::new();
    let told = |done: usize, total: usize, objects: u64| progress.say(&format!("{done}/{total} questions, {objects} objects"));
    let clock = args.cluster.clock();
    let scope = args.scope();
    let live = Live { api: &cluster, clock: &clock, rules: door.rules, scope: &scope, progress: &told };
    let collected = live::collect(&live, door);
    progress.clear();
    let collected = collected.map_err(|e| failure(e, &cluster))?;
    Ok(Collected { server: Some(cluster.server().to_owned()), ..collected })
}

/// Prints the requests that a capture would begin with.
pub(super) fn dry_run(args: &LiveArgs, rules: &Rules) -> Done {
    let cluster = args.cluster.connect()?;
    let clock = args.cluster.clock();
    let scope = args.scope();
    let live = Live { api: &cluster, clock: &clock, rules, scope: &scope, progress: &|_, _, _| {} };
    let paths = live::questions(&live).map_err(|e| failure(e, &cluster))?;
    ui::data(paths.iter().map(|p| format!("GET {p}\n")).collect::<String>().as_bytes())?;
    ui::message(&format!("{} questions to {}; nothing was asked but discovery", paths.len(), cluster.server()));
    Ok(Exit::Proven)
}

fn failure(error: LiveError, cluster: &Cluster) -> Failure {
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
        LiveError::Refused { .. } | LiveError::Unreadable { .. } => format!("is {} a Kubernetes API server?", cluster.server()),
    };
    Failure::from(error).hint(hint)
}
