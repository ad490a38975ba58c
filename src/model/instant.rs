//! Moments as documents say them.
use chrono::{DateTime, FixedOffset};

/// The moment that a text says in the form of RFC 3339; none if it says none.
pub fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}
