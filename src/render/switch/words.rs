//! English for what the switch sees: one line a code, and what to do where something can be done. Another language replaces
//! this file.
use crate::usecase::switch::Step;

const WORDS: &[(&str, &str, &str)] = &[
    // Refusals.
    ("no-switched-layer", "no layer is switched", "give one layer of evid.yaml `role: switched`"),
    ("no-argo", "the API server knows no Applications", "is this the cluster in which Argo CD runs?"),
    ("no-root", "is not there", "`evid switch on -f FILE` applies it; `root:` in evid.yaml names it"),
    ("root-deleting", "is being deleted", "`evid switch repair` names the cause and mends it"),
    ("skip-reconcile", "is skipped by Argo CD (annotation skip-reconcile), so nothing would ever finish", "remove the annotation"),
    (
        "generated",
        "is made by an ApplicationSet, which would make it again",
        "switch the ApplicationSet's generator, or hang the Application below the root",
    ),
    ("other-layer", "belongs to another layer", "correct `root:` in evid.yaml"),
    (
        "elsewhere",
        "has its objects on another cluster, which evid does not see",
        "`--allow-loss Application/NAMESPACE/NAME` goes on without seeing them",
    ),
    ("no-project", "its AppProject is not there, so its deletion would hang and its sync would fail", "apply the AppProject again"),
    (
        "deleting-without-finalizer",
        "is being deleted without the resources finalizer: what it manages stays as orphans",
        "wait until it is gone, then look with `evid switch status`",
    ),
    (
        "needs-confirmation",
        "wants its deletion confirmed in Argo CD (Delete=confirm, Prune=confirm)",
        "take the option away, or remove the object by hand first",
    ),
    ("keeps-its-objects", "keeps its objects when it is deleted (Delete=false in its policy)", "take the option away"),
    ("unseen-kind", "could not be listed", "ask for the right to list it"),
    (
        "contested",
        "carries the mark of an Application of the layer, which does not list it",
        "refresh that Application in Argo CD, or take the mark off",
    ),
    ("shared", "is listed by an Application of the layer and by another one", "let one Application own it"),
    (
        "would-be-lost",
        "would be lost",
        "`Delete=false` (for the root's own objects `Prune=false`) keeps it; `--allow-loss KIND/NAMESPACE/NAME` lets it go",
    ),
    ("child-kept", "is kept by a sync option, and everything below it with it", "take the option away"),
    ("not-deleting", "is not being deleted: there is nothing to repair", "`evid switch status` tells the state"),
    ("foreign-finalizer", "is held by a finalizer that is not Argo CD's", "whoever set it has to take it off"),
    ("project-wanted", "is missing, and without it the root can't be synced", "give its manifest with `-f FILE`"),
    ("other-manifest", "the manifest given is for something else", "`-f` takes the root, and for a repair its AppProject"),
    // Why a cascade instead of a prune.
    ("source-hydrator", "its source is hydrated, and can't be emptied for one operation", ""),
    ("chart-source", "its source is a chart, and can't be emptied for one operation", ""),
    ("no-source", "has no source", ""),
    ("prune-disabled", "its policy forbids pruning (Prune=false)", ""),
    ("own-project", "is the root's own: a prune would take it before the children are gone", ""),
    ("prune-failed", "the prune operation failed", ""),
    ("prune-unanswered", "the prune operation did not come to an end (does the repo-server answer?); it was ended", ""),
    ("prune-spared", "was not pruned (an option of its own)", ""),
    // Notes.
    (
        "may-revert",
        "is managed by an Application that puts it back unless it ignores /spec/syncPolicy/automated",
        "give that Application `ignoreDifferences` for it",
    ),
    ("loss-allowed", "will be lost, as allowed", ""),
    ("mend-would-lose", "would be lost if the deletion went on; so the finalizer is removed first", ""),
    ("listed-not-marked", "is listed by the layer and does not carry its mark: it is not touched", ""),
    ("dead-mark", "carries the mark of an Application that nobody knows", ""),
    ("unseen-settings", "could not be read; the defaults are taken", ""),
    ("kept", "stays on purpose", ""),
    ("kept-unmarked", "stays: no Application manages it", ""),
    ("direct", "is managed by the root itself", ""),
    ("adopted", "was made again by somebody else meanwhile, and adopted", ""),
    ("not-seen-here", "is on another cluster: that its workloads are available is Argo CD's word alone", ""),
    ("not-in-git", "is no longer in Git", ""),
    ("operation-overtaken", "another operation came after this run's, so its end was not seen", ""),
    // What is waited for.
    ("deleting", "is being deleted", ""),
    ("waiting", "is still there", ""),
    ("not-deleted", "is still there, and nobody deletes it", ""),
    ("deletion-error", "can't be deleted", ""),
    ("unseen", "may not be read", ""),
    ("operating", "is in an operation", ""),
    ("missing", "is not there", ""),
    ("not-synced", "is not Synced", ""),
    ("not-healthy", "is not Healthy", ""),
    ("not-reconciled", "was not looked at since its operation", ""),
    ("unavailable", "is not available", ""),
    // What does not pass.
    ("reverted", "was made automated or manual again", "its manager has to ignore /spec/syncPolicy/automated"),
    ("not-kept", "the API server took the change and does not show it", "an admission webhook or an old schema may drop it"),
    ("conflict", "changed each time before it could be written", "run it again"),
    ("root-gone", "is not there any more", "`evid switch on -f FILE`"),
    ("root-replaced", "was replaced by another one of its name", "`evid switch status` tells the state"),
    ("sync-window", "a sync window forbids it", "wait for the window, or open it in the AppProject"),
    ("operation-failed", "its operation failed", "`evid switch on` tries again once the cause is mended"),
    ("child-not-made", "was not made, though the operation succeeded", "look at the root in Argo CD"),
    ("no-children", "is Synced and lists no Application", "is the root's path right?"),
    ("condition", "has a condition that does not pass", ""),
    // What is left.
    ("application-lives", "lives", ""),
    ("orphan", "lives, with the mark of an Application that is gone", ""),
    ("orphan-listed", "lives; an Application that is gone listed it", ""),
    ("orphan-owned", "lives; what owned it is gone", ""),
    ("hook-left", "is a hook of an Application that is gone", ""),
    // Causes of a deletion that hangs.
    ("operation-set", "an operation is set, and blocks every finalizer", ""),
    ("cluster-unreachable", "its cluster can't be reached by Argo CD", "mend the connection"),
    ("held", "is being deleted and held by a finalizer that is not Argo CD's", "whoever set it has to finish"),
    ("child-deleting", "is below it and still being deleted", ""),
    ("hook-finalizer", "waits for a PreDelete or PostDelete hook", "look at the hook, and whether the repo-server answers"),
    ("controller-silent", "Argo CD has not looked at it since", "does the application-controller run, for this namespace and shard?"),
    ("unknown-cause", "nothing says why", ""),
];

