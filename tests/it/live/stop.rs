//! Ctrl-C and SIGTERM: soon, with a word, and nothing half left.
use super::platform::PROBE;
use super::{Lab, Running, until};
use evid_demo::faults::{Action, Denied, Rule};
use std::process::Command;
use std::time::{Duration, Instant};

/// From the signal to the end.
const SOON: Duration = Duration::from_secs(2);

#[test]
fn a_capture_that_is_stopped_ends_soon_and_leaves_nothing() {
    let patient = PROBE.replace("timeout: 500ms", "timeout: 60s");
    let stages = ["^/apis$", r"/configmaps\?", "selfsubjectrulesreviews", r"/namespaces/a/services/web$", "/proxy/"];
    std::thread::scope(|scope| {
        for (stage, signal) in stages.iter().flat_map(|s| [(s, "INT"), (s, "TERM")]) {
            let patient = &patient;
            scope.spawn(move || {
                let lab = Lab::small();
                lab.write("evid.yaml", patient);
                // Nodes are of no namespace: that they may not be listed asks for no review, that pods may not does.
                if stage.contains("review") {
                    lab.server.faults().deny(vec![Denied { verb: "list".into(), resource: "pods".into(), namespace: "a".into() }]);
                }
                lab.server.faults().set(vec![Rule::on("*", stage, Action::Never).unwrap()]);
                let running = Running::start(lab.folder.path(), lab.command(&["capture", "x"]));
                let pattern = regex::Regex::new(stage).unwrap();
                until(stage, || lab.server.requests().iter().any(|r| pattern.is_match(&r.path)));
                running.signal(signal);
                let sent = Instant::now();
                let ran = running.end();
                assert!(sent.elapsed() < SOON, "{stage} {signal}: {:?}", sent.elapsed());
                assert_eq!(ran.code, Some(130), "{stage} {signal}: {}", ran.err);
                assert!(
                    ran.err.contains("error: stopped before the capture was whole; nothing was written"),
                    "{stage} {signal}: {}",
                    ran.err
                );
                assert_eq!(lab.left(), [""; 0], "{stage} {signal}");
            });
        }
    });
}

#[test]
fn a_demo_that_is_stopped_takes_its_kubeconfig_away() {
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.args(["demo", "serve"]).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        let running = Running::start(folder.path(), command);
        let kubeconfig = folder.path().join("demo.kubeconfig");
        until("the kubeconfig", || kubeconfig.exists());
        // At once: what is written is taken away from the first moment on.
        running.signal(signal);
        let sent = Instant::now();
        let ran = running.end();
        assert!(sent.elapsed() < SOON, "{signal}: {:?}", sent.elapsed());
        assert_eq!(ran.code, Some(0), "{signal}: that is how it ends: {}", ran.err);
        assert!(!kubeconfig.exists(), "{signal}");
    }
}
