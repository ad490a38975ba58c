//! evid captures the state of a Kubernetes + Argo CD platform into content-hashed bundles, compares bundles, judges claims about
//! them and signs the report.
//!
//! ```text
//! source ──► redact ──► split into facets ──► bundle (sealed zip)
//!                                                │
//!                     bundle, bundle[, bundle] ──┴─► compare ──► judge claims ──► report ──► sign
//! ```
//!
//! Two bundles, judged as `evid diff` does:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use evid::{Expect, Verdict};
//! let bundles = ["samples/bundles/before.evid.zip".into(), "samples/bundles/off.evid.zip".into()];
//! let sides = evid::sides(&bundles, evid::Check::Content)?;
//! let outcome = evid::diff(&sides, Some(Expect::CoreOnly))?;
//! assert_eq!(outcome.total, Verdict::Proven);
//! # Ok(())
//! # }
//! ```
//!
//! What stands here is the library; the rooms behind it are evid's own. They stand on floors, each imports only from lower ones
//! (`docs/ARCHITECTURE.md`, held by a test). evid's tests see them through the feature `rooms`, which nothing else should set.
#![forbid(unsafe_code)]
#![cfg_attr(feature = "rooms", allow(missing_docs, reason = "rooms are shown to evid's own tests alone"))]
#![cfg_attr(
    not(all(feature = "cli", feature = "kube", feature = "demo")),
    allow(dead_code, unused_imports, reason = "what only the command line or a live cluster uses")
)]

#[cfg(not(feature = "rooms"))]
mod value;
#[cfg(feature = "rooms")]
pub mod value;

#[cfg(not(feature = "rooms"))]
mod model;
#[cfg(feature = "rooms")]
pub mod model;

#[cfg(not(feature = "rooms"))]
mod canon;
#[cfg(feature = "rooms")]
pub mod canon;
#[cfg(not(feature = "rooms"))]
mod kinds;
#[cfg(feature = "rooms")]
pub mod kinds;

#[cfg(not(feature = "rooms"))]
mod argo;
#[cfg(feature = "rooms")]
pub mod argo;
#[cfg(not(feature = "rooms"))]
mod bundle;
#[cfg(feature = "rooms")]
pub mod bundle;
#[cfg(not(feature = "rooms"))]
mod claims;
#[cfg(feature = "rooms")]
pub mod claims;
#[cfg(not(feature = "rooms"))]
mod compare;
#[cfg(feature = "rooms")]
pub mod compare;
#[cfg(not(feature = "rooms"))]
mod envelope;
#[cfg(feature = "rooms")]
pub mod envelope;
#[cfg(not(feature = "rooms"))]
mod layers;
#[cfg(feature = "rooms")]
pub mod layers;
#[cfg(not(feature = "rooms"))]
mod report;
#[cfg(feature = "rooms")]
pub mod report;

#[cfg(not(feature = "rooms"))]
mod usecase;
#[cfg(feature = "rooms")]
pub mod usecase;

#[cfg(not(feature = "rooms"))]
mod adapters;
#[cfg(feature = "rooms")]
pub mod adapters;
#[cfg(not(feature = "rooms"))]
mod render;
#[cfg(feature = "rooms")]
pub mod render;

#[cfg(all(feature = "cli", not(feature = "rooms")))]
mod cli;
#[cfg(all(feature = "cli", feature = "rooms"))]
pub mod cli;

pub use adapters::archive::{ArchiveError, Check, files, locate, open_whole, seal, side, sides};
pub use adapters::config::load as load_config;
pub use adapters::dump::{DumpError, read as read_dump};
pub use adapters::keyfile::{KeyFileError, load_or_create_redaction_key, load_signing_key, load_verifying_keys};
pub use adapters::report_file::{read as read_report, write as write_report};
pub use adapters::zipfile::BundleReader;
pub use bundle::config::Config;
pub use canon::redact::Redactor;
pub use claims::{Code, Effect, Expect, Finding, Judged};
#[cfg(feature = "cli")]
pub use cli::run;
pub use compare::{Change, Side};
pub use envelope::{Algorithm, Envelope, SignatureStatus, SigningKey, Statement, VerifyingKey, sign, verify};
pub use kinds::Rules;
pub use model::{Gap, Key, Layer, Reason, Role, Verdict};
pub use report::PREDICATE_TYPE;
pub use usecase::capture::{Beside, Collected, Intake, List, run as capture};
pub use usecase::diff::{Outcome, diff};
pub use usecase::verify::content as verify_content;
