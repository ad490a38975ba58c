//! Values beside what Rust has.
use crate::value::Value;

macro_rules! texts {
    ($($text:ty),*) => { $(
        impl PartialEq<$text> for Value {
            fn eq(&self, other: &$text) -> bool {
                self.as_str() == Some(&**other)
            }
        }
        impl PartialEq<Value> for $text {
            fn eq(&self, other: &Value) -> bool {
                other == self
            }
        }
    )* };
}
texts!(&str, String);

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl PartialEq<$number> for Value {
            fn eq(&self, other: &$number) -> bool {
                self.as_number().is_some_and(|own| own.as_str() == other.to_string())
            }
        }
    )* };
}
numbers!(i32, i64, u64, usize);
