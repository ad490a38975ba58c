//! The words for the position of the switch. Must not know how it is seen.

/// The position of the switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// The root is manual (or gone), and no Application below it lives.
    Off,
    /// The root is automated, or every Application that another bundle had below it lives.
    On,
    /// The root is manual; some Applications that another bundle had below it live, and some do not.
    Partial,
    /// The Applications below the root could not be seen.
    Unknown,
}

impl Position {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }
}
