//! The verbs as a person runs them: the binary, in a folder of its own, with nothing from this machine's environment.
use crate::samples;
use crate::support::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with its own home.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn evid(&self, args: &[&str]) -> Output {
        self.evid_in(args, &[])
    }

    /// Runs it with these variables too.
    pub fn evid_in(&self, args: &[&str], set: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.args(args).current_dir(self.path()).env_clear().env("HOME", self.path().join("home")).env("NO_COLOR", "1");
        command.envs(set.iter().copied()).output().unwrap()
    }

    /// Captures the three samples under their names.
    pub fn captured() -> Self {
        let place = Self::new();
        for name in ["before", "off", "on"] {
            let out = place.evid(&["capture", name, "--from", &dump(name)]);
            assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        }
        place
    }

    pub fn bundle(&self, name: &str) -> PathBuf {
        self.path().join("evidence").join(format!("{name}.evid.zip"))
    }
}

pub fn dump(name: &str) -> String {
    samples::folder().join("dumps").join(name).display().to_string()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_round_trip_is_captured_proven_signed_and_verified() {
    let place = Place::captured();
    let diff = place.evid(&["diff", "before", "off", "on"]);
    assert_eq!(diff.status.code(), Some(0), "{}{}", text(&diff.stdout), text(&diff.stderr));
    assert!(text(&diff.stdout).contains("result: proven"));
    assert!(text(&diff.stderr).contains("made a signing key"));
    let report = "evidence/before--off--on.report.json";
    let public = place.path().join("home/.local/state/evid/signing.pub").display().to_string();
    let verified = place.evid(&["verify", report, "before", "off", "on", "--key", &public, "--rederive"]);
    assert_eq!(verified.status.code(), Some(0), "{}{}", text(&verified.stdout), text(&verified.stderr));
    for word in ["intact", "authentic: signed by", "re-derived"] {
        assert!(text(&verified.stdout).contains(word), "{word}");
    }
    let unknown = place.evid(&["verify", report]);
    assert_eq!(unknown.status.code(), Some(3));
    assert!(text(&unknown.stdout).contains("intact, signer unknown") && !text(&unknown.stdout).contains("authentic"));
}

#[test]
fn a_report_that_was_changed_or_signed_by_somebody_else_is_refused() {
    let place = Place::captured();
    place.evid(&["diff", "before", "off"]);
    let path = place.path().join("evidence/before--off.report.json");
    let public = place.path().join("home/.local/state/evid/signing.pub").display().to_string();
    let other = Place::new();
    other.evid(&["key", "generate"]);
    let foreign = other.path().join("home/.local/state/evid/signing.pub").display().to_string();
    assert_eq!(place.evid(&["verify", &path.display().to_string(), "--key", &foreign]).status.code(), Some(4));
    let mut value: evid::value::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut payload = value["payload"].as_str().unwrap().to_owned();
    let at = payload.len() / 2;
    payload.replace_range(at..=at, if payload.as_bytes()[at] == b'A' { "B" } else { "A" });
    value["payload"] = payload.into();
    std::fs::write(&path, value.to_string()).unwrap();
    assert_eq!(place.evid(&["verify", &path.display().to_string(), "--key", &public]).status.code(), Some(4));
}

#[test]
fn a_flipped_byte_in_a_bundle_is_refused_by_every_verb_that_reads_it() {
    let place = Place::captured();
    let path = place.bundle("off");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    for args in [vec!["verify", "off"], vec!["diff", "before", "off"], vec!["show", "off"], vec!["list", "-o", "json"]] {
        let out = place.evid(&args);
        assert_eq!(out.status.code(), Some(4), "{args:?}: {}", text(&out.stderr));
    }
}

/// The table of `list` is what bundles say of themselves: what it says has its digest, and the rest is not read.
#[test]
fn the_list_of_bundles_reads_manifests_and_names_what_is_wrong_with_them() {
    let place = Place::captured();
    let path = place.bundle("off");
    let whole = std::fs::read(&path).unwrap();
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        place.evid(&["list"])
    };
    let unread = changed(whole.len() / 3);
    assert_eq!(unread.status.code(), Some(0), "{}", text(&unread.stderr));
    let manifest = whole.windows(13).rposition(|w| w == b"{\"cluster\":{\"").unwrap();
    let out = changed(manifest + 20);
    assert_eq!(out.status.code(), Some(4));
    assert!(text(&out.stdout).lines().any(|l| l.starts_with("off") && l.contains("damaged")) && text(&out.stderr).contains("evid.json"));
    let cut = changed(whole.len() - 20);
    assert!(cut.status.code() == Some(4) && text(&cut.stdout).contains("damaged"), "{}", text(&cut.stdout));
}

