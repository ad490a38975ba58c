//! evid captures the state of a Kubernetes + Argo CD platform into content-hashed bundles, compares bundles, judges claims about
//! them and signs the report.
//!
//! ```text
//! source ──► redact ──► split into facets ──► bundle (sealed zip)
//!                                                │
//!                     bundle, bundle[, bundle] ──┴─► compare ──► judge claims ──► report ──► sign
//! ```
//!
//! Modules are on floors; each imports only from lower ones (`docs/ARCHITECTURE.md`, checked by a test).
//!
//! ```
//! use evid::model::Verdict;
//! // A result in which nothing is proven is inconclusive.
//! assert_eq!(Verdict::total(&[Verdict::NotApplicable]), Verdict::Inconclusive);
//! ```
pub mod model;

pub mod canon;
pub mod kinds;

pub mod argo;
pub mod bundle;
pub mod claims;
pub mod compare;
pub mod envelope;
pub mod layers;
pub mod report;

pub mod usecase;

pub mod adapters;
pub mod render;

#[cfg(feature = "cli")]
pub mod cli;
