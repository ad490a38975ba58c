//! What is measured: each verb of evid and its peers on one multiplied platform. Knows how they are called, not what they should take.
use crate::measure::{Medians, Runs, Task, in_turn};
use crate::server;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub const CAPTURE: &str = "evid capture --from";
pub const ZIP: &str = "zip -6, sha256sum";
pub const VERIFY: &str = "evid verify";
pub const INTACT: &str = "evid verify --intact";
pub const SUMS: &str = "sha256sum -c, unpacked";
pub const OPENSSL: &str = "openssl dgst, unpacked";
pub const UNZIP: &str = "unzip -t";
pub const DIFF: &str = "evid diff";
pub const UNCHECKED: &str = "evid diff --unchecked";
pub const BOTH: &str = "evid verify of each";
pub const KUBECTL: &str = "kubectl version --client";
pub const LIST: &str = "evid list of 300 bundles";
pub const VERSION: &str = "evid --version";
pub const LIVE: &str = "evid capture, live";
pub const GET: &str = "kubectl get -o json";
pub const CURL: &str = "curl of the same pages";

/// How many bundles `evid list` is shown.
const BUNDLES: usize = 300;

/// A group: what of evid's its peers are compared with, and all of it in the order of the table.
pub const GROUPS: &[(&str, &[&str])] = &[
    (CAPTURE, &[CAPTURE, ZIP]),
    (VERIFY, &[VERIFY, INTACT, SUMS, OPENSSL, UNZIP]),
    (DIFF, &[DIFF, UNCHECKED, BOTH, KUBECTL, "jq -S, diff", "microdiff", "deepdiff", "dyff", "jd"]),
    (LIVE, &[LIVE, GET, CURL]),
    (LIST, &[LIST]),
    (VERSION, &[VERSION]),
];

/// One platform at two moments, in a folder of its own.
pub struct Platform {
    pub copies: usize,
    pub objects: usize,
    /// Bytes of its lists before.
    pub bytes: usize,
    pub folder: PathBuf,
}

/// What was measured on a platform.
pub struct Measured {
    pub platform: Platform,
    pub runs: BTreeMap<String, Runs>,
    /// The sizes of the bundle and of the zip, in bytes.
    pub bundle: usize,
    pub zip: usize,
}

impl Platform {
    /// Multiplies two recordings, each in a process of its own.
    pub fn make(recordings: &[PathBuf; 2], copies: usize, folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut objects = 0;
        for (recording, name) in recordings.iter().zip(["before", "after"]) {
            let mut made = Command::new(std::env::current_exe()?);
            made.arg("--multiply").arg(recording).arg(folder.join(name)).arg(copies.to_string());
            let out = made.stderr(Stdio::inherit()).output()?;
            let said = String::from_utf8_lossy(&out.stdout).trim().parse().ok().filter(|_| out.status.success());
            let count: usize = said.ok_or_else(|| io::Error::other(format!("{} can't be multiplied", recording.display())))?;
            objects = objects.max(count);
        }
        let bytes = fs::read_dir(folder.join("before"))?.flatten().map(|e| size(&e.path())).sum();
        Ok(Self { copies, objects, bytes, folder })
    }

    /// Measures everything on it.
    pub fn measure(self, rounds: usize, home: &Path, smaller: Option<(&Medians, f64)>) -> io::Result<Measured> {
        let at = &self.folder;
        let turn = |tasks: &[Task], rounds| in_turn(tasks, rounds, home, smaller);
        let mut runs = turn(&captures(at), rounds);
        let after = Command::new(env!("CARGO_BIN_EXE_evid"))
            .args(["capture", "after", "--from", "after", "-q"])
            .current_dir(at)
            .env("HOME", home)
            .output()?;
        let bundles = ["before", "after"].map(|name| at.join(format!("evidence/{name}.evid.zip")));
        let [before, _] = &bundles;
        if !bundles.iter().all(|path| path.is_file()) {
            return Err(io::Error::other(format!("no bundle was captured: {}", String::from_utf8_lossy(&after.stderr))));
        }
        zip::ZipArchive::new(fs::File::open(before)?)?.extract(at.join("unpacked"))?;
        runs.extend(turn(&verifications(at), rounds));
        runs.extend(turn(&comparisons(at), rounds));
        runs.extend(turn(&text_comparisons(at), rounds.min(3)));
        fs::create_dir_all(at.join("many"))?;
        (0..BUNDLES).try_for_each(|i| fs::hard_link(before, at.join(format!("many/bundle-{i:03}.evid.zip"))))?;
        runs.extend(turn(&[Task::evid(LIST, at, &["list", "--archive", "many"]), Task::evid(VERSION, at, &["--version"])], rounds));
        let server = Server::start(&at.join("before"), home)?;
        runs.extend(turn(&live(at, &server.kinds), rounds));
        let (bundle, zip) = (size(before), size(&at.join("lists.zip")));
        Ok(Measured { platform: self, runs, bundle, zip })
    }
}

