//! What people install and call evid by: the plugin of kubectl, the GitHub Action, the krew manifest.
use crate::cli::{Place, text};
use crate::support::json;
use evid::canon::yaml;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> evid::value::Value {
    yaml::parse(&fs::read_to_string(root().join(path)).unwrap()).unwrap().remove(0)
}

#[test]
#[cfg(unix)]
fn as_a_plugin_of_kubectl_it_calls_itself_so() {
    let place = Place::captured();
    let plugin = place.path().join("kubectl-evid");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_evid"), &plugin).unwrap();
    let evid = |args: &[&str]| {
        let mut command = Command::new(&plugin);
        command.args(args).current_dir(place.path()).env_clear().env("HOME", place.path()).output().unwrap()
    };
    assert!(text(&evid(&["--help"]).stdout).contains("Usage: kubectl evid [OPTIONS]"));
    assert!(text(&evid(&["diff", "--help"]).stdout).contains("Usage: kubectl evid diff "));
    assert!(text(&evid(&["diff"]).stderr).contains("Usage: kubectl evid diff "));
    let compared = evid(&["diff", "before", "off"]);
    assert!(text(&compared.stderr).contains("next: kubectl evid verify evidence/"), "{}", text(&compared.stderr));
    let missing = evid(&["diff", "before", "none"]);
    assert!(text(&missing.stderr).contains("`kubectl evid list` shows"), "{}", text(&missing.stderr));
}

/// Runs the step of the action that compares, as a runner does.
#[cfg(unix)]
fn action(place: &Place, set: &[(&str, &str)]) -> (Output, String, String) {
    let step = read("action.yml")["runs"]["steps"][1].clone();
    let (summary, outputs) = (place.path().join("summary.md"), place.path().join("outputs"));
    fs::write(&summary, "").unwrap();
    fs::write(&outputs, "").unwrap();
    let inputs =
        [("BEFORE", "before"), ("AFTER", "off"), ("THIRD", ""), ("EVID_ARCHIVE", "evidence"), ("ARGS", ""), ("FAIL_ON", "inconclusive")];
    let named = step["env"].as_object().unwrap();
    assert!(inputs.iter().all(|(name, _)| named.contains_key(name)) && named.len() == inputs.len() + 1, "{named:?}");
    let mut command = Command::new("bash");
    command.args(["-c", step["run"].as_str().unwrap()]).current_dir(place.path()).env_clear().env("PATH", "/usr/bin:/bin");
    command.env("HOME", place.path()).env("GITHUB_ACTION_PATH", root()).env("RUNNER_TEMP", place.path());
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs).env("EVID", env!("CARGO_BIN_EXE_evid"));
    let out = command.envs(inputs).envs(set.iter().copied()).output().unwrap();
    (out, fs::read_to_string(summary).unwrap(), fs::read_to_string(outputs).unwrap())
}

#[test]
#[cfg(unix)]
fn the_action_writes_the_summary_and_fails_as_it_is_told() {
    let place = Place::captured();
    let (out, summary, outputs) = action(&place, &[]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(summary.starts_with("## before → off") && summary.contains("off.evid.zip"), "{summary}");
    assert!(outputs.contains("verdict=proven\n"), "{outputs}");
    assert!(!place.path().join("evidence/before--off.report.json").exists(), "a runner's own key signs nothing");
    // The layer did not stay: refuted.
    for (fail_on, code) in [("refuted", 1), ("inconclusive", 1), ("never", 0)] {
        let (out, summary, outputs) = action(&place, &[("ARGS", "--expect unchanged"), ("FAIL_ON", fail_on)]);
        assert_eq!(out.status.code(), Some(code), "{fail_on}: {}{}", text(&out.stdout), text(&out.stderr));
        assert!(outputs.contains("verdict=refuted\n") && summary.starts_with("## before → off"), "{outputs}");
    }
    let (out, summary, _) = action(&place, &[("AFTER", "none"), ("FAIL_ON", "never")]);
    assert!(out.status.code() == Some(2) && summary.is_empty() && text(&out.stdout).contains("::error::"), "{}", text(&out.stdout));
    let (out, ..) = action(&place, &[("FAIL_ON", "nver")]);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
#[cfg(unix)]
fn the_krew_manifest_is_made_of_the_archives() {
    let place = Place::new();
    let version = env!("CARGO_PKG_VERSION");
    let archives: Vec<PathBuf> = ["x86_64-unknown-linux-musl", "aarch64-apple-darwin"]
        .iter()
        .map(|target| place.path().join(format!("evid-{version}-{target}.tar.gz")))
        .collect();
    archives.iter().for_each(|path| fs::write(path, path.display().to_string()).unwrap());
    let made = |archives: &[PathBuf]| {
        let mut command = Command::new(root().join("packaging/krew"));
        command.args(["https://evid.example", "https://evid.example/v"]).args(archives).output().unwrap()
    };
    let manifest = yaml::parse(&text(&made(&archives).stdout)).unwrap().remove(0);
    let spec = &manifest["spec"];
    assert_eq!((&manifest["kind"], &manifest["metadata"]["name"]), (&"Plugin".into(), &"evid".into()));
    assert_eq!(spec["version"], format!("v{version}"));
    // krew-index: a short description has at most 50 characters and no full stop.
    let short = spec["shortDescription"].as_str().unwrap();
    assert!(short.len() <= 50 && !short.ends_with('.') && !short.contains("kubectl"), "{short}");
    for (platform, archive) in spec["platforms"].as_array().unwrap().iter().zip(&archives) {
        assert_eq!(platform["sha256"], evid::canon::sha256_hex(&fs::read(archive).unwrap()));
        assert!(platform["uri"].as_str().unwrap().ends_with(archive.file_name().unwrap().to_str().unwrap()));
        assert_eq!(platform["bin"], "evid");
    }
    assert_eq!(spec["platforms"][1]["selector"]["matchLabels"], json!({"os": "darwin", "arch": "arm64"}));
    assert_eq!(made(&[place.path().join("evid-9.9.9-x86_64-unknown-linux-musl.tar.gz")]).status.code(), Some(2));
}
