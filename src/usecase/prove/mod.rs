//! The proof: points (bundles), what was watched between them, and what follows. Knows no clock, no disk and no terminal.
mod watched;

pub use watched::Watched;
