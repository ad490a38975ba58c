//! `evid timestamp`: how an authority is asked about a report, and what it answered, kept beside the report. evid itself asks nobody.
use crate::adapters::stamp_file::StampFileError;
use crate::adapters::{folder, report_file, stamp_file};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::signer::SignArgs;
use crate::cli::{Done, ui};
use crate::envelope::{SignatureStatus, Timestamp, verify};
use crate::render::foreign::quoted;
use crate::render::words;
use crate::render::words::fill;
use crate::usecase::folder::{Standing, against, is_own};
use std::path::{Path, PathBuf};

/// Keep an RFC 3161 timestamp of a report, or say how to get one
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid timestamp evidence/before--after.report.json                       prints how an authority is asked
  evid timestamp evidence/before--after.report.json --answer answer.tsr   keeps what it answered, beside the report
  evid timestamp proof/20260131T143000Z --answer answer.tsr               of a run as a whole
  evid verify evidence/before--after.report.json --key PUB --timestamp-ca CA.pem")]
pub(super) struct Args {
    /// A report, or a folder with a signed list (the folder of a run)
    #[arg(value_name = "REPORT|FOLDER")]
    of: PathBuf,
    /// What the authority answered (DER), to be kept
    #[arg(long, value_name = "FILE.tsr")]
    answer: Option<PathBuf>,
    #[command(flatten)]
    signing: SignArgs,
}

pub(super) fn run(args: &Args) -> Done {
    let t = words::signing();
    let path = if args.of.is_dir() { folder::signature(&args.of) } else { args.of.clone() };
    let shown = path.display().to_string();
    if let Err(e) = report_file::statement(&path) {
        let unsigned = Failure::new(format!("{} ({e})", fill(t.not_signed_file, &[("file", &shown)])));
        return Err(unsigned.hint(t.not_signed_hint));
    }
    let Some(answer) = &args.answer else {
        ui::message(&fill(t.ask_about, &[("file", &shown)]));
        ui::data(request(&args.of, &path).as_bytes())?;
        return Ok(Exit::Proven);
    };
    let (bytes, stamp) = stamp_file::answer(answer, &path)?;
    let kept = report_file::stamp(&path).display().to_string();
    keep(&path, &bytes, &args.signing)?;
    ui::data(format!("{kept}\n").as_bytes())?;
    ui::message(&fill(t.kept, &[("file", &kept), ("time", &fill(t.says, &[("time", &time(&stamp))]))]));
    Ok(Exit::Proven)
}

/// The time of a stamp as it is printed.
pub(super) fn time(stamp: &Timestamp) -> String {
    stamp.time().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The commands that ask an authority.
fn request(of: &Path, path: &Path) -> String {
    let (of, path) = (quoted(&of.display().to_string()), quoted(&path.display().to_string()));
    format!(
        "openssl ts -query -data {path} -sha256 -cert -out request.tsq\n\
         curl -sSf -H 'Content-Type: application/timestamp-query' --data-binary @request.tsq -o answer.tsr \"$TSA\"   # TSA: its URL\n\
         evid timestamp {of} --answer answer.tsr\n"
    )
}

/// Writes the answer beside what it is of. In a folder with a signed list, it is listed too, and the list is signed anew, by the same key.
fn keep(path: &Path, bytes: &[u8], signing: &SignArgs) -> Result<(), Failure> {
    let t = words::signing();
    let full = path.canonicalize()?;
    let above = full.ancestors().skip(1).find(|dir| folder::signature(dir).is_file());
    let above = above.filter(|dir| !full.strip_prefix(dir).is_ok_and(|name| is_own(&name.to_string_lossy())));
    let listed = above.map(folder::list).transpose()?.flatten();
    let (Some(dir), Some((sums, envelope))) = (above, listed) else {
        write(path, bytes)?;
        return Ok(());
    };
    let list = folder::signature(dir);
    let about = |text: &str| Failure::new(fill(text, &[("file", &list.display().to_string())]));
    if report_file::stamp(&list).exists() {
        return Err(about(t.stamped_list).hint(t.stamped_list_hint));
    }
    let there = folder::files(dir)?;
    if let Some((name, _)) = against(&sums, &there).into_iter().find(|(_, standing)| *standing != Standing::Listed) {
        let name = dir.join(name).display().to_string();
        return Err(Failure::new(fill(t.changed_there, &[("file", &name)])).exit(Exit::Broken));
    }
    let signer = signing.signer()?;
    if !verify(&envelope, &[signer.public()]).iter().any(|status| matches!(status, SignatureStatus::Good(_))) {
        return Err(about(t.others_list).hint(fill(t.others_list_hint, &[("folder", &dir.display().to_string())])));
    }
    if write(path, bytes)? {
        // Without the list, the answer would be a file that nobody signed for.
        folder::seal(dir, &*signer).inspect_err(|_| drop(folder::gone(&report_file::stamp(path))))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    let t = words::signing();
    stamp_file::keep(path, bytes).map_err(|e| match e {
        StampFileError::Other(file) => Failure::new(fill(t.other_there, &[("file", &file.display().to_string())])).hint(t.other_there_hint),
        other => other.into(),
    })
}
