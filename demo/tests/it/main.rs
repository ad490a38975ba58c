//! The platform's behaviour, in this process and over its socket. Knows nothing of evid.
#![expect(clippy::unwrap_used, reason = "a failed test is a panic")]
mod data;
mod platform;
mod server;
