//! Signed statements: in-toto Statement v1 in a DSSE v1 envelope, signed with Ed25519 or P-256, readable by openssl,
//! securesystemslib, @sigstore/verify and cosign. Bytes in, bytes out: knows no files, no clock, and nothing of bundles or reports.
//!
//! ```text
//! Statement ──to_bytes──► payload ──sign──► Envelope ──to_bytes──────► a--b.report.json
//!                                               └─────sigstore_bundle► a--b.sigstore.json
//! ```
mod base64;
mod dsse;
mod keys;
mod pem;
mod sigstore;
mod statement;
mod verifying;

pub use dsse::Envelope;
pub use dsse::EnvelopeFault;
pub use dsse::Signature;
pub use dsse::SignatureStatus;
pub use dsse::pae;
pub use dsse::sign;
pub use dsse::verify;
pub use keys::Algorithm;
pub use keys::SigningKey;
pub use pem::KeyFault;
pub use sigstore::from_sigstore_bundle;
pub use sigstore::sigstore_bundle;
pub use statement::PAYLOAD_TYPE;
pub use statement::Statement;
pub use statement::StatementFault;
pub use statement::Subject;
pub use verifying::VerifyingKey;

/// Wipes what it holds when it is dropped; derefs to it.
pub use pkcs8::der::zeroize::Zeroizing;
