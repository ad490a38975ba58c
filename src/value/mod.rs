//! A JSON value that keeps every digit, and pointers into it. Short texts stand in the value itself and the members of an object in one
//! sorted list, so that objects of Kubernetes, which are read, split and dropped in large numbers, need few allocations. Knows nothing of
//! Kubernetes.
mod equal;
mod from;
mod index;
mod number;
pub(crate) mod packed;
mod parts;
mod pointer;
mod read;
mod tree;
pub(crate) mod wanted;
mod write;

pub use from::{from_value, to_value};
pub(crate) use index::DEEPEST;
pub use index::set;
pub use number::Number;
pub use pointer::{join, push, steps, tokens};
pub(crate) use read::{Members, RESERVED, Strict};
pub use tree::{Map, Value};

/// A text of a value, or the name of a member.
pub use compact_str::CompactString as Text;

/// A value from a literal, as `serde_json::json!` reads it.
macro_rules! json {
    ($($literal:tt)+) => { $crate::value::Value::from(serde_json::json!($($literal)+)) };
}
pub(crate) use json;
