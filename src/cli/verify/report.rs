//! A report: whose signature it has, whether its bundles are those at hand, and whether it follows from them.
use crate::adapters::archive::ENDING;
use crate::adapters::archive::{self, Check};
use crate::canon::json;
use crate::claims::Expect;
use crate::cli::verify::{Depth, Verifying, bundle};
use crate::cli::{Done, Exit, Failure, Global};
use crate::envelope::{Envelope, SignatureStatus, Statement, VerifyingKey};
use crate::model::Verdict;
use crate::render::foreign;
use crate::usecase::diff::diff;
use crate::value::Value;
use std::path::{Path, PathBuf};

/// What the signatures of an envelope say to a reader with these keys: a line for it, and how well that is.
pub(super) fn signed(envelope: &Envelope, keys: &[VerifyingKey], broken: &dyn Fn(String) -> Failure) -> Result<(String, Exit), Failure> {
    let statuses = crate::envelope::verify(envelope, keys);
    let good: Vec<&str> = statuses.iter().filter_map(|s| if let SignatureStatus::Good(id) = s { Some(&**id) } else { None }).collect();
    if statuses.iter().any(|s| matches!(s, SignatureStatus::Bad(_))) {
        return Err(broken("a signature of a key that you named does not hold: it was changed after it was signed".into()));
    }
    if keys.is_empty() {
        return Ok(("intact, signer unknown: name a key that you trust with --key".into(), Exit::Inconclusive));
    }
    if good.is_empty() {
        let failed = broken("not signed by any key that you named".into());
        return Err(failed.hint("ask the signer for the public key, over a way that you trust"));
    }
    Ok((format!("authentic: signed by {}", good.join(", ")), Exit::Proven))
}

impl Verifying<'_> {
    /// Checks a report and its bundles; prints the result.
    pub(super) fn report(&mut self, path: &Path, envelope: &Envelope, statement: &Statement) -> Done {
        let broken = |text: String| Failure::new(format!("{}: {text}", path.display())).exit(Exit::Broken);
        let (line, mut exit) = signed(envelope, self.trust.keys, &broken)?;
        let mut say = vec![line];
        say.extend(self.stamp(path)?);
        let mut bundles = Vec::new();
        for subject in &statement.subjects {
            let name = subject.name.clone();
            let about = format!("{}: the bundle that the report is about", foreign::clean(&name));
            if let Some((path, resplit)) = self.bundles.get(&subject.sha256) {
                say.push(about);
                bundles.push(AtHand { path: path.clone(), name, sha256: subject.sha256.clone(), resplit: Some(*resplit) });
                continue;
            }
            let Some(found) = beside(path, &subject.name, self.global) else {
                say.push(format!("{}: not at hand; its digest was not compared", foreign::clean(&name)));
                exit = exit.at_best(Exit::Inconclusive);
                continue;
            };
            let reader = archive::open_whole(&found)?;
            if reader.file_sha256() != subject.sha256 {
                return Err(broken(format!(
                    "{} is not the bundle that the report is about (sha256 {})",
                    found.display(),
                    reader.file_sha256()
                )));
            }
            say.push(about);
            self.run.insert(subject.sha256.clone(), (found.clone(), archive::point(&reader)?));
            bundles.push(AtHand { path: found, name, sha256: subject.sha256.clone(), resplit: None });
        }
        if self.depth == Depth::Rederived {
            if bundles.len() == statement.subjects.len() {
                if rederived(&bundles, statement, &broken)? {
                    say.push("re-derived: the report follows from the bundles, byte for byte".into());
                } else {
                    say.push("not re-derived: a bundle was made with other rules than this version has".into());
                    exit = exit.at_best(Exit::Inconclusive);
                }
            } else {
                say.push("not re-derived: not all bundles are at hand".into());
            }
        }
        let said = statement.predicate.get("verdict").and_then(Value::as_str);
        let verdict = said.and_then(Verdict::parse);
        let Some(verdict) = verdict else { return Err(broken("its verdict is none that evid gives".into())) };
        say.push(format!("the report says: {verdict}"));
        self.tell(path, "", &say, exit)
    }
}

/// The bundle of that name beside the report, or in the evidence folder.
fn beside(report: &Path, name: &str, global: &Global) -> Option<PathBuf> {
    let plain = Path::new(name).file_name()?;
    let folders = [report.parent().map(Path::to_path_buf), Some(global.archive().to_owned())];
    folders.into_iter().flatten().map(|f| f.join(plain)).find(|p| p.is_file())
}

/// A bundle that a report is about.
struct AtHand {
    path: PathBuf,
    /// The name in the report.
    name: String,
    sha256: String,
    /// Whether its facets were split again; none if its contents were not checked yet.
    resplit: Option<bool>,
}

fn rederived(bundles: &[AtHand], statement: &Statement, broken: &dyn Fn(String) -> Failure) -> Result<bool, Failure> {
    for at in bundles {
        let resplit = at.resplit.map_or_else(|| bundle(&at.path, Depth::Content).map(|checked| checked.resplit), Ok)?;
        if !resplit {
            return Ok(false);
        }
    }
    let paths: Vec<PathBuf> = bundles.iter().map(|at| at.path.clone()).collect();
    // Their content was checked: once is enough, while they are the same files.
    let mut sides = archive::sides(&paths, Check::Digests)?;
    for (side, at) in sides.iter_mut().zip(bundles) {
        if side.sha256 != at.sha256 {
            return Err(broken(format!("{} was changed while it was verified", at.path.display())));
        }
        side.name = at.name.strip_suffix(ENDING).unwrap_or(&at.name).to_owned();
        // A report says of each bundle whether it was checked then; now all were.
        let said = statement.predicate.pointer("/bundles").and_then(Value::as_array).into_iter().flatten();
        side.unchecked = said.filter(|b| b["name"] == *side.name).any(|b| b["unchecked"] == true);
    }
    let expect = statement.predicate.get("expected").and_then(|v| v.as_str()).and_then(Expect::parse);
    let mut anew = diff(&sides, expect)?.predicate;
    // Another version may have made the report; everything else must still follow.
    if let (Some(map), Some(tool)) = (anew.as_object_mut(), statement.predicate.get("tool")) {
        map.insert("tool", tool.clone());
    }
    if json::to_bytes(&anew) == json::to_bytes(&statement.predicate) {
        return Ok(true);
    }
    let made = statement.predicate.pointer("/tool/version").and_then(|v| v.as_str()).unwrap_or("unknown");
    let here = env!("CARGO_PKG_VERSION");
    let other = if made == here { String::new() } else { format!(" (it was made by evid {made}, this is {here})") };
    let fields = crate::compare::differences(&statement.predicate, &anew);
    let first = fields.first().map_or_else(String::new, |f| format!(", first at {}", f.pointer));
    Err(broken(format!("does not follow from its bundles{first}{other}")))
}
