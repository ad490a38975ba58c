//! A folder of evidence as one zip, or within another zip: the same folder gives the same bytes, and what else is in the zip stays as it is. Must
//! not know what the files mean.
use crate::adapters::archive::ENDING;
use crate::adapters::folder::FolderError;
use crate::adapters::{FileError, archive, folder, fresh};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The most files that are unpacked, and the most bytes of all.
const MOST: usize = 10_000;
const LARGEST: u64 = 4 << 30;

/// A zip that can't be made or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    /// The disk says no.
    #[error(transparent)]
    Io(#[from] FileError),
    /// The folder can't be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It is no zip, or a damaged one.
    #[error("{}: {what}", path.display())]
    Zip {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

fn wrong(path: &Path) -> impl Fn(String) -> SubmissionError + '_ {
    move |what| SubmissionError::Zip { path: path.to_owned(), what }
}

/// Whether a file is a zip and no bundle: one has `evid.json` at its top.
pub fn is(path: &Path) -> bool {
    let names =
        || ZipArchive::new(File::open(path).ok()?).ok().map(|zip| zip.file_names().any(|name| name.is_ok_and(|name| name == "evid.json")));
    archive::is_zip(path) && !path.to_string_lossy().ends_with(ENDING) && names() == Some(false)
}

/// The files of a folder, by their paths in it.
///
/// # Errors
/// If one can't be read.
pub fn held(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, SubmissionError> {
    let read = |name: String| {
        let path = dir.join(&name);
        let bytes = std::fs::read(&path).map_err(FileError::reading(&path))?;
        Ok((name, bytes))
    };
    folder::files(dir)?.iter().map(|(name, _)| read(name.to_owned())).collect()
}

/// Writes files into a new zip, or into a copy of `base` below the folder `within`; what lay there before is replaced, all else stays byte for
/// byte. The file takes its place only when it is whole.
///
/// # Errors
/// If `base` is no zip, or the file can't be written.
pub fn pack(path: &Path, base: Option<&Path>, within: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), SubmissionError> {
    let failed = |e: &dyn std::fmt::Display| wrong(path)(e.to_string());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    if let Some(base) = base {
        let file = File::open(base).map_err(FileError::reading(base))?;
        let mut old = ZipArchive::new(file).map_err(|e| wrong(base)(e.to_string()))?;
        for i in 0..old.len() {
            let entry = old.by_index_raw(i).map_err(|e| wrong(base)(e.to_string()))?;
            let name = entry.name().map_err(|e| wrong(base)(e.to_string()))?;
            if within.is_empty() || !name.starts_with(within) {
                writer.raw_copy_file(entry).map_err(|e| failed(&e))?;
            }
        }
    }
    for (name, bytes) in files {
        // A zip in the zip gains nothing by being packed again.
        let method = if name.ends_with(".zip") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(u32::try_from(bytes.len()).is_err());
        writer.start_file(format!("{within}{name}"), options).map_err(|e| failed(&e))?;
        writer.write_all(bytes).map_err(FileError::writing(path))?;
    }
    let bytes = writer.finish().map_err(|e| failed(&e))?.into_inner();
    Ok(fresh::replace(path, &bytes, 0o644).map_err(FileError::writing(path))?)
}

/// Unpacks a zip into a folder that is there and empty.
///
/// # Errors
/// If it is no zip, holds more than is unpacked, or a name that leads out of the folder; and if a file can't be written.
pub fn unpack(path: &Path, into: &Path) -> Result<(), SubmissionError> {
    let failed = wrong(path);
    let file = File::open(path).map_err(FileError::reading(path))?;
    let mut zip = ZipArchive::new(file).map_err(|e| failed(format!("is no zip that can be read: {e}")))?;
    if zip.len() > MOST {
        return Err(failed(format!("holds {} files, more than the {MOST} that are unpacked", zip.len())));
    }
    let mut left = LARGEST;
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(|e| failed(e.to_string()))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.enclosed_name().filter(|_| !entry.is_symlink());
        let name = name.ok_or_else(|| failed(format!("its entry {:?} leads out of it, or is a link", entry.name())))?;
        let to = into.join(name);
        let dir = to.parent().unwrap_or(into);
        std::fs::create_dir_all(dir).map_err(FileError::writing(dir))?;
        let mut out = File::create_new(&to).map_err(FileError::writing(&to))?;
        let copied = io::copy(&mut entry.take(left + 1), &mut out).map_err(FileError::reading(path))?;
        left = left.checked_sub(copied).ok_or_else(|| failed(format!("holds more than the {LARGEST} bytes that are unpacked")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{held, pack, unpack};
    use std::collections::BTreeMap;

    fn files(names: &[&str]) -> BTreeMap<String, Vec<u8>> {
        names.iter().map(|name| ((*name).to_owned(), name.repeat(100).into_bytes())).collect()
    }

    #[test]
    fn the_same_files_give_the_same_bytes_and_come_out_as_they_went_in() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let all = files(&["a.evid.zip", "docs/x.txt", "index.html"]);
        let paths = ["one.zip", "two.zip"].map(|name| dir.path().join(name));
        for path in &paths {
            pack(path, None, "", &all)?;
        }
        assert_eq!(std::fs::read(&paths[0])?, std::fs::read(&paths[1])?);
        let out = tempfile::tempdir()?;
        unpack(&paths[0], out.path())?;
        assert_eq!(held(out.path())?, all);
        Ok(())
    }

    #[test]
    fn what_else_is_in_a_zip_stays_and_what_was_attached_before_is_replaced() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("submission.zip");
        pack(&path, None, "", &files(&["letter.txt", "evid/old.txt"]))?;
        pack(&path, Some(&path), "evid/", &files(&["new.txt"]))?;
        let out = tempfile::tempdir()?;
        unpack(&path, out.path())?;
        assert_eq!(held(out.path())?.into_keys().collect::<Vec<_>>(), ["evid/new.txt", "letter.txt"]);
        Ok(())
    }

    #[test]
    fn an_entry_that_leads_out_of_the_folder_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("bad.zip");
        pack(&path, None, "", &files(&["../outside.txt"]))?;
        let into = dir.path().join("in");
        std::fs::create_dir(&into)?;
        assert!(unpack(&path, &into).is_err());
        assert!(!dir.path().join("outside.txt").exists());
        Ok(())
    }
}
