//! Probes in `evid.yaml`: what is taken, what is refused and how it is said, what a bundle keeps of it.
use super::redactor;
use crate::cli::{Place, text};
use evid::bundle::config::Config;
use evid::bundle::probe::built_in;
use serde_json::{Value, json};

fn config(probes: Value) -> Result<Config, String> {
    let config: Config = serde_json::from_value(json!({ "probes": probes })).map_err(|e| e.to_string())?;
    config.check().map_err(|e| e.to_string())?;
    Ok(config)
}

/// A good probe with some fields changed.
fn with(changes: Value) -> Value {
    let mut probe = json!({"name": "web", "layer": "core", "through": {"service": {"namespace": "shop", "name": "web", "port": 80}}});
    for (field, value) in changes.as_object().unwrap() {
        probe[field] = value.clone();
    }
    probe
}

#[test]
fn every_transport_and_every_expectation_can_be_declared() {
    for through in [
        json!({"service": {"namespace": "shop", "name": "web", "port": "http", "scheme": "https"}}),
        json!({"pod": {"namespace": "shop", "selector": "app=web,tier in (a, b)", "port": 8080}}),
        json!({"pod": {"namespace": "shop", "name": "web-0"}}),
        json!({"exec": {"namespace": "shop", "selector": "app=web", "container": "main", "command": ["cat", "/tmp/ok"]}}),
        json!({"portForward": {"namespace": "shop", "selector": "app=web", "port": "http"}}),
        json!({"url": "https://shop.example:8443/health?deep=1"}),
    ] {
        let config = config(json!([with(json!({ "through": through }))])).unwrap();
        let probe = &config.probes.as_ref().unwrap()[0];
        assert_eq!((probe.samples, probe.interval.as_str(), probe.timeout.as_str()), (3, "1s", "5s"));
        let stored = serde_json::to_value(&config).unwrap();
        assert_eq!(serde_json::from_value::<Config>(stored).unwrap(), config, "what is kept is read back");
    }
}

#[test]
fn what_can_not_be_meant_is_refused_and_the_field_is_named() {
    let service = |more: Value| {
        let mut service = json!({"namespace": "shop", "name": "web", "port": 80});
        service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"through": { "service": service }})
    };
    let pods = |pod: Value| json!({"through": { "pod": pod }});
    let check = |check: Value| json!({"expect": {"json": [check]}});
    for (changes, says) in [
        (json!({"nmae": "x"}), "probes[1]: unknown field `nmae`"),
        (json!({"name": ""}), "probes[1].name: "),
        (json!({"name": "first"}), "probes[1].name: `first` stands twice"),
        (json!({"layer": "cor"}), "probes[1].layer: there is no layer `cor`; there are core, baseline, optional"),
        (json!({"through": {"svc": {}}}), "unknown variant `svc`, expected one of `service`, `pod`, `exec`, `portForward`, `url`"),
        (service(json!({"prot": 1})), "unknown field `prot`"),
        (service(json!({"port": 0})), "there is no port 0"),
        (service(json!({"port": "a/b"})), "neither the number nor the name of a port"),
        (service(json!({"name": "../secrets"})), "through.service.name"),
        (service(json!({"namespace": "a b"})), "through.service.namespace"),
        (service(json!({"scheme": "ftp"})), "through.service.scheme"),
        (pods(json!({"namespace": "shop"})), "probes[1].through.pod: one of `selector`"),
        (pods(json!({"namespace": "shop", "selector": "a=b", "name": "c"})), "through.pod"),
        (pods(json!({"selector": "a=b"})), "through.pod.namespace"),
        (json!({"through": {"exec": {"namespace": "shop", "name": "web-0", "command": []}}}), "through.exec.command: it is empty"),
        (json!({"through": {"exec": {"namespace": "shop", "name": "web-0", "command": ["x"]}}, "path": "/x"}), "path: a command has none"),
        (json!({"through": {"portForward": {"namespace": "shop", "name": "web-0", "scheme": "https"}}}), "through.portForward.scheme"),
        (json!({"through": {"url": "ftp://x"}}), "through.url"),
        (json!({"through": {"url": "https://me:pw@x/"}}), "credentials"),
        (json!({"through": {"url": "https://x/"}, "path": "/y"}), "path: it is a part of the URL"),
        (json!({"path": "health"}), "probes[1].path: it starts with `/`"),
        (json!({"path": "/x/../../../secrets"}), "path: it has `..`"),
        (json!({"path": "/x/%2e%2E/y"}), "path: it has `..`"),
        (json!({"path": "/a b"}), "path"),
        (json!({"method": "PUT"}), "unknown variant `PUT`"),
        (json!({"body": "x"}), "body: only a POST has one"),
        (json!({"headers": {"a b": "c"}}), "headers: `a b`"),
        (json!({"headers": {"a": "c\r\nx: y"}}), "headers: `a`"),
        (json!({"samples": 0}), "samples"),
        (json!({"interval": "soon"}), "`soon` is no length of time"),
        (json!({"timeout": "0s"}), "timeout"),
        (json!({"expect": {"sttaus": 200}}), "unknown field `sttaus`"),
        (json!({"expect": {"regex": "("}}), "probes[1].expect.regex: `(` is no pattern"),
        (json!({"expect": {"sha256": "ABC"}}), "expect.sha256"),
        (json!({"expect": {"emptyBody": true, "json": [{"exists": true}]}}), "expect.emptyBody"),
        (check(json!({"at": "/x"})), "probes[1].expect.json[0]: exactly one of"),
        (check(json!({"at": "/x", "equals": 1, "min": 2})), "exactly one of"),
        (check(json!({"at": "x", "equals": 1})), "expect.json[0].at"),
        (check(json!({"any": {"any": {"regex": "["}}})), "expect.json[0].any.any.regex"),
    ] {
        let first = with(json!({"name": "first"}));
        let error = config(json!([first, with(changes.clone())])).unwrap_err();
        assert!(error.contains(says), "{changes}: {error}");
    }
}

