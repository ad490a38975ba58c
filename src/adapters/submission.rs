//! A folder of evidence as one zip, or within another zip: the same folder gives the same bytes, and what else is in the zip stays as it is. Must
//! not know what the files mean.
use crate::adapters::archive::ENDING;
use crate::adapters::folder::FolderError;
use crate::adapters::{FileError, archive, folder, fresh};
use crate::usecase::folder as usecase;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The folder of the evidence in a zip that holds other files too.
pub const BESIDE: &str = "evid";

/// The most files that are unpacked, and the most bytes of all.
const MOST: usize = 10_000;
const LARGEST: u64 = 4 << 30;
/// The deepest folder, and the longest name in bytes.
const DEEPEST: usize = 16;
const LONGEST: usize = 1024;

#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    #[error(transparent)]
    Io(#[from] FileError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{}: {what}", path.display())]
    Zip { path: PathBuf, what: String },
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
        if old.offset() != 0 || records(base)?.is_some_and(|records| records != old.len()) {
            return Err(wrong(base)("has bytes in front of its first file, or names a file twice: it can't be kept as it is".into()));
        }
        let names: Vec<String> = old.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        let attached = names.iter().any(|name| *name == format!("{within}MANIFEST.json"));
        if names.len() != old.len() || names.iter().any(|name| folder_name(name).is_none()) {
            return Err(wrong(base)("has a name that not every program reads in the same way".into()));
        }
        if !attached && names.iter().any(|name| name.starts_with(within)) {
            return Err(wrong(base)(format!("has a folder {within} of its own, which evid did not write")));
        }
        writer.set_raw_comment(old.comment().into()).map_err(|e| failed(&e))?;
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
    // Where a link leads is what is written, in the mode that it has.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(fresh::replace(path, &bytes, mode(path)).map_err(FileError::writing(path))?)
}

/// The mode of a file that is there; that of evidence otherwise.
fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    if let Ok(meta) = std::fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        return meta.permissions().mode() & 0o777;
    }
    let _ = path;
    0o644
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
    if zip.offset() != 0 {
        return Err(failed("has bytes in front of its first file, so other programs may read it differently".into()));
    }
    if records(path)?.is_some_and(|records| records != zip.len()) {
        return Err(failed("names a file twice, so other programs may read it differently".into()));
    }
    // All names are looked at before the first file is written.
    let mut names = Vec::new();
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(|e| failed(e.to_string()))?;
        let name = entry.name().map_err(|e| failed(e.to_string()))?.into_owned();
        let plain = folder_name(&name).filter(|path| path.components().count() <= DEEPEST && !entry.is_symlink());
        let plain = plain.ok_or_else(|| failed(format!("its entry {name:?} leads out of it, is a link, or lies too deep")))?;
        match (entry.is_dir(), entry.size()) {
            (true, 0) => {}
            (true, _) => return Err(failed(format!("its folder {name:?} has content of its own"))),
            (false, _) => names.push((i, plain)),
        }
    }
    let mut left = LARGEST;
    for (i, name) in names {
        let entry = zip.by_index(i).map_err(|e| failed(e.to_string()))?;
        let to = into.join(&name);
        let dir = to.parent().unwrap_or(into);
        std::fs::create_dir_all(dir).map_err(FileError::writing(dir))?;
        let mut out = File::create_new(&to).map_err(|e| failed(format!("{}: {e}", name.display())))?;
        let copied = io::copy(&mut entry.take(left + 1), &mut out).map_err(|e| failed(format!("{}: {e}", name.display())))?;
        left = left.checked_sub(copied).ok_or_else(|| failed(format!("holds more than the {LARGEST} bytes that are unpacked")))?;
    }
    Ok(())
}

/// The path of an entry within the folder, if it is written in the one plain way and stays there.
fn folder_name(name: &str) -> Option<PathBuf> {
    let file = name.strip_suffix('/').unwrap_or(name);
    (usecase::is_plain(file) && file.len() <= LONGEST).then(|| PathBuf::from(file))
}

/// How many records the directory at the end of a zip says that it has; none where it says so elsewhere (zip64).
fn records(path: &Path) -> Result<Option<usize>, FileError> {
    const END: usize = 22;
    let reading = FileError::reading(path);
    let mut file = File::open(path).map_err(reading)?;
    let size = file.metadata().map_err(reading)?.len();
    let tail = size.min((END + usize::from(u16::MAX)) as u64);
    file.seek(SeekFrom::Start(size - tail)).map_err(reading)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(reading)?;
    let at = bytes.windows(4).rposition(|w| w == b"PK\x05\x06");
    let count = at.and_then(|at| Some(usize::from(u16::from_le_bytes(bytes.get(at + 10..at + 12)?.try_into().ok()?))));
    Ok(count.filter(|count| *count != usize::from(u16::MAX)))
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
        pack(&path, None, "", &files(&["letter.txt", "evid/old.txt", "evid/MANIFEST.json"]))?;
        pack(&path, Some(&path), "evid/", &files(&["new.txt"]))?;
        let out = tempfile::tempdir()?;
        unpack(&path, out.path())?;
        assert_eq!(held(out.path())?.into_keys().collect::<Vec<_>>(), ["evid/new.txt", "letter.txt"]);
        Ok(())
    }

    #[test]
    fn a_folder_of_the_same_name_that_is_not_evids_is_left_alone() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("homework.zip");
        pack(&path, None, "", &files(&["evid/essay.txt"]))?;
        assert!(pack(&path, Some(&path), "evid/", &files(&["new.txt"])).is_err_and(|e| e.to_string().contains("of its own")));
        Ok(())
    }

    #[test]
    fn a_zip_that_two_programs_read_differently_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let (good, path, into) = (dir.path().join("good.zip"), dir.path().join("bad.zip"), dir.path().join("in"));
        pack(&good, None, "", &files(&["index.html"]))?;
        std::fs::create_dir(&into)?;
        std::fs::write(&path, [b"PK in front of it".to_vec(), std::fs::read(&good)?].concat())?;
        assert!(unpack(&path, &into).is_err());
        // Two entries, one of which is renamed to the name of the other.
        pack(&path, None, "", &files(&["index.htm1", "index.html"]))?;
        let bytes = std::fs::read(&path)?;
        let renamed = String::from_utf8_lossy(b"index.htm1").into_owned().into_bytes();
        let mut twice = bytes.clone();
        for at in 0..bytes.len().saturating_sub(renamed.len()) {
            if bytes.get(at..at + renamed.len()) == Some(&renamed[..]) {
                twice.splice(at..at + renamed.len(), *b"index.html");
            }
        }
        std::fs::write(&path, twice)?;
        assert!(unpack(&path, &into).is_err());
        assert_eq!(std::fs::read_dir(&into)?.count(), 0, "nothing was written");
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
