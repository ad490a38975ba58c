//! The sample dumps as snapshots, bundles in memory, and changed copies of them.
use evid::adapters::dump;
use evid::argo::Here;
use evid::bundle::config::Config;
use evid::bundle::manifest::{LayerLine, Manifest};
use evid::bundle::sums::Sums;
use evid::canon;
use evid::canon::redact::Redactor;
use evid::compare::{Entries, Side};
use evid::kinds::Rules;
use evid::model::{Objects as _, Snapshot};
use evid::usecase::capture;
use evid::usecase::capture::objects::PackedObjects;
use evid::usecase::capture::{Beside, Collected, Intake, snapshot};
use evid::usecase::diff::{Outcome, diff};
use evid::value::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of samples.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// A sample dump (`before`, `off`, `on`) as collected.
pub fn collected(name: &str) -> Collected {
    dump::read(&folder().join("dumps").join(name)).unwrap()
}

/// The objects of one kind in a collected dump.
pub fn items<'a>(collected: &'a mut Collected, resource: &str) -> &'a mut Vec<Value> {
    &mut collected.lists.iter_mut().find(|l| l.resource.as_deref() == Some(resource)).unwrap().items
}

/// One object of a collected dump.
pub fn object<'a>(collected: &'a mut Collected, resource: &str, namespace: &str, name: &str) -> &'a mut Value {
    let here = |o: &&mut Value| o["metadata"]["name"] == name && o["metadata"]["namespace"].as_str().unwrap_or("") == namespace;
    items(collected, resource).iter_mut().find(here).unwrap_or_else(|| panic!("{resource} {namespace}/{name}"))
}

/// A bundle in memory.
pub struct Memory {
    files: BTreeMap<String, Arc<Vec<u8>>>,
    sums: Sums,
}

impl Entries for Memory {
    fn sums(&self) -> &Sums {
        &self.sums
    }
    fn entry(&self, name: &str) -> Result<Arc<Vec<u8>>, String> {
        self.files.get(name).cloned().ok_or_else(|| "missing".into())
    }
}

impl Memory {
    /// One side of a comparison, of all its files.
    pub fn side(name: &str, files: BTreeMap<String, Vec<u8>>) -> Side {
        let mut sums = Sums::default();
        for (name, bytes) in &files {
            sums.insert(name, canon::sha256_hex(bytes));
        }
        let digest = sums.content_id();
        let files = files.into_iter().map(|(name, bytes)| (name, Arc::new(bytes))).collect();
        Side::open(name, &digest, Box::new(Self { files, sums })).unwrap()
    }
}

/// The files of a bundle, made with a fixed redaction key.
pub fn drafted(collected: Collected) -> Draft {
    drafted_with(collected, Config::default())
}

/// The same, for a platform of this configuration.
pub fn drafted_with(collected: Collected, config: Config) -> Draft {
    drafted_by(collected, &config, &Redactor::new(&[7; 32]))
}

/// The same, with this redactor.
pub fn drafted_by(collected: Collected, config: &Config, redactor: &Redactor) -> Draft {
    drafted_beside(collected, config, redactor, Beside::default())
}

/// The same, with what else was asked.
pub fn drafted_beside(collected: Collected, config: &Config, redactor: &Redactor, beside: Beside) -> Draft {
    let (layers, rules) = (config.layers().unwrap(), Rules::new(&[]).unwrap());
    let spool = evid::usecase::capture::spool::Memory::default();
    let intake = Intake { redactor, rules: &rules, layers: &layers, config, spool: &spool };
    let (mut files, mut sums) = (BTreeMap::new(), Sums::default());
    let captured = capture::run(
        |intake| Ok::<_, Box<dyn std::error::Error>>(collected.through(intake)),
        &intake,
        |_| Ok(beside),
        |all| Ok(all(&mut |name, bytes| drop(files.insert(name, bytes)))?),
    );
    for (name, bytes) in &files {
        sums.insert(name, canon::sha256_hex(bytes));
    }
    let manifest = captured.unwrap().sealed.manifest(&sums, "");
    Draft { files, manifest }
}

/// A collected dump as a snapshot.
pub fn taken_in<T>(
    collected: Collected,
    config: &Config,
    redactor: &Redactor,
    rules: &Rules,
    then: impl FnOnce(&Snapshot<PackedObjects<'_>>) -> T,
) -> T {
    let spool = evid::usecase::capture::spool::Memory::default();
    let intake = Intake { redactor, rules, layers: &[], config, spool: &spool };
    then(&snapshot(collected.through(&intake), &intake).unwrap())
}

/// The files of a bundle in memory (without `evid.json`, which needs their digests) and what the manifest says.
pub struct Draft {
    /// Entry name → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    manifest: Manifest,
}

impl Draft {
    /// As a point of a run.
    pub fn of_run(mut self, run: &str) -> Self {
        self.manifest.run = Some(run.to_owned());
        self
    }

    /// `evid.json`, given the digest of all bytes written before it.
    pub fn manifest(&self, head: &str) -> Vec<u8> {
        canon::json::document(&Manifest { head: head.to_owned(), ..self.manifest.clone() }).unwrap()
    }

    /// What the manifest says of each layer.
    pub fn layers(&self) -> &[LayerLine] {
        &self.manifest.layers
    }
}

/// All files of a bundle but SHA256SUMS.
pub fn files(draft: &Draft) -> BTreeMap<String, Vec<u8>> {
    let mut files = draft.files.clone();
    files.insert("evid.json".into(), draft.manifest(""));
    files
}

/// Seals a draft.
pub fn seal(path: &std::path::Path, draft: &Draft) {
    let mut writer = evid::adapters::zipfile::BundleWriter::create(path, false).unwrap();
    draft.files.iter().for_each(|(name, bytes)| writer.add(name, bytes).unwrap());
    let manifest = draft.manifest(&writer.head_sha256());
    writer.add("evid.json", &manifest).unwrap();
    writer.finish().unwrap();
}

/// One side of a comparison, made in memory.
pub fn side(name: &str, collected: Collected) -> Side {
    side_of(name, drafted(collected))
}

/// One side of a comparison, of these files.
pub fn side_of(name: &str, draft: Draft) -> Side {
    Memory::side(name, files(&draft))
}

/// Judges collected dumps in order.
pub fn judge(all: Vec<Collected>) -> Outcome {
    let sides: Vec<Side> = all.into_iter().enumerate().map(|(i, c)| side(&format!("bundle-{i}"), c)).collect();
    diff(&sides, None).unwrap()
}

/// The verdict of one claim.
pub fn verdict(outcome: &Outcome, claim: &str) -> &'static str {
    outcome.judged.iter().find(|j| j.id == claim).unwrap_or_else(|| panic!("{claim} was not judged")).verdict.as_str()
}

