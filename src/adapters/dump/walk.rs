//! Finds the files of a dump and tells by their names what each is. Opens none, follows no link, knows nothing of content.
use crate::adapters::FileError;
use crate::adapters::dump::{DumpError, Problem};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Json,
    Yaml,
}

/// What a file is, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    Answer(Form),
    Stderr,
    Started,
    Finished,
    Version(Form),
    Prose,
    Unknown,
}

#[derive(Clone, Debug)]
pub(super) struct Found {
    pub path: PathBuf,
    /// Path relative to the dump, with `/`.
    pub file: String,
    pub form: Form,
}

/// The files of a dump, each list sorted by path.
#[derive(Default)]
pub(super) struct Walk {
    pub answers: Vec<Found>,
    pub stderr: Vec<Found>,
    pub started: Option<Found>,
    pub finished: Option<Found>,
    pub version: Option<Found>,
    pub problems: Vec<Problem>,
}

pub(super) fn walk(dir: &Path) -> Result<Walk, DumpError> {
    let meta = std::fs::metadata(dir).map_err(FileError::reading(dir)).map_err(DumpError::Io)?;
    if !meta.is_dir() {
        return Err(DumpError::NotAFolder { path: dir.to_owned() });
    }
    let mut out = Walk::default();
    for entry in WalkDir::new(dir).min_depth(1).sort_by_file_name().into_iter().filter_entry(|e| !hidden(e)) {
        match entry {
            Ok(entry) => out.take(dir, &entry),
            Err(e) => {
                let file = e.path().map(|p| relative(dir, p)).unwrap_or_default();
                out.problems.push(Problem::new(&file, None, format!("can't be read: {e}")));
            }
        }
    }
    Ok(out)
}

impl Walk {
    fn take(&mut self, dir: &Path, entry: &DirEntry) {
        if entry.file_type().is_dir() {
            return;
        }
        let file = relative(dir, entry.path());
        let role = role(&file);
        if !entry.file_type().is_file() {
            match role {
                Role::Prose => {}
                _ if entry.path_is_symlink() => {
                    self.problems.push(Problem::new(&file, None, "is a symbolic link, which is not followed".into()))
                }
                _ => self.problems.push(Problem::new(&file, None, "is no regular file".into())),
            }
            return;
        }
        let form = if let Role::Answer(form) | Role::Version(form) = role { form } else { Form::Json };
        let found = Found { path: entry.path().to_owned(), file, form };
        match role {
            Role::Answer(_) => self.answers.push(found),
            Role::Stderr => self.stderr.push(found),
            Role::Started => self.started = Some(found),
            Role::Finished => self.finished = Some(found),
            Role::Version(_) => self.version = Some(found),
            Role::Prose | Role::Unknown => {}
        }
    }
}

fn role(file: &str) -> Role {
    let name = file.rsplit('/').next().unwrap_or(file);
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    match plain {
        "started" if file == "started" => return Role::Started,
        "finished" if file == "finished" => return Role::Finished,
        "version.json" if file == name => return Role::Version(Form::Json),
        "version.yaml" if file == name => return Role::Version(Form::Yaml),
        "started" | "finished" | "version.json" | "version.yaml" => return Role::Prose,
        _ if plain.starts_with("README") => return Role::Prose,
        _ => {}
    }
    match plain.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => Role::Answer(Form::Json),
        Some("yaml" | "yml") => Role::Answer(Form::Yaml),
        Some("err") => Role::Stderr,
        Some("txt" | "log") => Role::Prose,
        _ => Role::Unknown,
    }
}

/// The path without the endings for form and compression: `a/pods.json.gz`, `a/pods.err` and `a/pods.json.err` → `a/pods`.
pub(super) fn stem(file: &str) -> &str {
    let file = file.strip_suffix(".gz").unwrap_or(file);
    let file = file.strip_suffix(".err").unwrap_or(file);
    let file = file.strip_suffix(".gz").unwrap_or(file);
    [".json", ".yaml", ".yml"].into_iter().find_map(|e| file.strip_suffix(e)).unwrap_or(file)
}

fn hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn relative(dir: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(dir).unwrap_or(path).components();
    parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{Form, Role, role, stem};

    #[test]
    fn a_name_says_what_a_file_is() {
        for (file, want) in [
            ("pods.json.gz", Role::Answer(Form::Json)),
            ("a/pods.yml", Role::Answer(Form::Yaml)),
            ("pods.err.gz", Role::Stderr),
            ("started", Role::Started),
            ("a/started", Role::Prose),
            ("version.json.gz", Role::Version(Form::Json)),
            ("README.md", Role::Prose),
            ("a/b/logs.txt", Role::Prose),
            ("kubectl_errors", Role::Unknown),
            ("a.tar.gz", Role::Unknown),
        ] {
            assert_eq!(role(file), want, "{file}");
        }
    }

    #[test]
    fn an_answer_and_its_stderr_have_one_stem() {
        for file in ["a/pods.json.gz", "a/pods.yaml", "a/pods.err", "a/pods.json.err.gz", "a/pods.json.gz.err"] {
            assert_eq!(stem(file), "a/pods");
        }
    }
}
