//! `actions.jsonl`: the writes to a cluster, one line before each write and one after; the first is on disk before the write is sent.
//! Redacted. The file is made with its first line, so that a run that writes nothing leaves no file.
use crate::canon::json;
use crate::canon::redact::Redactor;
use crate::usecase::switch::Journal;
use crate::value::Value;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

/// A journal in a file to which lines are only appended.
pub struct FileJournal {
    path: PathBuf,
    redactor: Redactor,
    file: Option<File>,
}

impl FileJournal {
    pub fn new(path: PathBuf, redactor: Redactor) -> Self {
        Self { path, redactor, file: None }
    }

    /// Where the file is; none if nothing was written.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.file.as_ref().map(|_| &*self.path)
    }

    fn open(&mut self) -> std::io::Result<&mut File> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.path)?;
            // A line that was cut stays as it is, and does not damage the next line.
            if file.seek(SeekFrom::End(-1)).is_ok() {
                let mut last = [0];
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    file.write_all(b"\n")?;
                }
            }
            self.file = Some(file);
        }
        self.file.as_mut().ok_or_else(|| std::io::Error::other("not open"))
    }
}

impl Journal for FileJournal {
    fn line(&mut self, line: &Value) -> Result<(), String> {
        let mut line = line.clone();
        // The body is an object of the cluster or a part of one; the server's message may quote it.
        if let Some(body) = line.get_mut("body") {
            self.redactor.object(body);
        }
        if let Some(Value::String(message)) = line.get_mut("message") {
            *message = self.redactor.text(message).into_owned().into();
        }
        let mut bytes = json::to_bytes(&line);
        bytes.push(b'\n');
        let shown = self.path.display().to_string();
        let written = self.open().and_then(|file| file.write_all(&bytes).and_then(|()| file.sync_data()));
        written.map_err(|e| format!("{shown}: {e}"))
    }
}
