//! `evid list`: what the evidence folder holds.
use crate::adapters::archive;
use crate::adapters::report_file::REPORT;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::render::table::columns;
use crate::render::told::told;
use crate::value::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From how many columns on the digests and signers are printed too.
const WIDE: u16 = 120;

/// List the bundles of the evidence folder
///
/// The table is what the bundles say of themselves: only their manifests are read. `-o json` checks every byte against its digest.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// table or json
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let folder = global.archive();
    let paths = archive::bundles(folder).map_err(|e| {
        Failure::new(format!("{}: {e}", folder.display()))
            .hint("`evid capture NAME` makes the first bundle, of the cluster that kubectl would ask; `--from DIR` makes it of a dump")
    })?;
    let (json, wide) = (args.output == "json", ui::style().width >= WIDE);
    let mut folders = Folders::default();
    let (mut rows, mut documents, mut exit) = (Vec::new(), Vec::new(), Exit::Proven);
    for path in paths {
        let name = archive::name_in(folder, &path);
        // A document names the digest of each file, so every byte is read; the table has what the bundles say of themselves.
        let opened = || archive::open(&path).and_then(|reader| Ok((archive::about(&reader)?, Some(reader))));
        match if json { opened() } else { archive::said(&path).map(|about| (about, None)) } {
            Ok(((m, coverage), reader)) => {
                let cluster = m.cluster.uid.clone().unwrap_or_else(|| told("unknown"));
                let layers = m.layers.iter().map(|l| format!("{}={}", l.name, l.digest.chars().take(8).collect::<String>()));
                let reports = folders.reports(&path);
                let mut row = vec![
                    name.clone(),
                    m.window.finished.as_deref().map_or_else(|| told("unknown"), to_the_second),
                    m.source.as_str().to_owned(),
                    coverage.gaps.len().to_string(),
                ];
                if wide {
                    let signers = reports.iter().map(|(_, signer)| signer.chars().take(8).collect::<String>());
                    let rest = [layers.collect::<Vec<_>>(), signers.collect()].map(|column| column.join(" "));
                    row.push(cluster.chars().take(8).collect());
                    row.extend(rest);
                }
                rows.push(row);
                documents.extend(reader.map(|reader| {
                    json!({"name": name, "manifest": m, "sha256": reader.file_sha256(), "contentId": reader.sums().content_id(), "gaps": coverage.gaps.len(),
                        "reports": reports.iter().map(|(file, signer)| json!({"file": file, "claimedSigner": signer})).collect::<Vec<_>>()})
                }));
            }
            Err(e) => {
                exit = Exit::Broken;
                ui::message(&format!("error: {e}"));
                rows.push(vec![name.clone(), told("damaged")]);
                documents.push(json!({"name": name, "damaged": e.to_string()}));
            }
        }
    }
    if json {
        ui::json(&json!(documents))?;
    } else if rows.is_empty() {
        ui::message(&format!("{} holds no bundle; `evid capture NAME` makes one", folder.display()));
    } else {
        let header = ["NAME", "CAPTURED", "SOURCE", "GAPS", "CLUSTER", "LAYERS", "CLAIMED-SIGNERS"].map(told);
        ui::data(columns(header.get(..if wide { 7 } else { 4 }).unwrap_or(&header), &rows, ui::style()).as_bytes())?;
    }
    Ok(exit)
}

/// A time without its fraction of a second.
fn to_the_second(time: &str) -> String {
    time.split_once('.').map_or_else(|| time.to_owned(), |(whole, _)| format!("{whole}Z"))
}

/// The reports of each folder, by their names, which are read once.
#[derive(Default)]
struct Folders(BTreeMap<PathBuf, Vec<String>>);

impl Folders {
    /// The reports beside a bundle that name it, with the key id that each claims.
    fn reports(&mut self, bundle: &Path) -> Vec<(String, String)> {
        let (name, folder) = (archive::name_of(bundle), bundle.parent().unwrap_or(Path::new("")));
        let files = self.0.entry(folder.into()).or_insert_with(|| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut files: Vec<String> =
                entries.map(|e| e.file_name().to_string_lossy().into_owned()).filter(|f| f.ends_with(REPORT)).collect();
            files.sort();
            files
        });
        let names_it = |file: &&String| file.strip_suffix(REPORT).is_some_and(|stem| stem.split("--").any(|part| part == name));
        let claimed = |file: &String| {
            let value: crate::value::Value = serde_json::from_slice(&std::fs::read(folder.join(file)).ok()?).ok()?;
            Some((file.clone(), value.pointer("/signatures/0/keyid").and_then(|v| v.as_str()).unwrap_or("nobody").to_owned()))
        };
        files.iter().filter(names_it).filter_map(claimed).collect()
    }
}
