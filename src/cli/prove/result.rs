//! The end of a run: verdicts over its bundles, a signed report, everything verified, an index that a person can open.
use crate::adapters::{archive, fresh, report_file};
use crate::bundle::names::ACTIONS;
use crate::claims::Expect;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::live::Session;
use crate::cli::prove::Args;
use crate::cli::prove::goal::Step;
use crate::cli::prove::state::State;
use crate::cli::{Done, Global, ui, verify};
use crate::envelope::SigningKey;
use crate::render::html::Page;
use crate::render::{html, table};
use crate::usecase::diff::diff;
use std::path::{Path, PathBuf};

/// Judges, signs, verifies, writes the index; the exit code is the result's.
pub(super) fn judge(session: &Session<'_>, dir: &Path, state: &State, args: &Args, global: &Global, signing: &SigningKey) -> Done {
    let reference = args.reference.as_deref().map(|r| archive::locate(r, &global.archive)).transpose()?;
    let done = |s: &&Step| state.done.iter().any(|d| d == s.name());
    let points: Vec<&str> =
        state.goal.steps().iter().filter(done).filter_map(|s| if let Step::Point(name) = s { Some(*name) } else { None }).collect();
    let paths: Vec<PathBuf> = reference.into_iter().chain(points.iter().map(|name| State::bundle(dir, name))).collect();
    let sides = archive::sides(&paths)?;
    // A round trip that ended half way was to show that the layer is gone.
    let expect = if points.last() == Some(&"off") { Some(Expect::CoreOnly) } else { state.goal.expect() };
    let outcome = diff(&sides, expect)?;
    let names: Vec<&str> = sides.iter().map(|s| &*s.name).collect();
    let report = report_file::write(dir, &names, &outcome.statement(&sides), signing)?;
    ui::data(table::report(&sides, &outcome.judged, &outcome.changes, outcome.total, ui::style()).as_bytes())?;
    let files: Vec<String> = paths.iter().chain([&report]).map(|p| p.display().to_string()).collect();
    ui::message("\nverifying what was written");
    let verified = verify::check(&files, &[signing.verifying_key()], true, global)?;
    let bare: Vec<String> = names.iter().map(|n| format!("{n}{}", archive::ENDING)).collect();
    let report_name = report.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let index = html::page(&Page {
        title: &format!("evid prove {}", state.goal.as_str()),
        about: &about(session, state, signing),
        sides: &sides,
        judged: &outcome.judged,
        total: outcome.total,
        files: &listing(&bare, &report_name),
        commands: &commands(&bare, &report_name),
    });
    let path = dir.join("index.html");
    fresh::replace(&path, index.as_bytes(), 0o644).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    ui::message(&format!("\nproof {}\nopen  {}", dir.display(), path.display()));
    ui::message(&format!("look  evid show {} applications", State::bundle(dir, "before").display()));
    Ok(if verified == Exit::Proven { outcome.total.into() } else { verified })
}

fn about(session: &Session<'_>, state: &State, signing: &SigningKey) -> String {
    let nonce = state.nonce.as_ref().map(|n| format!(", nonce {n}")).unwrap_or_default();
    format!("begun {} on {}{nonce}; signed by key {}", state.started, session.cluster.server(), signing.verifying_key().keyid())
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
