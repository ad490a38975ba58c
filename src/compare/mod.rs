//! Compares bundles: which objects exist, in which layer, and what changed. Opens only the files that differ and parses only the lines
//! that differ. Knows no claim and no verdict.
mod changes;
mod departures;
mod differing;
mod fields;
mod instances;
mod lasting;
mod side;
mod spot;
mod writers;

pub use changes::{Change, ChangeKind, changes};
pub use departures::alike;
pub use differing::{Place, differing};
pub use fields::{FieldChange, differences};
pub use instances::{Instance, Instances};
pub use side::{CompareError, Entries, Side, lines};
pub use spot::Spot;
pub use writers::{Writer, writer};
