//! The codes of findings: the closed list. `render` holds the words for people; a code without words does not compile.
use crate::compare::ChangeKind;
use crate::model::{Reason, codes};

codes! {
    /// What was found.
    Code {
        Added = "added",
        Removed = "removed",
        Modified = "modified",
        ExpectedChange = "expected-change",
        Replaced = "replaced",
        Departs = "departs",
        ScaledToNone = "scaled-to-none",
        FewerReady = "fewer-ready",
        NoAddress = "no-address",
        FewerPods = "fewer-pods",
        Unhealthy = "unhealthy",
        PodUnready = "pod-unready",
        ProbeFailed = "probe-failed",
        NotSampled = "not-sampled",
        NotWatched = "not-watched",
        BetweenRuns = "between-runs",
        Unsettled = "unsettled",
        NotReconciling = "not-reconciling",
        NoApplication = "no-application",
        NoRoot = "no-root",
        EmptyLayer = "empty-layer",
        Missing = "missing",
        Additional = "additional",
        Deleting = "deleting",
        AutomatedWhenOff = "automated-when-off",
        NotAutomatedWhenOn = "not-automated-when-on",
        ApplicationLives = "application-lives",
        PodLives = "pod-lives",
        ObjectLives = "object-lives",
        KeptUnmarked = "kept-unmarked",
        KeptByOption = "kept-by-option",
        KeptBoundary = "kept-boundary",
        NotComparable = "not-comparable",
        RootListsOthers = "root-lists-others",
        SwitchUnknown = "switch-unknown",
        RootAmbiguous = "root-ambiguous",
        NamespaceGivenTwice = "namespace-given-twice",
        KeptDerived = "kept-derived",
        KeptByArgo = "kept-by-argo",
        AssertedLives = "asserted-lives",
        Elsewhere = "elsewhere",
        LeftAlone = "left-alone",
        ComparedToOther = "compared-to-other",
        ListsNothing = "lists-nothing",
        ListedNotThere = "listed-not-there",
        VolumeRecreated = "volume-recreated",
        VolumeNotSeen = "volume-not-seen",
        OtherThing = "other-thing",
        UnhealthyBefore = "unhealthy-before",
        RecreatedEqual = "recreated-equal",
        RecreatedDifferent = "recreated-different",
        ContentNotCompared = "content-not-compared",
        SecretWritten = "secret-written",
        SecretUnversioned = "secret-unversioned",
        NotBound = "not-bound",
        NotRetain = "not-retain",
        NoClaim = "no-claim",
        OtherClaim = "other-claim",
        OtherVolume = "other-volume",
        Moved = "moved",
        NotAsPinned = "not-as-pinned",
        SharedPlace = "shared-place",
        PodReplaced = "pod-replaced",
        PodNotSeen = "pod-not-seen",
        UnplacedPod = "unplaced-pod",
        IgnoresByExpression = "ignores-by-expression",
        LabelDisagrees = "label-disagrees",
        PodNotCounted = "pod-not-counted",
        GeneratedDiffers = "generated-differs",
        OwnedFieldMoved = "owned-field-moved",
        PodRestarted = "pod-restarted",
        PodAdded = "pod-added",
        PodScaledIn = "pod-scaled-in",
        ImageChanged = "image-changed",
        NoUid = "no-uid",
        NoEarlierOn = "no-earlier-on",
        OtherCluster = "other-cluster",
        OtherHub = "other-hub",
        OtherVersion = "other-version",
        UnknownCluster = "unknown-cluster",
        OtherConfiguration = "other-configuration",
        OtherRules = "other-rules",
        OtherRedactionKey = "other-redaction-key",
        OtherQuestions = "other-questions",
        AskedOnOneSide = "asked-on-one-side",
        SameContent = "same-content",
        Window = "window",
        NoWindow = "no-window",
        ResourceVersion = "resource-version",
        OlderObject = "older-object",
        DatedOutside = "dated-outside",
        ProbeNoAnswer = "probe-no-answer",
        ProbeEmpty = "probe-empty",
        ProbeWrong = "probe-wrong",
        ProbeNotAsked = "probe-not-asked",
        ProbeUnjudged = "probe-unjudged",
        ProbeAbsent = "probe-absent",
        Forbidden = "forbidden",
        NotFound = "not-found",
        TimedOut = "timed-out",
        Expired = "expired",
        Truncated = "truncated",
        NotAsked = "not-asked",
        LeftOut = "left-out",
        KindsUnknown = "kinds-unknown",
        Unattested = "unattested",
        Contradicted = "contradicted",
        Unreadable = "unreadable",
        Torn = "torn",
        Stated = "stated",
    }
}

/// What another list names has a code of the same name.
macro_rules! named_in {
    ($list:ident: $($name:ident),+) => {
        impl From<$list> for Code {
            fn from(one: $list) -> Self {
                match one {
                    $($list::$name => Self::$name,)+
                }
            }
        }
    };
}

named_in!(ChangeKind: Added, Removed, Modified, Replaced, Departs, Torn);
named_in!(
    Reason: Forbidden, NotFound, TimedOut, Expired, Truncated, NotAsked, LeftOut, Elsewhere, Unattested, Contradicted, Unreadable, Torn, Stated
);
