//! What the report is about, how it was made, and how a stranger checks it without evid.
use crate::bundle::expected::Expected;
use crate::bundle::manifest::Hub;
use crate::bundle::names::ACTIONS;
use crate::model::Key;
use crate::render::foreign::quoted;
use crate::render::view::said::{Inputs, Subject};
use crate::render::words::{count, fill, page};
use crate::render::{findings, foreign, gaps};
use crate::report::read::Bundle;
use crate::usecase::folder::MANIFEST;
use std::collections::BTreeSet;

/// How cosign verifies a report with a key and without its own transparency log.
pub const COSIGN_OPTIONS: &str = "--insecure-ignore-tlog --type https://evid.dev/report/v1";

/// How many kinds of one reason for a gap are named.
const KINDS: usize = 12;

pub(super) fn subject(bundle: &Bundle) -> Subject {
    let t = page();
    let known = |text: &Option<String>| text.as_ref().map_or_else(|| t.unknown.to_owned(), |text| foreign::clean(text));
    let source = match &*bundle.source {
        "live" => t.source_live,
        "text" => t.source_text,
        _ => t.source_dump,
    };
    let mut facts = vec![
        (t.captured, fill(t.window, &[("started", &known(&bundle.window.started)), ("finished", &known(&bundle.window.finished))])),
        (t.source, source.to_owned()),
        (t.asked, count(bundle.asked.len(), t.kind_one, t.kind_many)),
        (t.content_id, foreign::clean(&bundle.content_id)),
    ];
    facts.extend(bundle.switch.as_ref().map(|s| (t.switch, foreign::clean(s))));
    facts.extend(bundle.nonce.as_ref().map(|n| (t.nonce, foreign::clean(n))));
    Subject { name: foreign::clean(&bundle.name), sha256: foreign::clean(&bundle.sha256), facts, gaps: gaps::lines(&bundle.gaps(), KINDS) }
}

/// What is true of the report or of all bundles; a value that differs between bundles is told with each.
pub(super) fn about(inputs: &Inputs<'_>) -> Vec<(&'static str, String)> {
    let (t, bundles) = (page(), &inputs.report.bundles);
    let shared = |value: &dyn Fn(&Bundle) -> Option<String>| -> String {
        let all: BTreeSet<Option<String>> = bundles.iter().map(value).collect();
        let word = |v: &Option<String>| v.as_ref().map_or_else(|| t.unknown.to_owned(), |v| foreign::clean(v));
        all.iter().map(word).collect::<Vec<_>>().join(" · ")
    };
    let mut out = vec![
        (t.cluster, shared(&|b| b.cluster.uid.clone())),
        (t.server, shared(&|b| b.cluster.server.clone())),
        (t.server_version, shared(&|b| b.cluster.version.clone())),
        (t.tool, foreign::clean(&inputs.report.tool.version)),
        (t.rules, shared(&|b| Some(b.rules.clone()))),
        (t.configuration, shared(&|b| Some(b.config.clone()))),
        (t.redaction_key, shared(&|b| Some(b.redaction_key.clone()))),
    ];
    if bundles.iter().any(|b| b.hub.is_some()) {
        let of_hub = |value: &dyn Fn(&Hub) -> Option<String>| shared(&|b| b.hub.as_ref().and_then(value));
        out.push((t.hub, of_hub(&|hub| hub.uid.clone())));
        out.push((t.hub_server, of_hub(&|hub| hub.server.clone())));
    }
    if let Some(run) = inputs.run {
        out.insert(0, (t.run, fill(t.run_begun, &[("run", &run.run), ("time", &run.started)])));
        let interrupted = (!run.resumed.is_empty()).then(|| (t.run_resumed, foreign::clean(&run.resumed.join(", "))));
        let context = run.context.as_ref().map(|context| (t.context, foreign::clean(context)));
        out.splice(1..1, interrupted.into_iter().chain(context));
        out.extend(run.nonce.as_ref().map(|n| (t.nonce, foreign::clean(n))));
    }
    let signed = if inputs.signers.is_empty() { t.nobody.to_owned() } else { foreign::clean(&inputs.signers.join(", ")) };
    out.push((if inputs.judged { t.signer } else { t.signer_named }, signed));
    for r in &inputs.report.revisions {
        let mut seen: Vec<&str> = r.revisions.iter().map(|r| r.as_deref().unwrap_or(t.unknown)).collect();
        seen.dedup();
        out.push((t.revision, fill(t.revision_of, &[("layer", &r.layer), ("root", &r.root), ("revisions", &seen.join(" → "))])));
    }
    out
}

pub(super) fn expected(entries: &[Expected]) -> Vec<String> {
    let one = |e: &Expected| {
        let key = Key::new("", &e.kind, e.namespace.as_deref().unwrap_or(""), e.name.as_deref().unwrap_or("*"));
        let values = [("object", &*findings::of_key(&key)), ("pointers", &e.pointers.join(", ")), ("because", e.because.trim())];
        fill(page().expected_entry, &values)
    };
    entries.iter().map(one).collect()
}