#[test]
fn a_configuration_without_probes_is_kept_as_before_and_an_empty_list_is_not_nothing() {
    let plain = serde_json::to_value(Config::default()).unwrap();
    assert!(plain.get("probes").is_none());
    let none = config(json!([])).unwrap();
    assert_eq!(serde_json::to_value(&none).unwrap()["probes"], json!([]));
    assert_ne!(none, Config::default());
}

#[test]
fn a_secret_in_a_request_is_not_kept() {
    let secret = "s3cr3t-Zq81kfPw0LmXv7";
    let declared = json!([
        with(
            json!({"method": "POST", "path": format!("/x?token={secret}"), "headers": {"Authorization": format!("Bearer {secret}")}, "body": format!("{{\"password\":\"{secret}\"}}")})
        ),
        with(
            json!({"name": "b", "through": {"exec": {"namespace": "shop", "name": "web-0", "command": ["curl", "-u", format!("me:{secret}"), format!("--password={secret}")]}}})
        ),
    ]);
    let kept = serde_json::to_string(&config(declared).unwrap().redacted(&redactor())).unwrap();
    assert!(!kept.contains(secret), "{kept}");
    assert_eq!(kept.matches("evid:redacted:").count(), 5, "{kept}");
    // What is kept is still a configuration, whatever was redacted in it.
    let hook = config(json!([
        with(json!({"through": {"url": "https://hooks.slack.com/services/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"}})),
        with(json!({"name": "b", "path": "/glpat-Zq81kfPw0LmXv7Zq81kf"})),
        with(json!({"name": "c", "through": {"exec": {"namespace": "shop", "name": "web-0", "command": ["glpat-Zq81kfPw0LmXv7Zq81kf"]}}})),
    ]));
    let kept = hook.unwrap().redacted(&redactor());
    assert!(serde_json::to_string(&kept).unwrap().matches("evid:redacted:").count() >= 3);
    kept.check().unwrap();
}

#[test]
fn the_built_in_probes_are_good_and_their_layers_are_default_ones() {
    let (all, layers) = (built_in(), Config::default().layers().unwrap());
    assert!(all.len() >= 5);
    for probe in all {
        assert_eq!(probe.check(true), Ok(()), "{}", probe.name);
        assert!(layers.iter().any(|l| l.name == probe.layer), "{}", probe.name);
        assert_eq!(all.iter().filter(|p| p.name == probe.name).count(), 1, "{}", probe.name);
    }
}

#[test]
fn evid_says_which_probe_of_the_file_is_wrong_and_explains_a_good_one() {
    let place = Place::new();
    let write = |probes: &str| {
        let text = format!("apiVersion: evid/v1\nkind: Platform\nspec:\n  probes:\n{probes}");
        std::fs::write(place.path().join("evid.yaml"), text).unwrap();
    };
    let good = "    - {name: web, layer: core, through: {url: 'http://127.0.0.1:1/'}}\n";
    write(good);
    let out = place.evid(&["config", "explain"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("timeout: \"5s\""), "{}", text(&out.stdout));
    write(&format!("{good}    - {{name: two, layer: core, through: {{url: 'http://127.0.0.1:1/'}}, expect: {{status: ok}}}}\n"));
    let out = place.evid(&["config", "explain"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("probes[1]"), "{}", text(&out.stderr));
}
