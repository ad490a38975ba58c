//! The switch, over an API server in memory that behaves as Kubernetes and Argo CD were seen to.
mod argo;
mod fake;
mod lists;
mod losses;
mod off;
mod on;
pub mod platform;
mod recorded;
pub mod repair;
mod status;
mod words;
mod writes;
