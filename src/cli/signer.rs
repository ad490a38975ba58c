//! Who signs: the named key, the named command, or the user's own key, which is made on first use.
use crate::adapters::keyfile;
use crate::adapters::sign_command::{PATIENCE, SignCommand};
use crate::cli::{Failure, ui};
use crate::envelope::{Algorithm, SignFault, Signer, VerifyingKey, pae};
use std::path::PathBuf;

/// The words of every verb that signs.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct SignArgs {
    /// Sign with this private key (PEM) instead of your own
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    /// Sign with a command (a KMS, a token): a line for the shell, which gets the bytes on stdin and in the file $EVID_TO_SIGN, and prints
    /// the signature, raw or base64 [env: EVID_SIGN_WITH]
    #[arg(long, value_name = "COMMAND", conflicts_with = "sign")]
    sign_with: Option<String>,
    /// The public key (PEM) that the command signs for [env: EVID_SIGNER]
    #[arg(long, value_name = "PUB", conflicts_with = "sign")]
    signer: Option<PathBuf>,
}

impl SignArgs {
    pub(super) fn is_named(&self) -> bool {
        self.sign.is_some() || self.sign_with.is_some()
    }

    /// The command that signs, and the file of its public key. A key that is named here comes before a command of the environment.
    fn command(&self) -> Option<(String, Option<PathBuf>)> {
        let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let command = self.sign_with.clone().or_else(|| env("EVID_SIGN_WITH").filter(|_| self.sign.is_none()))?;
        Some((command, self.signer.clone().or_else(|| env("EVID_SIGNER").map(PathBuf::from))))
    }

    pub(super) fn signer(&self) -> Result<Box<dyn Signer>, Failure> {
        if let Some(path) = &self.sign {
            return Ok(Box::new(keyfile::load_signing_key(path, ui::passphrase)?));
        }
        if let Some((command, public)) = self.command() {
            let unnamed = || {
                Failure::new(format!("which key does `{command}` sign for?"))
                    .hint("`--signer PUB` names the public key (PEM); what the command answers is checked with it")
            };
            let path = public.ok_or_else(unnamed)?;
            let [key] = <[VerifyingKey; 1]>::try_from(keyfile::load_verifying_keys(&path)?)
                .map_err(|keys| Failure::new(format!("{}: holds {} keys; the signer's alone is wanted", path.display(), keys.len())))?;
            return Ok(Box::new(SignCommand { command, key, patience: PATIENCE }));
        }
        if self.signer.is_some() {
            return Err(Failure::new("`--signer` names a key, and no command signs for it").hint("`--sign-with COMMAND` names the command"));
        }
        let dir = keyfile::default_dir(|name| std::env::var_os(name))?;
        let path = dir.join(keyfile::SIGNING_KEY);
        if path.exists() {
            return Ok(Box::new(keyfile::load_signing_key(&path, ui::passphrase)?));
        }
        let made = keyfile::create_signing_key(&dir, Algorithm::Ed25519)?;
        let (private, public) = (made.private.display(), made.public.display());
        ui::message(&format!(
            "made a signing key, {private}\npublish its public half, {public}, where your readers trust it (`evid key export` prints it)"
        ));
        Ok(Box::new(made.key))
    }

    /// Who signs, after a command has shown that it does: it is asked long before there is something to sign, and may fail until then.
    pub(super) fn tried(&self) -> Result<Box<dyn Signer>, Failure> {
        let signer = self.signer()?;
        if self.command().is_some() {
            let failed = |e: SignFault| Failure::new(format!("nothing was begun: {e}"));
            signer.signature(&pae("application/vnd.evid.trial", b"")).map_err(failed)?;
        }
        Ok(signer)
    }

    /// The path of the public key that a reader would name; a placeholder for a key named on the command line.
    pub(super) fn public(&self) -> String {
        let own = || keyfile::default_dir(|name| std::env::var_os(name)).ok().map(|d| d.join(keyfile::PUBLIC_KEY));
        let path = match self.command() {
            Some((_, public)) => public,
            None => own().filter(|_| self.sign.is_none()),
        };
        path.map_or_else(|| "PUBLIC-KEY".into(), |path| path.display().to_string())
    }
}
