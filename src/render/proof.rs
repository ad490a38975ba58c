//! The index page of a proof: what was proven, what each of its files is, and how a stranger checks them.
use crate::bundle::names::ACTIONS;
use crate::render::html::{Page, page};
use crate::report::read::Reading;
use crate::usecase::prove::State;

/// The page of a report. `server` was asked; `file` is the report's, which `signer` signed.
pub fn index(state: &State, server: &str, report: &Reading, file: &str, signer: &str) -> String {
    let nonce = state.nonce.as_ref().map(|n| format!(", nonce {n}")).unwrap_or_default();
    // A turn that failed is not hidden behind what the bundles show all the same.
    let failed = state.failed().map_or_else(String::new, |step| format!("; {} failed, so the run is not at its end", step.name()));
    let end = if failed.is_empty() { "" } else { ", not at its end" };
    let bundles: Vec<String> = report.bundles.iter().map(|b| format!("{}.evid.zip", b.name)).collect();
    page(&Page {
        title: &format!("evid prove {}{end}", state.goal.as_str()),
        about: &format!("begun {} on {server}{nonce}; signed by key {signer}{failed}", state.started),
        report,
        files: &listing(&bundles, file),
        commands: &commands(&bundles, file),
    })
}

fn listing(bundles: &[String], report: &str) -> Vec<(String, &'static str)> {
    let sigstore = report.replace(".report.json", ".sigstore.json");
    let rest = [
        (report.to_owned(), "the signed report (in-toto statement in a DSSE envelope)"),
        (sigstore, "the same as a sigstore bundle"),
        (ACTIONS.to_owned(), "every write to the cluster, its intent before and its answer after"),
    ];
    bundles.iter().map(|b| (b.clone(), "a sealed bundle: a zip that unzip and sha256sum can read")).chain(rest).collect()
}

fn commands(bundles: &[String], report: &str) -> Vec<String> {
    let mut out = vec![
        format!("evid verify {} {report} --key THE-SIGNERS-PUBLIC-KEY.pem --rederive", bundles.join(" ")),
        "# or without evid:".to_owned(),
    ];
    out.extend(
        bundles.iter().map(|b| format!("mkdir x && cd x && unzip -q ../{b} && sha256sum -c SHA256SUMS --quiet && cd .. && rm -r x")),
    );
    out
}
