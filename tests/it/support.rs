//! What tests of several rooms stand on. Knows no test.

/// evid's ports over a platform in this process.
pub mod cluster;

/// A value of evid's from a literal.
macro_rules! json {
    ($($literal:tt)+) => { evid::value::Value::from(serde_json::json!($($literal)+)) };
}
pub(crate) use json;
