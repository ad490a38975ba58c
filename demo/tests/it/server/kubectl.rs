//! The real kubectl, where there is one.
use super::{config_maps, proxies, server};
use evid_demo::Server;
use std::path::Path;
use std::process::{Command, Output};

fn kubectl(server: &Server, home: &Path, args: &[&str]) -> Output {
    let config = home.join("config");
    std::fs::write(&config, server.kubeconfig()).unwrap();
    let mut command = Command::new("kubectl");
    command.arg("--kubeconfig").arg(config).args(args).env("HOME", home).env("KUBECACHEDIR", home.join("cache"));
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env_remove(proxy);
    }
    command.output().unwrap()
}

#[test]
fn kubectl_reads_and_writes() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        eprintln!("skipped: there is no kubectl here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = server(&[config_maps(2), vec![proxies::pod("p", "True")]].concat());
    let run = |args: &[&str]| {
        let output = kubectl(&server, folder.path(), args);
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        assert!(output.status.success(), "kubectl {args:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let manifest = folder.path().join("m.yaml");
    std::fs::write(&manifest, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: a}\ndata: {k: v}\n").unwrap();
    let manifest = manifest.to_string_lossy().into_owned();
    assert_eq!(run(&["apply", "-f", &manifest]), "configmap/m created\n");
    assert_eq!(run(&["apply", "-f", &manifest]), "configmap/m unchanged\n");
    assert_eq!(run(&["get", "cm", "-n", "a", "-o", "name", "--chunk-size=1"]), "configmap/c0\nconfigmap/c1\nconfigmap/m\n");
    assert!(run(&["get", "cm", "-A"]).contains("NAMESPACE   NAME   DATA   AGE"));
    assert!(run(&["describe", "cm", "-n", "a", "m"]).contains("Name:         m"));
    assert_eq!(run(&["patch", "cm", "-n", "a", "m", "-p", r#"{"data":{"k":"w"}}"#]), "configmap/m patched\n");
    assert_eq!(run(&["auth", "can-i", "list", "pods"]), "yes\n");
    assert!(run(&["api-resources", "--api-group=argoproj.io"]).contains("applications"));
    assert_eq!(run(&["exec", "-n", "a", "p", "--", "curl", "-s", "localhost:8000/health"]), r#"{"status":"ok"}"#);
    assert_eq!(run(&["get", "--raw", "/api/v1/namespaces/a/pods/p:8000/proxy/health"]), r#"{"status":"ok"}"#);
    assert_eq!(run(&["delete", "cm", "-n", "a", "m", "--timeout=10s"]), "configmap \"m\" deleted\n");
    assert_eq!(run(&["wait", "--for=delete", "cm/m", "-n", "a", "--timeout=10s"]), "");
    let forbidden = kubectl(&server, folder.path(), &["get", "cm", "-n", "a", "nowhere"]);
    assert_eq!(String::from_utf8_lossy(&forbidden.stderr), "Error from server (NotFound): configmaps \"nowhere\" not found\n");
}
