//! A length of time as a person writes it: `500ms`, `1s`, `2m`.
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A length of time, kept in the form in which it was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    text: String,
    time: Duration,
}

impl Span {
    pub fn millis(n: u64) -> Self {
        Self { text: format!("{n}ms"), time: Duration::from_millis(n) }
    }

    pub fn seconds(n: u64) -> Self {
        Self { text: format!("{n}s"), time: Duration::from_secs(n) }
    }

    pub fn time(&self) -> Duration {
        self.time
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = || {
            let at = text.find(|c: char| !c.is_ascii_digit())?;
            let (number, unit) = text.split_at(at);
            let milliseconds = match unit {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                _ => return None,
            };
            number.parse::<u64>().ok()?.checked_mul(milliseconds).map(Duration::from_millis)
        };
        match parsed() {
            Some(time) => Ok(Self { time, text }),
            None => Err(format!("`{text}` is no length of time; write it as `500ms`, `1s` or `2m`")),
        }
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.text
    }
}

#[cfg(test)]
mod tests {
    use super::Span;
    use std::time::Duration;

    #[test]
    fn a_length_of_time_is_a_whole_number_and_a_unit() {
        for (text, time) in [("500ms", 500), ("0s", 0), ("1s", 1000), ("2m", 120_000)] {
            assert_eq!(Span::try_from(text.to_owned()).unwrap().time(), Duration::from_millis(time), "{text}");
        }
        for text in ["", "5", "s", "1.5s", "-1s", "1h", "1 s", "99999999999999999999s", "18446744073709551615m"] {
            assert!(Span::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
