//! How a closed list is written: an enum, and the published word of each variant. `render` holds what a code means to a person.

/// An enum with a word for each variant, as documents and reports have it.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$of])* $variant,)+
        }

        // Not every list is read back, or shown as a whole.
        #[allow(dead_code, reason = "unread")]
        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The published word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What a published word stands for.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// An enum of codes with the word of each. Codes are sorted by their words, so that a published order does not depend on the order in the
/// source.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $crate::model::words! {
            $(#[$about])*
            #[derive(serde::Deserialize)]
            $name {
                $(#[doc = concat!("`", $word, "`")] #[serde(rename = $word)] $variant = $word,)+
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

pub(crate) use {codes, words};

#[cfg(test)]
mod tests {
    use crate::model::Reason;

    #[test]
    fn every_word_is_read_back() {
        assert!(Reason::ALL.iter().all(|reason| Reason::parse(reason.as_str()) == Some(*reason)));
        assert_eq!(Reason::parse("Forbidden"), None);
    }
}
