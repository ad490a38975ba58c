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
mod signer;
mod sigstore;
mod statement;
#[cfg(feature = "timestamp")]
mod timestamp;
mod verifying;

pub use dsse::{Envelope, EnvelopeFault, SignatureStatus, pae, sign, sign_by, verify};
pub use keys::{Algorithm, SigningKey};
pub use pem::KeyFault;
pub use signer::{SignFault, Signer};
pub use sigstore::{from_sigstore_bundle, sigstore_bundle};
pub use statement::{PAYLOAD_TYPE, Statement, Subject};
#[cfg(feature = "timestamp")]
pub use timestamp::{Timestamp, TimestampFault};
pub use verifying::VerifyingKey;

/// Wipes what it holds when it is dropped; derefs to it.
pub use pkcs8::der::zeroize::Zeroizing;
