//! `evid key`: the signing key and the redaction key.
use crate::adapters::keyfile;
use crate::canon::redact::Redactor;
use crate::cli::{Done, Exit, ui};
use crate::envelope::Algorithm;
use std::path::PathBuf;

/// Make and show keys
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Make the signing key, and say where it is; one that is there is not replaced
    Generate {
        /// ed25519 or p256
        #[arg(long, default_value = "ed25519", value_parser = ["ed25519", "p256"])]
        alg: String,
    },
    /// Print the public key (PEM), to be published
    Export {
        /// Of this private key instead of your own
        #[arg(long, value_name = "KEY")]
        of: Option<PathBuf>,
    },
    /// Make the redaction key, if there is none, and say where it is and its id (never the key)
    Redaction,
}

pub(super) fn run(args: &Args) -> Done {
    let dir = keyfile::default_dir(|name| std::env::var_os(name))?;
    match &args.verb {
        Verb::Generate { alg } => {
            let algorithm = if alg == "p256" { Algorithm::P256 } else { Algorithm::Ed25519 };
            let made = keyfile::create_signing_key(&dir, algorithm)?;
            ui::data(format!("{}\n", made.key.verifying_key().keyid()).as_bytes())?;
            ui::message(&format!("made {}; publish {}", made.private.display(), made.public.display()));
        }
        Verb::Export { of } => {
            let path = of.clone().unwrap_or_else(|| dir.join(keyfile::SIGNING_KEY));
            let key = keyfile::load_signing_key(&path, ui::passphrase)?;
            ui::data(key.verifying_key().to_pem().as_bytes())?;
        }
        Verb::Redaction => {
            let (key, created) = keyfile::load_or_create_redaction_key(&dir)?;
            ui::data(format!("{}\n", Redactor::new(&key).key_id()).as_bytes())?;
            let path = dir.join(keyfile::REDACTION_KEY);
            ui::message(&if created { format!("made {}", path.display()) } else { format!("is {}", path.display()) });
        }
    }
    Ok(Exit::Proven)
}
