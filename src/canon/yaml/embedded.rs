//! YAML files that are a part of the program. Must not know what they say.
use crate::canon::yaml::parse;
use crate::value::from_value;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

/// One file, read when it is first asked. Where it can't be read, every test that uses it fails.
pub struct Embedded<T> {
    text: &'static str,
    read: OnceLock<T>,
}

impl<T: DeserializeOwned + Default> Embedded<T> {
    pub const fn new(text: &'static str) -> Self {
        Self { text, read: OnceLock::new() }
    }

    pub fn get(&self) -> &T {
        self.read.get_or_init(|| {
            let first = parse(self.text).ok().and_then(|documents| documents.into_iter().next());
            let read = first.map(from_value);
            debug_assert!(matches!(read, Some(Ok(_))), "{:?}", read.map(Result::err));
            read.and_then(Result::ok).unwrap_or_default()
        })
    }
}
