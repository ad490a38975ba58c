//! Key files: made once, for their owner alone, never overwritten.
use evid::adapters::keyfile::{
    KeyFileError, create_signing_key, default_dir, load_or_create_redaction_key, load_signing_key, load_verifying_keys,
};
use evid::envelope::Algorithm;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_key_pair_is_made_once_and_read_back() {
    for algorithm in super::BOTH {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("state/evid");
        let made = create_signing_key(&dir, algorithm).unwrap();
        assert_eq!(names(&dir), ["signing.key", "signing.pub"]);
        assert_eq!(load_signing_key(&made.private, super::unasked).unwrap().verifying_key(), made.key.verifying_key());
        assert_eq!(load_verifying_keys(&made.public).unwrap(), [made.key.verifying_key()]);
        let before = fs::read(&made.private).unwrap();
        assert!(matches!(create_signing_key(&dir, algorithm), Err(KeyFileError::Exists { .. })));
        assert_eq!(fs::read(&made.private).unwrap(), before);
        fs::remove_file(&made.private).unwrap();
        let fault = create_signing_key(&dir, algorithm).unwrap_err().to_string();
        assert!(fault.contains("signing.pub") && fault.contains("move it away"), "{fault}");
        assert_eq!(names(&dir), ["signing.pub"]);
    }
}

#[cfg(unix)]
#[test]
fn private_files_and_their_folder_are_for_their_owner_alone() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("evid");
    let made = create_signing_key(&dir, Algorithm::Ed25519).unwrap();
    load_or_create_redaction_key(&dir).unwrap();
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&made.private), 0o600);
    assert_eq!(mode(&made.public), 0o644);
    assert_eq!(mode(&dir.join("redaction.key")), 0o600);
}

#[cfg(unix)]
#[test]
fn a_private_file_that_others_may_use_is_refused_with_the_chmod() {
    let root = tempfile::tempdir().unwrap();
    let made = create_signing_key(root.path(), Algorithm::P256).unwrap();
    load_or_create_redaction_key(root.path()).unwrap();
    for bits in [0o640, 0o604, 0o620, 0o644] {
        let redaction = root.path().join("redaction.key");
        set_mode(&made.private, bits);
        set_mode(&redaction, bits);
        let fault = load_signing_key(&made.private, super::unasked).unwrap_err().to_string();
        assert!(fault.contains(&format!("(mode {bits:o}); run `chmod 600 {}`", made.private.display())), "{fault}");
        let fault = load_or_create_redaction_key(root.path()).unwrap_err().to_string();
        assert!(fault.contains(&format!("chmod 600 {}", redaction.display())), "{fault}");
    }
    set_mode(&made.private, 0o400);
    load_signing_key(&made.private, super::unasked).unwrap();
}

#[test]
fn the_redaction_key_is_made_once_and_stays() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("evid");
    let (key, created) = load_or_create_redaction_key(&dir).unwrap();
    assert!(created && key.iter().any(|b| *b != 0));
    assert_eq!(load_or_create_redaction_key(&dir).unwrap(), (key.clone(), false));
    let other = load_or_create_redaction_key(&root.path().join("other")).unwrap().0;
    assert_ne!(other, key);
    assert_eq!(names(&dir), ["redaction.key"]);
    let text = fs::read_to_string(dir.join("redaction.key")).unwrap();
    assert_eq!(text, format!("{}\n", evid::canon::hex(&*key)));
}

#[test]
fn a_malformed_redaction_key_is_refused_and_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("redaction.key");
    load_or_create_redaction_key(root.path()).unwrap();
    let good = "ab".repeat(32);
    for bad in
        [String::new(), "\n".into(), good[1..].into(), format!("{good}0\n"), good.to_uppercase(), format!("{good}\n\n"), "é".repeat(32)]
    {
        fs::write(&path, &bad).unwrap();
        assert!(matches!(load_or_create_redaction_key(root.path()), Err(KeyFileError::Redaction { .. })), "{bad:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    }
}

#[test]
fn processes_that_make_the_redaction_key_at_once_agree_on_one() {
    let root = tempfile::tempdir().unwrap();
    let all: Vec<_> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..8).map(|_| s.spawn(|| load_or_create_redaction_key(root.path()).unwrap())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(all.iter().all(|(key, _)| *key == all[0].0));
    assert_eq!(all.iter().filter(|(_, created)| *created).count(), 1);
    assert_eq!(names(root.path()), ["redaction.key"]);
}

#[test]
fn the_folder_of_keys_follows_the_xdg_specification() {
    let dir = |state: Option<&str>, home: Option<&str>| {
        default_dir(|name| match name {
            "XDG_STATE_HOME" => state.map(OsString::from),
            "HOME" => home.map(OsString::from),
            _ => None,
        })
        .ok()
    };
    let at = |path: &str| Some(PathBuf::from(path));
    assert_eq!(dir(Some("/s"), Some("/h")), at("/s/evid"));
    assert_eq!(dir(None, Some("/h")), at("/h/.local/state/evid"));
    assert_eq!(dir(Some(""), Some("/h")), at("/h/.local/state/evid"));
    assert_eq!(dir(Some("relative"), Some("/h")), at("/h/.local/state/evid"));
    assert_eq!(dir(None, Some("")), None);
    assert_eq!(dir(None, None), None);
}

#[test]
fn a_file_that_is_no_key_is_named_with_the_next_step() {
    let root = tempfile::tempdir().unwrap();
    let made = create_signing_key(root.path(), Algorithm::Ed25519).unwrap();
    let absent = root.path().join("absent.key");
    for fault in [load_signing_key(&absent, super::unasked).unwrap_err().to_string(), load_verifying_keys(&absent).unwrap_err().to_string()]
    {
        assert!(fault.contains("absent.key: can't be read") && fault.contains("check the path"), "{fault}");
    }
    let fault = load_verifying_keys(&made.private).unwrap_err().to_string();
    assert!(fault.contains("signing.key: is a `PRIVATE KEY`") && fault.contains("keep this one secret"), "{fault}");
}

#[cfg(unix)]
#[test]
fn a_folder_of_keys_that_others_may_write_to_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let (state, dir) = (root.path().to_owned(), root.path().join("evid"));
    create_signing_key(&dir, Algorithm::Ed25519).unwrap();
    let found = || default_dir(|name| (name == "XDG_STATE_HOME").then(|| OsString::from(&state)));
    set_mode(&state, 0o775);
    assert_eq!(found().unwrap(), dir, "the group of a person is often that person alone");
    for (folder, mode) in [(&dir, 0o720), (&dir, 0o702), (&state, 0o777)] {
        set_mode(folder, mode);
        let fault = found().unwrap_err();
        assert!(matches!(fault, KeyFileError::Shared { .. }) && fault.to_string().contains("chmod go-w"), "{fault}");
        set_mode(folder, 0o700);
    }
    set_mode(&state, 0o1777);
    assert!(found().is_ok(), "in a sticky folder nobody replaces what is another's");
}