fn size(path: &Path) -> usize {
    fs::metadata(path).ok().and_then(|m| usize::try_from(m.len()).ok()).unwrap_or_default()
}

/// Whether a verb has an option yet.
fn has(verb: &str, option: &str) -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_evid")).args([verb, "--help"]).output();
    help.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains(option))
}

fn captures(at: &Path) -> Vec<Task> {
    let zip = "rm -f lists.zip && zip -6 -q -r lists.zip before && cd before && sha256sum * > ../lists.sums";
    let own = Task::evid(CAPTURE, at, &["capture", "before", "--from", "before", "--force", "-q"]);
    vec![own, Task::peer(ZIP, at, zip, &[0])]
}

fn verifications(at: &Path) -> Vec<Task> {
    let bundle = "evidence/before.evid.zip";
    let unpacked = at.join("unpacked");
    let mut tasks = vec![Task::evid(VERIFY, at, &["verify", bundle, "-q"])];
    if has("verify", "--intact") {
        tasks.push(Task::evid(INTACT, at, &["verify", "--intact", bundle, "-q"]));
    }
    tasks.push(Task::peer(SUMS, &unpacked, "sha256sum --quiet -c SHA256SUMS", &[0]));
    tasks.push(Task::peer(OPENSSL, &unpacked, "find . -type f -exec openssl dgst -sha256 {} +", &[0]));
    tasks.push(Task::peer(UNZIP, at, &format!("unzip -qq -t {bundle}"), &[0]));
    tasks
}

fn comparisons(at: &Path) -> Vec<Task> {
    let diff = ["diff", "before", "after", "--no-sign"];
    let mut tasks = vec![Task::evid(DIFF, at, &diff)];
    if has("diff", "--unchecked") {
        tasks.push(Task::evid(UNCHECKED, at, &[diff.as_slice(), &["--unchecked"]].concat()));
    }
    let evid = env!("CARGO_BIN_EXE_evid");
    let both = format!("'{evid}' verify -q evidence/before.evid.zip && '{evid}' verify -q evidence/after.evid.zip");
    tasks.push(Task::peer(BOTH, at, &both, &[0]));
    tasks.push(Task::peer(KUBECTL, at, "exec kubectl version --client", &[0]));
    tasks
}

/// Peers that compare the lists as text or as trees; none of them knows what is noise.
fn text_comparisons(at: &Path) -> Vec<Task> {
    let script = |name: &str| format!("'{}/benches/scale/peers/{name}' before after", env!("CARGO_MANIFEST_DIR"));
    // A file that is on one side only is compared with an empty list, as each kind has a file on both.
    let each = |tool: &str| {
        format!(
            "command -v {0} >/dev/null || exit 127; for f in before/*.json; do {tool} $f after/${{f#before/}}; [ $? -le 1 ] || exit 2; done",
            tool.split(' ').next().unwrap_or_default()
        )
    };
    vec![
        Task::peer(
            "jq -S, diff",
            at,
            "jq -S . before/*.json > before.txt && jq -S . after/*.json > after.txt && diff before.txt after.txt",
            &[1],
        ),
        Task::peer("microdiff", at, &format!("node {}", script("microdiff.cjs")), &[0]),
        Task::peer("deepdiff", at, &format!("python3 {}", script("deepdiff_lists.py")), &[0]),
        Task::peer("dyff", at, &each("dyff between --omit-header"), &[0]),
        Task::peer("jd", at, &each("jd"), &[0]),
    ]
}

fn live(at: &Path, kinds: &[String]) -> Vec<Task> {
    vec![
        Task::evid(LIVE, at, &["capture", "live", "--force", "-q"]),
        Task::peer(GET, at, &format!("exec kubectl get {} -A -o json", kinds.join(",")), &[0]),
        Task::peer(CURL, at, "exec curl -sS -K pages", &[0]),
    ]
}

/// The server of the lists, while it is needed.
struct Server {
    process: Child,
    kinds: Vec<String>,
}

impl Server {
    fn start(lists: &Path, home: &Path) -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?).arg("--serve").arg(lists).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let port = line.trim().parse().map_err(io::Error::other);
        let (kinds, pages) = port.and_then(|port| {
            fs::write(home.join("kubeconfig"), kubeconfig(port))?;
            server::asked(lists, port)
        })?;
        let pages: String = pages.iter().map(|url| format!("url = \"{url}\"\noutput = \"/dev/null\"\n")).collect();
        fs::write(lists.with_file_name("pages"), pages)?;
        Ok(Self { process, kinds })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn kubeconfig(port: u16) -> String {
    json!({"apiVersion": "v1", "kind": "Config", "current-context": "x", "users": [{"name": "x", "user": {}}],
        "clusters": [{"name": "x", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}]})
    .to_string()
}
