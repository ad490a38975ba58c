//! A signer that is a command: it keeps the key (a KMS, a token, another program), gets the bytes to sign, and answers a signature. What it
//! answers is checked with the public key before anybody sees it. Must not know what is signed.
use crate::adapters::ended;
use crate::envelope::{SignFault, Signer, VerifyingKey};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Where a command finds the bytes to sign, if it wants a file instead of stdin.
pub const TO_SIGN: &str = "EVID_TO_SIGN";

/// How long a command may take: somebody may have to touch a token, or to type its PIN.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The most bytes that are read of an answer.
const MOST: u64 = 1 << 16;

/// Why a command signed nothing. The command's own words went to stderr.
#[derive(Debug, thiserror::Error)]
pub enum SignCommandError {
    #[error("`{command}` can't be run: {source}")]
    Run { command: String, source: io::Error },
    #[error("`{command}` ended with {ended}; it says why above")]
    Ended { command: String, ended: ExitStatus },
    #[error("`{command}` gave no answer within {seconds} seconds, and was ended; run it by hand to see what it waits for")]
    Late { command: String, seconds: u64 },
    #[error("`{command}` answered nothing on stdout; it must print the signature, raw or base64")]
    Empty { command: String },
    #[error(
        "`{command}` answered {bytes} bytes that are no signature of the key {keyid} over what it was given; Ed25519 signs the bytes \
         themselves, P-256 their SHA-256: name the public key of the key that it signs with, and let it hash what it reads once"
    )]
    Wrong { command: String, bytes: usize, keyid: String },
}

/// A command that signs for one public key.
pub struct SignCommand {
    /// A line for the shell.
    pub command: String,
    pub key: VerifyingKey,
    pub patience: Duration,
}

impl Signer for SignCommand {
    fn public(&self) -> VerifyingKey {
        self.key.clone()
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        let answer = self.answer(message)?;
        let command = || self.command.clone();
        if answer.is_empty() {
            return Err(SignCommandError::Empty { command: command() }.into());
        }
        let wrong = || SignCommandError::Wrong { command: command(), bytes: answer.len(), keyid: self.key.keyid() };
        Ok(self.key.signature_in(message, &answer).ok_or_else(wrong)?)
    }
}

impl SignCommand {
    /// What the command prints when it is given the message. Question and answer are files: a command that reads only a part, or leaves a
    /// process behind that holds its stdout, blocks nothing.
    fn answer(&self, message: &[u8]) -> Result<Vec<u8>, SignCommandError> {
        let run = |source| SignCommandError::Run { command: self.command.clone(), source };
        let mut question = tempfile::NamedTempFile::new().map_err(run)?;
        question.write_all(message).and_then(|()| question.flush()).map_err(run)?;
        let mut printed = tempfile::tempfile().map_err(run)?;
        let mut child = shell(&self.command)
            .env(TO_SIGN, question.path())
            .stdin(question.reopen().map_err(run)?)
            .stdout(printed.try_clone().map_err(run)?)
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(run)?;
        let ended = ended::by(&mut child, Instant::now() + self.patience).map_err(run)?;
        let late = || SignCommandError::Late { command: self.command.clone(), seconds: self.patience.as_secs() };
        let ended = ended.ok_or_else(late)?;
        if !ended.success() {
            return Err(SignCommandError::Ended { command: self.command.clone(), ended });
        }
        let mut answer = Vec::new();
        printed.rewind().and_then(|()| printed.take(MOST).read_to_end(&mut answer)).map_err(run)?;
        Ok(answer)
    }
}

fn shell(line: &str) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.arg(option).arg(line);
    command
}
