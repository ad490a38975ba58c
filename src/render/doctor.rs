//! English text for what the doctor found: one line each, `level  WHAT  — detail; next step`, and the same as JSON. For another language,
//! replace the table.
use crate::render::words::clean;
use crate::usecase::doctor::{Level, Line};
use serde_json::{Value, json};

/// Code, what was found, and what to do next (empty: nothing). `{name}` is a placeholder for a value of the line.
const WORDS: &[(&str, &str, &str)] = &[
    ("kubeconfig.chosen", "{file}, context {context}: {server} as {user} ({login})", ""),
    (
        "kubeconfig.insecure",
        "the certificate of {server} is not checked (insecure-skip-tls-verify): anybody on the way can answer in its place",
        "put the cluster's certificate-authority into the kubeconfig",
    ),
    ("kubeconfig.plain", "{server} is asked without TLS: anybody on the way can read and answer", "use its https address"),
    ("kubeconfig.impersonates", "asks as {user}", "leave out `--as` to ask as yourself"),
    (
        "kubeconfig.unusable",
        "{why}",
        "`--kubeconfig` and `--context` say which cluster is meant; `evid capture --from DIR` and `evid demo` need none",
    ),
    ("server.answers", "the API server answers in {millis} ms", ""),
    ("server.refused", "nobody listens there: {why}", "is the API server running, and is this its port? A tunnel or VPN may be down"),
    ("server.name", "the host name has no address: {why}", "check the kubeconfig's `server`, and the DNS of this machine (VPN?)"),
    ("server.route", "there is no way to it from here: {why}", "are you on the right network (VPN), and is the address right?"),
    (
        "server.silent",
        "no answer in time: {why}",
        "a firewall may drop the packets, or the server is overloaded; `--request-timeout` waits longer",
    ),
    (
        "server.issuer",
        "its certificate is of an authority that is not trusted: {why}",
        "the kubeconfig's certificate-authority is of another cluster, or missing: get the kubeconfig anew; a proxy that opens TLS shows this too",
    ),
    (
        "server.certificate-name",
        "its certificate is for another name: {why}",
        "use one of the certificate's own names as `server`, or set `tls-server-name`",
    ),
    (
        "server.certificate-time",
        "its certificate is not valid now: {why}",
        "compare this machine's clock with the certificate's dates, and have it renewed",
    ),
    ("server.certificate", "a certificate was not accepted: {why}", "check the kubeconfig's certificate-authority and client certificate"),
    ("server.no-tls", "what listens there does not speak TLS: {why}", "check the port, and whether `server` should begin with http"),
    ("server.proxy", "the proxy did not let it through: {why}", "check HTTPS_PROXY, NO_PROXY and the kubeconfig's proxy-url"),
    (
        "server.cut",
        "the connection broke: {why}",
        "run it again; if it stays, look at what stands between here and the server (load balancer, proxy)",
    ),
    ("server.other", "it answers /version with HTTP {status}, as no API server does: {why}", "check the kubeconfig's `server`"),
    ("version.known", "Kubernetes {version}", ""),
    (
        "version.older",
        "Kubernetes {version} is older than {oldest}, the oldest that evid's rules are made for",
        "captures work; look at `evid kinds` where a verdict seems odd",
    ),
    (
        "version.newer",
        "Kubernetes {version} is not among those that evid's rules are made for ({oldest} to {newest})",
        "captures work; new fields count as state until a newer evid knows them",
    ),
    ("version.hidden", "the server does not tell its version to this user", ""),
    ("clock.agrees", "this machine's clock and the server's agree", ""),
    (
        "clock.ahead",
        "this machine's clock is {seconds} s ahead of the server's",
        "set it by NTP: a capture's window and the order of bundles rest on it",
    ),
    (
        "clock.behind",
        "this machine's clock is {seconds} s behind the server's",
        "set it by NTP: a capture's window and the order of bundles rest on it",
    ),
    ("clock.unknown", "the server does not tell its time", ""),
    ("login.is", "the server knows you as {user} ({groups})", ""),
    (
        "login.anonymous",
        "the server does not know who you are (system:anonymous)",
        "give the kubeconfig's user a credential, or name another `--context`",
    ),
    (
        "login.refused",
        "the server does not accept the login: {why}",
        "log in again: the token or certificate of the kubeconfig's user may have expired",
    ),
    ("login.not-told", "the server does not tell who you are ({why})", "`kubectl auth whoami` needs Kubernetes 1.28"),
    ("login.not-asked", "who you are was not asked (`--no-access-review`)", ""),
    ("kinds.found", "{count} kinds can be listed", ""),
    (
        "kinds.none",
        "the kinds can't be found out: {why}",
        "`kubectl api-resources` shows the same; the user needs the role system:discovery",
    ),
    (
        "kinds.unknown",
        "{why}",
        "every capture has a gap there until it answers: `kubectl get apiservices` shows which service is down; remove the APIService if it is a left-over",
    ),
    (
        "argo.none",
        "the cluster has no kind applications.argoproj.io: Argo CD is not installed here",
        "is this the cluster that Argo CD runs in? It may only deploy to this one",
    ),
    ("argo.kinds", "Argo CD's kinds: {kinds}", ""),
    ("argo.unseen", "{kind} can't be seen: {why}", "`evid doctor --rbac` prints the rights that evid needs"),
    ("argo.version", "Argo CD {version} in namespace {namespace}", ""),
    (
        "argo.version-other",
        "Argo CD {version} in namespace {namespace} is not among those whose behaviour evid knows ({oldest} to {newest})",
        "try the switch where it does no harm first",
    ),
    ("argo.version-unknown", "the image of Argo CD's controller in namespace {namespace} does not tell its version ({version})", ""),
    (
        "argo.version-unseen",
        "Argo CD's version can't be seen in namespace {namespace}: {why}",
        "the right to list statefulsets and deployments there is missing",
    ),
    ("argo.no-controller", "no application-controller in namespace {namespace}", "does Argo CD run there, or from another cluster?"),
    (
        "argo.controller-down",
        "{controller} in namespace {namespace} has no ready pod: the status of Applications is not updated",
        "`kubectl -n {namespace} describe pods` says why",
    ),
    ("argo.enabled-known", "`automated.enabled` is known: it is one way of being manual", ""),
    ("argo.enabled-unknown", "`automated.enabled` is not known here: manual is to have no `automated`", ""),
    (
        "argo.kinds-older",
        "the CRD of Applications lacks `automated.enabled`, which this version has: the CRDs are older than the controller, and the API server drops what they lack",
        "apply the CRDs of the version that runs",
    ),
    (
        "argo.schema-unseen",
        "whether `automated.enabled` is known can't be seen: {why}",
        "the right to list customresourcedefinitions is missing",
    ),
    (
        "argo.several",
        "more than one Argo CD: namespaces {namespaces}; these lines are about {namespace}",
        "name a layer's root as `namespace/name` in evid.yaml",
    ),
    ("argo.tracking", "what is managed is marked by {method} ({from}; label {label}, installationID {installation})", ""),
    (
        "argo.tracking-label",
        "what is managed is marked by the label {label} ({from}, installationID {installation}): claims of StatefulSets carry it too, and are deleted with their Application",
        "`application.resourceTrackingMethod: annotation` in argocd-cm, and a sync of every Application, before anything is switched off",
    ),
    (
        "argo.tracking-unknown",
        "the tracking method is not known: argocd-cm does not set it, and the version is not known",
        "set `application.resourceTrackingMethod` in argocd-cm",
    ),
    ("argo.namespaces", "Applications are taken from {namespaces}", ""),
    (
        "argo.unmanaged",
        "Argo CD never reconciled these, because it does not take Applications from their namespaces: {apps}",
        "`application.namespaces` in argocd-cmd-params-cm names the namespaces; or move them",
    ),
    ("argo.reconciling", "the last of {apps} Applications was looked at {seconds} s ago (at most {limit} s)", ""),
    (
        "argo.not-reconciling",
        "no Application was looked at for {seconds} s (at most {limit} s): their status may be old",
        "does the application-controller run? `kubectl get pods -A -l app.kubernetes.io/name=argocd-application-controller`",
    ),
    (
        "argo.never-reconciled",
        "no Application was ever looked at",
        "does the application-controller run, and take Applications from their namespaces?",
    ),
    ("argo.no-interval", "Argo CD reconciles Applications only on request (timeout.reconciliation 0): their status may be old", ""),
    ("argo.no-applications", "there is no Application", ""),
    (
        "argo.elsewhere",
        "deploy to other clusters, where this evid sees nothing: {apps}",
        "capture those clusters too, each with its own `--context`",
    ),
    ("config.file", "{file} is in force", ""),
    ("config.defaults", "no evid.yaml: the default layers are in force", ""),
    ("config.unusable", "{why}", "`evid config explain` prints the layers, roots and claims of a configuration"),
    ("layers.root", "{layer} ({role}): root {root}, {mode}, {children} children ({living} alive)", ""),
    (
        "layers.root-deleting",
        "{layer} ({role}): root {root} is being deleted, {mode}, {children} children ({living} alive)",
        "`evid switch status` looks for the cause, `evid switch repair` repairs it",
    ),
    (
        "layers.root-missing",
        "{layer}: its root {root} is not there; nothing can be proven of the layer",
        "name the right root in evid.yaml; `evid config init` finds the roots",
    ),
    ("layers.root-unseen", "{layer}: its root {root} was not seen, and not all Applications were", "see what argo says above"),
    ("layers.unseen", "the layers' roots can't be seen: Applications can't be listed", "see what argo says above"),
    (
        "layers.no-roots",
        "none of the roots {named} is there, nor any other Application that lists Applications",
        "is this the right cluster? A layer needs an app-of-apps root",
    ),
    ("layers.other-roots", "none of the roots {named} is there; there are {there}", "`evid config init` writes an evid.yaml for them"),
    ("layers.no-switch", "no layer is switched: nothing can be switched off and on", "give one layer `role: switched` in evid.yaml"),
    (
        "layers.switch-managed",
        "{root} is itself managed by {by}, which heals itself: it puts back what is switched within seconds",
        "let {by} ignore /spec/syncPolicy of {root} (ignoreDifferences with RespectIgnoreDifferences=true)",
    ),
    ("access.capture", "may list all {count} kinds: a capture has no gap for want of rights", ""),
    (
        "access.capture-missing",
        "{count} kinds may not be listed in the whole cluster, each a gap in every capture: {rights}",
        "have the role below applied and bound; where single namespaces may be listed, `evid capture` finds that out",
    ),
    ("access.probes", "may probe through the API server: proxy, exec, port-forward", ""),
    ("access.probes-missing", "probes may not do all, in the whole cluster: {rights}", "only what the probes of evid.yaml use is needed"),
    ("access.switch", "may switch: read, write and delete Applications, put a missing AppProject back", ""),
    ("access.switch-missing", "may not switch, in {namespace}: {rights}", "only who runs `evid switch` and `evid prove` needs it"),
    ("access.not-asked", "what you may do was not asked (`--no-access-review`)", "a capture finds out by trying"),
    ("access.unseen", "what you may do can't be seen: {why}", "the role system:basic-user allows SelfSubjectAccessReviews"),
    ("keys.present", "{what}: {file}, for its owner alone", ""),
    (
        "keys.encrypted",
        "{what}: {file}, for its owner alone, encrypted",
        "give its passphrase in EVID_PASSPHRASE where there is no terminal",
    ),
    ("keys.later", "{what}: none yet; {file} will be made on first use", ""),
    ("keys.unusable", "{what}: {why}", ""),
    ("keys.folder", "{folder} can't be written: {why}", "keys are made there; check whose it is, or set XDG_STATE_HOME"),
    ("folder.writable", "bundles go to {folder}", ""),
    ("folder.later", "bundles go to {folder}, which will be made", ""),
    ("folder.unwritable", "{folder} can't be written: {why}", "check whose it is, or name another with `--archive DIR`"),
];

