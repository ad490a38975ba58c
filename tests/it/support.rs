//! What tests of several rooms stand on. Knows no test.

/// evid's ports over a platform in this process.
pub mod cluster;
