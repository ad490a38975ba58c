//! What a scene has in its hands: a platform, evid, and the promise that all is put back.
use super::ground::{Demo, Ground, Real};
use super::said::{Said, Verdicts};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const APPS: &str = "applications.argoproj.io";
pub const PROJECTS: &str = "appprojects.argoproj.io";
pub const ROOT: &str = "root-optional";
/// What a finalizer of Argo CD's is called.
pub const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// What may be lost: made-up data.
const LOSSES: [&str; 4] =
    ["--allow-loss", "PersistentVolume/feast-registry-dev", "--allow-loss", "PersistentVolumeClaim/feast-dev/feast-registry"];

type Undo = Box<dyn Fn(&Stage)>;

/// A platform and a folder for what evid leaves.
pub struct Stage {
    pub ground: Ground,
    folder: TempDir,
    undo: RefCell<Vec<Undo>>,
    /// What was declared when it began; known on the demo only.
    declared: RefCell<BTreeMap<String, Value>>,
}

impl Stage {
    /// A demo platform of its own, with these mishaps.
    pub fn demo(mishaps: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground::Demo(Box::new(Demo::serve(mishaps, folder.path())));
        Self::on(ground, folder)
    }

    /// A demo platform whose Argo CD runs in a cluster of its own.
    pub fn demo_hub() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::on(Ground::Demo(Box::new(Demo::serve_both(folder.path()))), folder)
    }

    /// The real cluster, or the real hub and spoke.
    pub fn real() -> Self {
        Self::on(Ground::Real(Real::find()), tempfile::tempdir().unwrap())
    }

    fn on(ground: Ground, folder: TempDir) -> Self {
        // Without probes, for what is not about them; a demo's are asked as often as its time is fast.
        std::fs::write(folder.path().join("evid.yaml"), quiet()).unwrap();
        let probes = std::fs::read_to_string(crate::samples::folder().join("platform/evid.yaml")).unwrap();
        let fast = probes.replace("      layer:", "      interval: 50ms\n      layer:");
        std::fs::write(folder.path().join("probes.yaml"), if ground.is_demo() { fast } else { probes }).unwrap();
        Self { ground, folder, undo: RefCell::default(), declared: RefCell::default() }
    }

    /// Plays a scene, puts everything back whatever came of it, and checks that it is back.
    pub fn play(self, scene: impl FnOnce(&Self)) {
        if !self.ground.is_demo() && !self.is_settled() {
            // What an earlier scene left when it failed.
            self.on_again();
        }
        self.settled();
        match &self.ground {
            Ground::Demo(demo) => drop(self.declared.replace(demo.declared())),
            Ground::Real(_) => drop(self.capture("begin").ended(0)),
        }
        let played = catch_unwind(AssertUnwindSafe(|| scene(&self)));
        let back = catch_unwind(AssertUnwindSafe(|| self.put_back()));
        if let Err(panic) = played {
            resume_unwind(panic);
        }
        if let Err(panic) = back {
            resume_unwind(panic);
        }
        assert!(crate::schemas::valid_folder(self.folder.path()) > 0, "a scene leaves documents");
    }

    fn put_back(&self) {
        for undo in self.undo.take().into_iter().rev() {
            undo(self);
        }
        let root = self.app(ROOT).unwrap();
        if root["spec"]["syncPolicy"]["automated"].is_null() || !self.is_settled() {
            self.on_again();
        }
        self.settled();
        self.same_as_at_the_beginning();
    }

    /// Done at the end of the scene, even of one that failed; the last one first.
    pub fn later(&self, undo: impl Fn(&Self) + 'static) {
        self.undo.borrow_mut().push(Box::new(undo));
    }

    /// Makes sure of a bundle of the beginning.
    pub fn begin(&self) {
        if self.ground.is_demo() {
            self.capture("begin").ended(0);
        }
    }

    /// All that was declared at the beginning is declared now; on a real cluster, a capture has the layers of the one at the beginning.
    pub fn same_as_at_the_beginning(&self) {
        if let Ground::Demo(demo) = &self.ground {
            let (before, after) = (self.declared.borrow(), demo.declared());
            let differs = |key: &&String| before.get(*key) != after.get(*key);
            let shown = |of: &BTreeMap<String, Value>, key: &String| of.get(key).map(Value::to_string);
            let told = |key: &String| format!("{key}: {:?} → {:?}", shown(&before, key), shown(&after, key));
            let differing: BTreeSet<String> = before.keys().chain(after.keys()).filter(differs).map(told).collect();
            assert!(differing.is_empty(), "not as it began: {differing:#?}");
            return;
        }
        self.capture("end").ended(0);
        if self.digests("begin") != self.digests("end") {
            panic!("not as it began:\n{}", self.evid(&["diff", "begin", "end", "--no-sign"]).out);
        }
    }

    /// Runs evid.
    pub fn evid(&self, words: &[&str]) -> Said {
        let out = self.ground.evid(words, self.folder.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: out.status.code().unwrap_or(-1), out: text(&out.stdout), err: text(&out.stderr) }
    }

    /// Starts evid and leaves it running.
    pub fn start(&self, words: &[&str]) -> Child {
        drop(std::fs::remove_file(self.path("pid")));
        self.ground.evid(words, self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// `kill -9`.
    pub fn kill(&self, mut child: Child) {
        if self.ground.is_demo() {
            drop(child.kill());
        } else {
            let pid = std::fs::read_to_string(self.path("pid")).unwrap_or_default();
            if !pid.trim().is_empty() {
                drop(std::process::Command::new("kill").args(["-9", pid.trim()]).output());
            }
        }
        child.wait().unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn capture(&self, name: &str) -> Said {
        self.evid(&["capture", name, "--force"])
    }

    /// Captures with the platform's probes.
    pub fn capture_probed(&self, name: &str) -> Said {
        self.evid(&["capture", name, "--force", "--config", "probes.yaml"])
    }

    /// Off, with the sample's losses allowed.
    pub fn off(&self, more: &[&str]) -> Said {
        self.evid(&[&["switch", "off", "--yes"], &LOSSES[..], more].concat())
    }

    pub fn prove(&self, more: &[&str]) -> Said {
        self.evid(&self.prove_words(more))
    }

    /// The words of a proof that is started and left running.
    pub fn prove_words<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        [&["prove"], more, &["--yes"], &LOSSES].concat()
    }

    /// The words of an off that is started and left running.
    pub fn off_words<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        [&["switch", "off", "--yes"], &LOSSES[..], more].concat()
    }

    /// On, as it must go.
    pub fn on_again(&self) -> Said {
        self.evid(&["switch", "on", "--yes"]).ended(0)
    }

    /// Layer → digest.
    pub fn digests(&self, name: &str) -> BTreeMap<String, String> {
        let path = self.path(&format!("evidence/{name}.evid.zip"));
        let reader = evid::adapters::archive::open(&path).unwrap();
        let manifest: Value = serde_json::from_slice(&evid::adapters::archive::files(&reader).unwrap()["evid.json"]).unwrap();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        manifest["layers"].as_array().unwrap().iter().map(|l| (text(&l["name"]), text(&l["digest"]))).collect()
    }

    /// The verdicts over bundles.
    pub fn verdicts(&self, names: &[&str]) -> Verdicts {
        let said = self.evid(&[&["diff"], names, &["--no-sign", "-o", "json"]].concat());
        Verdicts::read(serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err)))
    }

    pub fn app(&self, name: &str) -> Option<Value> {
        self.ground.get(APPS, "argocd", name)
    }

    pub fn patch_app(&self, name: &str, body: &Value) {
        self.ground.patch(APPS, "argocd", name, body);
    }

    /// Waits until something is so.
    pub fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + self.ground.patience();
        while !is_so(self) {
            assert!(Instant::now() < end, "never: {what}");
            std::thread::sleep(self.ground.poll());
        }
    }

    /// Waits until every Application is at rest, the forgotten and the manual ones too.
    pub fn settled(&self) {
        self.until("every Application is Synced and Healthy", |s| s.is_settled());
    }

    fn is_settled(&self) -> bool {
        let apps = self.ground.list(APPS);
        apps.iter().all(|a| {
            let status = &a["status"];
            status["sync"]["status"] == "Synced"
                && status["health"]["status"] == "Healthy"
                && a["operation"].is_null()
                && a["metadata"]["deletionTimestamp"].is_null()
                && status["operationState"]["phase"] != "Running"
        }) && apps.len() == 34
    }

    /// Asks Argo CD to look at every Application, and waits until it has.
    pub fn refresh(&self) {
        let ask = json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}});
        let name = |a: &Value| a["metadata"]["name"].as_str().unwrap().to_owned();
        self.ground.list(APPS).iter().for_each(|a| self.patch_app(&name(a), &ask));
        let asked = |a: &Value| !a["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_null();
        self.until("every Application is looked at", |s| !s.ground.list(APPS).iter().any(asked));
    }

    /// A file of the sample platform.
    pub fn sample(name: &str) -> PathBuf {
        crate::samples::folder().join("platform").join(name)
    }

    /// How long something takes.
    pub fn timed(work: impl FnOnce()) -> Duration {
        let start = Instant::now();
        work();
        start.elapsed()
    }
}

/// The platform's description without probes.
fn quiet() -> String {
    let text = std::fs::read_to_string(Stage::sample("evid.yaml")).unwrap();
    let (head, _) = text.split_once("  probes:").unwrap();
    format!("{head}  probes: []\n")
}

/// The documents of a YAML file.
pub fn documents(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    evid::canon::yaml::parse(&text).unwrap().into_iter().filter(|d| !d.is_null()).map(Value::from).collect()
}
