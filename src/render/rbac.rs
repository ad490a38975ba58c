//! Roles as YAML for `kubectl apply -f -`, with comments that say what each right is for and what else it allows.
use crate::render::told::told;
use crate::render::yaml;
use crate::usecase::doctor::{Grant, role, roles};
use crate::usecase::rights::{Purpose, Right};
use crate::value::Value;

const HEAD: &str = "\
The rights that evid uses, for `kubectl apply -f -`: for each verb a role and its bindings, and nothing else. `evid prove` needs the
roles of capture, prove and switch, and that of probes where evid.yaml declares some or the built-in ones fit; `evid switch` needs those of
capture and switch. Strike out what is not wanted, or print less: `--rbac=capture`.
";

const ANY: &str = "\
Captures. `list` on every kind, now and later: evid asks for all that the API server can list, and what it may not list is a
gap in every bundle. There is no `get`: on `*` it would allow exec into any pod as well (a GET of pods/exec).
`list` lets its holder read Secrets, though evid asks for their metadata only and never stores their content: RBAC can't
grant metadata alone. To leave Secrets out, list the kinds one by one: `evid doctor --rbac --context NAME` prints that role.
";

const LISTED: &str = "\
Captures. `list` on each kind that this cluster has today, nothing else; a kind that comes later is a gap until it is added.
The rule for `secrets` is there for their metadata, which is all that evid asks for; but RBAC can't grant metadata alone: its
holder can read their content. Without that rule Secrets are a gap: nothing is known of them, and completeness is not proven.
";

const SPOKE: &str = "\
The first part, up to the line `The hub`: for the captured cluster (`--context`).
";

const HUB: &str = "\
The hub: from here on, for the cluster in which Argo CD runs (`--argocd-context`).
";

const HUB_SETTINGS: &str = "\
Captures, in the namespace of Argo CD: how it marks what it manages (two ConfigMaps).
";

const HUB_LISTS: &str = "\
Captures: `list` on Argo CD's own kinds, and the Namespace kube-system, whose uid is the cluster's name. Nothing else of the hub is read.
";

const ANY_INSTEAD: &str = "\
The same for every kind, now and later, to be bound instead where kinds come and go. It covers Secrets, as above.
";

const PROBES: &str = "\
Probes, only where evid.yaml declares some: HTTP through the API server's proxy (get; create for a probe that sends a body),
and exec and port-forward (WebSockets: get, and create from Kubernetes 1.35 on). Exec is a shell in any pod: strike out what
the probes do not use, or bind the role in single namespaces by RoleBindings.
";

const PROVE: &str = "\
The watch of a proof: the pods between its points, which a capture lists at each point.
";

const SWITCH: &str = "\
The switch, only for who runs `evid switch` or `evid prove`, in each namespace that has Applications: the root's mode and operation
(patch), children (delete), the root put back in a repair (create). Whoever holds it can remove any Application there.
";

const SETTINGS: &str = "\
The switch, in the namespace of Argo CD: how it marks what it manages (two ConfigMaps), and a missing AppProject put back.
";

const MISSING: &str = "\
What is missing, as one role for `kubectl apply -f -`; it has yet to be bound. Strike out what is not wanted: `list` is for
captures (on secrets it lets its holder read them), watch on pods is for a proof, the rules on pods and services with get or create are for
probes, those on argoproj.io with other verbs than list and on Argo CD's ConfigMaps are for the switch.
";

const MISSING_ON_HUB: &str = "\
What is missing on the hub, the cluster in which Argo CD runs (`--argocd-context`): to be applied and bound there.
";

/// The roles of some verbs and their bindings, as documents. `listed` says that the capture's kinds are named one by one; then the role for
/// any kind is there too, bound to no one.
pub fn documents(verbs: &[Purpose], rights: &[Right], listed: Option<&[Right]>, grant: &Grant<'_>) -> String {
    let of = |purpose| match (purpose, listed) {
        (Purpose::Capture, None) => (rights, &[ANY][..]),
        (Purpose::Capture, Some(listed)) => (listed, &[LISTED][..]),
        (purpose, _) => (rights, of_action(purpose)),
    };
    let (captures, actions): (Vec<Purpose>, Vec<Purpose>) = verbs.iter().partition(|verb| **verb == Purpose::Capture);
    let mut out = bound(&captures, of, grant);
    if listed.is_some() && !captures.is_empty() {
        out.push(document(ANY_INSTEAD, &role("evid-capture-any", &[Right::any()])));
    }
    out.extend(bound(&actions, of, grant));
    format!("{}#\n{}", comment(HEAD), out.join("---\n"))
}

/// The same for a platform whose Argo CD runs in another cluster, whose kinds are named one by one: first what is applied to the captured
/// cluster, then what is applied to the hub.
pub fn with_hub(verbs: &[Purpose], own: &[Right], of_hub: &[Right], grant: &Grant<'_>) -> String {
    let here = |purpose| (own, if purpose == Purpose::Capture { &[LISTED][..] } else { of_action(purpose) });
    let there = |purpose| (of_hub, if purpose == Purpose::Capture { &[HUB_SETTINGS, HUB_LISTS][..] } else { of_action(purpose) });
    let part = |words: &str, documents: Vec<String>| format!("{}#\n{}", comment(words), documents.join("---\n"));
    let parts = [part(SPOKE, bound(verbs, here, grant)), part(HUB, bound(verbs, there, grant))];
    format!("{}#\n{}", comment(HEAD), parts.join("---\n"))
}

fn of_action(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Capture => &[],
        Purpose::Prove => &[PROVE],
        Purpose::Probes => &[PROBES],
        Purpose::Switch => &[SWITCH, SETTINGS],
    }
}

/// For each verb its roles and their bindings; `of` has the rights, and what to say of each role.
fn bound<'a>(verbs: &[Purpose], of: impl Fn(Purpose) -> (&'a [Right], &'a [&'a str]), grant: &Grant<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for purpose in verbs {
        let (rights, words) = of(*purpose);
        for ((role, bindings), words) in roles(*purpose, rights, grant).iter().zip(words) {
            out.push(document(words, role));
            out.extend(bindings.iter().map(yaml::to_text));
        }
    }
    out
}

fn document(words: &str, value: &Value) -> String {
    format!("{}{}", comment(words), yaml::to_text(value))
}

/// A role with the missing rights; and one with those that are missing on the hub, if any are.
pub fn missing(rights: &[Right], on_hub: &[Right]) -> String {
    let own = (!rights.is_empty()).then(|| document(MISSING, &role("evid-missing", rights)));
    let of_hub = (!on_hub.is_empty()).then(|| document(MISSING_ON_HUB, &role("evid-missing-hub", on_hub)));
    own.into_iter().chain(of_hub).collect::<Vec<_>>().join("---\n")
}

fn comment(text: &str) -> String {
    told(text).lines().map(|l| format!("# {l}").trim_end().to_owned() + "\n").collect()
}
