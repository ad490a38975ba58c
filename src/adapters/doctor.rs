//! The doctor's look at this machine: key files and the evidence folder. Writes only an unnamed file that is deleted at once.
use crate::adapters::keyfile::{self, KeyFileError};
use crate::usecase::doctor::{Code, Line};
use std::io;
use std::path::Path;

pub fn keys(dir: &Path) -> Vec<Line> {
    let there = |path: &Path| path.symlink_metadata().is_ok();
    let [signing, redaction] = [keyfile::SIGNING_KEY, keyfile::REDACTION_KEY].map(|name| dir.join(name));
    // Only an existing key is loaded; no key is made.
    let read = [
        (
            "signing key",
            &signing,
            there(&signing).then(|| keyfile::load_signing_key(&signing, || Err(io::ErrorKind::Unsupported.into())).map(drop)),
        ),
        ("redaction key", &redaction, there(&redaction).then(|| keyfile::load_or_create_redaction_key(dir).map(drop))),
    ];
    let mut lines = Vec::new();
    for (what, path, read) in read {
        let line = match read {
            None => Line::ok(Code::KeysLater),
            Some(Ok(())) => Line::ok(Code::KeysPresent),
            Some(Err(KeyFileError::Ask { .. })) => Line::ok(Code::KeysEncrypted),
            Some(Err(e)) => Line::problem(Code::KeysUnusable).with("why", e),
        };
        lines.push(line.with("what", what).with("file", path.display()));
    }
    let all = there(&signing) && there(&redaction);
    if let Err(e) = writable(dir)
        && !all
    {
        lines.push(Line::problem(Code::KeysFolder).with("folder", dir.display()).with("why", e));
    }
    lines
}

pub fn folder(archive: &Path) -> Line {
    let line = match writable(archive) {
        Ok(()) if archive.is_dir() => Line::ok(Code::FolderWritable),
        Ok(()) => Line::ok(Code::FolderLater),
        Err(e) => Line::problem(Code::FolderUnwritable).with("why", e),
    };
    line.with("folder", archive.display())
}

/// Whether a file can be made in a folder, or, if the folder does not exist, in the nearest existing one above.
fn writable(folder: &Path) -> io::Result<()> {
    let nearest = folder.ancestors().find(|p| p.symlink_metadata().is_ok()).unwrap_or_else(|| Path::new("."));
    tempfile::tempfile_in(nearest).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{folder, keys};
    use crate::adapters::keyfile;
    use crate::usecase::doctor::Code;

    fn codes(dir: &std::path::Path) -> Vec<(&'static str, Code)> {
        keys(dir).iter().map(|l| (l.level.as_str(), l.code)).collect()
    }

    #[test]
    fn keys_that_are_not_there_are_not_made() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state/evid");
        assert_eq!(codes(&dir), [("ok", Code::KeysLater), ("ok", Code::KeysLater)]);
        assert!(!home.path().join("state").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_a_problem() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        keyfile::load_or_create_redaction_key(home.path()).unwrap();
        keyfile::create_signing_key(home.path(), crate::envelope::Algorithm::Ed25519).unwrap();
        assert_eq!(codes(home.path()), [("ok", Code::KeysPresent), ("ok", Code::KeysPresent)]);
        let file = home.path().join(keyfile::REDACTION_KEY);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(codes(home.path()), [("ok", Code::KeysPresent), ("problem", Code::KeysUnusable)]);
    }

    #[test]
    fn an_evidence_folder_that_is_a_file_is_a_problem_and_one_to_be_made_is_none() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(folder(home.path()).code, Code::FolderWritable);
        assert_eq!(folder(&home.path().join("a/b")).code, Code::FolderLater);
        let file = home.path().join("f");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(folder(&file).code, Code::FolderUnwritable);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left");
    }
}