/// Whether a finding of the claim names the object.
pub fn names(outcome: &Outcome, claim: &str, name: &str) -> bool {
    let judged = outcome.judged.iter().find(|j| j.id == claim).unwrap();
    judged.findings.iter().any(|f| f.object.as_ref().is_some_and(|k| k.name == name))
}

/// Makes bundles, report and public key anew, the key for this once.
fn bless() {
    let bundles: Vec<PathBuf> = ["before", "off", "on"].map(|n| folder().join("bundles").join(format!("{n}.evid.zip"))).into();
    for (path, name) in bundles.iter().zip(["before", "off", "on"]) {
        std::fs::remove_file(path).unwrap();
        seal(path, &drafted(collected(name)));
    }
    let sides = evid::adapters::archive::sides(&bundles, evid::adapters::archive::Check::Content).unwrap();
    let statement = diff(&sides, None).unwrap().statement(&sides);
    let key = evid::envelope::SigningKey::generate(evid::envelope::Algorithm::Ed25519).unwrap();
    std::fs::remove_dir_all(folder().join("reports")).unwrap();
    std::fs::create_dir(folder().join("reports")).unwrap();
    evid::adapters::report_file::write(&folder().join("reports"), "before--off--on", ".report.json", &statement, &key).unwrap();
    std::fs::write(folder().join("keys/test.pub"), key.verifying_key().to_pem()).unwrap();
}

#[test]
fn the_sealed_samples_are_what_a_capture_of_the_dumps_gives() {
    if std::env::var_os("EVID_BLESS").is_some() {
        bless();
    }
    for name in ["before", "off", "on"] {
        let reader = evid::adapters::archive::open(&folder().join("bundles").join(format!("{name}.evid.zip"))).unwrap();
        let sealed = evid::adapters::archive::files(&reader).unwrap();
        let made = drafted(collected(name));
        for (entry, bytes) in &made.files {
            assert!(sealed.get(entry) == Some(bytes), "{name}: {entry} is not what is sealed; capture the samples anew");
        }
        assert_eq!(sealed.len(), made.files.len() + 1, "{name}: evid.json comes on top");
    }
}

/// A capture and `verify` place objects by a part of each; here they are whole.
#[test]
fn whole_objects_are_placed_and_split_as_those_of_which_a_part_is_read() {
    let (config, rules) = (Config::default(), Rules::new(&[]).unwrap());
    for name in ["before", "off", "on"] {
        let files = files(&drafted(collected(name)));
        let (objects, defects) = evid::bundle::rebuild::objects(&files, &rules);
        assert!(defects.is_empty() && objects.len() > 50);
        let mut against = evid::bundle::against::Against::new(&files);
        let layers = config.layers().unwrap();
        evid::bundle::assemble::each_file(&objects.as_slice(), &rules, &layers, &config, &Here::default(), &mut |name, bytes| {
            against.given(&name, &bytes)
        });
        let defects: Vec<String> = against.finish().iter().map(ToString::to_string).collect();
        assert_eq!(defects, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn of_stored_lines_the_same_part_is_read_as_of_the_whole_object() {
    let rules = Rules::new(&[]).unwrap();
    for name in ["before", "off", "on"] {
        let files = files(&drafted(collected(name)));
        let (rebuilt, defects) = evid::bundle::rebuild::Rebuilt::read(&files, &rules);
        assert!(defects.is_empty() && rebuilt.len() > 50);
        for at in 0..rebuilt.len() {
            let (part, whole) = (rebuilt.lean(at).unwrap(), rebuilt.whole(at).unwrap());
            let lean = evid::layers::Lean::of(&whole.key.group, &whole.key.kind, &rules);
            assert_eq!(part.value, lean.cut(&whole.value, &whole.key.name), "{}", whole.key);
        }
    }
}

#[test]
fn the_sample_report_is_authentic_and_follows_from_the_sample_bundles() {
    let place = crate::cli::Place::new();
    let at = |p: &str| folder().join(p).display().to_string();
    let out = place.evid(&[
        "verify",
        &at("reports/before--off--on.report.json"),
        &at("bundles/before.evid.zip"),
        &at("bundles/off.evid.zip"),
        &at("bundles/on.evid.zip"),
        "--key",
        &at("keys/test.pub"),
        "--rederive",
    ]);
    assert_eq!(out.status.code(), Some(0), "{}", crate::cli::text(&out.stderr));
    assert!(crate::cli::text(&out.stdout).contains("re-derived"));
}
