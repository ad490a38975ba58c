//! The words for the position of the switch. Must not know how it is seen.
use crate::model::words;

words! {
    /// The position of the switch.
    Position {
        /// The root is manual (or gone), and no Application below it lives.
        Off = "off",
        /// The root is automated, or every Application that another bundle had below it lives.
        On = "on",
        /// The root is manual; some Applications that another bundle had below it live, and some do not.
        Partial = "partial",
        /// The Applications below the root could not be seen.
        Unknown = "unknown",
    }
}
