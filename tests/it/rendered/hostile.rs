//! Foreign text with markup of every output in it, in every place that a bundle or a report has.
use super::{forms, point, probe, reading};
use crate::samples::{collected, items, object};
use crate::support::json;
use evid::render::view::Inputs;
use evid::report::read::Reading;
use evid::usecase::shown::{Shown, shown};
use evid::value::Value;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Something of each: HTML, an attribute, Markdown, a mention, addresses, XML, a formula, a terminal, text that turns.
const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=a>](https://evil.example)![x](https://evil.example) **b** `c` ```\n# h\n| d | \
    @someone #1 https://evil.example www.evil.example <https://evil.example> ]]><!-- --> </details></testcase> &amp; =cmd() \u{1b}[2J\u{202e}\u{0}\u{ffff}";

/// A report over bundles whose every text is hostile, and what they show.
fn hostile() -> (Reading, Shown) {
    let (mut before, mut off) = (collected("before"), collected("off"));
    for (all, word) in [(&mut before, "a"), (&mut off, "b")] {
        let text = json!(format!("{HOSTILE}{word}"));
        let map = object(all, "configmaps", "mlops-prod", "fastapi-config");
        map["data"] = json!({HOSTILE: text, "long": format!("{HOSTILE}\n{HOSTILE}\n{word}\n")});
        map["metadata"]["annotations"] = json!({HOSTILE: text});
        for app in items(all, "applications") {
            app["status"]["sync"]["revision"] = text.clone();
            app["status"]["health"]["status"] = text.clone();
        }
        for volume in items(all, "persistentvolumes") {
            volume["status"]["phase"] = text.clone();
        }
    }
    let (from, until) = (before.finished.clone().unwrap(), off.started.clone().unwrap());
    let pod = json!({"event": "pod", "time": from, "namespace": HOSTILE, "name": HOSTILE, "uid": "u", "ready": false, "restarts": 0});
    let sample = json!({"event": "probe", "time": from, "layer": "core", "probe": HOSTILE, "right": false, "asked": true, "what": HOSTILE});
    let seen = [json!({"event": "from", "time": from}), pod, sample, json!({"event": "until", "time": until})];
    let write = json!({"stage": "intent", "seq": 1, "time": from, "user": HOSTILE, "what": HOSTILE, "method": "PATCH", "path": "/", "object": HOSTILE,
        "uid": ""});
    let sides = [
        point("before", before, vec![probe(HOSTILE, "wrong")], &[], &[]),
        point("off", off, vec![probe(HOSTILE, "wrong")], &seen, &[write]),
    ];
    let (mut report, shown) = (reading(&sides), shown(&sides).unwrap());
    for bundle in &mut report.bundles {
        (bundle.nonce, bundle.switch) = (Some(HOSTILE.into()), Some(HOSTILE.into()));
        (bundle.cluster.server, bundle.sha256, bundle.name) = (Some(HOSTILE.into()), HOSTILE.into(), format!("{HOSTILE}{}", bundle.name));
        bundle.layers.iter_mut().filter(|l| l.name == "platform").for_each(|l| (l.name, l.digest) = (HOSTILE.into(), HOSTILE.into()));
    }
    for change in &mut report.changes {
        (change.object.kind, change.object.name) = (HOSTILE.into(), HOSTILE.into());
    }
    for judged in &mut report.judged {
        for finding in &mut judged.findings {
            (finding.pointer, finding.file) = (HOSTILE.into(), HOSTILE.into());
        }
    }
    (report.tool.version, report.pinned, report.only) = (HOSTILE.into(), Some(HOSTILE.into()), vec![HOSTILE.into()]);
    (report, shown)
}

/// The forms of it.
fn texts() -> [(&'static str, String); 4] {
    let (report, shown) = hostile();
    let signers = [HOSTILE.to_owned()];
    forms(&Inputs { report: &report, file: Some(HOSTILE), signers: &signers, judged: true, shown: Some(&shown), run: None })
}

#[test]
fn nothing_hidden_leaves_in_any_form() {
    for (form, text) in texts() {
        for c in ['\u{1b}', '\u{202e}', '\u{0}', '\u{ffff}'] {
            // Only XML can't have the last one.
            let may_have = c == '\u{ffff}' && form != "junit.xml";
            assert!(may_have || !text.contains(c), "{form}: {c:?}");
        }
        assert!(text.contains("evil.example"), "{form} does not show it at all");
    }
}

#[test]
fn a_page_has_the_elements_of_its_own_and_no_handler() {
    const OWN: &str = "html head meta title style body a header nav main section h1 h2 h3 h4 p ul ol li dl dt dd div span strong b code pre \
        details summary table thead tbody tr th td article svg rect del ins";
    let [(_, page), ..] = texts();
    for rest in page.split('<').skip(1) {
        let name = rest.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric() && c != '!').next().unwrap();
        assert!(name.eq_ignore_ascii_case("!doctype") || OWN.split_whitespace().any(|own| own == name), "<{name}");
        let tag = rest.split('>').next().unwrap();
        // Outside of a value in quotes, nothing of a foreign text is in a tag.
        let bare: String = tag.split('"').step_by(2).collect();
        assert!(!bare.contains("on") || !bare.contains("evil") && !bare.contains("onerror"), "{tag}");
        let href = tag.split("href=\"").nth(1);
        assert!(href.is_none_or(|h| h.starts_with('#')), "{tag}");
    }
}

#[test]
fn markdown_has_only_its_own_elements_and_links_nowhere() {
    let [_, (_, text), ..] = texts();
    let (mut prose, mut code, mut in_code) = (String::new(), String::new(), false);
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                let bare = html.replace("<!-- -->", "");
                let own = bare.starts_with("<details><summary>") && bare.ends_with("</summary>") && bare.matches('<').count() == 3;
                assert!(own || ["", "</details>"].contains(&&*bare), "{html}");
                prose.push('\n');
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("it links"),
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Code(words) => code.push_str(&words),
            Event::Text(words) if in_code => code.push_str(&words),
            Event::Text(words) => prose.push_str(&words),
            _ => {}
        }
    }
    assert!(prose.contains("alert(1)") && code.contains("alert(1)"));
    // GitHub makes these links and mentions of plain text, outside of code.
    for bare in ["@someone", "#1", "https://", "www."] {
        assert!(!prose.contains(bare), "{bare}");
    }
}

#[test]
fn junit_is_well_formed_and_says_what_was_said() {
    let [_, _, (_, text), _] = texts();
    let document = roxmltree::Document::parse(&text).unwrap();
    let names: std::collections::BTreeSet<&str> = document.descendants().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
    let own = ["error", "failure", "properties", "property", "skipped", "system-out", "testcase", "testsuite", "testsuites"];
    assert!(names.iter().all(|n| own.contains(n)), "{names:?}");
    assert!(document.descendants().any(|n| n.attribute("message").is_some_and(|m| m.contains("<script>"))));
}

#[test]
fn sarif_is_one_json_document_of_known_kinds() {
    let [.., (_, text)] = texts();
    let log: Value = serde_json::from_str(&text).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        assert!(["fail", "open", "pass", "informational", "notApplicable"].contains(&result["kind"].as_str().unwrap()));
        assert!(result["kind"] == "fail" || result["level"] == "none", "SARIF 2.1.0 §3.27.10: {result}");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(uri.as_str().is_none_or(|u| u.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b))), "{uri}");
    }
}