#[test]
fn the_same_dump_and_key_give_the_same_bytes() {
    let place = Place::captured();
    let first = std::fs::read(place.bundle("before")).unwrap();
    assert_eq!(place.evid(&["capture", "before", "--from", &dump("before"), "--force"]).status.code(), Some(0));
    assert_eq!(std::fs::read(place.bundle("before")).unwrap(), first);
}

#[test]
fn an_existing_bundle_is_kept_and_a_name_is_no_path() {
    let place = Place::captured();
    let again = place.evid(&["capture", "before", "--from", &dump("off")]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("--force"));
    for name in ["../x", "a b", "a\u{202e}b", "a\nb", "-x", ".x", "con", "lpt1.old", "x.", "a:b", &"x".repeat(201)] {
        let out = place.evid(&["capture", "--from", &dump("off"), "--", name]);
        assert!(out.status.code() == Some(2) && text(&out.stderr).contains("no name for a bundle"), "{name}: {}", text(&out.stderr));
    }
    let left: Vec<_> = std::fs::read_dir(place.path().join("evidence")).unwrap().collect();
    assert_eq!(left.len(), 3);
}

#[test]
fn wrong_usage_is_2_and_says_what_to_do() {
    let place = Place::new();
    for (args, says) in [
        (vec!["frobnicate"], "unrecognized subcommand"),
        (vec!["capture", "x"], "--from"),
        (vec!["capture", "x", "--from", "nowhere"], "kubectl get"),
        (vec!["diff", "a", "b"], "evid list"),
        (vec!["list"], "evid capture"),
        (vec!["kinds", "Nonsense"], "default"),
    ] {
        let out = place.evid(&args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(text(&out.stderr).contains(says), "{args:?}: {}", text(&out.stderr));
    }
}

#[test]
fn a_dump_with_gaps_is_captured_and_ends_with_3() {
    let place = Place::new();
    let folder = place.path().join("dump");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("pods.json"), r#"{"apiVersion":"v1","kind":"List","items":[],"metadata":{"resourceVersion":""}}"#).unwrap();
    std::fs::write(folder.join("pods.err"), "Error from server (Forbidden): pods is forbidden: User \"u\" cannot list resource \"pods\" in API group \"\" at the cluster scope\n").unwrap();
    std::fs::write(folder.join("broken.yaml"), "a: [1\n").unwrap();
    let out = place.evid(&["capture", "x", "--from", "dump"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("forbidden: pods") && text(&out.stderr).contains("broken.yaml"), "{}", text(&out.stderr));
}

#[test]
fn no_secret_of_the_samples_is_in_a_bundle_a_report_or_a_message() {
    let place = Place::captured();
    let diff = place.evid(&["diff", "before", "off", "on", "-o", "json"]);
    let mut seen = [diff.stdout, diff.stderr].concat();
    for name in ["before", "off", "on"] {
        let shown = place.evid(&["show", name, "all", "-o", "json"]);
        seen.extend(shown.stdout);
    }
    let seen = text(&seen);
    assert!(seen.contains("evid:redacted:"), "something was redacted");
    assert!(!seen.contains("PLANTED-SECRET"), "a planted value is readable");
    assert!(seen.contains("sha256:96e41463f351850bd99f805318f63e44dd2ad185bf71a63b48ba110da6b37c13"), "an image digest stays readable");
}

#[test]
fn show_prints_what_kubectl_would() {
    let place = Place::captured();
    let names = text(&place.evid(&["show", "off", "deployments", "-n", "mlops-prod", "-o", "name"]).stdout);
    assert!(names.lines().any(|l| l == "deployments.apps/fastapi"), "{names}");
    let one = place.evid(&["show", "off", "deployment", "fastapi", "-n", "mlops-prod", "-o", "json"]).stdout;
    let one: evid::value::Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(one["kind"], "Deployment");
    let yaml = text(&place.evid(&["show", "off", "deployment", "fastapi", "-n", "mlops-prod", "-o", "yaml"]).stdout);
    let again = evid::canon::yaml::parse(&yaml).unwrap().remove(0);
    assert_eq!(again, one, "the YAML says what the JSON says");
    assert_eq!(place.evid(&["show", "off", "deployment", "nobody"]).status.code(), Some(1));
    assert!(text(&place.evid(&["show", "off", "pods"]).stdout).contains("NAMESPACE"));
}

#[test]
fn coreutils_read_a_bundle_without_evid() {
    let place = Place::captured();
    let script = "unzip -q ../evidence/before.evid.zip && sha256sum --quiet -c SHA256SUMS && grep ' state/core/' SHA256SUMS | sha256sum | cut -d' ' -f1";
    let folder = place.path().join("open");
    std::fs::create_dir(&folder).unwrap();
    if Command::new("sh").args(["-c", "command -v unzip sha256sum"]).output().is_ok_and(|o| !o.status.success()) {
        eprintln!("skipped: unzip or sha256sum is not installed");
        return;
    }
    let out = Command::new("sh").args(["-c", script]).current_dir(&folder).output().unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
    let manifest: evid::value::Value = serde_json::from_slice(&std::fs::read(folder.join("evid.json")).unwrap()).unwrap();
    let core = manifest["layers"].as_array().unwrap().iter().find(|l| l["name"] == "core").unwrap();
    assert_eq!(text(&out.stdout).trim(), core["digest"].as_str().unwrap());
}

#[test]
fn a_line_moved_to_another_layer_is_a_defect() {
    let mut draft = samples::drafted(samples::collected("off"));
    let (from, to) = ("state/core/services.jsonl", "state/platform/services.jsonl");
    let core = text(&draft.files[from]);
    let (first, rest) = core.split_once('\n').unwrap();
    let platform = draft.files.get(to).map(|b| text(b)).unwrap_or_default();
    draft.files.insert(from.into(), rest.as_bytes().to_vec());
    draft.files.insert(to.into(), format!("{first}\n{platform}").into_bytes());
    let mut sums = evid::bundle::sums::Sums::default();
    for (name, bytes) in &draft.files {
        sums.insert(name, evid::canon::sha256_hex(bytes));
    }
    let manifest = draft.manifest("");
    draft.files.insert("evid.json".into(), manifest);
    let defects: Vec<String> = evid::usecase::verify::content(&draft.files, &sums).defects.iter().map(ToString::to_string).collect();
    assert!(defects.iter().any(|d| d.contains(from)) && defects.iter().any(|d| d.contains(to)), "{defects:?}");
}

#[test]
fn a_bundle_whose_content_contradicts_itself_is_not_compared() {
    let place = Place::captured();
    let mut draft = samples::drafted(samples::collected("off"));
    // Every digest holds, but a Deployment of Core is called unhealthy, and then the Services have no identity.
    let (health, identity) = ("health/core/deployments.apps.jsonl", "identity/core/services.jsonl");
    let health_lines = text(&draft.files[health]).replacen("\"healthy\"", "\"unhealthy\"", 1);
    draft.files.insert(health.into(), health_lines.into_bytes());
    let out_of = |place: &Place, name: &str| {
        let out = place.evid(&["diff", "before", name, "--no-sign"]);
        (out.status.code(), text(&out.stderr))
    };
    samples::seal(&place.bundle("lying"), &draft);
    let (code, said) = out_of(&place, "lying");
    assert!(code == Some(4) && said.contains("lying.evid.zip") && said.contains(health) && said.contains("evid verify"), "{said}");
    draft.files.remove(identity);
    samples::seal(&place.bundle("lacking"), &draft);
    assert_eq!(out_of(&place, "lacking").0, Some(4));
    assert_eq!(place.evid(&["verify", "lying"]).status.code(), Some(4));
    // Without that check it is compared, and what comes of it says so; its digests hold, and that is all that is said of them.
    let unchecked = place.evid(&["diff", "before", "lying", "--unchecked", "--no-sign"]);
    assert!(text(&unchecked.stdout).contains("the content of before, lying was not checked"), "{}", text(&unchecked.stdout));
    let intact = place.evid(&["verify", "lying", "--intact"]);
    assert!(intact.status.code() == Some(0) && text(&intact.stdout).contains("what it holds was not checked"));
}

#[test]
fn a_comparison_without_a_check_gives_the_same_verdicts_and_its_report_says_so() {
    let place = Place::captured();
    let judged = |more: &[&str]| {
        let out = place.evid(&[&["diff", "before", "off", "on", "-o", "json", "--no-sign"], more].concat());
        let mut report: evid::value::Value = serde_json::from_slice(&out.stdout).unwrap();
        let said = |bundle: &mut evid::value::Value| bundle.as_object_mut().unwrap().remove("unchecked").is_some();
        let marked: Vec<bool> = report["bundles"].as_array_mut().unwrap().iter_mut().map(said).collect();
        (out.status.code(), marked, report)
    };
    let (checked, unchecked) = (judged(&[]), judged(&["--unchecked"]));
    assert_eq!((&checked.1, &unchecked.1), (&vec![false; 3], &vec![true; 3]));
    assert_eq!((checked.0, checked.2), (unchecked.0, unchecked.2));
    // A report that says so follows from its bundles as any other.
    place.evid(&["diff", "before", "off", "--unchecked"]);
    let public = place.path().join("home/.local/state/evid/signing.pub").display().to_string();
    let verified = place.evid(&["verify", "evidence/before--off.report.json", "--key", &public, "--rederive"]);
    assert_eq!(verified.status.code(), Some(0), "{}{}", text(&verified.stdout), text(&verified.stderr));
}

#[test]
fn points_of_a_run_that_contradict_its_journal_are_named_and_not_judged() {
    let place = Place::captured();
    let point = |name: &str| samples::drafted(samples::collected(name)).of_run("prove-1");
    samples::seal(&place.bundle("one"), &point("before"));
    let window = |name: &str| {
        let all = samples::collected(name);
        (all.started.unwrap(), all.finished.unwrap())
    };
    let watch = format!("{}\n", json!({"event": "from", "time": window("before").1}))
        + &format!("{}\n", json!({"event": "until", "time": window("off").0}));
    let write = |time: &str| {
        let line = json!({"stage": "intent", "seq": 1, "time": time, "user": "u", "what": "prune", "method": "PATCH", "path": "/a",
            "object": "Application argocd/root-optional"});
        [evid::canon::json::to_bytes(&line), b"\n".to_vec()].concat()
    };
    for (name, time, said, ordered) in [
        ("fits", window("off").0, "", "proven"),
        ("early", window("before").0, "", "inconclusive"),
        ("late", window("off").1, "", "inconclusive"),
        ("without", String::new(), "actions.jsonl: missing", ""),
    ] {
        let mut off = point("off");
        off.files.insert("watch.jsonl".into(), watch.clone().into_bytes());
        if !time.is_empty() {
            off.files.insert("actions.jsonl".into(), write(&time));
        }
        samples::seal(&place.bundle(name), &off);
        assert_eq!(place.evid(&["verify", name]).status.code(), Some(0), "{name}: nothing is wrong with it alone");
        for verb in [&["verify", "one", name][..], &["diff", "one", name, "--no-sign"]] {
            let out = place.evid(verb);
            let broken = out.status.code() == Some(4);
            assert!(broken != said.is_empty() && text(&out.stderr).contains(said), "{verb:?}: {}", text(&out.stderr));
        }
        // A clock that was set back is no damage, and leaves the order open.
        if !ordered.is_empty() {
            let out = place.evid(&["diff", "one", name, "--no-sign", "-o", "json"]);
            let predicate: evid::value::Value = serde_json::from_slice(&out.stdout).unwrap();
            let claim = predicate["verdicts"].as_array().unwrap().iter().find(|v| v["claim"] == "evidence.ordered").unwrap();
            let named = claim.to_string().contains("dated-outside");
            assert_eq!((claim["verdict"].as_str(), named), (Some(ordered), ordered == "inconclusive"), "{name}: {claim:#}");
        }
    }
}

#[test]
fn a_group_that_ends_in_eight_hex_digits_makes_no_part_whatever_stands_beside_it() {
    // The digits are truly those that a later part would have which begins with this object.
    let group = format!("corp.{}", &evid::canon::sha256_hex(b"mlops-prod/w")[..8]);
    let mut collected = samples::collected("off");
    for group in ["corp", &group] {
        let item = json!({"apiVersion": format!("{group}/v1"), "kind": "Widget", "spec": {"of": group},
            "metadata": {"name": "w", "namespace": "mlops-prod", "uid": group, "resourceVersion": "3"}});
        let mut list = collected.lists[0].clone();
        (list.group, list.resource, list.items) = (group.to_owned(), Some("widgets".into()), vec![item]);
        collected.lists.push(list);
    }
    let files = samples::files(&samples::drafted(collected));
    let mut sums = evid::bundle::sums::Sums::default();
    for (name, bytes) in &files {
        sums.insert(name, evid::canon::sha256_hex(bytes));
    }
    let defects: Vec<String> = evid::usecase::verify::content(&files, &sums).defects.iter().map(ToString::to_string).collect();
    assert_eq!(defects, Vec::<String>::new());
    let side = samples::Memory::side("off", files);
    for group in ["corp", &group] {
        let stem = format!("widgets.{group}");
        let layer = side.files("state").find(|(_, _, s, _)| *s == stem).unwrap().1.to_owned();
        let spot = evid::compare::Spot::new(&*stem, "mlops-prod", "w");
        assert_eq!(side.line("state", &layer, &spot).unwrap()["spec"]["of"], *group);
        assert_eq!(side.entry_of("state", &layer, &spot).unwrap(), Some(&*format!("state/{layer}/{stem}.jsonl")));
    }
}

/// A report whose statement was changed and then signed anew.
fn signed_anew(place: &Place, change: impl Fn(&mut evid::envelope::Statement)) -> (Option<i32>, String) {
    let key = evid::envelope::SigningKey::generate(evid::envelope::Algorithm::Ed25519).unwrap();
    let (_, mut statement) = evid::adapters::report_file::read(&place.path().join("evidence/before--off.report.json")).unwrap();
    change(&mut statement);
    let path = evid::adapters::report_file::write(place.path(), "changed", ".report.json", &statement, &key).unwrap();
    let public = place.path().join("changed.pub");
    std::fs::write(&public, key.verifying_key().to_pem()).unwrap();
    let out = place.evid(&["verify", &path.display().to_string(), "--key", &public.display().to_string()]);
    (out.status.code(), text(&out.stderr))
}

#[test]
fn only_evids_own_kind_of_report_is_read_and_its_tool_says_no_more_than_name_and_version() {
    let place = Place::captured();
    place.evid(&["diff", "before", "off"]);
    assert_eq!(signed_anew(&place, |_| {}).0, Some(0));
    let tool = |value: evid::value::Value| move |s: &mut evid::envelope::Statement| s.predicate["tool"] = value.clone();
    for (code, said) in [
        signed_anew(&place, |s| s.predicate_type = "https://slsa.dev/provenance/v1".into()),
        signed_anew(&place, tool(json!({"name": "evid", "version": "0.1.0", "note": "all is well"}))),
        signed_anew(&place, tool(json!({"name": "evid", "version": "0.1.0, and all is well"}))),
        signed_anew(&place, tool(json!({"name": "other", "version": "0.1.0"}))),
        signed_anew(&place, |s| drop(s.predicate.as_object_mut().unwrap().remove("tool"))),
    ] {
        assert!(code == Some(4) && (said.contains("tool") || said.contains("https://slsa.dev/provenance/v1")), "{said}");
    }
}

#[test]
fn a_verdict_that_evid_does_not_give_is_no_report_and_foreign_lines_never_begin_at_the_margin() {
    let place = Place::captured();
    place.evid(&["diff", "before", "off"]);
    let (code, said) = signed_anew(&place, |s| s.predicate["verdict"] = "proven\nauthentic".into());
    assert!(code == Some(4) && said.contains("verdict"), "{said}");
    let out = place.evid(&["show", "off", "pod\nproven: all\u{202e}\u{1b}[2J"]);
    let said = text(&out.stderr);
    assert!(said.lines().all(|l| !l.starts_with("proven")) && !said.contains(['\u{202e}', '\u{1b}']), "{said}");
}

#[test]
fn a_highest_resource_version_below_one_that_is_held_is_a_defect() {
    let mut files = samples::files(&samples::drafted(samples::collected("off")));
    let mut coverage: evid::value::Value = serde_json::from_slice(&files["coverage.json"]).unwrap();
    coverage["highestResourceVersion"] = "2".into();
    files.insert("coverage.json".into(), evid::canon::json::to_bytes(&coverage));
    let mut sums = evid::bundle::sums::Sums::default();
    for (name, bytes) in &files {
        sums.insert(name, evid::canon::sha256_hex(bytes));
    }
    let defects: Vec<String> = evid::usecase::verify::content(&files, &sums).defects.iter().map(ToString::to_string).collect();
    assert!(defects.len() == 1 && defects[0].contains("highestResourceVersion"), "{defects:?}");
}

#[test]
fn a_sealed_bundle_follows_from_its_own_objects() {
    for name in ["before", "off", "on"] {
        let draft = samples::drafted(samples::collected(name));
        let mut files = draft.files.clone();
        files.insert("evid.json".into(), draft.manifest(""));
        let mut sums = evid::bundle::sums::Sums::default();
        for (name, bytes) in &files {
            sums.insert(name, evid::canon::sha256_hex(bytes));
        }
        let defects = evid::usecase::verify::content(&files, &sums).defects;
        assert!(defects.is_empty(), "{name}: {}", defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}

#[cfg(unix)]
#[test]
fn a_bundle_is_readable_for_all_whatever_the_umask_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let line = format!("umask 077; exec {} capture x --from {}", env!("CARGO_BIN_EXE_evid"), dump("off"));
    let mut shell = Command::new("/bin/sh");
    let out = shell.args(["-c", &line]).current_dir(place.path()).env_clear().env("HOME", place.path()).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert_eq!(std::fs::metadata(place.bundle("x")).unwrap().permissions().mode() & 0o777, 0o644);
}