/// What a code means.
pub fn of_code(code: &str) -> &str {
    WORDS.iter().find(|(c, _, _)| *c == code).map_or(code, |(_, words, _)| words)
}

/// What can be done about it; empty where nothing can.
pub fn hint(code: &str) -> &'static str {
    WORDS.iter().find(|(c, _, _)| *c == code).map_or("", |(_, _, hint)| hint)
}

/// Whether there are words for a code.
pub fn knows(code: &str) -> bool {
    WORDS.iter().any(|(c, _, _)| *c == code)
}

/// What a step does.
pub fn of_step(step: Step) -> &'static str {
    match step {
        Step::Read => "reading what is there",
        Step::Manual => "the root becomes manual",
        Step::Hold => "watching whether the root stays manual",
        Step::Operations => "waiting for running operations",
        Step::Finalizers => "each child gets its resources finalizer",
        Step::Prune => "one operation prunes the children",
        Step::Cascade => "each child is deleted",
        Step::Gone => "waiting until every object is gone by uid",
        Step::Orphans => "looking for what is left",
        Step::Terminating => "waiting for what still terminates",
        Step::Apply => "applying the root",
        Step::Sync => "asking for one operation",
        Step::Settle => "waiting until everything is Synced, Healthy and available",
        Step::Mend => "mending the cause",
        Step::Strip => "Argo CD's finalizers come off the root",
    }
}