/// The codes that have words.
pub fn codes() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(code, _, _)| *code)
}

/// What was found, and what to do next.
pub fn words(line: &Line) -> (String, String) {
    let (detail, next) = WORDS.iter().find(|(c, _, _)| *c == line.code).map_or(("", ""), |(_, detail, next)| (detail, next));
    (filled(detail, line), filled(next, line))
}

/// A text with the line's values filled in. One pass: a value that looks like a placeholder stays as it is.
fn filled(text: &str, line: &Line) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        match line.values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(&value.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => out.push_str(&format!("{{{name}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    clean(&out)
}

/// The lines as text, coloured if wanted.
pub fn text(lines: &[Line], colour: bool) -> String {
    let one = |line: &Line| {
        let (detail, next) = words(line);
        let next = if next.is_empty() { String::new() } else { format!("; {next}") };
        let level = format!("{:<7}", line.level.as_str());
        let paint = match line.level {
            Level::Ok => 32,
            Level::Note => 33,
            Level::Problem => 31,
        };
        let level = if colour { format!("\u{1b}[{paint}m{level}\u{1b}[0m") } else { level };
        format!("{level}  {:<10}  — {detail}{next}\n", line.check())
    };
    lines.iter().map(one).collect()
}

/// The lines as JSON: for scripts (`level`, `code`, `values`) and for people (`detail`, `next`).
pub fn json(lines: &[Line], missing: Option<&Value>) -> Value {
    let one = |line: &Line| {
        let (detail, next) = words(line);
        let values: serde_json::Map<String, Value> = line.values.iter().map(|(n, v)| ((*n).to_owned(), Value::String(v.clone()))).collect();
        json!({"level": line.level.as_str(), "check": line.check(), "code": line.code, "values": values, "detail": detail, "next": next})
    };
    json!({"checks": lines.iter().map(one).collect::<Vec<_>>(), "missing": missing})
}

#[cfg(test)]
mod tests {
    use super::{text, words};
    use crate::usecase::doctor::Line;

    #[test]
    fn values_stand_where_the_words_name_them_and_drive_no_terminal() {
        let line = Line::problem("argo.unseen").with("kind", "{why}").with("why", "no\u{1b}[2J");
        assert_eq!(words(&line).0, "{why} can't be seen: no\u{fffd}[2J");
        assert!(text(&[line], false).starts_with("problem  argo        — {why} can't be seen"));
    }
}
