//! Compares bundles: which objects there are, in which layer, and what changed. Opens only the files that differ and parses only
//! the lines that differ. Knows no claim and no verdict.
mod changes;
mod departures;
mod differing;
mod fields;
mod instances;
mod lasting;
mod owners;
mod side;
mod writers;

pub use crate::bundle::probe::Heard;
pub use crate::bundle::probe::Is;
pub use crate::bundle::probe::Line;
pub use changes::Change;
pub use changes::ChangeKind;
pub use changes::changes;
pub use fields::FieldChange;
pub use fields::differences;
pub use instances::Instance;
pub use instances::Instances;
pub use instances::Spot;
pub use side::CompareError;
pub use side::Entries;
pub use side::Side;
pub use side::lines;
pub use writers::Writer;
pub use writers::writer;
