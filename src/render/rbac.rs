//! Roles as YAML for `kubectl apply -f -`, with comments that say what each right is for and what else it allows.
use crate::render::yaml;
use crate::usecase::doctor::{Purpose, Right, binding, role};

const HEAD: &str = "\
The rights that evid uses, for `kubectl apply -f -`. A ClusterRole alone gives nobody anything: the first is bound below to
who takes captures; the bindings of the other two are comments, to be taken in by who means it.
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

const ANY_INSTEAD: &str = "\
The same for every kind, now and later, to be bound instead where kinds come and go. It covers Secrets, as above.
";

const PROBES: &str = "\
Probes, only where evid.yaml declares some: HTTP through the API server's proxy (get; create for a probe that sends a body),
and exec and port-forward (WebSockets: get, and create from Kubernetes 1.35 on). Exec is a shell in any pod: strike out what
the probes do not use, or bind the role in single namespaces by RoleBindings.
";

const SWITCH: &str = "\
The switch, only for who runs `evid switch` or `evid prove`: the root's mode and operation (patch), children (delete), the
root and its AppProject put back in a repair (create). Whoever holds it can remove any Application in the namespace.
";

const MISSING: &str = "\
What is missing, as one role for `kubectl apply -f -`; it has yet to be bound. Strike out what is not wanted: `list` is for
captures (on secrets it lets its holder read them), the rules on pods and services with get or create are for probes, those on
argoproj.io with other verbs than list are for the switch.
";

/// The rights for all purposes, as documents. `listed` says that the capture's kinds are named one by one; then the role for any kind is
/// printed too.
pub fn documents(rights: &[Right], listed: Option<&[Right]>, user: Option<&str>, control: &str) -> String {
    let of = |rights: &[Right], purpose| rights.iter().filter(|r| r.purpose == purpose).cloned().collect::<Vec<_>>();
    let document = |words: &str, name: &str, rights: &[Right]| format!("{}{}", comment(words), yaml::to_text(&role(name, rights)));
    let bound = |purpose| yaml::to_text(&binding(purpose, user, control));
    let capture = of(rights, Purpose::Capture);
    let mut out = vec![match listed {
        None => format!("{}#\n{}", comment(HEAD), document(ANY, "evid-capture", &capture)),
        Some(listed) => format!("{}#\n{}", comment(HEAD), document(LISTED, "evid-capture", &of(listed, Purpose::Capture))),
    }];
    out.push(format!("{}{}", comment("Who takes captures.\n"), bound(Purpose::Capture)));
    if listed.is_some() {
        out.push(document(ANY_INSTEAD, "evid-capture-any", &capture));
    }
    for (purpose, words) in [(Purpose::Probes, PROBES), (Purpose::Switch, SWITCH)] {
        let role = document(words, &format!("evid-{}", purpose.as_str()), &of(rights, purpose));
        out.push(format!("{role}# ---\n{}", comment(&bound(purpose))));
    }
    out.join("---\n")
}

/// A role with the missing rights.
pub fn missing(rights: &[Right]) -> String {
    format!("{}{}", comment(MISSING), yaml::to_text(&role("evid-missing", rights)))
}

fn comment(text: &str) -> String {
    text.lines().map(|l| format!("# {l}").trim_end().to_owned() + "\n").collect()
}