/// The files beside the page.
pub(super) fn files(inputs: &Inputs<'_>) -> Vec<(String, &'static str)> {
    let t = page();
    let mut out: Vec<(String, &'static str)> = bundles(inputs).into_iter().map(|b| (b, t.file_bundle)).collect();
    if let Some(report) = inputs.file {
        out.push((foreign::clean(report), t.file_report));
        out.push((foreign::clean(&report.replace(".report.json", ".sigstore.json")), t.file_sigstore));
    }
    if inputs.run.is_some() {
        out.push((ACTIONS.to_owned(), t.file_actions));
        out.push((MANIFEST.to_owned(), t.file_manifest));
    }
    out
}

fn bundles(inputs: &Inputs<'_>) -> Vec<String> {
    inputs.report.bundles.iter().map(|b| foreign::clean(&format!("{}.evid.zip", b.name))).collect()
}

/// The commands, one after the other; each is for the folder in which the files are.
pub(super) fn checks(inputs: &Inputs<'_>) -> Vec<(&'static str, String)> {
    let t = page();
    let names = bundles(inputs);
    let bundles: Vec<String> = names.iter().map(|b| quoted(b)).collect();
    let is_run = inputs.run.is_some();
    let mut out = Vec::new();
    if is_run || inputs.file.is_some() {
        let id = format!("k=$(mktemp) && openssl pkey -pubin -in {SIGNER} -outform DER -out \"$k\" && sha256sum < \"$k\"");
        out.push((if is_run { t.check_key_run } else { t.check_key }, id));
    }
    if is_run {
        let is_about = format!("jq -r '.subject[0].digest.sha256 + \"  {MANIFEST}\"' \"$d/payload\" | sha256sum -c");
        out.push((t.check_list, [signed(&format!("{MANIFEST}.json")), is_about, format!("sha256sum --quiet -c {MANIFEST}")].join("\n")));
    }
    let digests = inputs
        .report
        .bundles
        .iter()
        .zip(&names)
        .map(|(b, file)| format!("echo {} | sha256sum -c", quoted(&format!("{}  {file}", foreign::clean(&b.sha256)))));
    out.push((t.check_bundles, digests.collect::<Vec<_>>().join("\n")));
    let files =
        bundles.iter().map(|b| format!("(d=$(mktemp -d) && unzip -q {b} -d \"$d\" && cd \"$d\" && sha256sum -c --quiet SHA256SUMS)"));
    out.push((t.check_files, files.collect::<Vec<_>>().join("\n")));
    let layers = inputs.report.bundles.first().map(|b| &*b.layers).unwrap_or_default();
    let digests = layers.iter().filter(|l| l.role == "protected").flat_map(|l| {
        let state = quoted(&format!(" state/{}/", foreign::clean(&l.name)));
        bundles.iter().map(move |b| format!("unzip -p {b} SHA256SUMS | grep {state} | sha256sum"))
    });
    out.push((t.check_layers, digests.collect::<Vec<_>>().join("\n")));
    if let Some(report) = inputs.file.map(foreign::clean) {
        let (sigstore, report) = (quoted(&report.replace(".report.json", ".sigstore.json")), quoted(&report));
        let verdicts = "base64 -d | jq -r '.predicate.verdicts[] | .verdict + \" \" + .claim'";
        out.push((t.check_verdicts, format!("jq -r .payload {report} | {verdicts}")));
        out.push((t.check_openssl, signed(&report)));
        if let Some(first) = bundles.first() {
            let command = format!("cosign verify-blob-attestation --bundle {sigstore} --key {SIGNER} {COSIGN_OPTIONS} {first}");
            out.push((t.check_cosign, command));
        }
        let all = if is_run { ".".to_owned() } else { format!("{} {report}", bundles.join(" ")) };
        out.push((t.check_evid, format!("evid verify {all} --key {SIGNER} --rederive")));
    }
    out
}

/// The public key of the signer, which the reader has from somewhere else.
const SIGNER: &str = "../signing.pub";

/// The commands that verify the signature of a DSSE envelope in this file.
fn signed(file: &str) -> String {
    [
        "d=$(mktemp -d)".to_owned(),
        format!("jq -r .payload {file} | base64 -d > \"$d/payload\""),
        format!("t=$(jq -r .payloadType {file})"),
        "{ printf 'DSSEv1 %d %s %d ' ${#t} \"$t\" $(wc -c < \"$d/payload\"); cat \"$d/payload\"; } > \"$d/signed\"".to_owned(),
        format!("jq -r '.signatures[0].sig' {file} | base64 -d > \"$d/sig\""),
        format!("openssl pkeyutl -verify -pubin -inkey {SIGNER} -rawin -in \"$d/signed\" -sigfile \"$d/sig\""),
    ]
    .join("\n")
}
