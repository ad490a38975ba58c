//! `evid timestamp`: how an authority is asked about a report, and what it answered, kept beside the report. evid itself asks nobody.
use crate::adapters::stamp_file::StampFileError;
use crate::adapters::{folder, report_file, stamp_file};
use crate::cli::signer::SignArgs;
use crate::cli::{Done, Exit, Failure, ui};
use crate::envelope::{SignatureStatus, Timestamp, verify};
use crate::render::foreign::quoted;
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
    let path = if args.of.is_dir() { folder::signature(&args.of) } else { args.of.clone() };
    let shown = path.display().to_string();
    if let Err(e) = report_file::statement(&path) {
        let unsigned = Failure::new(format!("{shown}: no signed file, so nothing can be stamped ({e})"));
        return Err(unsigned.hint("give a report (.report.json), or a folder with a signed list"));
    }
    let Some(answer) = &args.answer else {
        ui::message(&format!("ask the authority about {shown}, and keep what it answers:"));
        ui::data(request(&args.of, &path).as_bytes())?;
        return Ok(Exit::Proven);
    };
    let (bytes, stamp) = stamp_file::answer(answer, &path)?;
    let kept = report_file::stamp(&path).display().to_string();
    keep(&path, &bytes, &args.signing)?;
    ui::data(format!("{kept}\n").as_bytes())?;
    ui::message(&said(&stamp));
    Ok(Exit::Proven)
}

/// What a timestamp says to a reader who names no authority.
pub(super) fn said(stamp: &Timestamp) -> String {
    let trust = "its authority was not checked: name a certificate that you trust with --timestamp-ca";
    format!("timestamp: it says that this existed before {}; {trust}", time(stamp))
}

/// The time of a stamp as it is printed.
pub(super) fn time(stamp: &Timestamp) -> String {
    stamp.time().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

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
    let full = path.canonicalize()?;
    let above = full.ancestors().skip(1).find(|dir| folder::signature(dir).is_file());
    let above = above.filter(|dir| !full.strip_prefix(dir).is_ok_and(|name| is_own(&name.to_string_lossy())));
    let listed = above.map(folder::list).transpose()?.flatten();
    let (Some(dir), Some((sums, envelope))) = (above, listed) else {
        write(path, bytes)?;
        return Ok(());
    };
    let list = folder::signature(dir);
    let shown = list.display();
    if report_file::stamp(&list).exists() {
        let failed = Failure::new(format!("{shown}: the list of this folder is stamped itself, and would be another one"));
        return Err(failed.hint("that timestamp covers the report too; move it away to stamp the report alone"));
    }
    let there = folder::files(dir)?;
    if let Some((name, _)) = against(&sums, &there).into_iter().find(|(_, standing)| *standing != Standing::Listed) {
        let text = format!("{}: not as the folder's signed list has it; nothing was written", dir.join(name).display());
        return Err(Failure::new(text).exit(Exit::Broken));
    }
    let signer = signing.signer()?;
    if !verify(&envelope, &[signer.public()]).iter().any(|status| matches!(status, SignatureStatus::Good(_))) {
        let failed = Failure::new(format!("{shown}: signed by another key than yours, so the timestamp can't be added to it"));
        return Err(failed.hint(format!("`--sign KEY` names its key; or stamp the folder as a whole: `evid timestamp {}`", dir.display())));
    }
    if write(path, bytes)? {
        // Without the list, the answer would be a file that nobody signed for.
        folder::seal(dir, &*signer).inspect_err(|_| drop(folder::gone(&report_file::stamp(path))))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    stamp_file::keep(path, bytes).map_err(|e| match e {
        StampFileError::Other(file) => Failure::new(format!("{}: another timestamp is there already, and is not replaced", file.display()))
            .hint("an earlier one says more; move it away to keep this one"),
        other => other.into(),
    })
}
