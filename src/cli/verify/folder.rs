//! A folder as a unit: each file is signed for by its list, or named. A single file of it is looked up there.
use crate::adapters::archive::ENDING;
use crate::adapters::report_file::{REPORT, SIGSTORE, STAMP};
use crate::adapters::submission::BESIDE;
use crate::adapters::{folder, keyfile, submission};
use crate::bundle::sums::Sums;
use crate::cli::verify::report::signed;
use crate::cli::verify::{Found, Verifying};
use crate::cli::{Done, Exit, Failure, ui};
use crate::render::foreign;
use crate::usecase::folder::{MANIFEST, SIGNER, Standing, against, is_own};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

impl Verifying<'_> {
    /// Holds a folder against its signed list; prints the result.
    pub(super) fn folder(&mut self, dir: &Path) -> Result<(Exit, Found), Failure> {
        let there = folder::files(dir).map_err(|e| Failure::from(e).exit(Exit::Broken))?;
        let ending = |ends: &[&str]| {
            let of = there.iter().map(|(name, _)| name).filter(|name| ends.iter().any(|end| name.ends_with(end)));
            of.map(|name| dir.join(name)).collect::<Vec<_>>()
        };
        let found = Found { bundles: ending(&[ENDING]), reports: ending(&[REPORT, SIGSTORE]) };
        let Some((list, line, mut exit)) = self.list(dir)? else { return Ok((self.unlisted(dir, &there)?, found)) };
        let mut say = vec![line];
        say.extend(self.stamp(&folder::signature(dir))?);
        let named = against(&list, &there);
        let listed = named.iter().filter(|(_, standing)| *standing == Standing::Listed).count();
        say.push(format!("{listed} of {} files are as listed", list.len()));
        for (name, standing) in named {
            let (says, end) = match standing {
                Standing::Listed => continue,
                Standing::Changed => ("changed: it is not the file that was signed for", Exit::Broken),
                Standing::Missing => ("missing, and signed for", Exit::Broken),
                Standing::Unlisted => ("not in the list: nobody signed for it", Exit::Inconclusive),
            };
            say.push(format!("{}: {says}", foreign::clean(name)));
            exit = exit.at_best(end);
        }
        self.tell(&dir.join(MANIFEST), "", &say, exit)?;
        self.tell_key(dir);
        Ok((exit, found))
    }

    /// Unpacks a zip that is no bundle, and checks all of it as a folder; prints the result.
    pub(super) fn submission(&mut self, path: &Path) -> Result<(Exit, Found), Failure> {
        let dir = tempfile::tempdir().map_err(|e| Failure::new(format!("no temporary folder: {e}")))?;
        submission::unpack(path, dir.path()).map_err(|e| Failure::from(e).exit(Exit::Broken))?;
        let root = dir.path().to_owned();
        self.unpacked.push((dir, path.to_owned()));
        self.folder(&root)
    }

    /// Looks a file up in the list of the nearest folder above it that has one; none where there is no such folder.
    pub(super) fn listed(&mut self, path: &Path) -> Result<Option<Exit>, Failure> {
        let full = path.canonicalize()?;
        let Some(dir) = full.ancestors().skip(1).find(|dir| folder::signature(dir).is_file()) else { return Ok(None) };
        let Some((list, line, exit)) = self.list(dir)? else { return Ok(None) };
        let name = full.strip_prefix(dir).map(|p| p.to_string_lossy().replace('\\', "/")).unwrap_or_default();
        let broken = |what: &str| Failure::new(format!("{}: {what}", path.display())).exit(Exit::Broken);
        let says = match list.get(&name) {
            _ if is_own(&name) => format!("lists {} files", list.len()),
            None => return Err(broken(&format!("no bundle, no report, and {} does not list it", dir.join(MANIFEST).display()))),
            Some(digest) if *digest != folder::sha256(path)? => {
                return Err(broken(&format!("changed: it is not the file that {} lists", dir.join(MANIFEST).display())));
            }
            Some(_) => format!("as {MANIFEST} lists it"),
        };
        self.tell(path, &says, &[line], exit).map(Some)
    }

    /// The list of a folder, and whose it is.
    fn list(&self, dir: &Path) -> Result<Option<(Sums, String, Exit)>, Failure> {
        let Some((list, envelope)) = folder::list(dir).map_err(|e| Failure::from(e).exit(Exit::Broken))? else { return Ok(None) };
        let broken = |text: String| Failure::new(format!("{}: {text}", folder::signature(dir).display())).exit(Exit::Broken);
        let (line, exit) = signed(&envelope, self.trust.keys, &broken)?;
        Ok(Some((list, line, exit)))
    }

    /// Names the key that lies in the folder, to a reader who named none.
    fn tell_key(&self, dir: &Path) {
        let path = dir.join(SIGNER);
        if let ([], Ok(keys)) = (self.trust.keys, keyfile::load_verifying_keys(&path)) {
            let named = if self.unpacked.is_empty() { path.display().to_string() } else { format!("{SIGNER}, taken out of it") };
            let ids = keys.iter().map(crate::envelope::VerifyingKey::keyid).collect::<Vec<_>>().join(", ");
            ui::message(&format!(
                "a key lies there: {ids}\nit is not trusted for that: if the signer tells you the same id over another way, then --key {}",
                named
            ));
        }
    }

    /// Checks a folder without a list: the folders in it that have one, and what neither a list nor a bundle or report covers is named.
    fn unlisted(&mut self, dir: &Path, there: &Sums) -> Done {
        if there.len() == 0 {
            return Err(Failure::new(format!("{}: holds nothing", dir.display())));
        }
        let within = |name: &str| Path::new(name).ancestors().skip(1).map(|d| dir.join(d)).find(|d| folder::signature(d).is_file());
        let listed: BTreeSet<PathBuf> = there.iter().filter_map(|(name, _)| within(name)).collect();
        let mut exit = Exit::Proven;
        for dir in &listed {
            exit = exit.at_best(self.folder(dir)?.0);
        }
        let checked = |name: &str| [ENDING, REPORT, SIGSTORE].iter().any(|end| name.ends_with(end));
        // A timestamp is checked with the report that it is of.
        let stamps = |name: &str| {
            name.strip_suffix(STAMP).is_some_and(|of| checked(&format!("{of}json")) && there.get(&format!("{of}json")).is_some())
        };
        let covered = |name: &str| checked(name) || within(name).is_some() || stamps(name);
        let rest: Vec<&str> = there.iter().map(|(name, _)| name).filter(|name| !covered(name)).collect();
        let open = rest.iter().map(|name| format!("{}: nobody signed for it", foreign::clean(name)));
        // The evidence was put beside the files of somebody's submission: these are no part of it.
        if listed.into_iter().eq([dir.join(BESIDE)]) && there.iter().all(|(name, _)| !checked(name) || within(name).is_some()) {
            let say: Vec<String> = open.chain([format!("the evidence is in {BESIDE}; the files beside it are no part of it")]).collect();
            return self.tell(dir, "", &say, exit);
        }
        let say: Vec<String> = open.chain([format!("no {MANIFEST}: bundles and reports are checked one by one")]).collect();
        self.tell(dir, "", &say, if rest.is_empty() { exit } else { exit.at_best(Exit::Inconclusive) })
    }
}
