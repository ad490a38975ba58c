//! A run that is attached to a submission, and checked there as its reader would.
use super::text;
use sha2::Digest as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

fn evid(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
    command.args(words).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("XDG_STATE_HOME", folder.join("keys"));
    command.output().unwrap()
}

/// Packs the run, verifies the zip, follows its `VERIFY.md` literally, and finds what was changed.
pub fn attached(folder: &Path, run: &Path) {
    let run = run.display().to_string();
    let pack = |to: &str| {
        let out = evid(folder, &["attach", &run, "--to", to, "--export"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        std::fs::read(folder.join(to)).unwrap_or_default()
    };
    assert!(pack("one.zip") == pack("two.zip"), "the same run gives the same bytes");
    let key = folder.join("keys/evid/signing.pub").display().to_string();
    let whole = evid(folder, &["verify", "one.zip", "--key", &key, "--rederive"]);
    assert_eq!(whole.status.code(), Some(0), "{}{}", text(&whole.stdout), text(&whole.stderr));
    let summary = evid(folder, &["summary", &run]);
    assert!(summary.status.code() == Some(0) && text(&summary.stdout).contains("went and came back equal"), "{}", text(&summary.stdout));
    pack("folder");
    assert!(follow(&folder.join("folder"), Path::new(&key)));
    forged(folder, Path::new(&key));
    beside(folder, &run, &key);
    std::fs::write(folder.join("folder/index.html"), "<p>another</p>").unwrap();
    let refused = evid(folder, &["attach", "folder", "--to", "three.zip"]);
    assert!(refused.status.code() == Some(4) && text(&refused.stderr).contains("does not verify"), "{}", text(&refused.stderr));
    assert!(!folder.join("three.zip").exists());
}

/// A page that was changed, in a list that was made to fit, passes no check by hand.
fn forged(folder: &Path, key: &Path) {
    let forged = folder.join("forged");
    std::fs::create_dir(&forged).unwrap();
    for file in std::fs::read_dir(folder.join("folder")).unwrap().map(Result::unwrap).filter(|f| f.path().is_file()) {
        std::fs::copy(file.path(), forged.join(file.file_name())).unwrap();
    }
    let page = std::fs::read(forged.join("index.html")).unwrap();
    let digest = |bytes: &[u8]| sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
    std::fs::write(forged.join("index.html"), "<p>another</p>").unwrap();
    let list = std::fs::read_to_string(forged.join("MANIFEST")).unwrap();
    std::fs::write(forged.join("MANIFEST"), list.replace(&digest(&page), &digest(b"<p>another</p>"))).unwrap();
    assert!(!follow(&forged, key));
}

/// Evidence beside the other files of a submission: they are named, and are no part of it.
fn beside(folder: &Path, run: &str, key: &str) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.join("own.zip")).unwrap());
    zip.start_file("essay.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"what I did").unwrap();
    zip.finish().unwrap();
    let packed = evid(folder, &["attach", run, "--into", "own.zip"]);
    assert_eq!(packed.status.code(), Some(0), "{}", text(&packed.stderr));
    let whole = evid(folder, &["verify", "own.zip", "--key", key, "--rederive"]);
    assert_eq!(whole.status.code(), Some(0), "{}{}", text(&whole.stdout), text(&whole.stderr));
    assert!(text(&whole.stdout).contains("essay.txt: nobody signed for it"), "{}", text(&whole.stdout));
}

/// Runs the commands of `VERIFY.md`, one block after the other, up to one that fails; whether none did.
fn follow(folder: &Path, key: &Path) -> bool {
    std::fs::copy(key, folder.parent().unwrap().join("signing.pub")).unwrap();
    let said = std::fs::read_to_string(folder.join("VERIFY.md")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_evid")).parent().unwrap().display().to_string();
    let blocks: Vec<&str> = said.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 6, "{said}");
    for block in blocks {
        let tools = ["jq", "unzip", "openssl", "sha256sum", "cosign"];
        let missing = tools.iter().find(|t| block.contains(*t) && Command::new(t).arg("--help").output().is_err());
        if let Some(missing) = missing {
            eprintln!("skipped: {missing} is not installed");
            continue;
        }
        let path = format!("{binary}:{}", std::env::var("PATH").unwrap_or_default());
        let out = Command::new("bash").args(["-euo", "pipefail", "-c", block]).current_dir(folder).env("PATH", path).output().unwrap();
        if !out.status.success() {
            eprintln!("{block}\n{}{}", text(&out.stdout), text(&out.stderr));
            return false;
        }
    }
    true
}
