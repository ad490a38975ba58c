//! What is said and left where a capture can't begin, and where it is only tried out.
use super::Lab;
use std::process::Stdio;

fn fails(lab: &Lab, args: &[&str], words: &[&str]) {
    let ran = lab.evid(args);
    assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{args:?}: {word}: {}", ran.err);
    }
    assert_eq!((ran.out, lab.left()), (String::new(), vec![]), "{args:?}");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let lab = Lab::small();
    fails(&lab, &["capture", "x", "--context", "prod"], &["there is no context `prod`", "evid-demo", "hint: "]);
    fails(&lab, &["capture", "x", "--kubeconfig", "nowhere"], &["nowhere", "hint: "]);
    lab.write("broken", "apiVersion: [");
    fails(&lab, &["capture", "x", "--kubeconfig", "broken"], &["broken", "hint: "]);
    lab.write("empty", "");
    fails(&lab, &["capture", "x", "--kubeconfig", "empty"], &["empty: no current context is set", "hint: "]);
    assert_eq!(lab.server.requests(), []);
    fails(&lab, &["capture", "x", "--kinds", "configmaps,pots"], &["no kind `pots`", "kubectl api-resources"]);
    assert!(lab.server.requests().iter().all(|r| ["/api", "/apis"].contains(&&*r.path)), "nothing is listed for a word that means nothing");
}

#[test]
fn arguments_that_would_mean_something_else_are_refused() {
    let lab = Lab::small();
    fails(&lab, &["capture", "x", "--request-timeout", "0"], &["--request-timeout"]);
    fails(&lab, &["capture", "x", "--request-timeout", "0s"], &["--request-timeout"]);
    fails(&lab, &["capture", "x", "--request-timeout", "soon"], &["as in 30s"]);
    fails(&lab, &["capture", "x", "--chunk-size", "0"], &["--chunk-size"]);
    fails(&lab, &["capture", "x", "-A", "-n", "a"], &["--all-namespaces"]);
    fails(&lab, &["capture", "../x"], &["no name for a bundle"]);
    assert_eq!(lab.server.requests(), []);
}

#[test]
fn an_archive_that_cannot_be_written_is_said_before_anything_is_asked() {
    let lab = Lab::small();
    lab.write("file", "");
    fails(&lab, &["capture", "x", "--archive", "file"], &["file", "error: "]);
    fails(&lab, &["capture", "x", "--archive", "file/below"], &["file/below", "error: "]);
    // A folder of the kernel: nobody can write there, root neither.
    if std::path::Path::new("/proc/self").is_dir() {
        fails(&lab, &["capture", "x", "--archive", "/proc/self"], &["/proc/self", "error: "]);
    }
    assert_eq!(lab.server.requests(), []);
}

#[test]
fn an_existing_bundle_is_said_before_anything_is_asked() {
    let lab = Lab::small();
    std::fs::create_dir(lab.path("evidence")).unwrap();
    lab.write("evidence/x.evid.zip", "kept");
    assert_eq!(lab.evid(&["capture", "x"]).code, Some(2));
    assert_eq!((std::fs::read_to_string(lab.path("evidence/x.evid.zip")).unwrap().as_str(), lab.server.requests().len()), ("kept", 0));
}

#[test]
fn kinds_and_namespaces_narrow_what_is_asked() {
    let lab = Lab::small();
    let ran = lab.evid(&["capture", "x", "--kinds", "cm,Namespace", "-n", "a"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let lists: Vec<String> = lab.server.requests().into_iter().map(|r| r.path).filter(|p| p.contains("limit=")).collect();
    assert_eq!(lists.len(), 2, "{lists:?}");
    let gaps = lab.coverage("x").gaps;
    assert!(gaps.iter().all(|g| g.reason == "not-asked"));
    let spaces: Vec<_> = gaps.iter().filter(|g| g.resource == "*").map(|g| g.namespace.as_deref().unwrap()).collect();
    assert_eq!(spaces, ["argocd", "kube-system"]);
    let kinds: Vec<&str> = gaps.iter().filter(|g| g.namespace.is_none()).map(|g| &*g.resource).collect();
    assert!(kinds.contains(&"secrets") && kinds.contains(&"applications") && !kinds.contains(&"configmaps"), "{kinds:?}");
    assert!(!kinds.contains(&"leases") && !kinds.contains(&"events"), "what is never kept does not count: {kinds:?}");
}

#[test]
fn a_kind_that_the_configuration_leaves_out_is_a_gap() {
    let lab = Lab::small();
    lab.write("evid.yaml", "apiVersion: evid/v1\nkind: Platform\nmetadata: {name: p}\nspec: {leaveOut: [secrets, nothing.example.com]}\n");
    let ran = lab.evid(&["capture", "x"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let coverage = lab.coverage("x");
    let gaps: Vec<_> = coverage.gaps.iter().map(|g| (&*g.resource, &*g.reason)).collect();
    assert_eq!(gaps, [("secrets", "left-out")], "a kind that the cluster does not have is not left out");
    assert!(coverage.universe.known == "discovery" && coverage.universe.kinds.iter().any(|k| k.resource == "secrets"));
}

#[test]
fn a_dry_run_asks_for_discovery_and_writes_nothing() {
    let lab = Lab::small();
    let before = super::files_below(lab.folder.path());
    let ran = lab.evid(&["capture", "x", "--dry-run", "--chunk-size", "7"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.out.lines().all(|l| l.starts_with("GET /api") && (l.ends_with("?limit=7") || l.ends_with("?limit=1")))
            && ran.out.contains("/configmaps"),
        "{}",
        ran.out
    );
    let asked: Vec<String> = lab.server.requests().into_iter().map(|r| r.path).collect();
    assert_eq!(asked, ["/api", "/apis"]);
    let mut after = super::files_below(lab.folder.path());
    after.retain(|f| !["stdout", "stderr"].contains(&f.as_str()));
    assert_eq!(after, before, "no key and no folder either");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let lab = Lab::small();
    let mut child = lab.command(&["capture", "--dry-run"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
