//! PEM: the blocks in a text, and the possible faults of a key in one. Knows no algorithm.
use crate::envelope::base64;

/// Why a text is not the wanted kind of key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("is not PEM; give a key that starts with `-----BEGIN`, as `evid key generate` or `openssl genpkey` writes it")]
    NoPem,
    #[error("is a `{found}`, not a `{wanted}`; {}", next(.found))]
    Label { found: String, wanted: &'static str },
    #[error("holds {0} PEM blocks; keep the one private key, each in its own file")]
    Several(usize),
    #[error("is neither an Ed25519 nor a P-256 key; make one with `evid key generate`")]
    Algorithm,
    /// The DER inside is broken, or the parts of the key contradict each other.
    #[error("is damaged: {0}; get the key again, or make another with `evid key generate`")]
    Damaged(String),
    #[error("is encrypted; give its passphrase")]
    PassphraseWanted,
    #[error("does not open with this passphrase; give the right one")]
    Passphrase,
    #[error("is encrypted in a way that is not read ({0}); write it anew with `openssl pkcs8 -topk8 -v2 aes-256-cbc`")]
    Encryption(String),
    #[error("can't be made: the system gives no randomness ({0}); try again")]
    Randomness(String),
}

fn next(found: &str) -> &'static str {
    match found {
        "EC PRIVATE KEY" | "EC PARAMETERS" | "RSA PRIVATE KEY" => "turn it into PKCS#8 with `openssl pkcs8 -topk8`",
        "OPENSSH PRIVATE KEY" => "SSH keys are not read; make one with `evid key generate`",
        "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
            "cosign's own form is not read; make one with `evid key generate`"
        }
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => "give the public key (`openssl pkey -pubout` prints it), and keep this one secret",
        "PUBLIC KEY" => "give the private key",
        "CERTIFICATE" => "take the public key out of it with `openssl x509 -noout -pubkey`",
        _ => "give a key that `evid key generate` or `openssl genpkey` wrote",
    }
}

pub(super) struct Block<'a> {
    /// The label, as in `-----BEGIN <label>-----`.
    pub label: &'a str,
    /// From `-----BEGIN` to the end of its last line.
    pub text: &'a str,
}

const BEGIN: &str = "-----BEGIN ";

/// The blocks, at least one; text between them is a comment. The decoder checks whether a block is valid.
pub(super) fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyFault> {
    let starts = text.match_indices(BEGIN).map(|(at, _)| at).filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    let blocks: Vec<_> = starts.filter_map(|at| block(&text[at..])).collect();
    if blocks.is_empty() { Err(KeyFault::NoPem) } else { Ok(blocks) }
}

fn block(text: &str) -> Option<Block<'_>> {
    let (label, _) = text.strip_prefix(BEGIN)?.split_once("-----")?;
    let end = format!("-----END {label}-----");
    let length = text.find(&end).map_or(text.len(), |at| at + end.len());
    Some(Block { label, text: &text[..length] })
}

/// A `PUBLIC KEY` block, ending in a newline.
pub(super) fn public(der: &[u8]) -> String {
    let text = base64::encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("{BEGIN}PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}
