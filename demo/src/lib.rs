//! A platform in memory behind a Kubernetes API: a simulated Kubernetes and Argo CD, for `evid demo` and for tests, which switch faults on.
//! Serves loopback only, runs nothing on the machine, and knows nothing of evid.
//!
//! ```text
//! seed ──► world ◄── kubernetes, argocd, mishaps        what there is, and what moves it
//!            ▲
//!           api ◄── serve ◄── a client                  a request, its answer, its connection
//!            ▲
//!     platform::World ◄── a test                        the same without connections, on a clock of its own
//! ```
mod api;
pub mod argocd;
pub mod faults;
pub mod kubernetes;
pub mod platform;
pub mod seed;
pub mod serve;
pub mod world;

pub use platform::pair::{Pair, Served};
pub use platform::world::{Lost, World};
pub use serve::server::{Options, Server};
pub use world::controller::Controller;
